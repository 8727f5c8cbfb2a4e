"""Views a table as things with attributes, with the things in its rows or in its columns.

Rows and columns that add up the others are no things. A year, a date and a number that can be read in two ways are no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.language.column_names import unit_at_end
from rag.language.dates import NUMBER_OF_MONTH, mentions
from rag.language.exact import is_code
from rag.language.measures import MEASURES
from rag.language.quantities import decimal_mark, quantities
from rag.language.totals import adds_up, is_total
from rag.language.units import unit_of
from rag.split.tables import Cell, Row, Table

YEAR = re.compile(r"(?:1\d|20|21)\d\d")
LIKELY_YEARS = range(1900, 2100)  # where the name of a column does not say so
NAME = re.compile(r"[^\W\d_]{2}")
EMPTY = re.compile(r"(?:none|no|n/?a|nil|keine?r?|aucune?|ninguno|[-–—]+)", re.IGNORECASE)
AGES = next(names for names in MEASURES.values() if "year" in names).replace("age ", "")
YEARS = frozenset(AGES.split()) | frozenset("years jahr année año".split())
MEASURED = frozenset(word for names in MEASURES.values() for word in names.split()) - YEARS


@dataclass(frozen=True, slots=True)
class Value:
    """A thing's value of an attribute: the cell, the row to cite, and the number or the date if it is one."""

    cell: Cell
    row: Row
    number: Decimal | None
    unit: str
    day: tuple[int, ...] = ()  # (year,), (year, month) or (year, month, day)


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
    values = _values(table)
    rows = [Thing((row.cell(label) or row.cells[0]).text, row, values[row.start]) for row in table.rows if row.cells]
    yield Relation(
        tuple(_without_totals(rows)), tuple(column for column in table.columns if column != label), label, table.heading
    )
    names = [column for column in table.columns if column and column != label and not is_total(column)]
    if len(names) >= 2 and _rows_are_attributes(table, values):
        attributes = [row.cells[0].text for row in table.rows if row.cells]
        yield Relation(tuple(_column(name, table, values) for name in names), tuple(attributes), "", table.heading)


def _label(table: Table) -> str:
    """Return the column that names the things: the first, or the next text column after codes or numbers."""
    for column in table.columns[:3]:
        texts = [cell.text for row in table.rows if (cell := row.cell(column))]
        if texts and sum(map(_is_name, texts)) > len(texts) / 2 and len(set(texts)) > 0.8 * len(table.rows):
            return column
    return table.rows[0].cells[0].column if table.rows[0].cells else ""


def _is_name(text: str) -> bool:
    return bool(NAME.search(text)) and not is_code(text)


def _column(name: str, table: Table, values: dict[int, dict[str, Value]]) -> Thing:
    found = {row.cells[0].text: value for row in table.rows if row.cells and (value := values[row.start].get(name))}
    return Thing(name, None, found)


def _without_totals(things: Sequence[Thing]) -> list[Thing]:
    """Return the things without those that add up others, all if there are only such."""
    kept = [thing for thing in things if not is_total(thing.label)]
    if kept and len(kept) == len(things) and _adds_up(things):
        kept = kept[:-1]
    return kept or list(things)


def _adds_up(things: Sequence[Thing]) -> bool:
    """Return True if the last thing's numbers are the sums of all others' numbers."""
    last = things[-1]
    numbers = {a: v.number for a, v in last.values.items() if v.number is not None and v.cell.text != last.label}
    above = {a: [v.number for t in things[:-1] if (v := t.values.get(a)) and v.number is not None] for a in numbers}
    return adds_up(last.label, [(above[a], number) for a, number in numbers.items()])


