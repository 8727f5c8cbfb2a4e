"""Adds up the numbers of the rows and columns that a question asks for, and takes their mean."""

from __future__ import annotations

from decimal import Decimal

from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.asked import Asked, measure
from rag.answer.tables.computed import MOST_SHOWN, numbers_of, statement, with_unit
from rag.answer.tables.relation import Value, numeric
from rag.answer.tables.spread import parts_of
from rag.language.column_names import is_planned, is_spent
from rag.language.quantities import as_text, decimals_of
from rag.language.totals import is_total


def add_up(found: Situation, asked: Asked) -> Reply:
    """Return the sum over the things and attributes asked for, with its addends."""
    values = addends(found.question, asked)
    numbers = numbers_of(values)
    if len(values) < 2 or not numbers or values[0] is None:
        return ()
    shown = [n for n in numbers if n]
    total = as_text(sum(shown, Decimal(0)))
    shown_as = f" ({' + '.join(map(as_text, shown)).replace('+ -', '− ')})" if 1 < len(shown) <= MOST_SHOWN else ""
    return statement(found, asked, f"{with_unit(total, values[0])}{shown_as}", [v for v in values if v])


def stated(found: Situation, asked: Asked) -> Reply:
    """Return the only number of the only row that a question names."""
    values = [value for value in addends(found.question, asked) if value and value.number is not None]
    numbers = numbers_of(values)
    if not asked.named or len(asked.things) != 1 or len(numbers) != 1:
        return ()
    return statement(found, asked, with_unit(as_text(numbers[0]), values[0]), values)


def addends(question: str, asked: Asked) -> list[Value | None]:
    """Return the values to add: a named attribute down the things, or a named thing's numbers of one kind across."""
    numbers = numeric(asked.relation)
    attributes = [a for a in asked.attributes if a in numbers][:1]
    if not attributes and asked.named and len(asked.things) == 1:
        attributes = [a for a in numbers if not is_total(a)]
    if not attributes and asked.named and sum(map(is_spent, numbers)) == 1:
        attributes = [a for a in numbers if is_planned(a)]
        attributes = attributes if len(attributes) == 1 else []
    if not attributes and (parts := parts_of(question, asked)):
        attributes = parts
    if not attributes and len(numbers) == 1:
        attributes = list(numbers)
    return [thing.values.get(attribute) for thing in asked.things for attribute in attributes]


def average(found: Situation, asked: Asked) -> Reply:
    """Return the mean of a measure over the things asked for."""
    attribute = measure(asked)
    values = [thing.values.get(attribute) for thing in asked.things] if attribute else []
    numbers = numbers_of(values)
    if len(values) < 2 or not numbers or values[0] is None:
        return ()
    total = sum(numbers, Decimal(0))
    places = max(1, min(2, decimals_of(numbers) + 1))
    exact = total / len(numbers)
    mean = as_text(exact) if exact == round(exact) else as_text(exact, decimals=places)
    text = f"{with_unit(mean, values[0])} ({as_text(total)} / {len(numbers)})"
    return statement(found, asked, text, [v for v in values if v])
