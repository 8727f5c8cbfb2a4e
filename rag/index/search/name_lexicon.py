"""Scores passages by the names of their documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.search.bm25 import Lexicon, Rows, Tables
from rag.index.storage.catalogue import Catalogue
from rag.language.exact import exact_terms
from rag.language.terms import LANGUAGES, telling_words, words_of
from rag.language.words import DIGIT

SHARE = 0.15  # weight of a word in a name, against 1 in a passage; 0.15 had the best recall (benchmarks/RETRIEVAL.md)
MOST = 500  # documents; a name that matches more of them is ignored


class NameLexicon:
    """The words in document names, and the passages of each document."""

    def __init__(self, tables: Mapping[str, Rows], catalogue: Catalogue) -> None:
        counts = np.bincount(tables["languages"].rows(), minlength=len(LANGUAGES)).tolist()
        self._lexicon = Lexicon(Tables(tables), tables["lengths"], dict(zip(LANGUAGES, counts, strict=True)))
        self._rows = catalogue.rows_in

    def add(self, question: str, scores: NDArray[Any]) -> None:
        """Add to the scores of passages, (n,), for words that their documents' names share with the question.

        A year, date or code in a name counts for every passage; a word only if the passage itself shares one.
        """
        words = telling_words(question)
        exact = [*(word for word in words if DIGIT.search(word)), *exact_terms(question, words_of(question))]
        for number, score in self._best([word for word in words if not DIGIT.search(word)]):
            rows = self._rows(number)
            scores[rows] += SHARE * score * (scores[rows] > 0)
        for number, score in self._best(exact) if exact else ():
            scores[self._rows(number)] += score

    def _best(self, words: list[str]) -> list[tuple[int, float]]:
        """Return at most MOST documents whose names hold some of the words, with their scores."""
        named = self._lexicon.scores_of(words)
        found = np.flatnonzero(named)
        return [
            (number, float(named[number])) for number in found[np.argsort(-named[found], kind="stable")][:MOST].tolist()
        ]

    def has(self, term: str) -> bool:
        """Return True if a name holds a term."""
        return self._lexicon.has(term)

    def rows_of(self, term: str) -> tuple[NDArray[Any], int]:
        """Return the rows of the passages of documents whose name holds a term, and the number of these documents."""
        rows = [self._rows(number) for number in self._lexicon.rows_of(term).tolist()]
        return (np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.int64)), len(rows)
