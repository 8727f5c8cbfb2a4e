"""Tells if a request for a summary names a document that does not exist: a letter from somebody, minutes of a month."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.answer.on_the_day import When, date_asked
from rag.answer.summary.which_document import (
    BEGINNING,
    CALLED,
    DATES,
    GENERIC,
    KINDS_OF_DOCUMENTS,
    NAMES_KIND,
    OF_A_REQUEST,
)
from rag.language.dates import NUMBER_OF_MONTH, mentions
from rag.language.lists import NUMBER_WORDS
from rag.language.words import content_stems
from rag.types import Document

SENT = "letter|e?mail|message|offer|quote|quotation|estimate"
FROM = re.compile(
    rf"\b(?:{SENT})s?\s+(?:(?:that\s+|which\s+)?(?:we|i)\s+got\s+|that\s+came\s+)?from\s+(?:(?:the|our|my|your|an?)\s+)?(?P<who>[^,.;:?!()]+)",
    re.IGNORECASE,
)
AFTER_THE_SENDER = re.compile(
    r"\s(?:about|on|in|of|at|for|to|and|or|with|dated|regarding|concerning|from|that|which|who|when|where|is|was|say|says|said|please|last|this|i|we)\b.*",
    re.IGNORECASE | re.DOTALL,
)
OF_ONE_DAY = re.compile(r"\b(?:minutes|letter|e?mail)s?\b", re.IGNORECASE)  # kinds that have a date of their own
ANYBODY = content_stems(
    "company firm office department team man woman guy lady people agency board group association organisation"
)
YEAR_AND_MONTH = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_. ]?(?P<month>0[1-9]|1[0-2])(?!\d)")


def names_none_of_them(request: str, documents: Iterable[Document]) -> bool:
    """Return True if a request names a kind of document with a sender or month that none has."""
    documents = list(documents)
    return _nobody_sent_it(request, documents) or _none_of_that_month(request, documents)


def _nobody_sent_it(request: str, documents: list[Document]) -> bool:
    found = FROM.search(request)
    if found is None:
        return False
    told = content_stems(AFTER_THE_SENDER.sub("", found["who"]))
    told -= GENERIC | OF_A_REQUEST | DATES | NUMBER_WORDS | ANYBODY
    if not told or CALLED.keys() & set(found["who"].lower().split()):  # "from the German mill" may be in German
        return False
    return not any(told & content_stems(f"{d.title} {d.source} {d.text}") for d in documents)


def _none_of_that_month(request: str, documents: list[Document]) -> bool:
    kind, asked = OF_ONE_DAY.search(request), date_asked(request)
    if kind is None or asked is None:
        return False
    dates = [_dates(document) for document in _of_kind(kind.group(), documents)]
    asked = When(asked.year, asked.month, None)
    return all(dates) and bool(dates) and not any(_in(asked, year, month) for some in dates for year, month in some)


def _in(asked: When, year: int | None, month: int) -> bool:
    return month == asked.month and (None in (year, asked.year) or year == asked.year)


def _dates(document: Document) -> set[tuple[int | None, int]]:
    """Return the years and months in the name and at the beginning of a document."""
    name = re.sub(r"[^\w-]|_", " ", f"{document.title} {document.source}")
    text = f"{document.title} {name} {document.text[:BEGINNING]}"
    found: set[tuple[int | None, int]] = {(m.year, m.month) for m in mentions(text)}
    found |= {(int(m["year"]), int(m["month"])) for m in YEAR_AND_MONTH.finditer(name)}
    words = re.findall(r"[^\W\d_]+", f"{name} {document.text[:BEGINNING]}".casefold())
    months = {NUMBER_OF_MONTH[word] for word in words if word in NUMBER_OF_MONTH}
    return found | {(None, month) for month in months - {month for _, month in found}}


def _of_kind(word: str, documents: list[Document]) -> list[Document]:
    """Return the documents whose name or beginning has a word for this kind."""
    word = word.lower()
    kinds = KINDS_OF_DOCUMENTS.get(word) or KINDS_OF_DOCUMENTS.get(word.rstrip("s")) or frozenset({word})
    stems = content_stems(" ".join(kinds))
    return [d for d in documents if stems & content_stems(f"{d.title} {d.source} {d.text[:NAMES_KIND]}")]
