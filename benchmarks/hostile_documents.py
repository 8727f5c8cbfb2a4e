"""Reads files that are made to do harm, and reports the outcome, time and memory of each.

    python benchmarks/hostile_documents.py bombs     the sixty bombs of tests/bombs in one folder, as a build reads them
    python benchmarks/hostile_documents.py names     two hundred file names that try to escape from the folder
    python benchmarks/hostile_documents.py many      a folder of 50,000 files
    python benchmarks/hostile_documents.py growth    pathological text of 2.5, 5, 10 and 20 MB: how time grows
    python benchmarks/hostile_documents.py parsers   a parser that hangs, and one that allocates too much memory

Each prints its table and exits with 1 if a limit is broken. Memory is resident memory, of this process and of the
largest parser child; times are wall-clock times unless noted.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.errors import LoadError
from rag.load import load_documents
from rag.split import split_document
from rag.split.fold import drop_duplicates
from rag.split.lazy import Passages
from rag.types import Document, Passage, Skipped
from tests.bombs import BOMBS, GOOD, lay
from tests.bombs.names import CANARY, lay_names
from tests.bombs.parsers import (
    DIES,
    EATS,
    EATS_AND_ABORTS,
    FLOODS,
    HANGS,
    LEAVES,
    RICH_TEXT,
    SPINS,
    STARTS,
    TALKS,
    misbehaving,
)

SLOWEST = 60.0  # seconds for one file
CHILD_PEAK = 1_024  # MB above what the child process uses before it reads the file
WINDOW = 256


def measure(text: str) -> int:
    """Count about as many tokens as the encoder does, in linear time."""
    return 2 + len(re.findall(r"\w{1,4}|[^\w\s]", text))


def resident() -> int:
    """Return the resident memory of this process in MB."""
    with open("/proc/self/statm", encoding="ascii") as status:
        return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def largest_child() -> int:
    """Return the peak memory in MB of the largest child process that has ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def passages_of(outcome: Document | Skipped) -> list[Passage]:
    if isinstance(outcome, Skipped):
        return []
    passages = split_document(outcome, window=WINDOW, measure=measure)
    assert all(outcome.text[p.start : p.end] == p.text for p in passages)
    return list(drop_duplicates(Passages.of(passages)))


def timed(outcomes: Iterator[Document | Skipped]) -> Iterator[tuple[Document | Skipped, float]]:
    """Yield each outcome with the seconds that reading and splitting its file took."""
    started = time.perf_counter()
    for outcome in outcomes:
        passages_of(outcome)
        yield outcome, time.perf_counter() - started
        started = time.perf_counter()


def bombs() -> bool:
    """Print the verdict on each bomb; return True if all are right and within their limits."""
    right, slowest, before = 0, 0.0, resident()
    expected = {bomb.name: bomb.verdict for bomb in BOMBS} | {GOOD: "read"}
    seen: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for bomb in BOMBS:
            lay(bomb, Path(folder))
        print(f"{'file':34} {'seconds':>7} {'MB here':>7}  verdict")
        for outcome, seconds in timed(load_documents(Path(folder))):
            said = outcome.reason if isinstance(outcome, Skipped) else "read"
            fits = re.search(expected.get(outcome.source, "(?!)"), said) is not None
            slowest = max(slowest, seconds)
            right += fits and outcome.source not in seen
            seen.add(outcome.source)
            print(f"{outcome.source[:34]:34} {seconds:7.1f} {resident():7,}  {'' if fits else 'WRONG: '}{said[:110]}")
            del outcome
    print(f"{right} of {len(expected)} verdicts right (the good file among them); slowest {slowest:.1f} s; this process "
          f"{before} to {resident()} MB; parser child at most {largest_child()} MB")  # fmt: skip
    return right == len(expected) and slowest <= SLOWEST


def names() -> bool:
    """Print the outcome for two hundred malicious names: no document may contain anything from outside the folder."""
    with tempfile.TemporaryDirectory() as place:
        seeds = Path(place) / "seeds"
        made = lay_names(Path(place), seeds)
        outcomes = list(load_documents(seeds))
    read = [outcome for outcome in outcomes if isinstance(outcome, Document)]
    leaked = [document.source for document in read if CANARY in document.text]
    escaped = [document.source for document in read if ".." in document.source.split("/")]
    broken = [outcome.source for outcome in outcomes if not outcome.source.isprintable()]
    print(f"{made} names: {len(read)} read as they are, {len(outcomes) - len(read)} passed over with a reason; "
          f"{len(leaked)} with text from outside, {len(escaped)} sources that climb, {len(broken)} not printable")  # fmt: skip
    return not leaked and not escaped and not broken


