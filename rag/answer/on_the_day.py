"""Keeps to the day or month that a question names: of the entries of a journal, only those of that date are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rag.evidence import Evidence
from rag.language.dates import NUMBER_OF_MONTH, Mention, mentions
from rag.split.blocks import BULLET
from rag.types import Document

HEAD = 16  # characters before the date of an entry, as a weekday is
UNCERTAIN = frozenset(("mar", "mars", "mai", "sep", "dec"))  # written alone, they may be other words
_MONTH = "|".join(sorted(NUMBER_OF_MONTH.keys() - UNCERTAIN, key=len, reverse=True))
MONTH = re.compile(rf"\b(?:in|of|for|from|during|im)\s+(?P<month>{_MONTH})\b(?!\s+\d)", re.IGNORECASE)
SPAN = re.compile(  # before a date that is a limit, not a day asked for
    r"\b(?:before|after|since|until|till|by|between|to|past|than|through|vor|nach|seit|bis|avant|après|depuis)\s+(?:the\s+|\w+day,?\s+)?\Z",
    re.IGNORECASE,
)
HAPPENED = re.compile(
    r"\bwhat\W+(?:all\W+|else\W+)?(?:(?:has\W+|had\W+)?happen(?:ed|s)|went on|took place|was (?:going on|done|recorded|noted|entered))\b",
    re.IGNORECASE,
)

Dated = TypeVar("Dated", bound=Evidence)


@dataclass(frozen=True, slots=True)
class When:
    """A day, or a month without one, of a year or of any."""

    year: int | None
    month: int
    day: int | None

    def holds(self, mention: Mention) -> bool:
        """Return True if a date is this day or in this month."""
        of_year = self.year is None or mention.year is None or self.year == mention.year
        return of_year and self.month == mention.month and (self.day is None or self.day == mention.day)


def date_asked(question: str) -> When | None:
    """Return the only day or month that a question names; None if it names none, several, or one as a limit."""
    dates = list(mentions(question))
    if len(dates) == 1 and not SPAN.search(question[: dates[0].start]):
        return When(dates[0].year, dates[0].month, dates[0].day)
    month = MONTH.search(question)
    return When(None, NUMBER_OF_MONTH[month["month"].casefold()], None) if month and not dates else None


def asks_what_happened(question: str, documents: Iterable[Document]) -> bool:
    """Return True if a question asks what happened on a date by which no document is named."""
    asked = date_asked(question)
    if asked is None or not HAPPENED.search(question):
        return False
    named = (f"{document.title} {document.source.replace('_', ' ')}" for document in documents)
    return not any(asked.holds(mention) for name in named for mention in mentions(name))


def day_of_entry(block: Evidence) -> Mention | None:
    """Return the date at the head of an entry, else that of the heading above it."""
    text = BULLET.sub("", block.text, count=1)
    first = next(mentions(text), None)
    if first and first.start <= HEAD:
        return first
    return next(mentions(block.passage.heading.rpartition(" › ")[2]), None)


def of_that_date(question: str, blocks: Sequence[Dated]) -> Sequence[Dated]:
    """Return the entries of the date that a question names; all blocks if most are no entries, or none is of that date."""
    asked = date_asked(question)
    if asked is None:
        return blocks
    dated = [(block, day) for block in blocks if (day := day_of_entry(block))]
    own = [block for block, day in dated if asked.holds(day)]
    return own if own and 2 * len(dated) > len(blocks) else blocks
