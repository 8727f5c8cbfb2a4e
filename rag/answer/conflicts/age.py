"""Tells when a statement was made: by the date before it, in its row, in its heading, or at the top of its document.

A date may be only a month or a year, so a time is the first and last day that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import TypeAlias

from rag.evidence import Evidence
from rag.language.dates import NUMBER_OF_MONTH, Mention, in_words, mentions
from rag.types import EARLIER_MESSAGE, Document

Time: TypeAlias = tuple[date, date]  # the first and the last possible day

LINES, WORDS = 6, 20  # the top of a document: so many lines, each with at most so many words
MAIL = frozenset((".eml", ".msg", ".mbox", ".mht"))  # whose stated date is the day it was sent
YEAR = re.compile(r"(?<![\d.,/])(?:19|20)\d\d(?![\d.,]\d|/\d{3})")
SHORT = re.compile(r"(\d{1,2})\.?\s([^\W\d_]{3,9})\.?\s(\d\d)(?!\d)")  # 6 May 26
ABOUT_THE_PAST = re.compile(r"\b(?:founded|established|born|built|opened in|copyright)\b|©", re.IGNORECASE)
DATED_CELL = re.compile(r"(?:^| \| )(?:date|day|datum|tag|fecha|when)[^:|]{0,12}: (?P<day>[^|]+)", re.IGNORECASE)


def time_of(evidence: Evidence, documents: Mapping[str, Document]) -> Time | None:
    """Return when a statement was made, None if nothing tells."""
    own = _before_it(evidence.text) if evidence.kind != "row" else _in_its_row(evidence.text)
    document = documents[evidence.passage.source]
    headings = evidence.passage.heading.split(" › ")
    if EARLIER_MESSAGE in headings:
        return (date.min, document.stated - timedelta(1)) if document.stated else None
    if own:
        return own
    sent = document.stated if PurePosixPath(document.source).suffix.lower() in MAIL else None
    return (sent, sent) if sent else _first([*reversed(headings), document.title, *_top(document), document.source])


def is_later(one: Time | None, other: Time | None) -> bool | None:
    """Return True if one time is surely after another, False if before, None if that is not known."""
    if one is None or other is None or (one[0] <= other[1] and other[0] <= one[1]):
        return None
    return one[0] > other[1]


def in_short(time: Time | None) -> str:
    """Return a time in words, as exact as it is: `3 May 2026`, `May 2026`, `2026`."""
    if time is None or time[0] == date.min:
        return ""
    first, last = time
    told = in_words(first)
    return told if first == last else told.partition(" ")[2] if first.month == last.month else f"{first.year}"


def _first(texts: Iterable[str]) -> Time | None:
    """Return the first time in texts; a whole date or a month goes before a year alone."""
    known = [text.replace("_", " ") for text in texts]
    for text in known:
        for mention in mentions(text):
            if mention.year:
                return _span(mention, mention.year)
    years = [int(found.group()) for text in known for found in YEAR.finditer(text)]
    return (date(years[0], 1, 1), date(years[0], 12, 31)) if years else None


def _span(mention: Mention, year: int) -> Time:
    last = mention.last_day(year)
    return (last if mention.day else last.replace(day=1)), last


def _top(document: Document) -> list[str]:
    """Return the short lines at the top of a document, without those about the past."""
    lines = [line.strip() for line in document.text[:2_000].splitlines() if line.strip()][:LINES]
    return [line for line in lines if len(line.split()) <= WORDS and not ABOUT_THE_PAST.search(line)]


def _before_it(text: str) -> Time | None:
    """Return the date that opens a text as an entry: `6 May 26: …`, `24 Nov 2026, Ann: …`."""
    opening = text[:40].lstrip(" -–>*[(")
    short = SHORT.match(opening)
    if short and short[2].casefold() in NUMBER_OF_MONTH and re.match(r"[\])]?\s?[:,–-]", opening[short.end() :]):
        opening = f"{short[1]} {short[2]} 20{short[3]}"
    for mention in mentions(opening):
        if mention.start == 0 and mention.year and re.match(r"[\])]?\s?(?:[:,–-]|\Z)", opening[mention.end :]):
            return _span(mention, mention.year)
        break
    return None


def _in_its_row(text: str) -> Time | None:
    cell = DATED_CELL.search(text)
    return _first([cell["day"]]) if cell else None
