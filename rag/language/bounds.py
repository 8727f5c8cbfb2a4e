"""Detects the conditions in a question: bounds of a number, what is used up, what is lacking, and what is negated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.language.limits import any_of
from rag.language.lists import EXCEPTIONS, FAILURES, FOREIGN_NEGATIONS, NEGATIONS
from rag.language.quantities import is_undecided, number
from rag.language.units import is_known, unit_of

NOTHING = re.compile(
    r"\b(?:out of stock|sold out|not available|unavailable|ausverkauft|nicht (?:auf Lager|verfügbar)|épuisé\w*|agotad\w+)\b",
    re.IGNORECASE,
)
LACKS = re.compile(  # "plots without a shed", "articles that have no supplier", "those that don't have one"
    r"\b(?:(?:has|have|had|with|got) no|without(?: an?| any)?|(?:do|does|did)(?:\s+not|n['’]t) have(?: an?| any)?|lacks?|ohne|sans|sin)"
    r"\s+(?P<what>[^\W\d_]+)",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"(?P<not>(?:\b(?:no|not|nicht|pas)|n['’]t)\s+)?"
    r"(?:\b(?P<more>more than|over|above|at least|from|mehr als|über|mindestens|plus de|más de)"
    r"|\b(?P<less>less than|fewer than|under|below|at most|up to|weniger als|unter|höchstens|moins de|menos de))"
    r"\s+(?P<before>(?:EUR|USD|CHF|GBP|[€$£])\s?)?(?P<digits>\d[\d.,]*)(?=(?P<after>(?:\s?[^\W\d_]+|\s?[€$£%°]){0,2}))",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\s\D{0,4}\d", re.IGNORECASE)
INCLUSIVE = frozenset("at least,from,at most,up to,mindestens,höchstens".split(","))
UNSURE = frozenset("no non ne pas mai".split())  # "no. 5", "non-smoking", "NE", a month
NEGATED_WORDS = any_of(EXCEPTIONS | (NEGATIONS - FAILURES - UNSURE) | (FOREIGN_NEGATIONS - UNSURE))
NEGATED_FORMS = re.compile(r"\bno\b(?!\.|\s*\d)|\b(?:exclud|kein)\w+|n['’]t\b|\bn[e'](?=.*\bpas\b)", re.IGNORECASE)
NOT_BEFORE = re.compile(r"(?:\b(?:not|nicht|pas|no)|n['’]t)\s+(?:yet\s+|currently\s+)?$", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound that a question sets: "at least 20 kg"."""

    above: bool
    inclusive: bool
    limit: Decimal
    unit: str  # "" for none

    def holds(self, value: Decimal) -> bool:
        return self.inclusive if value == self.limit else (value > self.limit) == self.above


def bounds(question: str) -> list[Bound] | None:
    """Return every bound of a question; None if one cannot be read for certain."""
    found = []
    for match in BOUND.finditer(question):
        digits = match["digits"].rstrip(".,")
        if (match["more"] or "").casefold() == "from" and YEAR.fullmatch(digits):
            continue  # "members from 2019" names a year
        limit = number(digits)
        if limit is None or (is_undecided(digits) and not match["before"]):
            return None
        unit, times = _unit(match)
        negated = match["not"] is not None
        inclusive = (match["more"] or match["less"]).casefold() in INCLUSIVE
        found.append(Bound((match["more"] is not None) != negated, inclusive != negated, limit * times, unit))
    return None if BETWEEN.search(question) else found


def _unit(match: re.Match[str]) -> tuple[str, int]:
    """Return the unit of a bound and what it is multiplied by; words after it that are no units are left out."""
    words = re.findall(r"[^\W\d_]+|[€$£%°]", match["after"])
    first, times = unit_of(f"{match['before'] or ''} {words[0] if words else ''}")
    if times > 1:
        first = unit_of(f"{first} {words[1]}")[0] if len(words) > 1 and is_known(words[1]) else first
    return (first if is_known(first) else "", times)


def without_bounds(question: str) -> str:
    """Return a question without its bounds, whose "at most" asks for no maximum."""
    return BOUND.sub(" ", question)


def is_negated_elsewhere(question: str) -> bool:
    """Return True if a question negates or excepts something besides a bound, what is used up, and what is lacking."""
    rest = LACKS.sub(" ", NOTHING.sub(" ", _without_not(without_bounds(question))))
    return bool(NEGATED_WORDS.search(rest) or NEGATED_FORMS.search(rest))


def _without_not(question: str) -> str:
    """Return a question without the "not" right before "out of stock"."""
    match = NOTHING.search(question)
    before = NOT_BEFORE.search(question[: match.start()]) if match else None
    return question[: before.start()] + question[before.end() :] if before else question


def used_up(question: str) -> bool | None:
    """Return True if a question asks for what is used up, False for what is not, None for neither."""
    match = NOTHING.search(question)
    return None if match is None else not NOT_BEFORE.search(question[: match.start()])


def lacking(question: str) -> str | None:
    """Return what is lacking in what a question asks for, or None."""
    match = LACKS.search(question)
    return match["what"] if match else None
