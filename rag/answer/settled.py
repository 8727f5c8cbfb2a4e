"""Settles a yes/no question by the limits of a statement: the question's age, amount or number is compared with them.

A number that the statement speaks of gets its answer, one beyond the limit the opposite. English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.language.limits import any_of
from rag.language.lists import DUTIES, PROHIBITED
from rag.language.numbers import CUE, Amount
from rag.language.ranges import Range, amounts, ranges
from rag.language.words import is_negated, words

LONG_WINDED = 25  # words of a question; the numbers of a story are not all asked about
Answer = Literal["yes", "no", ""]  # "" where the limits are compared, and do not settle it

FORBIDS = re.compile(r"\b(?:forbidden|prohibited|banned|illegal|against the (?:rules|law))\b", re.IGNORECASE)
OBLIGES = re.compile(
    r"\b(?:have to|has to|had to|needs?|needed|must|required?|obliged|compulsory|mandatory|necessary|supposed to)\b",
    re.IGNORECASE,
)
PERMITS = re.compile(
    r"\b(?:can|may|could|allowed?|ok|okay|permitted|possible|possibly|fine|alright|all right|acceptable|accept(?:ed)?|take it|too)\b",
    re.IGNORECASE,
)
IS_FREE = re.compile(r"\b(?:free|gratis|no charge)\b", re.IGNORECASE)
PAYS = re.compile(r"\b(?:pay|pays|paying|paid|cost|costs|charged?|charges?|fees?|buy)\b", re.IGNORECASE)
ALONE = re.compile(
    r"\b(?:alone|unaccompanied|on (?:his|her|their|my|its|your) own|by (?:him|her|them|my)sel(?:f|ves))\b", re.I
)
ACCOMPANIED = re.compile(
    r"\b(?:accompan\w+|supervis\w+|with (?:an? |their |his |her )?(?:adult|parent|grown-up)s?)\b", re.I
)
COMPANION = re.compile(r"\b(?:by|with)\s+(?:\w+\s+){0,3}(?:aged\s+|over\s+|at least\s+)?\Z", re.IGNORECASE)
ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
ONLY_THESE = re.compile(r"\s*only\s*(?:[.,;:)]|\Z)", re.IGNORECASE)  # "for years 5 and 6 only"
DUTY = any_of(DUTIES | {"compulsory", "mandatory", "required"})
CLAUSE = re.compile(
    r"[;.](?:\s|\Z)|,? but\b|, (?:and|not|nor|or|while|whereas|unless)\b|\b(?:except|with the exception)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a statement's limits answer, and whether it speaks of the question's own number."""

    answer: Answer
    inside: bool


def settled(question: str, text: str) -> Settled | None:
    """Return what the limits of a statement answer; None if they are not about a number of the question."""
    asked = amounts(question)
    if len(question.split()) >= LONG_WINDED:
        return None
    found = [
        (limit.holds(amount.value), _answer(question, text, limit, amount))
        for limit in (ranges(text) if asked else ())
        for amount in asked
        if limit.measures(amount, text) and not COMPANION.search(text[: limit.start])
    ]
    if not found:
        return None
    inside = [answer for holds, answer in found if holds]
    told = set(inside or [answer for _, answer in found])
    every = {answer for _, answer in found if answer}
    return Settled(told.pop() if len(told) == 1 and len(every) <= 1 else "", bool(inside))


def _answer(question: str, text: str, limit: Range, amount: Amount) -> Answer:
    """Return the answer of one limit to a question with one number."""
    clause = _clause(text, limit)
    holds = limit.holds(amount.value)
    denied = is_denied(clause)
    duty = bool(DUTY.search(clause))
    if holds and not denied and ONLY.search(clause) and not ONLY_THESE.match(text, limit.end):
        return ""  # on a condition that the question may not meet
    if FORBIDS.search(question):
        return "" if duty else _word(holds == denied)
    if PAYS.search(question) and IS_FREE.search(clause):
        return _word(not holds)
    if ALONE.search(question) and ACCOMPANIED.search(clause):
        return _word(not holds)
    if OBLIGES.search(question):
        if duty or denied:
            return _word(holds != denied)
        return "yes" if holds and not PERMITS.search(clause) else ""
    if duty and PERMITS.search(question):
        return ""
    return _word(holds != denied)


def _word(yes: bool) -> Answer:
    return "yes" if yes else "no"


def _clause(text: str, limit: Range) -> str:
    """Return the clause in which a limit stands, without the words of the limit itself."""
    first = max((cut.end() for cut in CLAUSE.finditer(text, 0, limit.start)), default=0)
    last = next((cut.start() for cut in CLAUSE.finditer(text, limit.end)), len(text))
    cue = CUE.search(text[: limit.start])
    before = text[first : max(first, cue.start())] if cue else text[first : limit.start]
    return f"{before} {text[limit.end : last]}"


def is_denied(clause: str) -> bool:
    """Return True if a clause negates, forbids or leaves out."""
    return any(is_negated(word) or word.text.lower() in PROHIBITED for word in words(clause))
