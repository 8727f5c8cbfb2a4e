"""Reads the tables of OpenDocument files as grids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from rag.errors import LoadError
from rag.load.office.package import attribute, children, descendants, local
from rag.load.tables.cells import EMPTY, Cell, Grid, joined

MAX_REPEATED_ROWS = 100  # a row repeated more often than this adds nothing
MAX_COLUMNS = 16_384  # as many as a spreadsheet has
MAX_SPAN = 1_024  # columns that a merged cell is repeated in
MAX_CELLS = 3_000_000  # of one sheet, without blank ones at the ends of rows
HIDDEN = ("collapse", "filter")  # rows and columns
VALUES = ("value", "date-value", "time-value", "boolean-value", "string-value")
GROUPS = frozenset("table-rows table-row-group table-header-rows table-source".split())
SHAPES = frozenset(  # drawn elements
    """frame custom-shape g rect line polyline polygon regular-polygon path circle ellipse connector caption measure control
    page-thumbnail shapes""".split()
)


def grid_of(table: Any, words: Callable[[Any], str], source: str = "") -> tuple[Grid, dict[int, int], dict[int, str]]:
    """Return the cells of a table, the sheet's row number of each row, and the text of hidden cells by row number.

    A run of blank rows becomes one; a hidden row is not there.

    LoadError if there are too many cells.
    """
    grid: Grid = []
    numbers: dict[int, int] = {}
    hanging: dict[tuple[int, int], Cell] = {}  # (row, column) of the grid covered by a cell from above
    concealed: dict[int, str] = {}
    columns = list(_hidden_columns(table))
    row_number, cells = 1, 0
    for row, head in _rows(table, False):
        repeated = _number(row, "number-rows-repeated")
        line = _line(row, words, head, len(grid), hanging)
        if len(line) > MAX_COLUMNS:
            raise LoadError(source, f"a sheet has more than {MAX_COLUMNS:,} columns; split it")
        gone = attribute(row, "visibility") in HIDDEN
        line, hidden = _parted(line, [(0, MAX_COLUMNS)] if gone else columns)
        if hidden:
            concealed[row_number] = hidden
        if gone:
            row_number += repeated
            continue
        if any(cell.text for cell in line):
            for i in range(min(repeated, MAX_REPEATED_ROWS)):
                numbers[len(grid)] = row_number + i
                grid.append(line)
                cells += len(line)
        elif grid and grid[-1]:
            grid.append([])
        row_number += repeated
        if cells > MAX_CELLS:
            raise LoadError(source, f"a sheet holds more than {MAX_CELLS:,} cells; split it")
    width = max(map(len, grid), default=0)
    if width * len(grid) > MAX_CELLS * 4:
        raise LoadError(source, f"a sheet is spread over more than {MAX_CELLS * 4:,} cells; split it")
    return [line + [EMPTY] * (width - len(line)) for line in grid], numbers, concealed


def _hidden_columns(element: Any) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the runs of hidden columns, from 0."""
    at = 0
    for column in element.iter("{*}table-column", "{*}table-row"):
        if local(column) == "table-row":
            return
        end = at + _number(column, "number-columns-repeated")
        if attribute(column, "visibility") in HIDDEN:
            yield at, end
        at = end


def _parted(line: list[Cell], hidden: Sequence[tuple[int, int]]) -> tuple[list[Cell], str]:
    """Return a row with its hidden cells blank, and their text; a merged cell that reaches out of them is shown."""
    if not hidden or not line:
        return line, ""
    gone = {i for start, end in hidden for i in range(start, min(end, len(line)))}
    seen = {id(cell) for i, cell in enumerate(line) if i not in gone}
    texts = dict.fromkeys(line[i] for i in sorted(gone) if line[i].text and id(line[i]) not in seen)
    return [EMPTY if i in gone else cell for i, cell in enumerate(line)], " | ".join(cell.text for cell in texts)


