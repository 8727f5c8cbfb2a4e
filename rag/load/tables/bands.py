"""Finds the tables of a sheet, stacked or side by side; blank rows and columns inside a table are ignored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.load.tables.cells import Cell, Grid, filled, is_period, is_typed

MOSTLY = 0.8  # least share of numbers in a column of numbers
AHEAD = 4  # rows: one or two titles, the names, and a row below them
SAMPLE = 30  # rows at the beginning and at the end of a table


def tables_of(grid: Grid) -> Iterator[tuple[list[int], Grid]]:
    """Yield the rows of each table with their numbers (from 0), without blank rows and columns."""
    for left, right in _side_by_side(grid):
        part = [row[left:right] for row in grid]
        used = [i for i, row in enumerate(part) if any(cell.text for cell in row)]
        for numbers in _stacked(part, used):
            yield numbers, _without_blank_columns([part[i] for i in numbers])


def _without_blank_columns(rows: Grid) -> Grid:
    kept = [i for i in range(len(rows[0])) if any(row[i].text for row in rows)] if rows else []
    return [[row[i] for i in kept] for row in rows]


def _side_by_side(grid: Grid) -> list[tuple[int, int]]:
    """Return the column spans of separate tables: divided by a blank column, with the same names or different rows."""
    width = len(grid[0]) if grid else 0
    used = [any(row[i].text for row in grid) for i in range(width)]
    groups: list[tuple[int, int]] = []
    i = 0
    while i < width:
        if not used[i]:
            i += 1
            continue
        end = i
        while end < width and used[end]:
            end += 1
        groups.append((i, end))
        i = end
    joined: list[tuple[int, int]] = []
    for left, right in groups:
        if joined and not _are_two(grid, joined[-1], (left, right)):
            joined[-1] = (joined[-1][0], right)
        else:
            joined.append((left, right))
    return joined


def _are_two(grid: Grid, one: tuple[int, int], two: tuple[int, int]) -> bool:
    if min(one[1] - one[0], two[1] - two[0]) < 2:
        return False
    rows = [[i for i, row in enumerate(grid) if len(filled(row[a:b])) > 1] for a, b in (one, two)]
    if not rows[0] or not rows[1]:
        return False
    if rows[0][0] != rows[1][0] or abs(rows[0][-1] - rows[1][-1]) > 1:
        return True
    names = [{cell.text for cell in filled(grid[rows[0][0]][a:b])} for a, b in (one, two)]
    return bool(names[0] & names[1])


def _stacked(grid: Grid, used: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows of each table: a new one begins after a blank row if its first row names other columns."""
    numbers: list[int] = []
    for at, i in enumerate(used):
        if numbers and i > used[at - 1] + 1 and _begins(grid, used[at : at + AHEAD], numbers):
            yield numbers
            numbers = []
        numbers.append(i)
    if numbers:
        yield numbers


def _begins(grid: Grid, ahead: Sequence[int], before: Sequence[int]) -> bool:
    """Return True if a table begins with the next row: words, perhaps below a title, after a row of values."""
    full = next((i for i in ahead[:-1] if len(filled(grid[i])) > 1), None)
    if full is None:
        return False
    looked_at = before if len(before) <= 2 * SAMPLE else [*before[:SAMPLE], *before[-SAMPLE:]]
    row, earlier = grid[full], [grid[i] for i in looked_at if len(filled(grid[i])) > 1]
    shown = filled(row)
    if any(is_typed(cell.text) and not is_period(cell.text) for cell in shown) or not earlier:
        return False
    if all(cell.strong or cell.head for cell in shown) and not all(cell.strong for cell in filled(grid[before[-1]])):
        return True
    if [cell.text for cell in row] == [cell.text for cell in earlier[0]]:
        return False  # the same names again
    places = [
        {i for i, cell in enumerate(some) if cell.text} for some in (row, max(earlier, key=lambda r: len(filled(r))))
    ]
    return places[0] != places[1] or any(_is_of_values(earlier[1:], i) for i, cell in enumerate(row) if cell.text)


def _is_of_values(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    values = [row[column].text for row in rows if row[column].text]
    return len(values) > 0 and sum(map(is_typed, values)) >= MOSTLY * len(values)
