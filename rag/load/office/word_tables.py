"""Reads the tables of Word files as grids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rag.load.office.package import attribute, child, descendants, is_on, local
from rag.load.office.word_text import Words
from rag.load.tables.cells import EMPTY, Cell, Grid, joined

MAX_SPAN = 200
LONG = 300  # characters of a cell from which a one-row table is a column layout
WRAPPERS = frozenset("sdt sdtContent customXml ins moveTo".split())


def grid_of(table: Any, read: Callable[[Any], Words]) -> Grid:
    """Return the cells of a table, using `read` for paragraphs; a merged cell is repeated in every place it covers."""
    grid: Grid = []
    for row in rows_of(table):
        properties = child(row, "trPr")
        head = is_on(child(properties, "tblHeader"))
        line: list[Cell] = [EMPTY] * _number(child(properties, "gridBefore"), 0)
        for cell in cells_of(row):
            settings = child(cell, "tcPr")
            span = min(_number(child(settings, "gridSpan"), 1), MAX_SPAN)
            merge = child(settings, "vMerge")
            if merge is not None and attribute(merge, "val") != "restart" and grid and len(line) < len(grid[-1]):
                line += [grid[-1][len(line)]] * span
                continue
            words = [read(paragraph) for paragraph in paragraphs_in(cell)]
            text = joined(word.text for word in words)
            shading = child(settings, "shd")
            filled = shading is not None and attribute(shading, "fill").casefold() not in ("", "auto", "ffffff")
            strong = bool(text) and (filled or not any(word.light for word in words))
            line += [Cell(text, head, strong)] * span
        grid.append(line)
    width = max(map(len, grid), default=0)
    return [line + [EMPTY] * (width - len(line)) for line in grid]


def is_layout(table: Any, is_heading: Callable[[Any], bool]) -> bool:
    """Return True for a layout table: one column, one row of long texts, or headings in its cells."""
    rows = [list(cells_of(row)) for row in rows_of(table)]
    cells = [cell for row in rows for cell in row]
    if max(map(len, rows), default=0) < 2:
        return True
    if len(rows) == 1 and any(len("".join(cell.itertext())) > LONG for cell in cells):
        return True
    below = rows[1:] or rows  # column names may have a heading style
    return any(is_heading(paragraph) for row in below for cell in row for paragraph in paragraphs_in(cell))


def rows_of(table: Any) -> Iterator[Any]:
    """Yield the rows that no revision deletes."""
    for inner in table:
        if local(inner) == "tr":
            if child(inner, "trPr", "del") is None:
                yield inner
        elif local(inner) in WRAPPERS:
            yield from rows_of(inner)


def cells_of(row: Any) -> Iterator[Any]:
    """Yield the cells of a row, including those in controls."""
    for inner in row:
        if local(inner) == "tc":
            yield inner
        elif local(inner) in WRAPPERS:
            yield from cells_of(inner)


def cell_bodies(table: Any) -> Iterator[Any]:
    """Yield the cells in reading order."""
    return (cell for row in rows_of(table) for cell in cells_of(row))


def paragraphs_in(cell: Any) -> Iterator[Any]:
    """Yield the paragraphs of a cell, except in nested tables."""
    for inner in cell:
        if local(inner) == "p":
            yield inner
        elif local(inner) in WRAPPERS:
            yield from paragraphs_in(inner)


def nested_tables(table: Any) -> Iterator[Any]:
    """Yield the tables nested directly in the cells."""
    for cell in cell_bodies(table):
        for inner in descendants(cell, "tbl"):
            if next((a for a in inner.iterancestors() if local(a) == "tbl"), None) is table:
                yield inner


def _number(element: Any, otherwise: int) -> int:
    value = attribute(element, "val") if element is not None else ""
    return min(int(value), MAX_SPAN) if value.isdigit() and int(value) > 0 else otherwise
