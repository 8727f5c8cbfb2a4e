"""Feeds mutated files to the loaders: each must be read or refused with a reason, without a crash or a hang.

    python benchmarks/fuzz_documents.py DATA/documents --files 10000 --seed 1 --state fuzz.json
    python benchmarks/fuzz_documents.py DATA/documents --seed 1 --only 4711

Files of the folder, and a few small ones of rarer formats (fuzz_seeds.py), are taken in turn, format by format. The
seed and the file's number determine the mutations: bytes flipped, removed, doubled, set to zero, the end cut off,
pieces of other files inserted; in zip formats also inside an entry. Files are loaded as in a build: untrusted formats
in the child process. With --state an interrupted run continues; --only repeats one file, to investigate a finding.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import sys
import time
import zipfile
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fuzz_seeds import written
from rag.errors import LoadError
from rag.load import LOADERS, Parser
from rag.load.documents import IN_PROCESS
from rag.split import split_document
from rag.types import Document

KINDS = (
    ".pdf",
    ".docx",
    ".html",
    ".md",
    ".txt",
    ".xlsx",
    ".pptx",
    ".csv",
    ".json",
    ".epub",
    ".odt",
    ".rtf",
    ".xml",
    ".ipynb",
    *(".docm", ".dotx", ".xlsm", ".ppsx", ".ods", ".odp", ".fodt", ".fods", ".fodp", ".eml", ".mbox"),
    *(".xhtml", ".svg", ".rst", ".adoc", ".org", ".tex", ".srt", ".py", ".yaml", ".ics", ".bib"),
)
SAME = {".docm": ".docx", ".dotx": ".docx", ".xlsm": ".xlsx", ".ppsx": ".pptx", ".xhtml": ".html"}  # files read alike
MAX_SIZE = 400_000  # bytes: larger files find nothing new and take long


def mutate(data: bytes, draw: random.Random, other: bytes) -> bytes:
    """Return the bytes with one to four mutations."""
    body = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(body) + 1)
        length = draw.choice((1, 1, 4, 64, 1_000, len(body) // 3 + 1))
        way = draw.randrange(7)
        if way == 0 and body:
            body[at % len(body)] ^= 1 << draw.randrange(8)
        elif way == 1:
            del body[at : at + length]
        elif way == 2:
            body[at:at] = body[at : at + length]
        elif way == 3:
            body[at : at + length] = bytes(length)
        elif way == 4:
            del body[at:]
        elif way == 5:
            start = draw.randrange(len(other) + 1)
            body[at:at] = other[start : start + length]
        else:
            body[at : at + length] = draw.randbytes(length)
    return bytes(body)


def mutate_inside(data: bytes, draw: random.Random, other: bytes) -> bytes:
    """Mutate one entry of a zip archive and pack it again, so that the archive's own checks pass."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        names = [name for name in old.namelist() if name.endswith((".xml", ".rels", ".xhtml", ".opf"))]
        chosen = draw.choice(names)
        for name in old.namelist():
            new.writestr(name, mutate(old.read(name), draw, other) if name == chosen else old.read(name))
    return stream.getvalue()


def outcome(data: bytes, suffix: str, parser: Parser) -> str:
    """Read one file as a build does; return "read" or the beginning of the reason."""
    source = f"file{suffix}"
    loader = LOADERS[suffix]
    try:
        parsed = loader(data, source) if loader in IN_PROCESS else parser.parse(data, source, suffix)
    except LoadError as error:
        if not error.reason or "\n" in error.reason:
            raise ValueError(f"the reason is no single line: {error.reason!r}") from error
        return " ".join(error.reason.split()[:5])
    document = Document("id", source, parsed.title, parsed.text, parsed.pages, parsed.page_labels, parsed.segments)
    passages = split_document(document, window=256, measure=lambda text: 2 + len(text) // 4)
    assert all(document.text[p.start : p.end] == p.text for p in passages)
    return "read"


@dataclass
class Tally:
    """The outcomes so far; saved on disk between runs."""

    seed: int
    done: int = 0
    seconds: float = 0.0
    crashes: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)  # the ten slowest: seconds, number and format
    child_peak: int = 0  # MB, of the largest parser child
    parent_growth: int = 0  # MB
    counts: dict[str, dict[str, int]] = field(default_factory=dict)  # kind -> outcome -> files

    def add(self, kind: str, came: str, seconds: float) -> None:
        counts = self.counts.setdefault(kind, {})
        counts[came] = counts.get(came, 0) + 1
        now = (round(seconds, 2), f"number {self.done} ({kind})")
        self.slowest = sorted([*self.slowest, now], key=lambda row: -row[0])[:10]
        self.seconds += seconds
        self.done += 1

    def kept(self, path: Path | None) -> None:
        if path:
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(asdict(self)), encoding="utf-8")
            partial.replace(path)


