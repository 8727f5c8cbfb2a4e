"""Finds what a question counts, and the evidence that tells its whole number rather than that of a part."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.lists import FUNCTION_WORDS
from rag.language.phrases import noun_phrases
from rag.language.quantities import counting_word
from rag.language.words import content_stems

READ = 8  # pieces of evidence, best first, among which a total is looked for
ARTICLES = ("a", "an", "one", "both", "pair", "single")
NEAR = 3  # words behind a number, among which is what it counts
FEWEST_LETTERS = 4  # of a stem that may begin another: member, membership
PART = re.compile(
    r"\b(?:present|attend\w*|absent|excused|vot\w+|joined|left|new|came|favour|against|of (?:whom|which|them))\b",
    re.IGNORECASE,
)
TOTAL = re.compile(r"\b(?:in all|in total|altogether|all told|total)\b", re.IGNORECASE)
NOT_LETTERS = re.compile(r"[\W_]+")
DIGIT = re.compile(r"\d")


def counted_thing(question: str) -> str:
    """Return the stem of the noun that "how many" asks for; "" if it does not ask for one."""
    amounts = [phrase for phrase in noun_phrases(question) if phrase.amount]
    stems = content_stems(amounts[0].words[-1]) if amounts else frozenset[str]()
    return next(iter(stems), "")


def is_about(evidence: Evidence, thing: str) -> bool:
    """Return True if a piece of evidence or what stands above it names a thing, or something called after it."""
    name = NOT_LETTERS.sub(" ", evidence.passage.source)
    return names_it(f"{evidence.text} {evidence.passage.heading} {name}", thing)


def names_it(text: str, thing: str) -> bool:
    """Return True if a text names a thing by its stem, or something called after it: member, membership."""
    return any(
        one == thing
        or (min(len(one), len(thing)) >= FEWEST_LETTERS and (one.startswith(thing) or thing.startswith(one)))
        for one in content_stems(text)
    )


def has_number(text: str) -> bool:
    """Return True if a text has a number in figures or in words, besides articles."""
    return any(map(_is_number, re.findall(r"\w+", text)))


def numbered(text: str) -> list[str]:
    """Return what follows each number of a text: "regular members" of "ten regular members in the choir"."""
    found: list[str] = []
    told = re.findall(r"\w+(?:['’-]\w+)*|[^\w\s]", text)
    for i, word in enumerate(told):
        if _is_number(word):
            behind = takewhile(lambda w: w.isalpha() and w.casefold() not in FUNCTION_WORDS, told[i + 1 : i + 1 + NEAR])
            found.append(" ".join(behind))
    return found


def _is_number(word: str) -> bool:
    return word.isdigit() or (counting_word(word) is not None and word.casefold() not in ARTICLES)


def with_total_first(found: Situation) -> Situation:
    """Return a situation with the total that a document states in place of the best evidence, if that is of a part of it."""
    thing = counted_thing(found.question)
    if not thing or not PART.search(found.best.text) or PART.search(found.question):
        return found
    totals = [
        e
        for e in found.evidence[1:READ]
        if e.passage.source == found.best.passage.source
        and TOTAL.search(e.text)
        and DIGIT.search(e.text)
        and is_about(e, thing)
        and not PART.search(e.text)
    ]
    if len(totals) != 1:
        return found
    return replace(found, evidence=(totals[0], *(e for e in found.evidence[1:] if e is not totals[0])))
