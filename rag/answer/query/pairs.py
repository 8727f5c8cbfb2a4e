"""Finds two columns of a table that belong together: what there is and what is taken of it, what there is and what there should be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rag.answer.query.matching import Match
from rag.answer.query.meant import as_asked
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.computed import numbers_of, statement, with_unit
from rag.answer.tables.relation import Relation, Thing, Value, numeric
from rag.language.column_names import spoken
from rag.language.quantities import as_text
from rag.language.words import content_stems

HELD = content_stems(
    "places seats capacity spaces owned total planned budget budgeted quota available max maximum size"
)
TAKEN = content_stems(
    "booked taken sold used spent actual loan let occupied lent filled reserved registered paid out enrolled"
)
WANTED = content_stems("minimum min target required needed reorder least")
THERE = content_stems("hand stock quantity available present on current level")


def held_and_taken_columns(relation: Relation) -> tuple[str, str] | None:
    """Return the columns of what there is and of what is taken; None if the table has not exactly one of each."""
    return _pair(relation, HELD, TAKEN)


def stock_and_minimum(relation: Relation) -> tuple[str, str] | None:
    """Return the columns of what there is and of what there should be; None if the table has not exactly one of each."""
    return _pair(relation, THERE, WANTED)


def full(m: Match) -> list[Thing]:
    """Return the rows of which everything is taken."""
    return _those(m, held_and_taken_columns(m.relation), full_ones=True)


def below_minimum(m: Match) -> list[Thing]:
    """Return the rows of which there is less than there should be."""
    return _those(m, stock_and_minimum(m.relation), full_ones=False)


def _pair(relation: Relation, one: frozenset[str], other: frozenset[str]) -> tuple[str, str] | None:
    named = {a: content_stems(spoken(a)) for a in numeric(relation)}
    second = [a for a, stems in named.items() if stems & other]
    first = [a for a, stems in named.items() if stems & one and a not in second]
    return (first[0], second[0]) if len(first) == len(second) == 1 else None


def _those(m: Match, pair: tuple[str, str] | None, *, full_ones: bool) -> list[Thing]:
    if pair is None:
        return []
    told = [(t, _number(t, pair[0]), _number(t, pair[1])) for t in m.things]
    if any(held is None or other is None for _, held, other in told):
        return []
    return [
        t
        for t, held, other in told
        if held is not None and other is not None and (held <= other if full_ones else held < other)
    ]


def _number(thing: Thing, attribute: str) -> Decimal | None:
    value = thing.values.get(attribute)
    return value.number if value else None


def missing(found: Situation, m: Match) -> Reply:
    """Return by how much there is less than there should be."""
    pair = stock_and_minimum(m.relation)
    return less(found, m, [m.things[0].values.get(a) for a in reversed(pair)]) if pair and len(m.things) == 1 else ()


def less(found: Situation, m: Match, values: Sequence[Value | None]) -> Reply:
    """Return the difference of two values, the greater one first."""
    numbers = numbers_of(values)
    if len(numbers) != 2 or values[0] is None:
        return ()
    high, low = sorted(numbers, reverse=True)
    text = f"{with_unit(as_text(high - low), values[0])} ({as_text(high)} − {as_text(low)})"
    return statement(found, as_asked(m), text, [v for v in values if v])
