"""Chooses the row of a table with the highest or lowest number, of those that a question means."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.query.counting import are_persons
from rag.answer.query.matching import Match
from rag.answer.query.meant import as_asked, is_denied
from rag.answer.query.wish import BEST, Wish
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.computed import named_values, numbers_of, statement
from rag.answer.tables.extreme import extreme
from rag.answer.tables.relation import Relation, Thing, Value, numeric
from rag.language.column_names import spoken
from rag.language.measures import COMPARATIVE, Places, places, superlative
from rag.language.stems import stem
from rag.language.units import MONEY, size
from rag.language.words import content_stems

WHO = stem("name")  # what "who" asks for
UNMEASURED = content_stems("time times date year rank place position price cost fee number no id")


def choose(found: Situation, wanted: Wish, m: Match) -> Reply:
    """Return the row with the highest or lowest number, of those that are meant; grouped where something else is asked for."""
    things = m.things if len(m.things) > 1 else ()
    is_meant = not wanted.thing or wanted.thing in m.named | m.above or (wanted.thing == WHO and are_persons(m))
    if not things or is_denied(wanted.question, m) or not is_meant:
        return ()
    if not BEST.search(wanted.question) and (reply := extreme(found, as_asked(m))):
        return reply
    if not _is_for_the_first(wanted.question):
        return ()
    columns = list(m.columns)
    if BEST.search(wanted.question):
        columns = [a for a in m.columns or numeric(m.relation) if not content_stems(spoken(a)) & UNMEASURED]
        columns = columns if len(columns) == 1 or m.columns else []
    if not columns or (len(columns) > 1 and not are_prices(columns, m.relation)):
        return ()
    first = [_first(things, a, most=wanted.most) for a in columns]
    best = first[0]
    if best is None or any(other is None or other[0] is not best[0] for other in first):
        return ()
    shown = named_values(columns, [value for f in first if f for value in f[1:]])
    return statement(found, as_asked(m), f"{best[0].label} ({shown})", [best[1]])


def _is_for_the_first(question: str) -> bool:
    """Return True if a question asks for what comes first in an order, not for one of two, nor for the second."""
    match = superlative(question)
    if match is None:
        return BEST.search(question) is not None
    return places(question) == Places() and not COMPARATIVE.fullmatch(match.group())


def are_prices(columns: Sequence[str], relation: Relation) -> bool:
    units = {v.unit for t in relation.things for a in columns if (v := t.values.get(a)) and v.number is not None}
    return bool(units) and all(size(unit)[0] in MONEY for unit in units)


def _first(things: Sequence[Thing], attribute: str, *, most: bool) -> tuple[Thing, Value] | None:
    """Return the only row with the highest or lowest number of a column."""
    told = [(t, v) for t in things if (v := t.values.get(attribute)) and v.number is not None]
    numbers = numbers_of([v for _, v in told])
    if len(numbers) < 2:
        return None
    best = max(numbers) if most else min(numbers)
    first = [entry for entry, number in zip(told, numbers, strict=True) if number == best]
    return first[0] if len(first) == 1 else None
