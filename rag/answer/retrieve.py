"""Finds the passages nearest to a question: dense and lexical rankings, fused by their scores.

Several wordings of one question (as asked, as rewritten) are ranked each for itself and fused together, so that a bad
rewrite cannot hide what the plain question finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, Unpack

import numpy as np
from numpy.typing import NDArray

from rag.language.exact import Exact, asked_exactly, years_asked
from rag.protocols import Encoder
from rag.types import Hit, Passage, Where

DENSE_SHARE = 0.6  # of a fused score; against reciprocal rank: benchmarks/RETRIEVAL.md
NEAR = 0.6  # cosine of a question and what answers it; where the nearest is farther, it and all others count less in proportion
DEPTH = 50  # passages taken from each ranking; one that stands in neither is not found


class Searchable(Protocol):
    """An index that can be searched by vector and by words."""

    def search(self, vector: NDArray[np.float32], k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return the k passages whose vectors are nearest to a unit vector (d,), best first."""

    def search_text(self, question: str, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return up to k passages that share words with the question, best first."""

    def search_exact(self, question: str, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return up to k passages that hold what the question names exactly, by a score of up to 1."""


class Holding(Protocol):
    """An index that can tell what stands in it."""

    def holds(self, exact: Exact) -> bool:
        """Tell whether something stands in a passage, heading, title or file name."""


def missing_codes(question: str, index: Holding) -> tuple[str, ...]:
    """Return the codes, part numbers and years of a question that stand nowhere in an index, as the question writes them."""
    asked = [exact for exact in asked_exactly(question) if not exact.is_period]
    return tuple(exact.text for exact in (*asked, *years_asked(question)) if not index.holds(exact))


def retrieve(
    index: Searchable, encoder: Encoder, questions: Sequence[str], *, k: int, **where: Unpack[Where]
) -> dict[str, list[Hit]]:
    """Return the rankings "dense", "lexical" and "fused" for one question in one or more wordings, best first.

    The fused ranking has k hits, the others DEPTH or more. `where` says which files are searched.
    """
    depth = max(k, DEPTH)
    with ThreadPoolExecutor(1) as beside:  # words are looked up while the questions are embedded
        found = beside.submit(lambda: [index.search_text(question, depth, **where) for question in questions])
        dense = [index.search(vector, depth, **where) for vector in encoder.encode(questions)]
        lexical = found.result()
    exact = _best_of([index.search_exact(question, depth, **where) for question in questions])
    return {"dense": _best_of(dense), "lexical": _best_of(lexical), "fused": fuse(dense, lexical, exact)[:k]}


def fuse(dense: Sequence[Sequence[Hit]], lexical: Sequence[Sequence[Hit]], exact: Sequence[Hit] = ()) -> list[Hit]:
    """Fuse rankings by score, from 0 to 1: each is stretched from 0 for its last hit to 1 for its first; ties go by id.

    The dense rankings together count DENSE_SHARE, less where nothing is NEAR, the lexical ones the rest; where a station found
    nothing the other counts alone. How far the first hit is ahead decides, which a fusion by ranks throws away (Bruch, Gai, Ingber
    2023). What holds exactly what was asked for is put in front: its score there, up to 1, is added.
    """
    passages: dict[str, Passage] = {}
    scores: dict[str, float] = {}
    for share, near, rankings in ((DENSE_SHARE, NEAR, dense), (1 - DENSE_SHARE, 0.0, lexical)):
        for ranking in rankings:
            weight = share / len(rankings) * (min(1.0, max(0.0, ranking[0].score) / near) if near and ranking else 1.0)
            for hit, score in zip(ranking, _stretched(ranking), strict=True):
                passages.setdefault(hit.passage.id, hit.passage)
                scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + weight * score
    for hit in exact:
        passages.setdefault(hit.passage.id, hit.passage)
        scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + hit.score
    order = sorted(scores, key=lambda id: (-scores[id], id))
    return [Hit(passages[id], scores[id]) for id in order]


def _stretched(ranking: Sequence[Hit]) -> list[float]:
    """Return the scores of one ranking, from 0 for the last to 1 for the first; 1 for all where they are equal."""
    if not ranking:
        return []
    high, low = ranking[0].score, ranking[-1].score
    return [(hit.score - low) / (high - low) if high > low else 1.0 for hit in ranking]


def _best_of(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Merge rankings of one station: a passage keeps its best score; ties go by id."""
    best: dict[str, Hit] = {}
    for hit in (hit for ranking in rankings for hit in ranking):
        if hit.passage.id not in best or hit.score > best[hit.passage.id].score:
            best[hit.passage.id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.passage.id))
