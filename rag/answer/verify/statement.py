"""Aligns a worded sentence with the evidence: its clauses, each with the matching part of the evidence.

Words are compared in canonical form: without endings, with synonyms merged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.language.dates import MONTH_NAMES, WEEKDAYS
from rag.language.opposites import same
from rag.language.sentences import sentences
from rag.language.words import Word, words

CLAUSE = re.compile(
    r";|(?<=[\w)\]”\"’]), (?:but|while|whereas|and|so|although|though|or)\b|\bbut\b|\bwhereas\b|(?<=[.!?])\s|\n"
)
LEAD = re.compile(r"^(?P<word>yes|no)\b[\s,.:;–—-]*", re.IGNORECASE)
SHORT_NAMES = {  # "Mon", "Nov", "Sept"
    name[:length]: name
    for name in map(str.lower, (*WEEKDAYS, *MONTH_NAMES))
    if name != "may"
    for length in (2, 3, 4, 5, len(name))
    if length > 2
}
REMEMBERED = 1_024  # cached sets of blocks
BEFORE, BEYOND = 3, 3  # words before and after the matched part that belong to it


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a worded sentence with the matching words of the evidence."""

    words: tuple[Word, ...]
    sentence: tuple[Word, ...]  # the sentence of the evidence that shares most words with it
    stretch: tuple[Word, ...]  # the part of that sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """A worded sentence, its question, and all the evidence that it cites."""

    question: str
    claim: str  # without a leading yes or no
    lead: str  # "yes", "no" or ""
    blocks: tuple[str, ...]
    rows: tuple[bool, ...]  # which blocks are rows of a table
    context: tuple[str, ...]

    @property
    def evidence(self) -> str:
        return "\n".join(self.blocks)

    @property
    def known(self) -> str:
        """All text that a wording may take words from."""
        return "\n".join((*self.blocks, *self.context, self.question))


def statement(
    question: str, claim: str, blocks: Sequence[str], rows: Sequence[bool], context: Sequence[str]
) -> Statement:
    found = LEAD.match(claim)
    bare = claim[found.end() :] if found else claim
    lead = found["word"].lower() if found else ""
    return Statement(question, bare.strip(), lead, tuple(blocks), tuple(rows), tuple(context))


def clauses(given: Statement) -> list[Clause]:
    """Return the clauses of the claim, each with the matching part of the evidence."""
    said = [part for part in CLAUSE.split(given.claim) if re.search(r"\w", part)]
    there = _sentences(given.blocks)
    return [_aligned(tuple(words(part)), there) for part in said] if there else []


@lru_cache(REMEMBERED)
def _sentences(blocks: tuple[str, ...]) -> tuple[tuple[Word, ...], ...]:
    return tuple(tuple(words(block[start:end])) for block in blocks for start, end in sentences(block))


def _aligned(said: tuple[Word, ...], there: Sequence[tuple[Word, ...]]) -> Clause:
    meant = {canonical(word) for word in said if word.is_content} or {canonical(word) for word in said}
    best = max(range(len(there)), key=lambda i: (len(meant & {canonical(w) for w in there[i]}), -i))
    sentence = there[best]
    about = [i for i, word in enumerate(sentence) if canonical(word) in meant]
    stretch = sentence[max(0, about[0] - BEFORE) : about[-1] + BEYOND] if about else sentence
    return Clause(said, sentence, stretch)


@cache
def _same() -> dict[str, str]:
    return same()


def canonical(word: Word) -> str:
    """Return the canonical form of a word."""
    lower = word.text.casefold()
    if lower in SHORT_NAMES and (word.is_capitalised or lower == SHORT_NAMES[lower]):
        return SHORT_NAMES[lower]
    found = _same().get(lower) or _same().get(word.stem)
    return found or _stem_of_same().get(word.stem) or word.stem


@cache
def _stem_of_same() -> dict[str, str]:
    return {words(form)[0].stem: first for form, first in same().items() if words(form)}
