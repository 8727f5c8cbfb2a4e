"""Reads what is to be computed from the words of a question: a count, a sum, a mean, an extreme, a difference."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.bounds import BOUND
from rag.language.called import IDLE
from rag.language.lists import FUNCTION_WORDS
from rag.language.measures import superlative, wants_most
from rag.language.stems import stem
from rag.language.words import content_stems, words

PERIOD = re.compile(
    r"\b(?:this|last|next|past|previous|coming)\s{1,8}(?:year|month|week|season|quarter|time)s?\b|\bso far\b|\bat the moment\b",
    re.IGNORECASE,
)
HOW_MANY = re.compile(r"\bhow many(?: of (?:our|the|my|your|their))?\s+|\bnumber of\s+|\bcount of\s+", re.IGNORECASE)
ADDED = re.compile(
    r"\b(?:total|altogether|in all|sum|together|added up|overall|all told|combined|all in all)\b", re.IGNORECASE
)
MEAN = re.compile(r"\b(?:average|mean)\b", re.IGNORECASE)
LEFT = re.compile(r"\b(?:free|left|remaining|remains?|spare|vacant|still available|unsold|unused)\b", re.IGNORECASE)
FULL = re.compile(r"\b(?:fully (?:booked|let|used|taken)|full|sold out|booked (?:up|out))\b", re.IGNORECASE)
SHORT = re.compile(
    r"\b(?:below|under|short of|less than|beneath)\s+(?:the|its|their|our)?\s*(?P<bound>minimum|target|limit|plan|budget)\b",
    re.IGNORECASE,
)
BEST = re.compile(r"\b(?:best|top|most successful|strongest)\b", re.IGNORECASE)
WHICH = re.compile(
    r"\b(?:which|what)\s+(?P<kind>[^\W\d_]+)|\bwho\b|\b(?:in|on)\s+(?:which|what)\s+(?P<when>[^\W\d_]+)", re.IGNORECASE
)
VERB = re.compile(
    r"\b(?:which|what|who)\s+(?:[^\W\d_]+\s+)?(?P<verb>[^\W\d_]+s)\s+(?:the|most|least|fewest)\b", re.IGNORECASE
)
SUMMARY = re.compile(
    r"\bsum(?:med|ming)?\s+(?:\w+\s+){0,3}up\b|\bsummar\w+|\b(?:overview|gist|points?|main|brief|tl;?dr|about|key|important)\b",
    re.IGNORECASE,
)
MORE = re.compile(
    r"\bdifference\b|\bhow (?:much|many) (?:more|less|fewer|\w{2,}er)\b|\bby how (?:much|many)\b",
    re.I,
)
CHANGED = re.compile(
    r"\b(?:gone|went|go) (?:up|down)\b|\b(?:risen|rose|fallen|fell|increased?|decreased?|dearer|cheaper) (?:since|than last|from)\b|\bsince last\b",
    re.IGNORECASE,
)
IDLE_STEMS = frozenset(map(stem, IDLE)) | IDLE


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be computed, and the stems of the words that say of what."""

    question: str
    operation: str  # "count", "sum", "average", "extreme", "left", "difference" or "short"
    asked: frozenset[str]
    thing: str  # the stem of what is counted, or of what "which" asks for
    most: bool = True


def wish(question: str) -> Wish | None:
    """Return what a question wants computed, None if nothing."""
    told = PERIOD.sub(" ", question)
    operation, cue = _operation(told)
    if not operation or cue is None:
        return None
    verb = VERB.search(told) if operation == "extreme" else None
    asked = wanted_stems(cue.sub(" ", told.replace(verb["verb"], " ", 1) if verb else told))
    return Wish(question, operation, asked, _thing(told, operation), wants_most(question) is not False)


def wanted_stems(question: str) -> frozenset[str]:
    """Return the stems of a question that say of what something is to be computed."""
    rest = BOUND.sub(" ", PERIOD.sub(" ", question))
    match = superlative(rest)
    rest = rest.replace(match.group(), " ", 1) if match else rest
    return frozenset(s for s in content_stems(rest) if s not in IDLE_STEMS)


def _operation(question: str) -> tuple[str, re.Pattern[str] | None]:
    if MEAN.search(question):
        return "average", MEAN
    if MORE.search(question) and not SHORT.search(question):
        return "difference", MORE
    if SHORT.search(question) and not HOW_MANY.search(question):
        return "short", SHORT
    if HOW_MANY.search(question):
        if LEFT.search(question):
            return "left", LEFT
        return "count", HOW_MANY
    if superlative(question) or BEST.search(question):
        return "extreme", BEST
    if ADDED.search(question):
        return "sum", ADDED
    return "", None


def _thing(question: str, operation: str) -> str:
    """Return the stem of the noun right after "how many", at the end of its phrase, or after "which"."""
    if operation in ("count", "left"):
        opening = HOW_MANY.search(question)
        after = words(question[opening.end() :]) if opening else []
        return next((w.stem for w in after if w.is_content), "")
    match = WHICH.search(question)
    if match is None:
        return ""
    if match.group().casefold() == "who":
        return stem("name")
    kind = (match["kind"] or match["when"] or "").casefold()
    return "" if kind in FUNCTION_WORDS or superlative(kind) else stem(kind)


def asks_for_a_number(question: str) -> bool:
    """Return True if "sum of" and the like ask for a number, not for a summary."""
    return wish(question) is not None and not SUMMARY.search(question)
