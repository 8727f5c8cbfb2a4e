"""Notices when two sources say the same thing with another number, or one says it and the other denies it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Evidence
from rag.words import Word, is_negated, words

SAME = 0.8  # share of the other words that two sentences must have in common before they speak of the same
FEWEST = 4  # words besides the numbers: shorter sentences are alike by chance


def contradicting(evidence: Evidence, others: Sequence[Evidence]) -> Evidence | None:
    """Return the best of the other sentences, from another passage, that contradicts this one; None if none does."""
    return next(
        (o for o in others if o.passage.id != evidence.passage.id and _contradict(evidence.quote, o.quote)), None
    )


def _contradict(one: str, other: str) -> bool:
    first, second = words(one), words(other)
    if _numbers(first) == _numbers(second) and _negations(first) == _negations(second):
        return False
    if bool(_numbers(first)) != bool(_numbers(second)):
        return False  # one says more than the other; that is no contradiction
    plain, others = _plain(first), _plain(second)
    return min(len(plain), len(others)) >= FEWEST and len(plain & others) >= SAME * len(plain | others)


def _plain(found: Sequence[Word]) -> set[str]:
    return {word.stem for word in found if not word.is_number and word.is_content}


def _numbers(found: Sequence[Word]) -> set[str]:
    return {word.text.lower() for word in found if word.is_number}


def _negations(found: Sequence[Word]) -> int:
    return sum(is_negated(word) for word in found) % 2
