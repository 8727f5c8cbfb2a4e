"""Sums what a table spreads over columns of times: spring and summer, months, weeks."""

from __future__ import annotations

import re
from decimal import Decimal

from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.asked import Asked
from rag.answer.tables.computed import numbers_of, statement
from rag.answer.tables.relation import Relation, Thing, Value, numeric
from rag.language.column_names import is_period, spoken
from rag.language.measures import Places, places, wants_most
from rag.language.quantities import as_text
from rag.language.units import MONEY, size

MASS = re.compile(
    r"\b(?:most|least|how much)\s+(?P<noun>[^\W\d_]+)", re.IGNORECASE
)  # not "most mites", which are counted


def parts_of(question: str, asked: Asked) -> list[str]:
    """Return the columns over which the amount that a question asks for is spread; [] if it names one, or not for certain."""
    match = MASS.search(question)
    relation = asked.relation
    parts = [a for a in numeric(relation) if is_period(a)]
    units = {_unit(relation, a) for a in parts}
    if (
        not match
        or match["noun"].casefold().endswith("s")
        or len(parts) < 2
        or set(asked.attributes) & set(numeric(relation))
    ):
        return []
    return parts if len(units) == 1 and "" not in units and size(units.copy().pop())[0] not in MONEY else []


def most_of_all(found: Situation, asked: Asked) -> Reply:
    """Return the thing with the highest or lowest sum over the columns of times, with its addends."""
    parts = parts_of(found.question, asked)
    most = wants_most(found.question)
    if not parts or most is None or places(found.question) != Places():
        return ()
    things = asked.things if len(asked.things) > 1 else asked.relation.things
    sums: list[tuple[Decimal, Thing, list[Decimal]]] = []
    for thing in things:
        numbers = numbers_of([thing.values.get(part) for part in parts])
        if not numbers:
            return ()
        sums.append((sum(numbers, Decimal(0)), thing, numbers))
    best = max(total for total, _, _ in sums) if most else min(total for total, _, _ in sums)
    first = [entry for entry in sums if entry[0] == best]
    if len(sums) < 2 or len(first) > 1:
        return ()
    _, thing, numbers = first[0]
    addends = " + ".join(f"{spoken(part)} {as_text(n)}" for part, n in zip(parts, numbers, strict=True))
    values = [thing.values[part] for part in parts]
    return statement(found, asked, f"{thing.label} ({as_text(best)} {values[0].unit}: {addends})", values)


def _unit(relation: Relation, attribute: str) -> str:
    units = {value.unit for value in _values(relation, attribute) if value.number is not None}
    return units.pop() if len(units) == 1 else ""


def _values(relation: Relation, attribute: str) -> list[Value]:
    return [value for thing in relation.things if (value := thing.values.get(attribute))]
