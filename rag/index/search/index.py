"""Answers searches from one generation of an index.

An Index never changes: a generation published later is seen by the next `Index.open`. Every byte it reads is verified;
a damaged file raises IndexCorrupt and never yields a wrong passage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any, Protocol, Unpack

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt, IndexMismatch
from rag.index.search import flat
from rag.index.search.bm25 import Lexicon, Tables
from rag.index.search.ivf import EXACT_LIMIT, Lists
from rag.index.search.name_lexicon import NameLexicon
from rag.index.storage.address import Address
from rag.index.storage.catalogue import Catalogue, Documents
from rag.index.storage.folder import numbers
from rag.index.storage.generation import Generation, open_newest
from rag.index.storage.manifest import Manifest
from rag.language.exact import Exact, asked_exactly
from rag.language.spelling import Speller
from rag.language.terms import words_of
from rag.types import Document, Hit, Passage, Ranking, Vectors, Where

FEW = 5  # a code found in at most this many passages gives each the full score
SAMPLED = 4_000_000  # characters of the documents whose words the speller learns, in a fraction of a second
READ_THROUGH = 200  # passages with all parts of a code that are searched for the code itself


class Stored(Protocol):
    """A complete generation, wherever it is stored."""

    collection: int  # of a database, 0 in a folder

    @property
    def path(self) -> Path | Address:
        """The location of the index."""

    @property
    def manifest(self) -> Manifest:
        """Its manifest."""

    @property
    def catalogue(self) -> Catalogue:
        """Its documents."""

    @property
    def passages(self) -> Sequence[Passage]:
        """Its passages, each read on access."""

    def passages_at(self, rows: Sequence[int]) -> list[Passage]:
        """Read some passages."""

    def document(self, number: int) -> Document:
        """Read one document with its text."""

    def documents_at(self, numbers: Sequence[int]) -> Iterable[Document]:
        """Read some documents, one after another."""

    def sample(self, size: int) -> str:
        """Return about `size` bytes of document text, with the documents' names."""


class Dense(Protocol):
    """The vectors of a generation."""

    def search(self, vector: Vectors, k: int, rows: NDArray[Any] | None) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the k rows nearest to a vector (d,), best first, with their cosines; only among `rows` if given."""


class Matrix:
    """The vectors of a generation on disk: all are compared, or only those of near inverted lists if there are any."""

    def __init__(self, generation: Generation) -> None:
        table, manifest = generation.table, generation.manifest
        self._matrix = table("vectors", "<f4", max(1, manifest.dimension))
        self._lists = None
        if manifest.search == "lists":
            centroids, offsets = table("centroids", "<f4", manifest.dimension), table("lists.offsets", "<u8")
            self._lists = Lists(self._matrix, centroids, generation.blobs["lists"], offsets, manifest.probes)

    def search(self, vector: Vectors, k: int, rows: NDArray[Any] | None) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the k rows nearest to a vector (d,), best first, with their cosines; only among `rows` if given."""
        if self._lists is not None and (rows is None or len(rows) > EXACT_LIMIT):
            return self._lists.search(vector, k, rows)
        return flat.exact(self._matrix, vector, k, rows)


