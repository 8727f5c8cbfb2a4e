"""Ranks passages by the words they share with a question (BM25).

Postings hold no collection statistics: these are applied when a question is scored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.index.search.postings import digest_of
from rag.language.exact import exact_terms
from rag.language.stems import stemmer
from rag.language.terms import telling_words, words_of

VERSION = 2  # raised whenever the same text gives different postings
K1 = 1.5  # how quickly repeated words saturate; the usual default
B = 0.75  # how strongly scores are normalised by length; Robertson et al. 1994
COMMON = 0.25  # share of the passages; a large collection ignores a term in more of them: it costs most and tells least
LARGE = 50_000  # passages; larger collections ignore common terms
SHARE = 0.01  # share of the passages in a language; above it, questions are stemmed in that language too

Array = NDArray[Any]


class Rows(Protocol):
    """An array on disk."""

    def __len__(self) -> int: ...

    def rows(self, start: int = 0, end: int | None = None) -> Array:
        """Return rows start to end."""


class PostingLists(Protocol):
    """Which passages hold a term, and how often."""

    def of(self, terms: Array) -> list[tuple[Array, Array]]:
        """Return for each of these digests of terms, ascending, that occurs: the rows, ascending, and how often in each."""


class Tables:
    """Posting lists in the tables that a build writes."""

    def __init__(self, tables: Mapping[str, Rows]) -> None:
        """Take the tables by their names in Postings."""
        self._tables = tables

    def of(self, terms: Array) -> list[tuple[Array, Array]]:
        """Return for each of these digests of terms, ascending, that occurs: the rows, ascending, and how often in each."""
        known, offsets = self._tables["terms"].rows(), self._tables["offsets"].rows()
        at = np.searchsorted(known, terms)
        at = at[(at < len(known)) & (known[np.minimum(at, len(known) - 1)] == terms)] if len(known) else at[:0]
        spans = [(int(offsets[i]), int(offsets[i + 1])) for i in at]
        rows, counts = self._tables["rows"], self._tables["counts"]
        return [(rows.rows(start, end), counts.rows(start, end)) for start, end in spans]


class Lexicon:
    """Posting lists, ready to search."""

    def __init__(self, postings: PostingLists, lengths: Rows, languages: Mapping[str, int]) -> None:
        """Take the lists, the number of terms of each passage, and the number of passages of each language."""
        self._postings, self._lengths = postings, lengths
        self._size = len(lengths)
        self._languages = [name for name, count in languages.items() if count >= SHARE * max(1, self._size)]

    def scores(self, question: str) -> Array:
        """Return the score of every passage: (n,) float32, 0 if it shares no significant word."""
        return self.scores_of([*telling_words(question), *exact_terms(question, words_of(question))])

    def scores_of(self, words: list[str]) -> Array:
        """Return the score of every passage for these words."""
        scores = np.zeros(self._size, dtype=np.float32)
        found = self._found(words)
        if not found:
            return scores
        lengths = self._lengths.rows()
        mean = max(1.0, float(lengths.mean()))
        rare = [each for each in found if self._size < LARGE or len(each[0]) <= COMMON * self._size]
        for rows, counted in rare or found:
            counts = counted.astype(np.float32)
            weight = math.log(1 + (self._size - len(rows) + 0.5) / (len(rows) + 0.5))  # Lucene's, never negative
            held = np.float32(K1) * ((1 - B) + np.float32(B / mean) * lengths[rows])
            scores[rows] += np.float32(weight) * counts / (counts + held)
        return scores

    def has(self, term: str) -> bool:
        """Return True if a passage holds a term."""
        return bool(self._found([term]))

    def rows_of(self, term: str) -> Array:
        """Return the rows of the passages that hold a term, ascending."""
        rows = [rows for rows, _ in self._found([term])]
        return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.uint32)

    def _found(self, words: list[str]) -> list[tuple[Array, Array]]:
        """Return the postings of every word that occurs."""
        stems = {stem for name in self._languages for stem in stemmer(name)(words)}
        return self._postings.of(np.array(sorted(map(digest_of, stems)), dtype=np.uint64))
