"""Ranks passages by the words that they share with a question: BM25, scored when the question comes.

Nothing of the collection as a whole is baked into a posting, so a changed passage changes its own postings only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.index.terms import LANGUAGES, language_of, stemmer, words_of
from rag.types import Progress

VERSION = 1  # changes whenever the same text would give other postings
K1 = 1.5  # how soon a repeated word stops to count; the default of Lucene's followers
B = 0.75  # how much a long passage is held back; Robertson et al. 1994
CHUNK = 1_024  # passages that are counted together; bounds the memory of a build
WORDS = 50_000  # whose stems are remembered; a folder in one language uses about as many
MOST = 255  # occurrences of a term in one passage that are told apart: one byte
COMMON = 0.25  # a term that stands in more passages than this decides nothing in a large collection, and costs most
LARGE = 50_000  # passages from which on common terms are left out
SHARE = 0.01  # of the passages; a question is stemmed for every language that makes up as much

Array = NDArray[Any]
Part = tuple[Array, Array, Array]


class Rows(Protocol):
    """An array on disk."""

    def __len__(self) -> int: ...

    def rows(self, start: int = 0, end: int | None = None) -> Array:
        """Return rows start to end."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For every term the passages it stands in: term i is in `rows[offsets[i]:offsets[i + 1]]`, ascending, `counts` times."""

    terms: Array  # (t,) uint64, ascending digests of the terms
    offsets: Array  # (t + 1,) uint64
    rows: Array  # (p,) uint32
    counts: Array  # (p,) uint8
    lengths: Array  # (n,) uint32, terms of each passage
    languages: Array  # (n,) uint8, positions in LANGUAGES


def count_terms(texts: Sequence[str], say: Progress | None = None) -> Postings:
    """Return the postings of texts, text i being row i; tell `say` how far it is."""
    vocabulary: dict[tuple[str, str], int] = {}  # (language, word) → number; stemmed once for each word that is met
    numbers: dict[int, int] = {}  # digest of a stem → number
    parts: list[Part] = []
    lengths = np.zeros(len(texts), dtype=np.uint32)
    languages = np.zeros(len(texts), dtype=np.uint8)
    for start in range(0, len(texts), CHUNK):
        flat: list[int] = []
        for row in range(start, min(start + CHUNK, len(texts))):
            words = words_of(texts[row])
            language = language_of(words)
            languages[row], lengths[row] = LANGUAGES.index(language), len(words)
            flat += _numbered(words, language, vocabulary, numbers)
        if len(vocabulary) > WORDS:
            vocabulary.clear()
        if say:
            say("indexing", min(start + CHUNK, len(texts)), len(texts))
        parts.append(_counted(np.array(flat, dtype=np.int64), lengths[start : start + CHUNK], start))
    return _by_term(parts, numbers, lengths, languages)


def merge(old: Postings, kept: Array, new: Postings, order: Array) -> Postings:
    """Return the postings of the rows `kept` of old, then all rows of new, put into `order`.

    order[i] is the place of the final row i in that sequence. The result equals counting all texts afresh.
    """
    from scipy.sparse import csr_array, vstack

    terms = np.union1d(old.terms, new.terms)
    parts = []
    for postings in (old, new):
        columns = np.repeat(np.searchsorted(terms, postings.terms), np.diff(postings.offsets).astype(np.int64))
        shape = (len(postings.lengths), len(terms))
        parts.append(csr_array((postings.counts, (postings.rows.astype(np.int64), columns)), shape=shape))
    table = vstack([parts[0][kept], parts[1]], format="csr")[order].tocsc()
    table.sort_indices()
    used = np.diff(table.indptr) > 0
    return Postings(
        terms[used],
        np.concatenate([[0], np.cumsum(np.diff(table.indptr)[used])]).astype(np.uint64),
        table.indices.astype(np.uint32),
        table.data.astype(np.uint8),
        np.concatenate([old.lengths[kept], new.lengths])[order],
        np.concatenate([old.languages[kept], new.languages])[order],
    )


def languages_in(postings: Postings) -> dict[str, int]:
    """Count the passages of each language."""
    counts = np.bincount(postings.languages, minlength=len(LANGUAGES))
    return {language: int(count) for language, count in zip(LANGUAGES, counts, strict=True) if count}


