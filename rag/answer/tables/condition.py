"""Selects the things of a table that meet the conditions of a question: bounds, what is used up, what is lacking."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.tables.asked import Asked, measure
from rag.answer.tables.relation import Relation, Thing, Value, is_empty, numeric
from rag.language.bounds import NOTHING, Bound, bounds, is_negated_elsewhere, lacking, used_up
from rag.language.units import MONEY, in_one_unit, size
from rag.language.words import content_stems

STOCK = frozenset(
    "stock stocks available availability quantity inventory left remaining bestand lager vorrat verfügbar disponible existencias".split()
)


def is_conditional(question: str) -> bool:
    """Return True if a question sets a condition, or negates something."""
    told = bounds(question) != [] or used_up(question) is not None or lacking(question) is not None
    return told or is_negated_elsewhere(question)


def things_that(question: str, asked: Asked) -> list[Thing] | None:
    """Return the things asked for that meet every condition of a question; None if this cannot be told for certain."""
    limits, nothing, what = bounds(question), used_up(question), lacking(question)
    if limits is None or is_negated_elsewhere(question):
        return None
    met: list[list[bool] | None] = []
    if limits:
        met.append(_bounded(asked, limits))
    if nothing is not None:
        met.append(_used_up(asked, nothing))
    if what is not None:
        met.append(_lacking(asked, what))
    sure = [kept for kept in met if kept is not None]
    if len(sure) < len(met):
        return None
    return [thing for i, thing in enumerate(asked.things) if all(kept[i] for kept in sure)]


def _bounded(asked: Asked, limits: Sequence[Bound]) -> list[bool] | None:
    """Return which things are within all bounds; None if one has no number, or other units than the bounds."""
    attribute = _attribute(asked, limits)
    if attribute is None:
        return None
    values = [thing.values.get(attribute) for thing in asked.things]
    told = [(value.number, value.unit) for value in values if value and value.number is not None]
    kept = [True] * len(values)
    if not told or len(told) < len(values):
        return None
    for limit in limits:
        if not limit.unit and len({size(unit) for _, unit in told}) > 1:
            return None
        unit = limit.unit if limit.unit and not _is_meant(limit.unit, attribute, told) else told[0][1]
        numbers = in_one_unit([(limit.limit, unit), *told])
        if numbers is None:
            return None
        kept = [k and limit.holds(number) for k, number in zip(kept, numbers[1:], strict=True)]
    return kept


def _is_meant(unit: str, attribute: str, told: Sequence[tuple[object, str]]) -> bool:
    """Return True if numbers without units are in a bound's unit: any money, or as the column's name says."""
    if any(own for _, own in told):
        return False
    return size(unit)[0] in MONEY or any(size(word) == size(unit) for word in re.findall(r"[^\W\d_]+", attribute))


def _attribute(asked: Asked, limits: Sequence[Bound]) -> str | None:
    """Return the attribute that bounds are about: the only one that is named, or the one in their unit."""
    named = [attribute for attribute in asked.attributes if attribute in numeric(asked.relation)]
    if len(named) < 2:
        return measure(asked)
    kinds = {size(limit.unit)[0] for limit in limits if limit.unit}
    fitting = [a for a in named if {size(v.unit)[0] for v in _values(asked.relation, a) if v.unit} == kinds]
    return fitting[0] if len(kinds) == len(fitting) == 1 and all(limit.unit for limit in limits) else None


def _values(relation: Relation, attribute: str) -> list[Value]:
    return [value for thing in relation.things if (value := thing.values.get(attribute))]


def _used_up(asked: Asked, nothing: bool) -> list[bool] | None:
    """Return which things are used up, or are not; None without a column that says it of each."""
    attribute = next((a for a in asked.relation.attributes if _is_stock(asked.relation, a)), "")
    values = [thing.values.get(attribute) for thing in asked.things]
    if not all(values):
        return None
    return [bool(v and (is_empty(v) or NOTHING.search(v.cell.text))) == nothing for v in values]


def _is_stock(relation: Relation, attribute: str) -> bool:
    named = set(re.findall(r"[^\W\d_]+", attribute.casefold()))
    return bool(named & STOCK) or any(NOTHING.search(value.cell.text) for value in _values(relation, attribute))


def _lacking(asked: Asked, what: str) -> list[bool] | None:
    """Return which things have nothing in the column that a question names as lacking; None without such a column."""
    stems = content_stems(what)
    attribute = next((a for a in asked.relation.attributes if stems and stems <= content_stems(a)), None)
    if attribute is None:
        return None
    values = [thing.values.get(attribute) for thing in asked.things]
    return [value is None or is_empty(value) for value in values]
