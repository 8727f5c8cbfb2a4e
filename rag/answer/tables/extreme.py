"""Computes which things have the highest or lowest value of a column, or the places asked for in its order."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.asked import Asked, measure
from rag.answer.tables.computed import MOST_SHOWN, bullets, named_value, numbers_of, statement
from rag.answer.tables.relation import Thing, Value, dated
from rag.language.column_names import spoken
from rag.language.measures import COMPARATIVE, Places, column_words, highest, places, superlative
from rag.language.words import content_stems

Ordered: TypeAlias = list[tuple[tuple[Decimal, ...], Thing, Value]]
THAN = re.compile(r"\b(?:than|als|que)\b", re.IGNORECASE)


def extreme(found: Situation, asked: Asked) -> Reply:
    """Return the things at the places of the order that are asked for; () if the order is not certain."""
    wanted = places(found.question)
    attribute = _attribute(found.question, asked)
    if wanted is None or attribute is None or (asked.named and len(asked.things) < 2 and THAN.search(found.question)):
        return ()
    things = asked.things if len(asked.things) > 1 else asked.relation.things
    if _compares_two(found.question) and not asked.named and (len(things) != 2 or things[0].row is None):
        return ()  # "which of the two loaves keeps longer" is not asked of a table of many things
    is_date = attribute in dated(asked.relation)
    valued = [(thing, value) for thing in things if (value := thing.values.get(attribute))]
    known = [(thing, value) for thing, value in valued if (value.day if is_date else value.number is not None)]
    if len(known) < 2:
        return ()
    words = set(re.findall(r"[^\W\d_]+(?:/[^\W\d_]+)?", attribute.casefold()))
    most = highest(found.question, frozenset(words | {v.unit.casefold() for _, v in known}), is_date=is_date)
    ordered = _ordered(known, is_date=is_date, most=bool(most))
    if most is None or not _are_apart(ordered, wanted):
        return ()
    alike = ordered[wanted.first - 1 : wanted.first - 1 + wanted.count]
    if wanted == Places():
        alike = [entry for entry in ordered if entry[0] == ordered[0][0]]
    note = f", of the {len(known)} of {len(things)} that state it" if len(known) < len(things) else ""
    shown = [(f"{thing.label} ({named_value(attribute, value)}){note}", [value]) for _, thing, value in alike]
    if len(shown) > MOST_SHOWN:
        return ()
    if wanted.count > 1:
        return bullets(found, asked, shown)
    told = [statement(found, asked, text, values) for text, values in shown]
    return tuple(line for reply in told for line in reply) if all(told) else ()


def _attribute(question: str, asked: Asked) -> str | None:
    """Return the attribute that is compared: the dates that the question is about, or else its measure."""
    meant = column_words(question)
    dates = dated(asked.relation)
    about = [a for a in dates if a in asked.attributes or meant & set(re.findall(r"[^\W\d_]+", a.casefold()))]
    numbers = [a for a in asked.attributes if a not in dates]
    told = content_stems(question)
    if len(numbers) > 1 and not any(content_stems(spoken(a)) & told for a in numbers):
        return None  # several columns of prices
    if highest(question, frozenset(), is_date=True) is None:
        return measure(asked)
    if len(about) == 1 or (len(dates) == 1 and not numbers):
        return (about or dates)[0]
    return measure(asked) if not about else None


def _compares_two(question: str) -> bool:
    """Return True if a question compares two things: "which is longer", "which of the two"."""
    match = superlative(question)
    return match is not None and bool(COMPARATIVE.fullmatch(match.group()))


def _ordered(known: list[tuple[Thing, Value]], *, is_date: bool, most: bool) -> Ordered:
    """Return the things in order; [] if their numbers cannot be compared, or a date may be within another."""
    values = [value for _, value in known]
    numbers = [Decimal(0)] * len(values) if is_date else numbers_of(values)
    if not numbers:
        return []
    keys = [
        tuple(map(Decimal, value.day)) if is_date else (number,) for value, number in zip(values, numbers, strict=True)
    ]
    if is_date and any(a != b and a[: len(b)] == b for a in set(keys) for b in set(keys)):
        return []
    entries = [(key, thing, value) for key, (thing, value) in zip(keys, known, strict=True)]
    return sorted(entries, key=lambda entry: entry[0], reverse=most)


def _are_apart(ordered: Ordered, wanted: Places) -> bool:
    """Return True if no tie makes the places asked for uncertain."""
    keys = [key for key, _, _ in ordered]
    last = wanted.first - 1 + wanted.count
    if wanted.first < 1 or last > len(keys):
        return False
    if wanted == Places():
        return True
    above = keys[: wanted.first]
    return len(set(above)) == len(above) and (last == len(keys) or keys[last] != keys[last - 1])