def many(count: int = 50_000) -> bool:
    """Print the time and memory for a folder of many small files."""
    with tempfile.TemporaryDirectory() as place:
        for n in range(count):
            folder = Path(place) / f"{n // 1_000:02}"
            folder.mkdir(exist_ok=True)
            (folder / f"{n}.txt").write_text(
                f"Mill number {n} closed in {1800 + n % 200}, and its wheel still turns.\n"
            )
        before, started, letters = resident(), time.perf_counter(), 0
        first, read = 0.0, 0
        for outcome in load_documents(Path(place)):
            first = first or time.perf_counter() - started
            letters += len(outcome.text) if isinstance(outcome, Document) else 0
            read += isinstance(outcome, Document)
        seconds = time.perf_counter() - started
        walking = resident() - before
        started = time.perf_counter()
        documents = [outcome for outcome in load_documents(Path(place)) if isinstance(outcome, Document)]
        passages = drop_duplicates(
            Passages.of([passage for document in documents for passage in passages_of(document)])
        )
        building = time.perf_counter() - started
    print(f"{count} files: {read} read one by one in {seconds:.1f} s ({read / seconds:,.0f} a second), the first after "
          f"{first:.2f} s, {walking} MB grown; {letters:,} characters")  # fmt: skip
    print(f"all held, split and folded: {len(passages)} passages in {building:.1f} s, {resident() - before} MB grown")
    return read == count == len(documents)


PATHOLOGICAL = {
    "no full stop": "word ",
    "one long word": "a",
    "full stops": ". ",
    "brackets": "([{",
    "backticks": "`",
    "emphasis": "*a_",
    "quotation marks": "> ",
    "combining marks": "e\u0301",
    "line breaks": "a\n",
    "short headings": "Mill\n\nThe mill closed in 1962, and nobody came.\n\n",
    "table rows": "| a | b |\n",
    "addresses": "www.a.b/@c.d:",
}
SIZES = (2_500_000, 5_000_000, 10_000_000, 20_000_000)
RATIO = 2.3  # highest growth of time when the text doubles


def stages(text: str, suffix: str) -> dict[str, float]:
    """Return the seconds of processor time that loading, splitting and folding take."""
    from rag.load.documents import LOADERS

    started = time.process_time()
    parsed = LOADERS[suffix](text.encode(), f"file{suffix}")
    document = Document("id", f"file{suffix}", parsed.title, parsed.text, segments=parsed.segments)
    loaded = time.process_time()
    passages = split_document(document, window=WINDOW, measure=measure)
    split = time.process_time()
    drop_duplicates(Passages.of(passages))
    return {"load": loaded - started, "split": split - loaded, "fold": time.process_time() - split}


def growth(sizes: tuple[int, ...] = SIZES) -> bool:
    """Print, for each pathological text, how the time grows when the size doubles."""
    held = True
    print(f"{'text':18} {'kind':5} {'stage':6}" + "".join(f"{size / 1e6:8.1f} MB" for size in sizes) + "   ratios")
    for name, piece in PATHOLOGICAL.items():
        for suffix in (".txt", ".md"):
            rows = [stages(piece * (size // len(piece)) + " The end.", suffix) for size in sizes]
            for stage in ("load", "split", "fold"):
                times = [row[stage] for row in rows]
                ratios = [after / max(before, 0.05) for before, after in zip(times, times[1:], strict=False)]
                worst = ratios[-1] if times[-1] > 0.5 else 0.0  # for shorter times a ratio is noise
                held &= worst <= RATIO
                print(f"{name:18} {suffix:5} {stage:6}" + "".join(f"{value:9.2f} s" for value in times)
                      + "   " + " ".join(f"{ratio:.2f}" for ratio in ratios) + ("  GROWS" if worst > RATIO else ""),
                      flush=True)  # fmt: skip
    return held


def parsers() -> bool:
    """Print the outcome of misbehaving parsers; each replaces a real one in the child process."""
    held = True
    for name, code, reason in (
        ("sleeps for ever", HANGS, "takes longer than"),
        ("computes for ever", SPINS, "takes "),
        ("eats memory", EATS, "of memory"),
        ("eats and aborts", EATS_AND_ABORTS, "of memory"),
        ("breaks down", DIES, "crashed"),
        ("leaves", LEAVES, "crashed"),
        ("opens a socket", TALKS, "is not allowed"),
        ("starts a program", STARTS, "is not allowed"),
        ("writes 300 MB of text", FLOODS, "more than"),
    ):
        with misbehaving(code) as parser:
            started = time.perf_counter()
            try:
                parser.parse(RICH_TEXT, "file.rtf", ".rtf")
                said = "nothing"
            except LoadError as error:
                said = error.reason
        fits = reason in said
        held &= fits
        print(f"{name:18} {time.perf_counter() - started:6.1f} s  {'' if fits else 'WRONG: '}{said}")
    print(f"parser child at most {largest_child()} MB")
    return held


def main() -> None:
    commands: dict[str, Callable[[], bool]] = {
        "bombs": bombs, "names": names, "many": many, "growth": growth, "parsers": parsers,
    }  # fmt: skip
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("command", choices=commands)
    arguments.add_argument("--largest", type=float, default=SIZES[-1] / 1e6, help="MB of text, for growth")
    given = arguments.parse_args()
    commands["growth"] = lambda: growth(tuple(size for size in SIZES if size <= given.largest * 1e6))
    sys.exit(0 if commands[given.command]() else 1)


if __name__ == "__main__":
    main()
