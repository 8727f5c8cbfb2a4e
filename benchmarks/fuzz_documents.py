"""Feeds mutated files to the loaders: each is read or refused with a reason, nothing crashes, nothing hangs.

    python benchmarks/fuzz_documents.py DATA/documents --files 10000 --seconds 3600 --seed 1

Files of the folder are taken in turn, kind by kind, and broken in ways that a fixed seed draws: bytes flipped, cut out, doubled,
overwritten with zeros, the tail cut off, pieces of other files put in; for zip formats also inside an entry. Everything goes
the way of a build: untrusted kinds through the child process. The first lines of its output are its seed and its counts.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import time
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

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
)
MAX_SIZE = 400_000  # bytes: larger files say nothing new and take long


def mutate(data: bytes, draw: random.Random, other: bytes) -> bytes:
    """Return the bytes broken in one to four ways."""
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
    """Break one entry of a zip archive and pack it again, so that the damage gets past the archive's own checks."""
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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--seconds", type=float, default=3_600)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    draw = random.Random(options.seed)
    seeds: dict[str, list[bytes]] = defaultdict(list)
    for file in sorted(options.folder.rglob("*")):
        if file.suffix in KINDS and file.is_file() and 0 < file.stat().st_size <= MAX_SIZE:
            seeds[file.suffix].append(file.read_bytes())
    kinds = [kind for kind in KINDS if seeds[kind]]
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    crashes: list[str] = []
    slowest, done, started = (0.0, ""), 0, time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Parser() as parser:
        while done < options.files and time.perf_counter() - started < options.seconds:
            kind = kinds[done % len(kinds)]
            data, other = draw.choice(seeds[kind]), draw.choice(seeds[draw.choice(kinds)])
            inside = data.startswith(b"PK") and draw.random() < 0.7
            broken = (mutate_inside if inside else mutate)(data, draw, other)
            clock = time.perf_counter()
            try:
                counts[kind][outcome(broken, kind, parser)] += 1
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                crashes.append(f"number {done} ({kind}): {type(error).__name__}: {error}")
            slowest = max(slowest, (time.perf_counter() - clock, kind))
            done += 1
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    print(f"seed {options.seed}: {done} files in {time.perf_counter() - started:.0f} s; crashes {len(crashes)}; "
          f"slowest {slowest[0]:.1f} s ({slowest[1]}); this process grew by {grown:.0f} MB")  # fmt: skip
    for line in crashes[:20]:
        print(f"  CRASH {line}")
    for kind, reasons in counts.items():
        print(
            f"{kind:7} {sum(reasons.values()):5}: " + "; ".join(f"{n} {reason}" for reason, n in reasons.most_common(5))
        )


if __name__ == "__main__":
    main()
