"""Counts the rows of a table that a question means, or adds up the column that counts what it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.answer.query.matching import YEAR, Match, widened
from rag.answer.query.meant import as_asked, is_denied
from rag.answer.query.pairs import below_minimum, full, missing
from rag.answer.query.wish import FULL, SHORT, Wish
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.computed import listed, rows_of, statement, with_unit
from rag.answer.tables.condition import things_that
from rag.answer.tables.counted import counted_thing, numbered
from rag.answer.tables.relation import Relation, Thing, numeric
from rag.answer.tables.sums import add_up
from rag.language.bounds import bounds
from rag.language.column_names import spoken
from rag.language.quantities import as_text
from rag.language.words import content_stems

AMOUNTS = content_stems("quantity qty amount pieces ordered pupils number sold units")
LIKELIEST, STATED = 3, 0.1  # pieces of evidence, and their least likelihood, that may state what is counted
PERSONS = content_stems("people persons")
PERSON = re.compile(r"(?:[^\W\d_a-zß-ÿ][\w.'’-]*\s+){1,3}(?:(?:van|von|de|der|di|da|le|la)\s+)*[^\W\d_a-zß-ÿ][\w'’-]+")
THINGS = content_stems("things ones items entries")


def count(found: Situation, wanted: Wish, m: Match) -> Reply:
    """Return how many rows are meant, or the sum of the column that counts what is asked for."""
    question = wanted.question
    thing = counted_thing(question) or wanted.thing
    things: Sequence[Thing] | None = m.things
    if SHORT.search(question):
        if thing in m.cells and len(m.things) == 1:
            return missing(found, m)
        return _counted(found, m, below_minimum(m))
    if FULL.search(question):
        return _counted(found, m, full(m))
    if bounds(question):
        things = things_that(question, as_asked(m))
        return _counted(found, m, things)
    if is_denied(question, m) or (m.cells and is_stated_of(found, thing, m.cells)):
        return ()
    counting = [a for a in m.columns if _counts(a, m.relation) and widened(m.named) & content_stems(spoken(a))]
    if counting and thing not in m.cells and _is_kind(thing, m) and not _names(thing, counting):
        return _counted(found, m, _that_have(m, counting[0]))
    if counting and (thing in m.named or thing not in m.cells):
        own = [a for a in counting if widened([thing]) & content_stems(spoken(a))] or counting
        return _added(found, m, own[0])
    if thing in m.cells:
        amount = counting or [a for a in numeric(m.relation) if content_stems(spoken(a)) & AMOUNTS]
        return _added(found, m, amount[0]) if len(amount) == 1 else _counted(found, m, things)
    is_kind = (
        thing in THINGS
        or (thing in PERSONS and are_persons(m))
        or _is_kind(thing, m)
        or (thing in m.above and not _whole_numbers(m.relation))
    )
    is_whole = _is_kind(thing, m) and not m.columns and not is_stated(found, thing)
    return _counted(found, m, things) if is_kind and (m.cells or is_whole) else ()


def is_stated(found: Situation, thing: str) -> bool:
    """Return True if a sentence that is likely to answer states a number of what is counted; a table may not list all."""
    likely = [e for e in found.evidence[:LIKELIEST] if e.kind != "row" and e.score >= STATED]
    return any(thing in content_stems(e.text) and re.search(r"\d", e.text) for e in likely)


def is_stated_of(found: Situation, thing: str, part: frozenset[str]) -> bool:
    """Return True if a sentence that is likely to answer states how many of a thing are of the part that is meant."""
    year = YEAR.search(found.question)
    return any(
        part <= widened(content_stems(e.text))
        and (year is not None or not YEAR.search(e.text))
        and any(thing in content_stems(told) for told in numbered(e.text))
        for e in found.evidence[:LIKELIEST]
        if e.kind != "row" and e.score >= STATED
    )


def are_persons(m: Match) -> bool:
    return all(PERSON.fullmatch(thing.label) for thing in m.things)


def _is_kind(thing: str, m: Match) -> bool:
    return bool(widened([thing]) & content_stems(m.relation.kind))


def _names(thing: str, columns: Sequence[str]) -> bool:
    return any(widened([thing]) & content_stems(spoken(a)) for a in columns)


def _that_have(m: Match, attribute: str) -> list[Thing]:
    """Return the rows with any of what a column counts; [] if all have, so that it is no condition."""
    numbers = [value.number if (value := thing.values.get(attribute)) else None for thing in m.things]
    kept = [thing for thing, number in zip(m.things, numbers, strict=True) if number]
    return kept if len(kept) < len(m.things) else []


def _whole_numbers(relation: Relation) -> bool:
    """Return True if a table has a column that counts something, perhaps what is asked for."""
    return any(_counts(attribute, relation) for attribute in numeric(relation))


def _counts(attribute: str, relation: Relation) -> bool:
    """Return True if a column counts things: whole numbers without a unit."""
    values = [v for t in relation.things if (v := t.values.get(attribute)) and v.number is not None]
    return all(not v.unit and v.number == int(v.number or 0) for v in values)


def _added(found: Situation, m: Match, attribute: str) -> Reply:
    values = [thing.values.get(attribute) for thing in m.things]
    told = [value for value in values if value and value.number is not None]
    if len(told) == 1 and len(values) == 1:
        return statement(found, as_asked(m), with_unit(as_text(told[0].number or Decimal(0)), told[0]), told)
    return add_up(found, as_asked(m, [attribute]))


def _counted(found: Situation, m: Match, things: Sequence[Thing] | None) -> Reply:
    if not things:
        return ()
    labels = [thing.label for thing in things]
    first = list({thing.label: thing for thing in things}.values())
    if len(first) < len(labels) and not (
        content_stems(m.relation.kind) & m.named or "name" in m.relation.kind.casefold()
    ):
        return ()
    return statement(found, as_asked(m), f"{len(first)}{listed(first)}", rows_of(things))