def seeds_of(folder: Path) -> dict[str, list[bytes]]:
    seeds: dict[str, list[bytes]] = defaultdict(list)
    for file in sorted(folder.rglob("*")):
        if file.suffix in KINDS and file.is_file() and 0 < file.stat().st_size <= MAX_SIZE:
            seeds[file.suffix].append(file.read_bytes())
    for kind, files in written().items():
        seeds[kind] += files
    for kind, like in SAME.items():
        seeds[kind] += seeds[like]
    return seeds


def broken_file(seeds: dict[str, list[bytes]], seed: int, number: int) -> tuple[str, bytes]:
    """Return the format and the bytes of a mutated file: the same for the same seed and number."""
    draw = random.Random(f"{seed} {number}")
    kinds = [kind for kind in KINDS if seeds[kind]]
    kind = kinds[number % len(kinds)]
    data, other = draw.choice(seeds[kind]), draw.choice(seeds[draw.choice(kinds)])
    inside = data.startswith(b"PK") and draw.random() < 0.7
    return kind, (mutate_inside if inside else mutate)(data, draw, other)


def feed(tally: Tally, seeds: dict[str, list[bytes]], parser: Parser) -> None:
    """Give the next file to its loader and record the outcome."""
    kind, broken = broken_file(seeds, tally.seed, tally.done)
    clock = time.perf_counter()
    try:
        came = outcome(broken, kind, parser)
    except Exception as error:  # noqa: BLE001 - any exception is a finding
        came = "CRASH"
        tally.crashes.append(f"number {tally.done} ({kind}): {type(error).__name__}: {error}")
    tally.add(kind, came, time.perf_counter() - clock)


def report(tally: Tally) -> None:
    print(f"seed {tally.seed}: {tally.done} files in {tally.seconds:.0f} s; crashes {len(tally.crashes)}; "
          f"parser child at most {tally.child_peak} MB; this process grew by {tally.parent_growth} MB")  # fmt: skip
    for line in tally.crashes[:20]:
        print(f"  CRASH {line}")
    print("slowest: " + "; ".join(f"{seconds:.1f} s {which}" for seconds, which in tally.slowest))
    for kind, reasons in tally.counts.items():
        common = sorted(reasons.items(), key=lambda item: -item[1])[:5]
        print(f"{kind:7} {sum(reasons.values()):5}: " + "; ".join(f"{n} {reason}" for reason, n in common))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--seconds", type=float, default=3_600, help="time limit of this run")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--state", type=Path, help="file with the results so far, to continue an interrupted run")
    arguments.add_argument("--only", type=int, help="number of a single file to repeat")
    options = arguments.parse_args()
    seeds = seeds_of(options.folder)
    kept = options.state and options.state.exists() and options.only is None
    tally = Tally(**json.loads(options.state.read_text())) if kept else Tally(options.seed, done=options.only or 0)
    files = options.files if options.only is None else options.only + 1
    memory, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with Parser() as parser:
        while tally.done < files and time.perf_counter() - started < options.seconds:
            feed(tally, seeds, parser)
            if tally.done % 100 == 0:
                tally.kept(options.state)
    tally.child_peak = max(tally.child_peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
    tally.parent_growth += (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) >> 10
    tally.kept(options.state)
    report(tally)


if __name__ == "__main__":
    main()
