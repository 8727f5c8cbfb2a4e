"""Counts things outside tables: items of a list, names in an enumeration, documents of a series."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from rag.answer.forms.fact import fact
from rag.answer.forms.part import part_of_it
from rag.answer.forms.phrase import phrase_of
from rag.answer.neighbours import run_of_items, section
from rag.answer.query.wish import wish
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.counted import NOT_LETTERS, counted_thing, is_about, names_it, numbered
from rag.evidence import Evidence
from rag.language.dates import NUMBER_OF_MONTH, mentions
from rag.language.quantities import counting_word
from rag.language.words import content_stems, words
from rag.split.blocks import blocks_of
from rag.types import Document

ABOVE = 200  # characters above a list, in which its lead says what it lists
SURE = 0.5  # least share of likelihood, and certainty of the answer, of what does not name the thing that is counted
SERIES = 3  # fewest files, with names that differ only in numbers, that make a series
PEOPLE = content_stems("people persons participants")  # documents call them adults, members, guests, ...
PERIODS = frozenset("year month week far yet now today held been".split())
KEPT_AS = {"minut": "meet"}  # word in a file name → what it records: minutes record meetings
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
YEAR_MONTH = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_. ]?(?P<month>0[1-9]|1[0-2])(?!\d)")
MAY = re.compile(r"\b(?:in|of|for|since|during|last|this)\s+May\b|\bMay\s+(?:19|20)\d\d\b")  # not "may I"
ENUMERATION = re.compile(r"(?::|\b(?:are|by|were)\b)(?P<list>[^:;.,]{1,300}(?:,[^,;.]{1,300})+)")
NOT_ALL = re.compile(
    r"\b(?:inclu\w+|such as|for example|for instance|e\.g|among|others|more|etc|usw|u\. ?a|z\. ?B|darunter|unter anderem|par exemple|"
    r"notamment|entre autres|por ejemplo|entre otros)\b",
    re.IGNORECASE,
)
AND = re.compile(r"\b(?:and|und|et|y)\s", re.IGNORECASE)
GOES_ON = re.compile(r"(?:who|whom|whose|which|that|where|when|with|but|so|because|as|or)\b", re.IGNORECASE)
INNER = frozenset("of the de la le da di du von van der den del und and & for in".split())  # words inside names


def count(found: Situation) -> Reply:
    """Return the number that the documents state, or the count of the items, names or documents they list.

    What does not name the thing that is counted has to be sure to answer.
    """
    best, thing = found.best, counted_thing(found.question)
    if thing and thing not in PEOPLE and not is_about(best, thing) and min(best.score, best.certainty) < SURE:
        return ()
    wanted = wish(found.question)
    narrowed = thing or (wanted.thing if wanted and wanted.operation == "count" else "")
    if narrowed and (part := part_of_it(found, narrowed)):
        return part
    if _states_a_number(best) or (thing and names_it(best.text, thing) and re.search(r"\d", best.text)):
        return fact(found)
    return _items(found, thing) or _names(best) or fact(found)


def count_of_series(found: Situation) -> Reply:
    """Return the number of documents in the series, year and month that the question names; () without one such series."""
    asked = {
        w.stem
        for w in words(found.question)
        if w.is_content and not w.is_number and w.text.casefold() not in {*NUMBER_OF_MONTH, *PERIODS}
    }
    series: dict[str, list[Document]] = defaultdict(list)
    for source, document in found.documents.items():
        if found.files is None or source in found.files:
            series[re.sub(r"[\d\W_]+", " ", source)].append(document)
    meant: list[list[Document]] = []
    for name, documents in series.items():
        stems = {w.stem for w in words(f"{name} {re.sub(r'[^A-Za-z ]', ' ', documents[0].title)}")}
        stems |= {kept for word, kept in KEPT_AS.items() if word in stems}
        if len(documents) >= SERIES and asked and asked <= stems:
            meant.append(documents)
    return _counted(found, meant[0]) if len(meant) == 1 else ()


def _counted(found: Situation, documents: Sequence[Document]) -> Reply:
    """Return the number of the documents of the time that a question names; () if it is not certain, or one cannot be cited."""
    year, month = YEAR.search(found.question), _month(found.question)
    dates = [_date(document) for document in documents]
    if (year and not all(date.year for date in dates)) or (month and not all(date.month for date in dates)):
        return ()
    chosen = [
        document
        for document, date in zip(documents, dates, strict=True)
        if (not year or date.year == int(year.group())) and (not month or date.month == month)
    ]
    evidence = [first for document in chosen if (first := _first(found, document))]
    return (Statement(f"{len(chosen)}.", tuple(evidence), "supported"),) if 0 < len(chosen) == len(evidence) else ()


def _first(found: Situation, document: Document) -> Evidence | None:
    """Return the beginning of a document as evidence, None if it has none of its own."""
    passage = next(iter(found.passages_of(document.source)), None)
    block = next(iter(blocks_of(document, passage)), None) if passage else None
    return Evidence.of(block) if block else None


class _Date(NamedTuple):
    """When a document is of, as far as its title or name says."""

    year: int | None
    month: int | None


def _date(document: Document) -> _Date:
    named = f"{document.title} {document.source}"
    for text in (named, named.replace("_", " ")):
        if days := [mention for mention in mentions(text) if mention.year]:
            return _Date(days[0].year, days[0].month)
    if found := YEAR_MONTH.search(named):
        return _Date(int(found["year"]), int(found["month"]))
    year = YEAR.search(named)
    return _Date(int(year.group()) if year else None, None)


def _month(question: str) -> int | None:
    """Return the month that a question names; "may" is one only where it cannot be the verb."""
    named = (NUMBER_OF_MONTH[w] for w in re.findall(r"\w+", question.casefold()) if w in NUMBER_OF_MONTH and w != "may")
    return next(named, 5 if MAY.search(question) else None)


def _states_a_number(evidence: Evidence) -> bool:
    phrase = phrase_of(evidence)
    return bool(re.search(r"\d", phrase)) or any(
        counting_word(word) is not None and word not in ("a", "an") for word in phrase.split()
    )


def _items(found: Situation, thing: str) -> Reply:
    """Return the number of items in a list of the thing that is counted, without those inside its items."""
    best = found.best
    items = run_of_items(section(found, best), best)
    text = found.documents[best.passage.source].text
    above = text[max(0, items[0].start - ABOVE) : items[0].start] if items else ""
    if thing and not names_it(f"{best.passage.heading} {above} {NOT_LETTERS.sub(' ', best.passage.source)}", thing):
        return ()
    indents = [_indent(text, item.start) for item in items]
    outer = tuple(item for item, indent in zip(items, indents, strict=True) if indent == min(indents))
    is_inner = any(item.start <= best.start < item.end and item not in outer for item in items)
    return (Statement(f"{len(outer)}.", outer, "supported"),) if len(outer) > 1 and not is_inner else ()


def _indent(text: str, start: int) -> int:
    """Return the columns of white space before the line of an offset begins."""
    line = text[text.rfind("\n", 0, start) + 1 :][: start + 1].expandtabs()
    return len(line) - len(line.lstrip())


def _names(evidence: Evidence) -> Reply:
    """Return the names or things that a sentence enumerates, and their number; () if they may not be all, or not apart."""
    match = ENUMERATION.search(evidence.text.rstrip("."))
    parts = _parts(match["list"]) if match and not NOT_ALL.search(evidence.text) else []
    named = {_is_name(part) for part in parts}
    if len(parts) < 2 or len(named) > 1 or any(map(any, map(numbered, parts))):
        return ()
    if any(len(part.split()) > 6 or GOES_ON.match(part) for part in parts):
        return ()
    return (Statement(f"{len(parts)}: {', '.join(parts)}.", (evidence,), "supported"),)


def _parts(text: str) -> list[str]:
    """Return the parts of an enumeration; [] if an "and" may part them or be inside one of them."""
    *first, last = [part.strip() for part in text.split(",")]
    if opening := AND.match(last):
        return [*first, last[opening.end() :].strip()]
    inside = [part for part in first if AND.search(part)]
    around = [part.strip() for part in AND.split(last)]
    return [] if (inside and len(around) > 1) or len(around) > 2 else [*first, *around]


def _is_name(part: str) -> bool:
    """Return True if every word of a part is capitalised, besides those inside names."""
    told = re.findall(r"[^\W\d_]+", part)
    return bool(told) and all(word[0].isupper() or word.casefold() in INNER for word in told)
