"""Counts things outside tables: items of a list, names in an enumeration, documents of a series."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from rag.answer.forms.fact import fact
from rag.answer.forms.phrase import phrase_of
from rag.answer.neighbours import run_of_items, section
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.dates import NUMBER_OF_MONTH, mentions
from rag.language.quantities import counting_word
from rag.language.words import words
from rag.split.blocks import blocks_of
from rag.types import Document

SERIES = 3  # fewest files, with names that differ only in numbers, that make a series
PERIODS = frozenset("year month week far yet now today held been".split())
KEPT_AS = {"minut": "meet"}  # word in a file name → what it records: minutes record meetings
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ENUMERATION = re.compile(r"(?:^|:|\b(?:are|is|by|include[sd]?|were)\b)(?P<list>[^:;.,]{1,300}(?:,[^,;.]{1,300})+)")
PART = re.compile(r",\s*(?:(?:and|und|et|y)\s)?|\s(?:and|und|et|y)\s")


def count(found: Situation) -> Reply:
    """Return the number that the documents state, or the count of the items, names or documents they list."""
    best = found.best
    if _states_a_number(best):
        return fact(found)
    return _items(found) or _names(best) or fact(found)


def count_of_series(found: Situation) -> Reply:
    """Return the number of documents in the series, year and month that the question names; () without a series."""
    asked = {
        w.stem
        for w in words(found.question)
        if w.is_content and not w.is_number and w.text.casefold() not in {*NUMBER_OF_MONTH, *PERIODS}
    }
    series: dict[str, list[Document]] = defaultdict(list)
    for source, document in found.documents.items():
        series[re.sub(r"[\d\W_]+", " ", source)].append(document)
    for name, documents in series.items():
        stems = {w.stem for w in words(f"{name} {re.sub(r'[^A-Za-z ]', ' ', documents[0].title)}")}
        stems |= {kept for word, kept in KEPT_AS.items() if word in stems}
        if len(documents) >= SERIES and asked and asked <= stems:
            return _counted(found, [d for d in documents if _is_of(d, found.question)])
    return ()


def _counted(found: Situation, documents: Sequence[Document]) -> Reply:
    evidence = []
    for document in documents:
        passage = next(iter(found.passages_of(document.source)), None)
        block = next((b for b in blocks_of(document, passage)), None) if passage else None
        evidence += [Evidence.of(block)] if block else []
    return (Statement(f"{len(documents)}.", tuple(evidence), "supported"),) if evidence else ()


def _is_of(document: Document, question: str) -> bool:
    """Return True if the date in a document's title or name is in the year and month that a question names."""
    year = YEAR.search(question)
    month = next(
        (NUMBER_OF_MONTH[w] for w in re.findall(r"\w+", question.casefold()) if w in NUMBER_OF_MONTH and w != "may"),
        None,
    )
    days = [m for m in mentions(f"{document.title} {document.source}") if m.year]
    if not days:
        return year is None or year.group() in f"{document.title} {document.source}"
    return (year is None or days[0].year == int(year.group())) and (month is None or days[0].month == month)


def _states_a_number(evidence: Evidence) -> bool:
    phrase = phrase_of(evidence)
    return bool(re.search(r"\d", phrase)) or any(
        counting_word(word) is not None and word not in ("a", "an") for word in phrase.split()
    )


def _items(found: Situation) -> Reply:
    items = run_of_items(section(found, found.best), found.best)
    return (Statement(f"{len(items)}.", items, "supported"),) if len(items) > 1 else ()


def _names(evidence: Evidence) -> Reply:
    """Return the names or things that a sentence enumerates, and their number."""
    match = ENUMERATION.search(evidence.text.rstrip("."))
    if match is None:
        return ()
    parts = [part.strip() for part in PART.split(match["list"]) if part.strip()]
    if len(parts) < 2 or any(len(part.split()) > 6 for part in parts):
        return ()
    return (Statement(f"{len(parts)}: {', '.join(parts)}.", (evidence,), "supported"),)
