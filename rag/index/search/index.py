"""Answers searches from one generation of an index.

An Index never changes: what is published while it is open is seen by the next `Index.open`. Every byte that it answers from was
checked; a damaged file is IndexCorrupt, never a wrong passage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt, IndexMismatch
from rag.index.search import flat
from rag.index.search.bm25 import Lexicon
from rag.index.search.ivf import EXACT_LIMIT, Lists
from rag.index.search.name_lexicon import NameLexicon
from rag.index.storage.folder import numbers
from rag.index.storage.generation import Documents, Generation, open_newest
from rag.index.storage.manifest import Manifest
from rag.language.exact import Exact, asked_exactly
from rag.language.spelling import Speller
from rag.language.terms import words_of
from rag.types import Document, Hit, Passage, Ranking, Vectors, Where

FEW = 5  # a code that stands in at most so many passages gives each of them the full score
SAMPLED = 4_000_000  # characters of the documents whose words the speller learns, in a small part of a second
READ_THROUGH = 200  # passages that hold all parts of a code, and are searched for the code itself


class Index:
    """One generation, open for searching."""

    def __init__(self, generation: Generation, notes: tuple[str, ...] = ()) -> None:
        self._generation = generation
        self.path = generation.path  # the folder of the index
        self.manifest: Manifest = generation.manifest
        self.notes = notes  # what was skipped when it was opened, one line each
        self.passages: Sequence[Passage] = generation.passages
        self.documents: Mapping[str, Document] = Documents(generation)
        self._matrix = generation.table("vectors", "<f4", max(1, self.manifest.dimension))
        self._lists = self._opened_lists() if self.manifest.search == "lists" else None
        self._lexicon = Lexicon(generation.postings(), self.manifest.languages)
        self._names = NameLexicon(generation) if "names.terms" in generation.blobs else None

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
        """Return the hits of `nearest`, read from the disk."""
        return self.hits(self.nearest(vector, k, **where))

    def search_text(self, question: str, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return the hits of `matching`, read from the disk."""
        return self.hits(self.matching(question, k, **where))

    def hits(self, ranking: Ranking) -> list[Hit]:
        """Read the passages of a ranking from the disk."""
        return [Hit(self.passages[row], score) for row, score in ranking]

    def nearest(self, vector: Vectors, k: int, **where: Unpack[Where]) -> Ranking:
        """Return the k passages with the greatest cosine to a unit-length vector (d,), of the files that `where` names."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if not self.manifest.passages:
            return []
        if vector.shape != (self.manifest.dimension,):
            raise ValueError(f"the vector has shape {vector.shape}, this index takes ({self.manifest.dimension},)")
        rows = self._rows(where)
        vector = np.ascontiguousarray(vector, dtype=np.float32)
        if self._lists is not None and (rows is None or len(rows) > EXACT_LIMIT):
            return _ranking(*self._lists.search(vector, k, rows))
        return _ranking(*flat.exact(self._matrix, vector, k, rows))

    def matching(self, question: str, k: int, **where: Unpack[Where]) -> Ranking:
        """Return the k passages that share the most telling words with the question (BM25), fewer if fewer share any."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        scores = self._lexicon.scores(question)
        if self._names:
            self._names.add(question, scores)
        return self._best(scores, k, where)

    def naming(self, question: str, k: int, **where: Unpack[Where]) -> Ranking:
        """Return up to k passages that hold the codes and days which the question names; more and rarer matches score higher.

        A score is at most 1: of a passage that holds all of it, and is one of FEW that hold any.
        """
        asked = asked_exactly(question)
        if not asked or self._names is None:
            return []
        scores = np.zeros(self.manifest.passages, dtype=np.float32)
        for exact in asked:
            rows = self._lexicon.rows_of(exact.term)
            scores[rows if len(rows) else self._names.rows_of(exact.term)] += min(1, FEW / max(1, len(rows))) / len(
                asked
            )
        return self._best(scores, k, where)

    def holds(self, exact: Exact) -> bool:
        """Return True if something stands in a passage, heading, title or file name, or if this index cannot say."""
        if self._names is None or self._lexicon.has(exact.term) or self._names.has(exact.term):
            return True
        parts = words_of(exact.text)
        rows = self._lexicon.rows_of(parts[0]) if parts else np.zeros(0, dtype=np.uint32)
        for part in parts[1:]:
            rows = np.intersect1d(rows, self._lexicon.rows_of(part), assume_unique=True)
        apart = re.compile(r"[\W_]{0,3}".join(map(re.escape, parts)), re.IGNORECASE)
        texts = (f"{p.heading}\n{p.text}" for p in (self.passages[int(row)] for row in rows[:READ_THROUGH]))
        return len(rows) > READ_THROUGH or any(map(apart.search, texts))

    def knows(self, word: str) -> bool:
        """Return True if a word, in any form, stands in a passage or in the name of a document."""
        return self._lexicon.has(word) or (self._names is not None and self._names.has(word))

    @cached_property
    def speller(self) -> Speller:
        """The words of the documents, of SAMPLED characters spread over them, and everyday ones, for correcting a question."""
        return Speller(Counter(re.findall(r"[a-z]{3,}", self._generation.sample(SAMPLED).lower())))

    def _best(self, scores: NDArray[Any], k: int, where: Where) -> Ranking:
        """Return the k best of the passages that are searched, those above 0."""
        if (rows := self._rows(where)) is not None:
            allowed = np.zeros(len(scores), dtype=np.bool_)
            allowed[rows] = True
            scores[~allowed] = 0
        return _ranking(*flat.top(scores, k))

    def _rows(self, where: Where) -> NDArray[np.int64] | None:
        """Return the rows that are searched, None for all."""
        return self._generation.rows_of(self._generation.within(**where)) if any(where.values()) else None

    def _opened_lists(self) -> Lists:
        table, dimension = self._generation.table, self.manifest.dimension
        return Lists(
            self._matrix, table("centroids", "<f4", dimension),
            self._generation.blobs["lists"], table("lists.offsets", "<u8"), self.manifest.probes,
        )  # fmt: skip


def _ranking(rows: NDArray[Any], scores: NDArray[Any]) -> Ranking:
    return list(zip(rows.tolist(), scores.tolist(), strict=True))


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
