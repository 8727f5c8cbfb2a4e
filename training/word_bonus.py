"""Fits the bonus that a question's words add to a block's score, on half of the held-out questions; reports both
halves.

    python -m training.word_bonus DATA [--written training/documents] [--limit 120]

Rows are kinds of question; columns: gold block first, and share answered at the threshold, each without and with the
bonus.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from itertools import product
from math import exp
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader import Case, cases
from rag import models
from rag.answer.overlap import WEIGHTS, Shown, Weights, bonus
from rag.answer.read import REFUSAL_THRESHOLD, SHIFT, SURE
from rag.models.cross_encoder import CrossEncoder

NONE = Weights(0.0, 0.0, 0.0, 0.0)
GRID = [Weights(*w) for w in product((0.0, 0.75, 1.5, 2.5), (0.0, 0.5), (0.0, 0.5, 1.0), (0.0, 3.0, 6.0))]


class Read(NamedTuple):
    """A case with the reader's scores for its blocks."""

    case: Case
    shown: list[Shown]
    scores: NDArray[np.float32]
    gold: frozenset[int]


def read(case: Case, reader: CrossEncoder) -> Read:
    """Read one case."""
    readings = reader.read(case.question, [(t.topic, t.text, t.blocks) for t in case.texts])
    places = [(i, k) for i, each in enumerate(readings) for k in range(len(each.scores))]
    shown = [
        Shown(case.texts[i].topic, (b := case.texts[i].text[slice(*case.texts[i].blocks[k])]), " | " in b)
        for i, k in places
    ]
    gold = frozenset(n for n, place in enumerate(places) if place in case.gold)
    return Read(case, shown, np.concatenate([each.scores for each in readings]), gold)


def figures(of: Sequence[Read], weights: Weights) -> dict[str, tuple[float, float]]:
    """Return, by kind, the share whose best block is gold, and the share that is answered."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in of:
        scores = one.scores + bonus(one.case.question, one.shown, weights)
        answered = 1 / (1 + exp(-(SURE * float(scores.max()) + SHIFT))) >= REFUSAL_THRESHOLD
        found[one.case.kind].append((float(int(scores.argmax()) in one.gold), float(answered)))
    return {
        kind: (float(np.mean([f for f, _ in rows])), float(np.mean([a for _, a in rows])))
        for kind, rows in found.items()
    }


def value(of: dict[str, tuple[float, float]]) -> float:
    """Return the mean over answerable kinds of first plus answered, plus the mean over the others of refused."""
    good = [
        first + answered
        for kind, (first, answered) in of.items()
        if not kind.endswith(("removed", "near", "absent", "noise"))
    ]
    bad = [1 - answered for kind, (_, answered) in of.items() if kind.endswith(("removed", "near", "absent", "noise"))]
    return float(np.mean(good)) + float(np.mean(bad))


def main() -> None:
    """Read, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--written", type=Path, default=Path(__file__).parent / "documents")
    parser.add_argument("--limit", type=int, default=120)
    given = parser.parse_args()
    reader = CrossEncoder.beside(f"{models.DEFAULT_ENCODER}@")
    every = [
        read(c, reader)
        for c in cases(given.data, given.written, given.limit)
        if not c.kind.startswith("xquad") and c.texts
    ]
    halves: tuple[list[Read], list[Read]] = ([], [])
    for one in every:
        halves[sha256(one.case.question.encode()).digest()[0] % 2].append(one)
    fitted = max(GRID, key=lambda weights: value(figures(halves[0], weights)))
    print(f"fitted: {fitted}; in use: {WEIGHTS}")
    for name, weights in (("none", NONE), ("fitted", fitted), ("in use", WEIGHTS)):
        print(
            f"{name}: {value(figures(halves[0], weights)):.4f} where it was fitted, {value(figures(halves[1], weights)):.4f} on the other half"
        )
    without, with_it = figures(halves[1], NONE), figures(halves[1], fitted)
    print("| kind | first | answered |\n|---|---|---|")
    for kind in sorted(without):
        print(
            f"| {kind} | {without[kind][0]:.3f} → {with_it[kind][0]:.3f} | {without[kind][1]:.3f} → {with_it[kind][1]:.3f} |"
        )


if __name__ == "__main__":
    main()
