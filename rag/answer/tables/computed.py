"""Writes computed values with their units, citing the rows from which each can be computed again.

A value of which a row cannot be cited, or whose numbers have units that do not convert into each other, is not written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.asked import Asked
from rag.answer.tables.relation import Thing, Value
from rag.evidence import Evidence
from rag.language.units import in_one_unit
from rag.split.blocks import blocks_of
from rag.split.tables import Row, row_at
from rag.types import Passage, Place

MOST_SHOWN = 12  # things in a sentence
MOST_LISTED = 40  # things in a listing


def named_value(attribute: str, value: Value) -> str:
    """Return a cell with its unit, or with its column's name if the unit is unknown."""
    if re.search(r"[^\W\d_]|[€$£%]", value.cell.text):
        return value.cell.text
    return f"{value.cell.text} {value.unit}" if value.unit else f"{attribute}: {value.cell.text}"


def named_values(columns: Sequence[str], values: Sequence[Value]) -> str:
    """Return a row's cells with their units, and with their columns' names if they are several."""
    if len(columns) == 1:
        return named_value(columns[0], values[0])
    return ", ".join(f"{column}: {with_unit(v.cell.text, v)}" for column, v in zip(columns, values, strict=True))


def with_unit(text: str, value: Value) -> str:
    return f"{text} {value.unit}" if value.unit and value.unit not in text else text


def listed(things: Sequence[Thing]) -> str:
    return f": {', '.join(thing.label for thing in things)}" if len(things) <= MOST_SHOWN else ""


def rows_of(things: Sequence[Thing]) -> list[Value]:
    return [next(iter(thing.values.values())) for thing in things if thing.values]


def numbers_of(values: Sequence[Value | None]) -> list[Decimal]:
    """Return the numbers of values in the unit of the first; [] if one has none, or another kind of unit."""
    told = [(value.number, value.unit) for value in values if value is not None and value.number is not None]
    return (in_one_unit(told) or []) if len(told) == len(values) else []


def statement(found: Situation, asked: Asked, text: str, values: Sequence[Value], *, bullet: bool = False) -> Reply:
    """Return a computed statement that cites the row of every value; () if one cannot be cited."""
    rows = list({value.row.start: value.row for value in values}.values())
    evidence = tuple(cited(found, asked.source, rows))
    if not rows or len(evidence) < len(rows):
        return ()
    return (Statement(text if bullet else f"{text}.", evidence, "supported", "bullet" if bullet else "text"),)


def bullets(found: Situation, asked: Asked, items: Sequence[tuple[str, Sequence[Value]]]) -> Reply:
    """Return items with their rows, the first ones if they are many, which is said; () if one cannot be cited."""
    shown = items[:MOST_LISTED]
    lines = [statement(found, asked, text, values, bullet=len(items) > 1) for text, values in shown]
    if len(items) > len(shown):
        every = [value for _, values in items for value in values]
        lines.insert(0, statement(found, asked, f"{len(shown)} of {len(items)}", every))
    return tuple(line for reply in lines for line in reply) if all(lines) else ()


def as_rows(reply: Reply) -> Reply:
    return tuple(replace(line, layout="row") for line in reply)


def cited(found: Situation, source: str, rows: Sequence[Row]) -> Iterator[Evidence]:
    """Yield rows of a table as evidence, each in the first passage that holds it; those that none holds are left out.

    A passage may be folded into an equal one of another document, whose row is cited instead.
    """
    passages = found.library(source)
    held = sorted((place.end, place.start, i) for i, p in enumerate(passages) for place in _places(p, source))
    ends = [end for end, _, _ in held]
    for row in rows:
        at = bisect_right(ends, row.start)
        if at < len(ends) and held[at][1] <= row.start:
            passage = passages[held[at][2]]
            home = row if passage.source == source else _same_row(found, row, passage)
            if home is not None:
                quote = found.documents[passage.source].text[home.start : home.end]
                yield Evidence(passage, home.start, home.end, quote, 0.0, quote, "row")


def _places(passage: Passage, source: str) -> list[Place]:
    """Return where a passage stands in a document; where it is its own is enough."""
    if passage.source == source:
        return [Place(source, passage.start, passage.end)]
    return [place for place in passage.places if place.source == source]


def _same_row(found: Situation, row: Row, home: Passage) -> Row | None:
    """Return the row of a passage with the same cells in the same columns, or None."""
    document = found.documents[home.source]
    rows = (row_at(document, block.start) for block in blocks_of(document, home) if block.kind == "row")
    return next((other for other in rows if other and _cells(other) == _cells(row)), None)


def _cells(row: Row) -> list[tuple[str, str]]:
    return [(cell.column.casefold(), cell.text.casefold()) for cell in row.cells]
