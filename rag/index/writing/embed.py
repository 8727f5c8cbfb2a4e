"""Gives a writer the vectors that it lacks: those of another writer, or by embedding."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.index.writing.layout import Plan
from rag.index.writing.writer import IndexWriter
from rag.types import Progress, Vectors

BATCH = 256  # passages synced at a time: an interrupted build loses seconds
Encode: TypeAlias = Callable[[Iterable[Sequence[str]]], Iterable[Vectors]]  # vectors of each batch of texts, in order


def embed_new(plan: Plan, writer: IndexWriter, encode: Encode, say: Progress) -> int:
    """Embed the texts of a plan that have no vector, syncing each batch; return how many."""
    new = writer.missing(plan.keys)
    asked: deque[list[str]] = deque()

    def batches() -> Iterator[list[str]]:
        for start in range(0, len(new), BATCH):
            asked.append([plan.texts[row] for row in new[start : start + BATCH].tolist()])
            yield asked[-1]

    done = 0
    for vectors in encode(batches()):
        texts = asked.popleft()
        writer.add_vectors(texts, vectors)
        done += len(texts)
        say("embedding", done, len(new))
    return len(new)


def lend(lender: IndexWriter, writer: IndexWriter, keys: NDArray[np.uint64]) -> None:
    """Give a writer the vectors of text keys, (n, 2), that it lacks and another one has."""
    keys = keys[writer.missing(keys)]
    keys = np.delete(keys, lender.missing(keys), axis=0)
    start = 0
    for vectors in lender.vectors.chunks(keys):
        writer.remember(keys[start : start + len(vectors)], vectors)
        start += len(vectors)
