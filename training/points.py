"""Fits what makes a sentence a point of a summary, and measures the points chosen in folders that it was not fitted on.

    python -m training.points [--vectors FILE.npz]

training/points.jsonl has the points that a person chose for 347 documents of training/documents/worlds, the most
important first. One folder in six, by its name, is held out. A sentence counts as a point if at least half of it is in
one of those. The weights (`rag.answer.summary.salience.WEIGHTS`) are those of a softmax over the sentences of a document, whose
target is the gain of its points: 1, 0.63, 0.5, ... by rank, as in discounted cumulative gain. Beside the program's
choice stands the one before it: the first sentences of sections, or the most central sentences. Takes ten minutes on
two cores, most of it for the vectors of that one; with --vectors they are kept in a file, and read from it if it exists.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.answer.summary.salience import FEATURES, WEIGHTS, features
from rag.answer.summary.summary import POINTS, WORDS, chosen, points_of
from rag.evidence import Evidence
from rag.models.catalog import DEFAULT_ENCODER
from rag.models.encoder import SentenceEncoder
from training.data import Part
from training.points_before import Remembering, before
from training.reader_written import passages_of, worlds

HERE = Path(__file__).parent
STEPS, SHRINK = 15, 1e-2
COUNTS = (3, 5, 7)
GROUPS = {
    "place": ("first", "place", "opens_line", "in_section", "section"),
    "length": ("length",),
    "figures": ("figure", "money"),
    "deadlines, duties": ("deadline", "duty"),
    "changes, decisions": ("change", "decision"),
    "storytelling": ("self", "story"),
    "no full stop": ("unfinished",),
    "shared words": ("shared",),
    "names": ("names",),
    "dates, figures, totals": ("date", "figures", "total"),
    "references, questions": ("leans", "asks"),
    "items, ends of sections": ("item", "last"),
    "words of the heading": ("heading",),
}


class Marked(NamedTuple):
    """A document with the sentences that a summary may use, and which of the points each of them is."""

    part: Part
    text: str
    points: Sequence[Evidence]
    rows: NDArray[np.float32]  # (sentences, features)
    ranks: NDArray[np.int64]  # of the point that each sentence is, from 0; -1 for none
    most: int  # points that the person chose


Choice = Callable[[Marked, int], Sequence[Evidence]]


def marked(file: Path, folder: Path) -> Iterator[Marked]:
    """Yield the documents for which a person chose points."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    wanted = {row["id"]: row["points"] for row in rows}
    for world in worlds(folder):
        for one in world.documents:
            document, passages = passages_of(one)
            points = points_of(document, passages)
            if one["id"] in wanted and points:
                spans = [(at, at + len(point)) for point in wanted[one["id"]] if (at := document.text.find(point)) >= 0]
                ranks = np.array([_rank(point, spans) for point in points])
                yield Marked(
                    world.part, document.text, points, features(points, document.text), ranks, len(wanted[one["id"]])
                )


def _rank(sentence: Evidence, spans: Sequence[tuple[int, int]]) -> int:
    """Return the rank of the point that covers most of a sentence, at least half; -1 if there is none."""
    shared = [min(end, sentence.end) - max(start, sentence.start) for start, end in spans]
    best = int(np.argmax(shared)) if shared else -1
    return best if shared and shared[best] >= (sentence.end - sentence.start) / 2 else -1


def gain(rank: int) -> float:
    """Return what a point is worth by its rank."""
    return 1 / float(np.log2(2 + rank))


def fitted(of: Sequence[Marked], used: Sequence[int]) -> NDArray[np.float64]:
    """Return the weights of the features used under which the points chosen are likeliest; the others are 0."""
    every = np.concatenate([one.rows[:, used] for one in of]).astype(np.float64)
    mean, scale = every.mean(axis=0), every.std(axis=0) + 1e-9
    groups = []
    for one in of:
        target = np.array([gain(rank) if rank >= 0 else 0.0 for rank in one.ranks])
        if target.sum():
            groups.append(((one.rows[:, used] - mean) / scale, target / target.sum()))
    weights = np.zeros(len(used))
    for _ in range(STEPS):  # Newton's
        slope, curve = -SHRINK * weights, SHRINK * np.eye(len(used))
        for rows, target in groups:
            shares = np.exp(rows @ weights - (rows @ weights).max())
            shares /= shares.sum()
            slope += (target - shares) @ rows / len(groups)
            curve += ((rows.T * shares) @ rows - np.outer(shares @ rows, shares @ rows)) / len(groups)
        weights += np.linalg.solve(curve, slope)
    whole = np.zeros(len(FEATURES))
    whole[used] = weights / scale
    return whole


def measured(of: Sequence[Marked], choose: Choice, counts: Sequence[int] = COUNTS) -> str:
    """Return the mean share of the sentences chosen that are points, and of the gain that the choice has."""
    told = []
    for count in counts:
        precisions, gains = [], []
        for one in of:
            place = {point.start: i for i, point in enumerate(one.points)}
            ranks = [int(one.ranks[place[e.start]]) for e in choose(one, count)]
            precisions.append(float(np.mean([rank >= 0 for rank in ranks])) if ranks else 0.0)
            best = sum(gain(rank) for rank in range(min(count, one.most)))
            gains.append(sum(gain(rank) for rank in set(ranks) if rank >= 0) / best)
        told.append(f"of {count}: {np.mean(precisions):.3f}, by rank {np.mean(gains):.3f}")
    return "; ".join(told)


def highest(weights: NDArray[np.float64]) -> Choice:
    """Return the choice of the sentences with the highest scores, whatever they repeat."""
    return lambda one, count: [one.points[i] for i in np.argsort(-(one.rows @ weights), kind="stable")[:count]]


def as_told(one: Marked, count: int) -> Sequence[Evidence]:
    """Return the points as the program chooses them, within the words of a summary."""
    return chosen(one.points, one.text, count, words=WORDS)


def main() -> None:
    """Read, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    every = list(marked(HERE / "points.jsonl", HERE / "documents" / "worlds"))
    parts: dict[Part, list[Marked]] = {part: [one for one in every if one.part == part] for part in ("train", "dev")}
    weights = fitted(parts["train"], range(len(FEATURES)))
    print("fitted: ", dict(zip(FEATURES, np.round(weights, 2).tolist(), strict=True)))
    print("in use: ", dict(zip(FEATURES, np.round(WEIGHTS.astype(float), 2).tolist(), strict=True)))
    encoder = Remembering(SentenceEncoder.named(DEFAULT_ENCODER), given.vectors)
    for part, some in parts.items():
        sentences = sum(len(one.points) for one in some)
        print(f"{part}: {len(some)} documents, {sentences} sentences; chosen points that the person chose")
        print("  by chance:         ", _by_chance(some))
        print("  before:            ", measured(some, lambda one, count: before(one.points, encoder, count, WORDS)))
        print("  as the program:    ", measured(some, as_told))
        print("  by salience alone: ", measured(some, highest(WEIGHTS.astype(np.float64))))
        print("  by fitted weights: ", measured(some, highest(weights)))
        for name, group in GROUPS.items():
            used = [i for i, feature in enumerate(FEATURES) if feature not in group]
            print(f"    without {name}: ", measured(some, highest(fitted(parts["train"], used)), (POINTS,)))
    encoder.keep()


def _by_chance(of: Sequence[Marked]) -> str:
    return f"{np.mean([np.mean(one.ranks >= 0) for one in of]):.3f}"


if __name__ == "__main__":
    main()
