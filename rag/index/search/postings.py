"""Counts the words of passages into postings, in constant memory.

Passages are counted in batches and the counts merged by ranges of terms. A posting holds no collection statistics, so a
changed passage changes only its own postings.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.index.search.posting_runs import POSTING, RANGES, Array, Kept, Runs
from rag.language.exact import exact_terms
from rag.language.stems import stemmer
from rag.language.terms import LANGUAGES, language_of, words_of
from rag.types import Progress

CHUNK = 512  # passages counted at a time, about 3 MB
TOGETHER = 1 << 15  # postings merged at a time, about 2 MB; a range of terms is not divided
WORDS = 20_000  # words whose stems are cached, about 3 MB; every second abstract has a new one
MOST = 255  # highest count of a term in one passage: one byte


@dataclass(frozen=True, slots=True)
class Postings:
    """For every term the passages that hold it, and the length and language of each passage."""

    lengths: Array  # (n,) uint32, terms per passage
    languages: Array  # (n,) uint8, positions in LANGUAGES
    runs: Runs
    kept: Kept | None = None

    def parts(self) -> Iterator[tuple[str, Array]]:
        """Yield the tables of an index by name, each in consecutive parts.

        terms: ascending digests of the terms, (t,) uint64; term i is in `rows[offsets[i]:offsets[i + 1]]`, (p,) uint32, ascending,
        `counts` times, (p,) uint8.
        """
        yield from (("lengths", self.lengths), ("languages", self.languages))
        yield "offsets", np.zeros(1, dtype=np.uint64)
        before = 0
        for low, high in self._together():
            found = self._merged(low, high)
            firsts = _starts(found["term"])
            yield "terms", found["term"][firsts]
            yield "offsets", np.append(firsts, len(found))[1:].astype(np.uint64) + np.uint64(before)
            yield "rows", found["row"]
            yield "counts", found["count"]
            before += len(found)

    def _together(self) -> Iterator[tuple[int, int]]:
        """Yield spans of ranges with at most TOGETHER postings, or of a single range."""
        sizes = self.runs.sizes() + (self.kept.sizes() if self.kept else 0)
        low, size = 0, 0
        for high, more in enumerate(sizes.tolist()):
            if high > low and size + more > TOGETHER:
                yield low, high
                low, size = high, 0
            size += more
        yield low, RANGES

    def _merged(self, low: int, high: int) -> Array:
        found = self.runs.read(low, high)
        if self.kept:
            found = np.concatenate([self.kept.read(low, high), found])
        return found[np.lexsort((found["row"], found["term"]))]


class Stems(dict[str, int]):
    """Words of a language → digests of their stems, computed on first access."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._stem = stemmer(language)

    def __missing__(self, word: str) -> int:
        self[word] = made = digest_of(self._stem([word])[0])
        return made


def count_terms(texts: Sequence[str], runs: Runs, *, kept: Kept | None = None, say: Progress | None = None) -> Postings:
    """Return the postings of texts, text i being row i; report progress to `say`.

    They are counted into `runs`, which must stay open while the result is used; passages in `kept` are not counted
    again.
    """
    rows = np.flatnonzero(kept.rows < 0) if kept else np.arange(len(texts))
    lengths = kept.of_passages("lengths") if kept else np.zeros(len(texts), dtype=np.uint32)
    languages = kept.of_passages("languages") if kept else np.zeros(len(texts), dtype=np.uint8)
    stems: dict[str, Stems] = {}
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        terms = array("Q")
        for row in some.tolist():
            words = words_of(texts[row])
            language = language_of(words)
            words += exact_terms(texts[row], words)
            languages[row], lengths[row] = LANGUAGES.index(language), len(words)
            known = stems.get(language) or stems.setdefault(language, Stems(language))
            terms.extend(map(known.__getitem__, words))
        if sum(map(len, stems.values())) > WORDS:
            stems.clear()
        runs.add(_counted(np.frombuffer(terms, dtype=np.uint64), np.repeat(some, lengths[some])))
        if say:
            say("indexing", min(start + CHUNK, len(rows)), len(rows))
    return Postings(lengths, languages, runs, kept)


def languages_in(postings: Postings) -> dict[str, int]:
    """Count the passages of each language."""
    counts = np.bincount(postings.languages, minlength=len(LANGUAGES))
    return {language: int(count) for language, count in zip(LANGUAGES, counts, strict=True) if count}


def digest_of(term: str) -> int:
    """Return the digest of a term, a number below 2**64."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _counted(terms: Array, rows: Array) -> Array:
    """Return the postings, sorted by term then row, of terms and their ascending rows, (w,) each."""
    order = np.argsort(terms, kind="stable")
    terms, rows = terms[order], rows[order]
    firsts = _starts(terms, rows)
    postings = np.empty(len(firsts), dtype=POSTING)
    postings["term"], postings["row"] = terms[firsts], rows[firsts]
    postings["count"] = np.minimum(np.diff(np.append(firsts, len(terms))), MOST)
    return postings


def _starts(*columns: Array) -> Array:
    """Return where runs of equal values start in columns of equal length."""
    differs = np.ones(len(columns[0]), dtype=np.bool_)
    differs[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(differs)