def _values(table: Table) -> dict[int, dict[str, Value]]:
    """Return the values of each row, by where it starts: numbers are read as their column writes them."""
    columns: dict[str, list[tuple[Row, Cell]]] = {}
    for row in table.rows:
        for cell in row.cells:
            columns.setdefault(cell.column, []).append((row, cell))
    marks = {column: decimal_mark(cell.text for _, cell in cells) for column, cells in columns.items()}
    usual = "," if set(marks.values()) - {""} == {","} else ""
    found: dict[int, dict[str, Value]] = {row.start: {} for row in table.rows}
    for column, cells in columns.items():
        values = [_value(cell, row, marks[column] or usual) for row, cell in cells]
        years = _are_years(column, values)
        for value in values:
            found[value.row.start][column] = replace(value, number=None) if years and value.day else value
    return found


def _value(cell: Cell, row: Row, mark: str) -> Value:
    day = _day(cell.text)
    found = [] if len(day) > 1 or _has_month(cell.text) else quantities(cell.text, decimal=mark)
    if not _is_number(cell.text, len(found)):
        return Value(cell, row, None, "", day)
    only = found[0]
    unit, times = unit_of(f"{cell.text[: only.start]} {cell.text[only.end :]}")
    return Value(cell, row, only.value * times, unit or _unit_of(cell.column), day)


def _is_number(text: str, count: int) -> bool:
    """Return True if a cell is a number with its unit: not text with a number, a range, a date or a code."""
    return count == 1 and len(re.findall(r"[^\W\d_]+", text)) <= 2 and not re.search(r"\d[-/:]\d|\d\.\d+\.", text)


def _has_month(text: str) -> bool:
    return any(word in NUMBER_OF_MONTH for word in re.findall(r"[^\W\d_]+", text.casefold()))


def _day(text: str) -> tuple[int, ...]:
    """Return the date that a cell is, as far as it is given, () if it is none or has no year."""
    if YEAR.fullmatch(text.strip()):
        return (int(text),)
    found = list(mentions(text)) if YEAR.search(text) else []
    if len(found) != 1 or not found[0].year or len(text) - (found[0].end - found[0].start) > len("Wednesday, "):
        return ()
    only = found[0]
    return tuple(part for part in (only.year, only.month, only.day) if part is not None)


def _are_years(column: str, values: Sequence[Value]) -> bool:
    """Return True if all numbers of a column are years, as its name says, or as nothing else is said."""
    numbers = [value for value in values if value.number is not None]
    named = set(re.findall(r"[^\W\d_]+|[€$£]", column.casefold()))
    if not all(value.day and not value.unit for value in numbers):
        return False
    return bool(named & YEARS) or (not named & MEASURED and all(value.day[0] in LIKELY_YEARS for value in numbers))


def _unit_of(column: str) -> str:
    match = re.search(r"\(([^()]{1,12})\)\s*$|\b(EUR|USD|CHF|GBP)\b|([€$£%])", column)
    unit = next((group for group in match.groups() if group), "") if match else ""
    return "" if re.search(r"\d{4}", unit) else unit or unit_at_end(column)


def _rows_are_attributes(table: Table, values: dict[int, dict[str, Value]]) -> bool:
    """Return True if cells are of one kind within rows but not within columns: units differ from row to row."""
    units = [
        {(v.unit, v.number is None) for cell in row.cells[1:] if (v := values[row.start][cell.column])}
        for row in table.rows
    ]
    return len(set().union(*units)) > 1 and all(len(unit) <= 2 for unit in units)


def numeric(relation: Relation) -> list[str]:
    """Return the attributes that are numbers for most things, except years."""
    return [a for a in relation.attributes if _mostly_numbers([t.values[a] for t in relation.things if a in t.values])]


def _mostly_numbers(values: Sequence[Value]) -> bool:
    numbers = [value for value in values if value.number is not None]
    return bool(numbers) and 2 * len(numbers) > len(values)


def dated(relation: Relation) -> list[str]:
    """Return the attributes that are years or dates for all things that have them."""
    found = {a: [t.values[a] for t in relation.things if a in t.values] for a in relation.attributes}
    return [a for a, values in found.items() if values and all(v.day and v.number is None for v in values)]


def is_empty(value: Value) -> bool:
    """Return True if a cell means none: empty words, a dash, or zero."""
    return bool(EMPTY.fullmatch(value.cell.text.strip())) or value.number == 0
