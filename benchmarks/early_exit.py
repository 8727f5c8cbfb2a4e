"""Measures what it would change, and save, if the reader stopped early.

    python -m benchmarks.early_exit DATA [--questions 100] [--work FOLDER]

For every question the reader reads the first passages alone; where its confidence reaches a bound it would stop there, else it reads all
of them, and remembers the first. Printed for each number of first passages and each bound: how often it stops, how often the quotes of a stopped question
are others than those of the whole reading, how often the first quote is one that people chose, against the whole reading, and the mean
time against it. The same for a search, which reads ten passages: whether another passage comes first.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.answers import Question, opened, passages, squad
from rag import Rag
from rag.answer.answer import PASSAGES
from rag.answer.read import SentenceReader, enough, rerank
from rag.evidence import Reading
from rag.pipeline import READ
from rag.types import Hit
from training import data

SEED = 6
BOUNDS = (0.7, 0.9, 0.95, 0.98)  # of the reader's confidence
FIRST = {PASSAGES: (1, 2, 3), READ: (3, 5)}  # passages read first, of so many


@dataclass(frozen=True, slots=True)
class Read:
    """One reading: what it took, how sure it was, what it would show."""

    seconds: float
    confidence: float
    quotes: tuple[tuple[str, int, int], ...]
    best: str  # id of the passage that comes first
    chosen: bool  # the first quote is one that people chose


@dataclass(frozen=True, slots=True)
class Further:
    """The first passages read, then all of them, which remembers the first."""

    part: Read
    rest: Read


def fresh(rag: Rag, question: str, count: int) -> tuple[SentenceReader, str]:
    """Return a reader that remembers nothing, and the question in a spelling that its trained part has not met."""
    assert isinstance(rag.reader, SentenceReader)
    return SentenceReader(rag.encoder, joint=rag.reader.joint), question + " " * count


def read(reader: SentenceReader, asked: str, question: Question, hits: Sequence[Hit]) -> Read:
    started = time.perf_counter()
    reading = reader.read(asked, hits)
    taken = time.perf_counter() - started
    shown = enough(reading)
    quotes = tuple(sorted((e.passage.source, e.start, e.end) for e in shown))
    best = rerank(hits, reading)[0].passage.id if hits else ""
    return Read(taken, reading.confidence, quotes, best, _chosen(question, reading))


def _chosen(question: Question, reading: Reading) -> bool:
    return any(
        e.passage.source == f"{question.file}.txt" and e.start < b and a < e.end
        for e in reading.evidence[:1]
        for a, b in question.gold
    )


def report(name: str, rag: Rag, questions: Sequence[Question]) -> None:
    """Print the rows of one set."""
    for whole, firsts in FIRST.items():
        made: dict[int, list[Further]] = {first: [] for first in firsts}
        at_once: list[Read] = []
        for question in questions:
            hits = rag.rankings(question.text, k=whole)["fused"][:whole]
            at_once.append(read(*fresh(rag, question.text, 0), question, hits))
            for count, first in enumerate(firsts, start=1):
                reader, asked = fresh(rag, question.text, count)
                made[first].append(Further(read(reader, asked, question, hits[:first]), read(reader, asked, question, hits)))  # fmt: skip
        for first in firsts:
            for bound in BOUNDS:
                print(f"| {name} | {first} of {whole} | {bound} | {_row(made[first], at_once, bound)} |", flush=True)


def _row(made: Sequence[Further], whole: Sequence[Read], bound: float) -> str:
    pairs = list(zip((each.part for each in made), whole, strict=True))
    stopped = [(p, w) for p, w in pairs if p.confidence >= bound]
    taken = [each.part.seconds + (0 if each.part.confidence >= bound else each.rest.seconds) for each in made]
    kept = [(p if p.confidence >= bound else w).chosen for p, w in pairs]
    other = [p.quotes != w.quotes for p, w in stopped]
    moved = [p.best != w.best for p, w in stopped]
    return " | ".join([
        f"{len(stopped) / len(pairs):.2f}",
        f"{np.mean(other):.2f}" if other else "",
        f"{np.mean(moved):.2f}" if moved else "",
        f"{np.mean(kept) - np.mean([w.chosen for w in whole]):+.3f}",
        f"{sum(taken) / sum(w.seconds for w in whole):.2f}",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--work", type=Path, help="keeps indexes and vectors")
    given = parser.parse_args()
    print(
        "| set | read first | stops at | stops | of these: other quotes | another passage first | first quote chosen | time |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        files, asked = squad(given.data)
        sets = {"squad": (files, asked)}
        for name, source in (("clapnq", data.clapnq), ("qed", data.qed)):
            found, mine, _ = passages(source(given.data))
            sets[name] = (found, mine)
        for name, (texts, questions) in sets.items():
            drawn = random.Random(SEED).sample(questions, min(given.questions, len(questions)))
            report(name, opened(name, texts, work), drawn)


if __name__ == "__main__":
    main()
