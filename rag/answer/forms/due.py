"""Computes a day from a date and a length of time in one sentence: what is due again, and when something ends."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.language.dates import in_words, mentions
from rag.language.lists import NUMBERS

LONGEST = 34  # words of the sentence
UNIT = r"(?P<unit>day|week|month|year)s?"
COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})"
EVERY = re.compile(
    rf"\bevery\s+(?:(?P<other>other|second)|(?P<third>third)|{COUNT})?\s*{UNIT}\b|\b(?P<adverb>yearly|annually|monthly|weekly|once a year)\b",
    re.IGNORECASE,
)
RUNS = re.compile(
    rf"\b(?:runs?|lasts?|valid|holds?|closed|open|let|leased|term|period)\b[^.;]{{0,24}}?\b(?:for|of|is)\s+(?:a\s+period\s+of\s+)?{COUNT}\s+{UNIT}\b",
    re.IGNORECASE,
)
LAST = re.compile(r"\b(?:last|latest|previous|most recent)(?:ly)?\b", re.IGNORECASE)
AGAIN = re.compile(r"\b(?:next|again|due|need\w*|must|ha[sv]e? to)\b", re.IGNORECASE)
ENDS = re.compile(
    r"\b(?:until when|how long|(?:when|which day|what date)\b.*\b(?:end\w*|expires?|over|run out|runs out|up|finish\w*|stop\w*))\b",
    re.IGNORECASE,
)
WHEN = re.compile(r"\b(?:when|what date|which (?:date|day|month|year)|by when)\b", re.IGNORECASE)
ADVERBS = {"yearly": (1, "year"), "annually": (1, "year"), "once a year": (1, "year"), "monthly": (1, "month")}


def due(found: Situation) -> Reply:
    """Return the best sentence with the day that follows from its date and its length of time; () if none does."""
    text, question = found.best.text, found.question
    days = [m.last_day(0) for m in mentions(text) if m.year and m.day]
    if found.best.kind not in ("sentence", "item") or not days or len(text.split()) > LONGEST:
        return ()
    told = ""
    if (
        (every := EVERY.search(text))
        and (last := LAST.search(text))
        and WHEN.search(question)
        and AGAIN.search(question)
    ):
        after = [m.last_day(0) for m in mentions(text) if m.year and m.day and m.start > last.start()]
        if len(after) == 1 and not LAST.search(question):
            told = (
                f"{_capital(every.group())} from {in_words(after[0])}: {in_words(_later(after[0], *_length(every)))}."
            )
    elif (runs := RUNS.search(text)) and len(days) == 1 and ENDS.search(question):
        end = _later(days[0], *_length(runs)) - timedelta(1)
        told = f"{_capital(runs['count'])} {runs['unit']}s from {in_words(days[0])}: until {in_words(end)}."
    return (Statement(text, (found.best,)), Statement(told, (found.best,), "supported")) if told else ()


def _length(found: re.Match[str]) -> tuple[int, str]:
    """Return a length of time as a number of units."""
    group = found.groupdict()
    if group.get("adverb"):
        return ADVERBS.get(group["adverb"].lower(), (1, "week"))
    count = (group["count"] or "1").lower()
    number = 2 if group.get("other") else 3 if group.get("third") else NUMBERS.get(count) or int(count)
    return number, group["unit"].lower()


def _later(day: date, count: int, unit: str) -> date:
    """Return the day so many units later; in a shorter month its last day."""
    if unit in ("day", "week"):
        return day + timedelta(count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
