"""Answers searches from one generation of an index.

An Index never changes: what is published while it is open is seen by the next `Index.open`. Every byte that it answers from was
checked; a damaged file is IndexCorrupt, never a wrong passage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt, IndexMismatch
from rag.index.search import flat
from rag.index.search.bm25 import Lexicon
from rag.index.search.ivf import EXACT_LIMIT, Lists
from rag.index.storage.folder import numbers
from rag.index.storage.generation import Documents, Generation, open_newest
from rag.index.storage.manifest import Manifest
from rag.types import Document, Hit, Passage, Vectors, Where


class Index:
    """One generation, open for searching."""

    def __init__(self, generation: Generation, notes: tuple[str, ...] = ()) -> None:
        self._generation = generation
        self.path = generation.path  # the folder of the index
        self.manifest: Manifest = generation.manifest
        self.notes = notes  # what was passed over when it was opened, in a line each
        self.passages: Sequence[Passage] = generation.passages
        self.documents: Mapping[str, Document] = Documents(generation)
        self._matrix = generation.table("vectors", "<f4", max(1, self.manifest.dimension))
        self._lists = self._opened_lists() if self.manifest.search == "lists" else None
        self._lexicon = Lexicon(generation.postings(), self.manifest.languages)

    @classmethod
    def open(cls, path: Path, *, fingerprint: str | None = None) -> Index:
        """Open the newest whole generation.

        Raises IndexMissing, IndexCorrupt, and IndexMismatch if it was built with another encoder than `fingerprint`.
        """
        generation, notes = open_newest(Path(path))
        if fingerprint is not None and generation.manifest.fingerprint != fingerprint:
            raise IndexMismatch(fingerprint, generation.manifest.fingerprint)
        return cls(generation, notes)

    @property
    def generation(self) -> int:
        """The number of the generation that answers."""
        return self.manifest.generation

    def passages_of(self, source: str) -> list[Passage]:
        """Return the passages that stand in a file, in the order of the index."""
        rows = self._generation.rows_of(self._generation.within((source,)))
        return [self.passages[int(row)] for row in rows]

    def files(self, **where: Unpack[Where]) -> list[str]:
        """List the files, in order, that are searched."""
        within = self._generation.within(**where)
        return [self._generation.sources[int(number)] for number in np.flatnonzero(within)]

    def search(self, vector: Vectors, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return the k passages with the greatest cosine to a unit-length vector (d,), of the files that `where` names."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if vector.shape != (self.manifest.dimension,):
            raise ValueError(f"the vector has shape {vector.shape}, this index takes ({self.manifest.dimension},)")
        rows = self._rows(where)
        vector = np.ascontiguousarray(vector, dtype=np.float32)
        if self._lists is not None and (rows is None or len(rows) > EXACT_LIMIT):
            return self._hits(*self._lists.search(vector, k, rows))
        return self._hits(*flat.exact(self._matrix, vector, k, rows))

    def search_text(self, question: str, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return the k passages that share the most telling words with the question (BM25), fewer if fewer share any."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        scores = self._lexicon.scores(question)
        if (rows := self._rows(where)) is not None:
            allowed = np.zeros(len(scores), dtype=np.bool_)
            allowed[rows] = True
            scores[~allowed] = 0
        return self._hits(*flat.top(scores, k))

    def _rows(self, where: Where) -> NDArray[np.int64] | None:
        """Return the rows that are searched, None for all."""
        return self._generation.rows_of(self._generation.within(**where)) if any(where.values()) else None

    def _opened_lists(self) -> Lists:
        table, dimension = self._generation.table, self.manifest.dimension
        return Lists(
            self._matrix, table("centroids", "<f4", dimension),
            self._generation.blobs["lists"], table("lists.offsets", "<u8"), self.manifest.probes,
        )  # fmt: skip

    def _hits(self, rows: NDArray[Any], scores: NDArray[Any]) -> list[Hit]:
        return [Hit(self.passages[int(row)], float(score)) for row, score in zip(rows, scores, strict=True)]


def verify(path: Path) -> list[str]:
    """Check every byte of every generation and return what is wrong, in a line each, with what to do; empty if all is well."""
    problems: list[str] = []
    for number in numbers(path):
        try:
            problems += [str(error) for error in Generation(path, number).check()]
        except IndexCorrupt as error:
            problems.append(str(error))
        except (OSError, ValueError) as error:
            problems.append(f"manifests/{number:08d}: {error}; delete it, or run: rag build seeds")
    if not problems:
        open_newest(path)
    return list(dict.fromkeys(problems))
