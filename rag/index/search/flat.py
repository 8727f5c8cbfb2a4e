"""Finds the rows of a matrix nearest to a vector by exact search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DECIMALS = 6  # of a score; closer scores are a tie, won by the lower row, so that rounding never changes the order
TIE = 1e-3  # share of a score that only orders equal ones
SCATTERED = 200  # runs of rows; with more, one call per run costs more than also comparing the rows between them
DENSE = 8  # times the wanted rows; up to here, reading the whole span is cheaper than selecting rows
CHUNK = 16_384  # rows compared at a time


class Rows(Protocol):
    """A matrix on disk."""

    def __len__(self) -> int: ...

    def rows(self, start: int = 0, end: int | None = None) -> Array:
        """Return rows start to end, without a copy."""

    def row(self, number: int, count: int = 1) -> Array:
        """Return a copy of some rows, flat."""


def exact(matrix: Rows, vector: Array, k: int, rows: Array | None = None) -> tuple[Array, Array]:
    """Return the k best rows, best first, with their cosines; only among `rows` if given."""
    import faiss

    if rows is None:
        return best(*_compared(faiss, matrix.rows(), vector, k), k)
    runs = _runs(rows)
    if len(runs) > SCATTERED:
        return best(*_gathered(matrix, vector, rows, k), k)
    found, scores = [], []
    for first, last in runs:
        positions, cosines = _compared(faiss, matrix.rows(first, last), vector, k)
        found.append(positions + first)
        scores.append(cosines)
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    return best(np.concatenate(found), np.concatenate(scores), k)


def top(scores: Array, k: int) -> tuple[Array, Array]:
    """Return the k rows with the best scores, best first, without those that score 0."""
    candidates = np.flatnonzero(scores)
    if len(candidates) > 4 * k:
        limit = np.partition(scores[candidates], -k)[-k]
        candidates = candidates[scores[candidates] >= limit - 10.0**-DECIMALS]
    return best(candidates, scores[candidates], k)


def equal_by(others: Array, scores: Array) -> Array:
    """Return scores, from 0 to 1, of which equal ones are ordered by others of the same rows; 0 stays 0."""
    return np.where(scores > 0, (1 - TIE) * scores + TIE * others / max(1.0, float(others.max())), 0)


@contextmanager
def one_thread(faiss: Any) -> Iterator[None]:
    """Run FAISS on one thread: more only wait for each other on a single question (benchmarks/EMBEDDING.md)."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _gathered(matrix: Rows, vector: Array, rows: Array, k: int) -> tuple[Array, Array]:
    """Compare scattered rows and return the candidates for the k best."""
    scores = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        low, high = int(part[0]), int(part[-1]) + 1
        between = matrix.rows(low, high)
        near = high - low <= DENSE * len(part)
        scores[start : start + CHUNK] = (between @ vector)[part - low] if near else between[part - low] @ vector
    limit = np.partition(scores, -k)[-k] if len(scores) > k else -np.inf
    chosen = np.flatnonzero(scores >= limit - 10.0**-DECIMALS)
    return rows[chosen], scores[chosen]


def _compared(faiss: Any, matrix: Array, vector: Array, k: int) -> tuple[Array, Array]:
    # A few more than k, so that a tie at the cut-off is broken by row and not by the order of comparison.
    count = min(len(matrix), k + 16)
    if count == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    with one_thread(faiss):
        scores, positions = faiss.knn(vector.reshape(1, -1), matrix, count, metric=faiss.METRIC_INNER_PRODUCT)
    return positions[0].astype(np.int64), scores[0]


def best(rows: Array, scores: Array, k: int) -> tuple[Array, Array]:
    """Return the k rows with the greatest scores, best first; scores equal after rounding are a tie."""
    rounded = np.round(scores.astype(np.float64), DECIMALS)
    order = np.lexsort((rows, -rounded))[:k]
    return rows[order], rounded[order]


def _runs(rows: Array) -> list[tuple[int, int]]:
    """Return the runs of consecutive rows in ascending rows."""
    if len(rows) == 0:
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    edges = [0, *breaks.tolist(), len(rows)]
    return [(int(rows[low]), int(rows[high - 1]) + 1) for low, high in zip(edges, edges[1:], strict=False)]
