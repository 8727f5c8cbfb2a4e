"""Views a table as things with attributes, with the things in its rows or in its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.language.exact import is_code
from rag.language.quantities import quantities
from rag.split.tables import Cell, Row, Table

YEAR = re.compile(r"(?:19|20)\d\d")
NAME = re.compile(r"[^\W\d_]{2}")
EMPTY = re.compile(r"(?:none|no|n/?a|nil|keine?r?|aucune?|ninguno|[-–—]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A thing's value of an attribute: the cell, the row to cite, and the number if it is one."""

    cell: Cell
    row: Row
    number: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that a table describes."""

    label: str
    row: Row | None  # its own row, or None where things are columns
    values: dict[str, Value]  # by attribute


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as things with attributes."""

    things: tuple[Thing, ...]
    attributes: tuple[str, ...]
    kind: str  # what the things are: the name of the label column, "" if it has none
    heading: str


def relations(table: Table) -> Iterator[Relation]:
    """Yield the views of a table: rows as things and, if adjacent columns have similar cells, columns as things."""
    if not table.rows:
        return
    label = _label(table)
    yield Relation(
        tuple(_thing(row, label) for row in table.rows if row.cells),
        tuple(column for column in table.columns if column != label),
        label,
        table.heading,
    )
    names = [column for column in table.columns if column and column != label]
    if len(names) >= 2 and _rows_are_attributes(table):
        attributes = [row.cells[0].text for row in table.rows if row.cells]
        yield Relation(tuple(_column(name, table) for name in names), tuple(attributes), "", table.heading)


def _label(table: Table) -> str:
    """Return the column that names the things: the first, or the next text column after codes or numbers."""
    for column in table.columns[:3]:
        texts = [cell.text for row in table.rows if (cell := row.cell(column))]
        if texts and sum(map(_is_name, texts)) > len(texts) / 2 and len(set(texts)) > 0.8 * len(table.rows):
            return column
    return table.rows[0].cells[0].column if table.rows[0].cells else ""


def _is_name(text: str) -> bool:
    return bool(NAME.search(text)) and not is_code(text)


def _thing(row: Row, label: str) -> Thing:
    named = row.cell(label) or row.cells[0]
    return Thing(named.text, row, {cell.column: _value(cell, row) for cell in row.cells})


def _column(name: str, table: Table) -> Thing:
    cells = [(row.cells[0].text, cell, row) for row in table.rows if row.cells and (cell := row.cell(name))]
    return Thing(name, None, {attribute: _value(cell, row) for attribute, cell, row in cells})


def _value(cell: Cell, row: Row) -> Value:
    found = quantities(cell.text)
    if len(found) >= 1 and _is_number(cell.text, len(found)):
        return Value(cell, row, found[0].value, found[0].unit or _unit_of(cell.column))
    return Value(cell, row, None, "")


def _is_number(text: str, count: int) -> bool:
    """Return True if a cell is a number with its unit: not text with a number, a range, a date or a code."""
    return count == 1 and len(re.findall(r"[^\W\d_]+", text)) <= 2 and not re.search(r"\d[-/:]\d|\d\.\d+\.", text)


def _unit_of(column: str) -> str:
    match = re.search(r"\(([^()]{1,12})\)\s*$|\b(EUR|USD|CHF|GBP)\b|([€$£%])", column)
    return next((group for group in match.groups() if group), "") if match else ""


def _rows_are_attributes(table: Table) -> bool:
    """Return True if cells are of one kind within rows but not within columns: units differ from row to row."""
    units = [
        {(_value(cell, row).unit, _value(cell, row).number is None) for cell in row.cells[1:]} for row in table.rows
    ]
    return len(set().union(*units)) > 1 and all(len(unit) <= 2 for unit in units)


def numeric(relation: Relation) -> list[str]:
    """Return the attributes that are numbers for most things, except years."""
    return [a for a in relation.attributes if _mostly_numbers([t.values[a] for t in relation.things if a in t.values])]


def _mostly_numbers(values: Sequence[Value]) -> bool:
    numbers = [value for value in values if value.number is not None]
    return bool(numbers) and 2 * len(numbers) > len(values)


def is_empty(value: Value) -> bool:
    """Return True if a cell means none: empty words, a dash, or zero."""
    return bool(EMPTY.fullmatch(value.cell.text.strip())) or value.number == 0
