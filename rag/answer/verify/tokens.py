"""Tokenises a statement: figures, names, small words that change its meaning, content words, and light words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.answer.verify.statement import canonical
from rag.language.figures import UNIT, Figure, figures, is_of
from rag.language.opposites import LIGHT, MAY, MUST, QUANTIFIERS, SHOULD, opposites
from rag.language.words import Word, is_denial, words

JOINTS = frozenset("and or but nor while whereas although though then".split())  # a new clause follows
SMALL = (
    MUST
    | MAY
    | SHOULD
    | frozenset().union(*QUANTIFIERS)
    | frozenset(
        "if unless except from to over under will would did was were had been he she his her him hers i we they you my our their your".split()
    )
)
DATE = "date:"  # prefix of the form of a date
REMEMBERED = 4_096  # texts
BOUNDS = frozenset(["over", "under"])
UNTIL = re.compile(
    r"\b(?:ends?|expires?|runs? out|till)(?: on)?(?= \W?\d| (?:the )?\d|\s[A-Z])|\bto the end of\b", re.IGNORECASE
)
RANGE = re.compile(r"(?<=\d)\s?[–—-]\s?(?=\d)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or figure in canonical form."""

    form: str
    kind: str  # "figure", "name", "small", "content", "light"
    breaks: bool = False  # a joint or a semicolon precedes it
    text: str = ""  # of a word, in lower case


@lru_cache(REMEMBERED)
def tokens(text: str) -> tuple[Token, ...]:
    """Return figures and words in order; a range becomes two figures with "to" between, "ends on" becomes "until"."""
    return tuple(_read(UNTIL.sub("until", RANGE.sub(" to ", text))))


def _read(text: str) -> Iterator[Token]:
    found = figures(text)
    items = [(f.start, _form(f), "figure", "") for f in found]
    for word in words(text):
        if not any(is_of(word, figure) for figure in found):
            items.append((word.start, canonical(word), _kind(word, text), word.text.lower()))
    breaks = False
    last = 0
    for start, form, kind, written in sorted(items):
        breaks = breaks or ";" in text[last:start]
        if form in JOINTS:
            breaks = True
        else:
            yield Token(form, kind, breaks, written)
            breaks = False
        last = start


def _form(figure: Figure) -> str:
    """Return kind, value and unit of a figure."""
    unit = UNIT.get(figure.unit)
    return f"{figure.kind}:{figure.value}:{unit}" if unit else f"{figure.kind}:{figure.value}"


def is_same(one: str, other: str) -> bool:
    """Return True if two forms are equal, or are dates that match apart from a missing year."""
    if one == other or not (one.startswith(DATE) and other.startswith(DATE)):
        return one == other
    year, _, day = one.removeprefix(DATE).partition("-")
    other_year, _, other_day = other.removeprefix(DATE).partition("-")
    return day == other_day and not (year and other_year)


def _kind(word: Word, text: str) -> str:
    lower = word.text.casefold()
    if lower in BOUNDS and not re.match(r"\s+[€$£]?\d", text[word.start + len(word.text) :]):
        return "light"  # "under warranty"
    if lower in SMALL or lower in _opposites() or is_denial(word):
        return "small"
    if not word.is_content or lower in LIGHT:
        return "light"
    opens = not text[: word.start].strip(" \t\"'“‘(*_")
    return "name" if word.is_capitalised and not opens else "content"


@cache
def _opposites() -> dict[str, frozenset[str]]:
    return opposites()