def noted_cells(table: Any) -> Iterator[tuple[int, int, bool, Any]]:
    """Yield the comments on the cells of a sheet with their row and column, from 1, and whether the cell is hidden."""
    row_number = 1
    columns = list(_hidden_columns(table))
    for row, _ in _rows(table, False):
        column = 1
        gone = attribute(row, "visibility") in HIDDEN
        for cell in children(row, "table-cell", "covered-table-cell"):
            for note in children(cell, "annotation"):
                last = column + _number(cell, "number-columns-spanned") - 1
                hidden = gone or any(start < column and last <= end for start, end in columns)
                yield row_number, column, hidden, note
            column += _number(cell, "number-columns-repeated")
        row_number += _number(row, "number-rows-repeated")


def nested_tables(table: Any) -> Iterator[Any]:
    """Yield the tables nested directly in the cells."""
    for inner in descendants(table, "table"):
        if inner is not table and next((a for a in inner.iterancestors() if local(a) == "table"), None) is table:
            yield inner


def _rows(element: Any, head: bool) -> Iterator[tuple[Any, bool]]:
    for inner in element:
        if local(inner) == "table-row":
            yield inner, head
        elif local(inner) in GROUPS:
            yield from _rows(inner, head or local(inner) == "table-header-rows")


def _line(
    row: Any, words: Callable[[Any], str], head: bool, place: int, hanging: dict[tuple[int, int], Cell]
) -> list[Cell]:
    """Return the cells of a row without the blank ones at its end; one more than MAX_COLUMNS if it has more."""
    line: list[Cell] = []
    blanks = 0
    for element in children(row, "table-cell", "covered-table-cell"):
        repeated = min(_number(element, "number-columns-repeated"), MAX_COLUMNS + 1)
        if local(element) == "covered-table-cell":
            cells = [hanging.get((place, len(line) + blanks + i), EMPTY) for i in range(repeated if hanging else 0)]
            line += [*[EMPTY] * blanks, *cells] if any(cell.text for cell in cells) else []
            blanks = 0 if any(cell.text for cell in cells) else blanks + repeated
            continue
        text = joined(words(p) for p in _paragraphs(element)) or _unwritten(element)
        if not text:
            blanks += repeated
            continue
        line += [EMPTY] * min(blanks, MAX_COLUMNS)
        blanks = 0
        across, down = _number(element, "number-columns-spanned"), _number(element, "number-rows-spanned")
        for _ in range(repeated):
            cell = Cell(text, head)
            for i in range(min(down, MAX_REPEATED_ROWS)):
                for j in range(min(across, MAX_SPAN)):
                    if i or j:
                        hanging[(place + i, len(line) + j)] = cell
            line.append(cell)
        if len(line) > MAX_COLUMNS:
            return line
    while line and not line[-1].text:
        line.pop()
    return line


def _paragraphs(cell: Any) -> Iterator[Any]:
    """Yield the paragraphs of a cell, except in nested tables and comments."""
    for inner in cell:
        if local(inner) in ("p", "h"):
            yield inner
        elif local(inner) not in ("table", "annotation", *SHAPES):
            yield from _paragraphs(inner)


def _unwritten(element: Any) -> str:
    """Return the value of a cell without text, or its formula if it has no value either."""
    kind = attribute(element, "value-type")
    value = next(filter(None, (attribute(element, name) for name in VALUES)), "")
    if kind == "percentage":
        return _percent(value)
    if kind == "currency":
        return f"{value} {attribute(element, 'currency')}".strip()
    formula = attribute(element, "formula")
    if kind or not formula:
        return value.removesuffix("T00:00:00") if kind else ""
    return f"{formula.partition(':')[2] or formula} (not calculated)"


def _percent(value: str) -> str:
    try:
        shown = f"{Decimal(value) * 100:f}"
        return f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown} %"
    except InvalidOperation:
        return value


def _number(element: Any, name: str) -> int:
    value = attribute(element, name)
    return int(value) if value.isdigit() and 0 < int(value) < 10_000_000 else 1
