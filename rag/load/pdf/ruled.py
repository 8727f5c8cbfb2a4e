"""Reads a table whose cells are separated by lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.load.pdf.gaps import gaps_of
from rag.load.pdf.grid import Box, Lattice, parted
from rag.load.pdf.rules import Rules
from rag.load.pdf.table import Mend, Table
from rag.load.pdf.words import Row, Word, rows_of, text_of
from rag.load.tables.cells import EMPTY, Cell, Grid, filled

SAME = 3.0  # tolerance in points for rows at one height


def read_lattice(lattice: Lattice, rules: Rules, mend: Mend) -> tuple[Table | None, list[Sequence[Word]]]:
    """Return the table formed by lines, and the words of cells that hold a nested table."""
    inner = _inner(lattice)
    lattice = replace(
        lattice,
        boxes=tuple(replace(box, words=()) if any(box in held for held in inner) else box for box in lattice.boxes),
    )
    grid: Grid = []
    for row in range(len(lattice.ys) - 1):
        boxes = [box for box in lattice.boxes if box.row == row]
        covered = [box for box in lattice.boxes if box.row < row < box.row + box.rows]
        pieces = parted(boxes, lattice) if boxes and not covered else None
        if pieces:
            grid += _from_pieces(boxes, pieces, len(lattice.xs) - 1)
        else:
            grid.append([EMPTY] * (len(lattice.xs) - 1))
            _fill(grid, boxes, lattice, rules, mend)
            for box in covered:
                above = grid[-2][box.column] if len(grid) > 1 else EMPTY
                grid[-1][box.column : box.column + box.columns] = [above] * box.columns
    words = frozenset(word for box in lattice.boxes for word in box.words)
    table = (
        Table(grid, words, tuple(pairwise(lattice.xs)), lattice.ys[0], lattice.ys[-1])
        if len(grid) > 1 and words
        else None
    )
    full = sum(len(filled(row)) > 1 for row in grid)
    return table if table and full > 1 else None, [
        sorted((w for box in held for w in box.words), key=lambda w: w.order) for held in inner
    ]


def _inner(lattice: Lattice) -> list[list[Box]]:
    """Return the cells with a nested table, and adjacent cells with rows at the same heights."""
    found: list[list[Box]] = []
    for box in lattice.boxes:
        if not _holds_table(box) or _is_parted(box, lattice) or any(box in held for held in found):
            continue
        heights = [row[0].middle for row in rows_of(box.words)]
        beside = [b for b in lattice.boxes if b.row == box.row and not _holds_table(b) and _has_heights(b, heights)]
        found.append([*beside, box])
    return found


def _has_heights(box: Box, heights: Sequence[float]) -> bool:
    rows = rows_of(box.words)
    same = sum(any(abs(row[0].middle - height) <= SAME for height in heights) for row in rows)
    return len(rows) > 2 and same * 5 >= len(rows) * 4


def _holds_table(box: Box) -> bool:
    """Return True if a cell has several rows with wide gaps."""
    rows = rows_of(box.words)
    return len(rows) > 2 and bool(gaps_of(rows))


def _is_parted(box: Box, lattice: Lattice) -> bool:
    return parted([other for other in lattice.boxes if other.row == box.row], lattice) is not None


def _fill(grid: Grid, boxes: Sequence[Box], lattice: Lattice, rules: Rules, mend: Mend) -> None:
    """Write the cells that begin in a ruled row into the last row of the grid."""
    for box in boxes:
        if not box.words:
            continue
        strong = all(word.bold for word in box.words) or _is_coloured(box, lattice, rules)
        cell = Cell(mend(rows_of(box.words)), False, strong)
        for column in range(box.column, box.column + box.columns):
            grid[-1][column] = cell


def _is_coloured(box: Box, lattice: Lattice, rules: Rules) -> bool:
    """Return True if a cell has a background colour of few rows only, so not that of stripes."""
    x = (lattice.xs[box.column] + lattice.xs[box.column + box.columns]) / 2
    middles = [(high + low) / 2 for high, low in zip(lattice.ys, lattice.ys[1:], strict=False)]
    colours = [
        next((a.colour for a in reversed(rules.areas) if a.left <= x <= a.right and a.bottom <= y <= a.top), None)
        for y in middles
    ]
    mine = colours[box.row]
    return mine is not None and colours.count(mine) <= max(1, len(colours) // 4)


def _from_pieces(boxes: Sequence[Box], pieces: list[list[Row]], width: int) -> Grid:
    """Return one row for each printed row of cells without lines between them."""
    most = max(pieces, key=len)
    grid: Grid = [[EMPTY] * width for _ in most]
    for box, cell in zip(boxes, pieces, strict=True):
        for row in cell:
            i = min(range(len(most)), key=lambda i: abs(most[i][0].middle - row[0].middle))
            grid[i][box.column] = Cell(text_of(row), False, all(word.bold for word in row))
    return grid