class Lexicon:
    """Postings on disk, ready to answer."""

    def __init__(self, tables: Mapping[str, Rows], languages: Mapping[str, int]) -> None:
        """Take the tables of Postings by their names, and how many passages there are of each language."""
        self._tables = tables
        self._size = len(tables["lengths"])
        self._languages = [name for name, count in languages.items() if count >= SHARE * max(1, self._size)]

    def scores(self, question: str) -> Array:
        """Return the score of every passage: (n,) float32, 0 where no word is shared."""
        scores = np.zeros(self._size, dtype=np.float32)
        found = self._found(question)
        if not found:
            return scores
        lengths = self._tables["lengths"].rows()
        mean = max(1.0, float(lengths.mean()))
        rare = [span for span in found if self._size < LARGE or span[1] - span[0] <= COMMON * self._size]
        for start, end in rare or found:
            rows = self._tables["rows"].rows(start, end)
            counts = self._tables["counts"].rows(start, end).astype(np.float32)
            weight = math.log(1 + (self._size - len(rows) + 0.5) / (len(rows) + 0.5))  # Lucene's, never negative
            held = np.float32(K1) * ((1 - B) + np.float32(B / mean) * lengths[rows])
            scores[rows] += np.float32(weight) * counts / (counts + held)
        return scores

    def _found(self, question: str) -> list[tuple[int, int]]:
        """Return the span of postings of every term of the question that occurs."""
        words = words_of(question)
        stems = {stem for name in self._languages for stem in stemmer(name)(words)}
        wanted = np.array(sorted(map(_digest, stems)), dtype=np.uint64)
        terms, offsets = self._tables["terms"].rows(), self._tables["offsets"].rows()
        at = np.searchsorted(terms, wanted)
        at = at[(at < len(terms)) & (terms[np.minimum(at, len(terms) - 1)] == wanted)] if len(terms) else at[:0]
        return [(int(offsets[i]), int(offsets[i + 1])) for i in at]


def _numbered(
    words: list[str], language: str, vocabulary: dict[tuple[str, str], int], numbers: dict[int, int]
) -> list[int]:
    found = []
    for word in words:
        number = vocabulary.get((language, word))
        if number is None:
            digest = _digest(stemmer(language)([word])[0])
            number = vocabulary[language, word] = numbers.setdefault(digest, len(numbers))
        found.append(number)
    return found


def _counted(numbers: Array, lengths: Array, first: int) -> Part:
    """Return passages, terms and counts, (p,) each, of some passages that stand one after another; by passage, then by term."""
    passages = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    pairs, counts = np.unique(passages << 40 | numbers, return_counts=True)
    rows, terms = (pairs >> 40) + first, pairs & ((1 << 40) - 1)
    return rows.astype(np.uint32), terms.astype(np.uint32), np.minimum(counts, MOST).astype(np.uint8)


def _by_term(parts: Sequence[Part], numbers: Mapping[int, int], lengths: Array, languages: Array) -> Postings:
    """Put the parts, which stand in the order of their passages, into the order of their terms."""
    digests = np.fromiter(numbers, dtype=np.uint64, count=len(numbers))
    order = np.argsort(digests)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    sizes = np.zeros(len(order), dtype=np.int64)
    for _, terms, _ in parts:
        sizes += np.bincount(rank[terms], minlength=len(order))
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    rows, counts = np.empty(offsets[-1], dtype=np.uint32), np.empty(offsets[-1], dtype=np.uint8)
    filled = offsets[:-1].copy()  # of each term, how far
    for part_rows, terms, part_counts in parts:
        ranks = rank[terms]
        by_rank = np.argsort(ranks, kind="stable")
        ranks = ranks[by_rank]
        found = np.bincount(ranks, minlength=len(order))
        within = np.arange(len(ranks)) - (np.cumsum(found) - found)[ranks]  # how many of the same term stand before
        rows[filled[ranks] + within] = part_rows[by_rank]
        counts[filled[ranks] + within] = part_counts[by_rank]
        filled += found
    return Postings(digests[order], offsets.astype(np.uint64), rows, counts, lengths, languages)


def _digest(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
