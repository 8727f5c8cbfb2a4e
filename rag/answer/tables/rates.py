"""Computes what several hours, days or persons cost by a table of prices, with the extras that a question names.

Every factor must be certain: one row with a price for each unit, one column for whoever asks, extras that are paid once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from rag.answer.narrow import excluded
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.amounts import ASKING, COUNT
from rag.answer.tables.asked import CLOSE, Asked, candidates, words_of
from rag.answer.tables.computed import numbers_of, statement, with_unit
from rag.answer.tables.relation import Thing, Value, numeric
from rag.language.quantities import as_text, counting_word
from rag.language.words import content_stems

UNITS = "hour|day|night|evening|weekend|week|month|year|person|head|child|adult|guest|metre|meter|kilometre|km"
SEVERAL = re.compile(rf"\b(?P<many>{COUNT})\s+(?P<unit>{UNITS}|people|children)s?\b", re.IGNORECASE)
ONE = {"people": "person", "children": "child"}
EACH = r"\b(?:per|an?|each|every|by the)\s+{unit}\b|\b{unit}ly\b"
ONCE = re.compile(
    r"\b(?:extra|supplement|on top|once|one-off|flat|per (?:booking|hire|stay|visit|event))\b", re.IGNORECASE
)
LEAST = re.compile(rf"\b(?:at least|minimum(?: of)?|min\.?)\s+(?P<many>{COUNT})\b", re.IGNORECASE)
OWN = re.compile(r"\b(?:I|we|he|she|they|you|it)['’]\w+", re.IGNORECASE)  # "I'm"
FLAT = re.compile(r"\b(?:whole|full|entire|half|all)\b|\b(?:day|weekend|week|month)\b", re.IGNORECASE)


def rate(found: Situation) -> Reply:
    """Return so many times the price of one, with the extras that are named; () if a factor is not certain."""
    match = SEVERAL.search(found.question)
    if match is None or len(SEVERAL.findall(found.question)) > 1:
        return ()
    many, unit = counting_word(match["many"]), match["unit"].lower()
    if not many or many < 2:
        return ()
    meant = replace(found, intent=replace(found.intent, form="product"))
    replies = [
        reply
        for _, asked in candidates(meant, enough=CLOSE)
        if (reply := _of_table(found, asked, many, ONE.get(unit, unit)))
    ]
    return replies[0] if len(replies) == 1 else ()


def _of_table(found: Situation, asked: Asked, many: int, unit: str) -> Reply:
    things = [thing for thing in asked.relation.things if thing.row is not None]
    each = [t for t in things if re.search(EACH.format(unit=unit), t.label, re.IGNORECASE)]
    column = _column(found.question, asked)
    if len(each) != 1 or column is None or not _is_enough(each[0].label, many):
        return ()
    said = OWN.sub(" ", SEVERAL.sub(" ", found.question))
    rest = content_stems(said) - ASKING - content_stems(" ".join(numeric(asked.relation)))
    extras = [t for t in things if t is not each[0] and rest & content_stems(t.label) - content_stems(unit)]
    if not all(ONCE.search(thing.label) for thing in extras) or not rest <= words_of(asked):
        return ()
    values = [thing.values.get(column) for thing in (each[0], *extras)]
    numbers = numbers_of(values)
    if not numbers or values[0] is None:
        return ()
    price, more = many * numbers[0], numbers[1:]
    if any(n < price for n in _flat(things, each[0], column)):
        return ()  # a price for the whole day may hold instead
    sums = " + ".join([f"{many} × {as_text(numbers[0])}", *map(as_text, more)])
    total = as_text(price + sum(more, Decimal(0)))
    return statement(found, asked, f"{with_unit(total, values[0])} ({sums})", [value for value in values if value])


def _column(question: str, asked: Asked) -> str | None:
    """Return the column of prices of whoever asks: the only one, the one named, or the other one than who one is not."""
    numbers = numeric(asked.relation)
    if len(numbers) == 1:
        return numbers[0]
    denied = excluded(question)
    named = [a for a in numbers if content_stems(a) & content_stems(question)]
    if denied and len(numbers) == 2 and len(named) == 1 and denied & content_stems(named[0]):
        return next(a for a in numbers if a != named[0])
    return named[0] if len(named) == 1 and not denied else None


def _is_enough(label: str, many: int) -> bool:
    least = LEAST.search(label)
    return least is None or many >= (counting_word(least["many"]) or many + 1)


def _flat(things: list[Thing], each: Thing, column: str) -> list[Decimal]:
    """Return the prices of longer times as a whole."""
    values: list[Value | None] = [
        t.values.get(column) for t in things if t is not each and FLAT.search(t.label) and not ONCE.search(t.label)
    ]
    return [value.number for value in values if value and value.number is not None]
