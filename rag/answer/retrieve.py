"""Finds the passages nearest to a question: dense and lexical rankings, fused by their scores.

Several wordings of a question (as asked, as rewritten) are ranked separately and fused, so that a bad rewrite cannot
hide what the original finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, Unpack

import numpy as np
from numpy.typing import NDArray

from rag.language.exact import Exact, asked_exactly, years_asked
from rag.protocols import Encoder
from rag.types import Hit, Ranking, Where

DENSE_SHARE = 0.6  # weight in a fused score; compared with reciprocal rank fusion in benchmarks/RETRIEVAL.md
NEAR = 0.6  # cosine of a question and its answer; if the nearest is below it, all dense scores are scaled down
DEPTH = 50  # candidates from each ranking


class Searchable(Protocol):
    """An index that ranks passages by vector and by words; only `hits` reads passages from disk."""

    def nearest(self, vector: NDArray[np.float32], k: int, **where: Unpack[Where]) -> Ranking:
        """Return the k passages whose vectors are nearest to a unit vector (d,)."""

    def matching(self, question: str, k: int, **where: Unpack[Where]) -> Ranking:
        """Return up to k passages that share words with the question."""

    def naming(self, question: str, k: int, **where: Unpack[Where]) -> Ranking:
        """Return up to k passages with exact matches of codes and dates in the question, with scores up to 1."""

    def hits(self, ranking: Ranking) -> list[Hit]:
        """Read the passages of a ranking."""


class Holding(Protocol):
    """An index that can tell if it holds something."""

    def holds(self, exact: Exact) -> bool:
        """Return True if a passage, heading, title or file name holds something."""


def missing_codes(question: str, index: Holding) -> tuple[str, ...]:
    """Return the codes, part numbers and years of a question, as written there, that an index does not hold."""
    asked = [exact for exact in asked_exactly(question) if not exact.is_period]
    return tuple(exact.text for exact in (*asked, *years_asked(question)) if not index.holds(exact))


def sources_of(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the file of each hit, in order."""
    return tuple(hit.passage.source for hit in hits)


def retrieve(
    index: Searchable, encoder: Encoder, questions: Sequence[str], *, k: int, **where: Unpack[Where]
) -> dict[str, Ranking]:
    """Return the rankings "dense", "lexical" and "fused" for a question in one or more wordings.

    The fused ranking has k rows, the others DEPTH or more. `where` filters the files.
    """
    depth = max(k, DEPTH)
    with ThreadPoolExecutor(1) as beside:  # words are looked up while the wordings are embedded
        found = beside.submit(lambda: [index.matching(question, depth, **where) for question in questions])
        dense = [index.nearest(vector, depth, **where) for vector in encoder.encode(questions)]
        lexical = found.result()
    exact = _best_of([index.naming(question, depth, **where) for question in questions])
    return {"dense": _best_of(dense), "lexical": _best_of(lexical), "fused": fuse(dense, lexical, exact)[:k]}


def fuse(dense: Sequence[Ranking], lexical: Sequence[Ranking], exact: Ranking = ()) -> Ranking:
    """Fuse rankings by score, from 0 to 1: each is scaled from 0 for its last row to 1 for its first; ties go by row.

    Dense rankings have the weight DENSE_SHARE, less if nothing is NEAR; lexical ones have the rest. If one kind is
    empty, the other counts alone. Unlike rank fusion, this uses the distances between scores (Bruch, Gai, Ingber 2023).
    The score of exact matches, up to 1, is added, which puts them first.
    """
    scores: dict[int, float] = {}
    for share, near, rankings in ((DENSE_SHARE, NEAR, dense), (1 - DENSE_SHARE, 0.0, lexical)):
        for ranking in rankings:
            weight = share / len(rankings) * (min(1.0, max(0.0, ranking[0][1]) / near) if near and ranking else 1.0)
            for row, score in _stretched(ranking):
                scores[row] = scores.get(row, 0.0) + weight * score
    for row, score in exact:
        scores[row] = scores.get(row, 0.0) + score
    return _sorted(scores)


def _stretched(ranking: Ranking) -> list[tuple[int, float]]:
    """Return a ranking with scores scaled from 0 for the last row to 1 for the first; all 1 if equal."""
    if not ranking:
        return []
    high, low = ranking[0][1], ranking[-1][1]
    return [(row, (score - low) / (high - low) if high > low else 1.0) for row, score in ranking]


def _best_of(rankings: Sequence[Ranking]) -> Ranking:
    """Merge rankings of one station: a passage keeps its best score; ties go by row."""
    best: dict[int, float] = {}
    for row, score in (each for ranking in rankings for each in ranking):
        best[row] = max(score, best.get(row, score))
    return _sorted(best)


def _sorted(scores: Mapping[int, float]) -> Ranking:
    return sorted(scores.items(), key=lambda each: (-each[1], each[0]))
