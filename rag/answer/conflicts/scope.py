"""Compares the scope of two statements: only those about the same thing, year and version can contradict each other.

Rows of a table never do. Files of one series are versions or siblings: reports of two years, contracts with two people.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.evidence import Evidence
from rag.language.lists import FUNCTION_WORDS
from rag.language.words import names

HEADING_JOIN = " › "
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
NOT_LETTERS = re.compile(r"[\W\d_]+")
WORD = re.compile(r"[^\W_]+")
CODE = re.compile(r"\b(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[^\W\d_])[\w-]+\b")
VERSION = re.compile(r"\b(?:v|ver|version|rev|draft|final|old|new|copy)\b", re.IGNORECASE)
TELLING_FAMILY = 3  # least letters, besides numbers, that the names of files in a series share
GENRES = frozenset(
    """handbook manual guide faq faqs policy rules rule notes note minutes letter mail email memo message report summary overview
    readme wiki page sheet list info information leaflet brochure form draft copy final new old document file contract agreement
    terms plan version welcome intro introduction answers questions updated current md txt""".split()
)  # kinds of texts: a handbook and a letter may be about the same thing


def same_scope(one: Evidence, other: Evidence) -> bool:
    """Return True if two blocks may be about the same thing, judging by their kind, names and headings."""
    if _is_row(one) or _is_row(other) or _differ(_things(one.quote), _things(other.quote)):
        return False
    here, there = one.passage, other.passage
    if here.source == there.source:
        return here.heading == there.heading
    return not (are_versions(one, other) or _are_siblings(one, other))


def are_versions(one: Evidence, other: Evidence) -> bool:
    """Return True if two blocks are in files of one series, or under different years."""
    return _are_a_series(one.passage.source, other.passage.source) or _differ(_years(one), _years(other))


def _is_row(evidence: Evidence) -> bool:
    return evidence.kind in ("row", "code") or " | " in evidence.quote or evidence.quote.lstrip().startswith("|")


def _things(text: str) -> set[str]:
    """Return the names and codes of a sentence."""
    return {word.stem for word in names(text) if not word.is_number} | {
        m.group().casefold() for m in CODE.finditer(text)
    }


def _differ(some: set[str], others: set[str]) -> bool:
    """Return True if each set has an element that the other lacks."""
    return bool(some - others) and bool(others - some)


def _years(evidence: Evidence) -> set[str]:
    """Return the years in a statement's heading path and file name."""
    return set(YEAR.findall(f"{evidence.passage.heading} {evidence.passage.source}"))


def _are_a_series(one: str, other: str) -> bool:
    """Return True if the names of two files differ only in numbers and version words."""
    families = [
        NOT_LETTERS.sub("", VERSION.sub("", _stem(name).replace("_", " ").replace("-", " "))) for name in (one, other)
    ]
    return families[0] == families[1] and len(families[0]) >= TELLING_FAMILY


def _are_siblings(one: Evidence, other: Evidence) -> bool:
    """Return True if two file names share a pattern but name different things: contracts with two people."""
    some, others = _title_words(one), _title_words(other)
    return bool(some & others) and _differ(some - GENRES, others - GENRES)


def _title_words(evidence: Evidence) -> set[str]:
    title = evidence.passage.heading.split(HEADING_JOIN)[0]
    found = {word.casefold() for word in WORD.findall(f"{title} {_stem(evidence.passage.source)}".replace("_", " "))}
    return {word for word in found if word not in FUNCTION_WORDS and len(word) > 1}


def _stem(source: str) -> str:
    return PurePosixPath(source).stem
