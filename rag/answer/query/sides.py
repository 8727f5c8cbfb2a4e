"""Finds the two sides of a comparison in a question, and what is asked of both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.query.wish import IDLE_STEMS
from rag.language.lists import COMPARING
from rag.language.measures import LEAST, MOST
from rag.language.phrases import COMMON_VERBS
from rag.language.stems import stem
from rag.language.words import content_stems, words

BETWEEN = (
    r"\bvs\b\.?|\bversus\b",
    r"\bcompared (?:with|to)\b|\bas against\b",
    r"\bor\b",
    r"\band\b",
    r"\bthan\b|\bwith\b",
)
CUT = re.compile(
    r"[,;:?!]|\s[-–—]\s|\b(?:which|what|how|when|where|who|why|if|is|are|do|does|did|was|were|for|in terms of|regarding)\b",
    re.I,
)
OF = re.compile(r"\b(?:of|between|about|from|at|in)\b", re.IGNORECASE)
MOST_WORDS = 4  # of the question that name one side
OFF = frozenset(map(stem, COMPARING)) | IDLE_STEMS


@dataclass(frozen=True, slots=True)
class Sides:
    """The stems that name the one and the other, and those of what is asked of both."""

    one: frozenset[str]
    other: frozenset[str]
    subject: frozenset[str]


def sides_of(question: str) -> Sides | None:
    """Return the two sides of a comparison by the words that tell them apart; None if it does not name two."""
    for pattern in BETWEEN:
        for between in re.finditer(pattern, question, re.IGNORECASE):
            left = _named(OF.split(CUT.split(question[: between.start()])[-1])[-1], last=True)
            right = _named(CUT.split(question[between.end() :])[0], last=False)
            one, other = left - right, right - left
            if one and other:
                return Sides(one, other, subject_of(question) - left - right)
    return None


def subject_of(question: str) -> frozenset[str]:
    """Return the stems of what is asked of both sides."""
    rest = LEAST.sub(" ", MOST.sub(" ", question))
    return frozenset(s for s in content_stems(rest) if s not in OFF)


def _named(text: str, *, last: bool) -> frozenset[str]:
    """Return the stems of the name at one end of a text: its capitalised words, if it has any."""
    told = [
        w
        for w in words(LEAST.sub(" ", MOST.sub(" ", text)))
        if w.stem not in OFF and w.is_content and w.text not in COMMON_VERBS
    ]
    told = told[-MOST_WORDS:] if last else told[:MOST_WORDS]
    capital = [w for w in told if w.is_capitalised]
    return frozenset(w.stem for w in told if not capital or w.is_capitalised or w.is_number)
