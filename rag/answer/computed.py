"""Writes computed values with their units, citing the rows from which each can be computed again."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from rag.answer.asked import Asked
from rag.answer.relation import Thing, Value
from rag.answer.reply import Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.split.tables import Row

MOST_SHOWN = 12  # things or bullets of a reply


def named_value(attribute: str, value: Value) -> str:
    """Return a cell with its unit, or with its column's name if the unit is unknown."""
    if re.search(r"[^\W\d_]|[€$£%]", value.cell.text):
        return value.cell.text
    return f"{value.cell.text} {value.unit}" if value.unit else f"{attribute}: {value.cell.text}"


def with_unit(text: str, value: Value) -> str:
    return f"{text} {value.unit}" if value.unit and value.unit not in text else text


def listed(things: Sequence[Thing]) -> str:
    return f": {', '.join(thing.label for thing in things)}" if len(things) <= MOST_SHOWN else ""


def rows_of(things: Sequence[Thing]) -> list[Value]:
    return [next(iter(thing.values.values())) for thing in things if thing.values]


def statement(found: Situation, asked: Asked, text: str, values: Sequence[Value], *, bullet: bool = False) -> Statement:
    """Return a computed statement that cites the row of every value."""
    rows = list({value.row.start: value.row for value in values}.values())
    evidence = tuple(cited(found, asked.source, rows))
    return Statement(text if bullet else f"{text}.", evidence, "supported", "bullet" if bullet else "text")


def cited(found: Situation, source: str, rows: Sequence[Row]) -> Iterator[Evidence]:
    """Yield rows of a table as evidence, each in the first passage that holds it."""
    passages = sorted(found.passages_of(source), key=lambda passage: passage.end)
    ends = [passage.end for passage in passages]
    text = found.documents[source].text
    for row in rows:
        at = bisect_right(ends, row.start)
        if at < len(ends) and passages[at].start <= row.start:
            quote = text[row.start : row.end]
            yield Evidence(passages[at], row.start, row.end, quote, 0.0, quote, "row")