class Index:
    """One generation, open for searching."""

    def __init__(
        self,
        generation: Stored,
        dense: Dense,
        lexicon: Lexicon,
        names: NameLexicon | None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._generation, self._dense, self._lexicon, self._names = generation, dense, lexicon, names
        self.path = generation.path  # the location of the index
        self.manifest: Manifest = generation.manifest
        self.key = generation.collection, self.manifest.generation  # rights may lead to another collection
        self.notes = notes  # what was skipped on opening, one line each
        self.passages: Sequence[Passage] = generation.passages
        self.documents: Mapping[str, Document] = Documents(generation)

    @classmethod
    def open(cls, path: Path, *, fingerprint: str | None = None) -> Index:
        """Open the newest whole generation.

        Raises IndexMissing, IndexCorrupt, and IndexMismatch if it was built with another encoder than `fingerprint`.
        """
        generation, notes = open_newest(Path(path))
        manifest, words, names = generation.manifest, generation.postings("words"), generation.postings("names")
        if fingerprint is not None and manifest.fingerprint != fingerprint:
            raise IndexMismatch(fingerprint, manifest.fingerprint)
        lexicon = Lexicon(Tables(words), words["lengths"], manifest.languages)
        named = NameLexicon(names, generation.catalogue) if names else None
        return cls(generation, Matrix(generation), lexicon, named, notes)

    @property
    def generation(self) -> int:
        """The number of the generation in use."""
        return self.manifest.generation

    def passages_of(self, source: str) -> list[Passage]:
        """Return the passages of a file, in index order."""
        catalogue = self._generation.catalogue
        return self._generation.passages_at(catalogue.rows_of(catalogue.within((source,))).tolist())

    def files(self, **where: Unpack[Where]) -> list[str]:
        """List the files that are searched, in order."""
        catalogue = self._generation.catalogue
        if not any(where.values()):
            return list(catalogue.sources)
        return list(compress(catalogue.sources, catalogue.within(**where).tolist()))

    def search(self, vector: Vectors, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return the hits of `nearest`, read from the disk."""
        return self.hits(self.nearest(vector, k, **where))

    def search_text(self, question: str, k: int, **where: Unpack[Where]) -> list[Hit]:
        """Return the hits of `matching`, read from the disk."""
        return self.hits(self.matching(question, k, **where))

    def hits(self, ranking: Ranking) -> list[Hit]:
        """Read the passages of a ranking from the disk."""
        passages = self._generation.passages_at([row for row, _ in ranking])
        return [Hit(passage, score) for passage, (_, score) in zip(passages, ranking, strict=True)]

    def nearest(self, vector: Vectors, k: int, **where: Unpack[Where]) -> Ranking:
        """Return the k passages with the greatest cosine to a unit-length vector (d,), of the files that `where` names."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if not self.manifest.passages:
            return []
        if vector.shape != (self.manifest.dimension,):
            raise ValueError(f"the vector has shape {vector.shape}, this index takes ({self.manifest.dimension},)")
        return _ranking(*self._dense.search(np.ascontiguousarray(vector, dtype=np.float32), k, self._rows(where)))

    def matching(self, question: str, k: int, **where: Unpack[Where]) -> Ranking:
        """Return the k best passages by BM25, fewer if fewer share a word with the question."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        scores = self._lexicon.scores(question)
        if self._names:
            self._names.add(question, scores)
        return self._best(scores, k, where)

    def naming(self, question: str, k: int, **where: Unpack[Where]) -> Ranking:
        """Return up to k passages with codes and dates of the question; more and rarer matches score higher.

        The maximum score is 1: at most FEW passages hold each, or names of at most FEW documents where no passage does. Of
        equal ones those come first that share more words with the question."""
        asked = asked_exactly(question)
        if not asked or self._names is None:
            return []
        scores = np.zeros(self.manifest.passages, dtype=np.float32)
        for exact in asked:
            if not (count := len(rows := self._lexicon.rows_of(exact.term))):
                rows, count = self._names.rows_of(exact.term)
            scores[rows] += min(1, FEW / max(1, count)) / len(asked)
        if np.count_nonzero(scores) > k:
            scores = flat.equal_by(self._lexicon.scores(question), scores)
        return self._best(scores, k, where)

    def holds(self, exact: Exact) -> bool:
        """Return True if a passage, heading, title or file name holds something, or if this index cannot tell."""
        if self._names is None or self._lexicon.has(exact.term) or self._names.has(exact.term):
            return True
        parts = words_of(exact.text)
        rows = self._lexicon.rows_of(parts[0]) if parts else np.zeros(0, dtype=np.uint32)
        for part in parts[1:]:
            rows = np.intersect1d(rows, self._lexicon.rows_of(part), assume_unique=True)
        apart = re.compile(r"[\W_]{0,3}".join(map(re.escape, parts)), re.IGNORECASE)
        if len(rows) > READ_THROUGH:
            return True
        return any(apart.search(f"{p.heading}\n{p.text}") for p in self._generation.passages_at(rows.tolist()))

    def knows(self, word: str) -> bool:
        """Return True if a passage or a document's name holds a word in any form."""
        return self._lexicon.has(word) or (self._names is not None and self._names.has(word))

    @cached_property
    def speller(self) -> Speller:
        """Words for correcting a question: those in SAMPLED characters spread over the documents, and everyday ones."""
        return Speller(Counter(re.findall(r"[a-z]{3,}", self._generation.sample(SAMPLED).lower())))

    def _best(self, scores: NDArray[Any], k: int, where: Where) -> Ranking:
        """Return the k best searched passages with a score above 0."""
        if (rows := self._rows(where)) is not None:
            allowed = np.zeros(len(scores), dtype=np.bool_)
            allowed[rows] = True
            scores[~allowed] = 0
        return _ranking(*flat.top(scores, k))

    def _rows(self, where: Where) -> NDArray[np.int64] | None:
        """Return the rows to search, None for all."""
        catalogue = self._generation.catalogue
        return catalogue.rows_of(catalogue.within(**where)) if any(where.values()) else None


def _ranking(rows: NDArray[Any], scores: NDArray[Any]) -> Ranking:
    return list(zip(rows.tolist(), scores.tolist(), strict=True))


def verify(path: Path) -> list[str]:
    """Check every byte of every generation; return one line for each problem, with what to do."""
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
