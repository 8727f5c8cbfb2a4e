"""Finds tables whose cells are separated by lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.load.pdf.rules import Rule, Rules
from rag.load.pdf.words import SAME_ROW, Row, Word, rows_of, text_of
from rag.load.tables.cells import is_typed

NEAR = 3.0  # tolerance in points for equal lines
MAX_CROSSINGS = 2_000_000  # most pairs of lines compared on a page
MAX_CELLS = 20_000
MAX_UNPARTED = 4  # horizontal lines; with more of them, they separate the rows
LEAST_FILLED = 0.25  # least share of non-empty cells: an empty grid is a picture


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A cell between lines: its columns, rows and words."""

    row: int
    column: int
    rows: int
    columns: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Lattice:
    """The cells of one table, with the positions of its rows and columns."""

    xs: tuple[float, ...]  # from left to right
    ys: tuple[float, ...]  # from top to bottom
    boxes: tuple[Box, ...]


def lattices(rules: Rules, words: Sequence[Word]) -> Iterator[Lattice]:
    """Yield each table formed by lines, with its words."""
    across, down = _merged(rules.across), _merged(rules.down)
    if not across or not down or len(across) * len(down) > MAX_CROSSINGS:
        return
    for rows, columns in _components(across, down):
        lattice = _lattice(rows, columns, words)
        if lattice is not None and _is_table(lattice):
            yield lattice


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Return the lines, merging those that overlap or continue each other."""
    merged: list[Rule] = []
    for rule in sorted(rules):
        for i in range(len(merged) - 1, -1, -1):
            other = merged[i]
            if rule.at - other.at > NEAR:
                i = -1
                break
            if rule.start <= other.end + NEAR and rule.end >= other.start - NEAR:
                merged[i] = Rule(other.at, min(rule.start, other.start), max(rule.end, other.end))
                break
        else:
            i = -1
        if i < 0:
            merged.append(rule)
    return merged


def _components(across: Sequence[Rule], down: Sequence[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Yield groups of lines that are connected by crossings."""
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, row in enumerate(across):
        for j, column in enumerate(down, start=len(across)):
            if row.start - NEAR <= column.at <= row.end + NEAR and column.start - NEAR <= row.at <= column.end + NEAR:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, rule in enumerate([*across, *down]):
        groups.setdefault(root(i), ([], []))[i >= len(across)].append(rule)
    yield from (group for group in groups.values() if group[0] and group[1])


def _lattice(across: list[Rule], down: list[Rule], words: Sequence[Word]) -> Lattice | None:
    xs = _places([*(rule.at for rule in down), min(r.start for r in across), max(r.end for r in across)])
    ys = _places([*(rule.at for rule in across), min(r.start for r in down), max(r.end for r in down)])[::-1]
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > MAX_CELLS:
        return None
    inside: dict[tuple[int, int], list[Word]] = {}
    heights = [-y for y in ys]
    for word in words:
        column, row = _slot((word.left + word.right) / 2, xs), _slot(-word.middle, heights)
        if column is not None and row is not None:
            inside.setdefault((row, column), []).append(word)
    return Lattice(tuple(xs), tuple(ys), tuple(_boxes(xs, ys, across, down, inside)))


def _places(values: Sequence[float]) -> list[float]:
    """Return the positions in order, merging equal ones."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > NEAR:
            places.append(value)
    return places


def _slot(value: float, bounds: Sequence[float]) -> int | None:
    """Return the index of the interval, between ascending bounds, that holds a value."""
    after = bisect_right(bounds, value)
    return after - 1 if 0 < after < len(bounds) else None


def _boxes(
    xs: Sequence[float], ys: Sequence[float], across: Sequence[Rule], down: Sequence[Rule],
    inside: dict[tuple[int, int], list[Word]],
) -> Iterator[Box]:  # fmt: skip
    """Yield the cells, merging slots with no line between them."""
    wide, high = len(xs) - 1, len(ys) - 1
    walls = [[_runs(down, xs[j + 1], (ys[i] + ys[i + 1]) / 2) for j in range(wide)] for i in range(high)]
    floors = [[_runs(across, ys[i + 1], (xs[j] + xs[j + 1]) / 2) for j in range(wide)] for i in range(high)]
    taken = [[False] * wide for _ in range(high)]
    for i in range(high):
        for j in range(wide):
            if taken[i][j]:
                continue
            right = j + 1
            while right < wide and not walls[i][right - 1] and not taken[i][right]:
                right += 1
            low = i + 1
            while low < high and not any(floors[low - 1][k] or taken[low][k] for k in range(j, right)):
                low += 1
            held: list[Word] = []
            for row in range(i, low):
                for column in range(j, right):
                    taken[row][column] = True
                    held += inside.get((row, column), [])
            yield Box(i, j, low - i, right - j, tuple(sorted(held, key=lambda word: word.order)))


def _runs(rules: Sequence[Rule], at: float, through: float) -> bool:
    """Return True if a line at this position passes a point."""
    return any(abs(rule.at - at) <= NEAR and rule.start - NEAR <= through <= rule.end + NEAR for rule in rules)


def _is_table(lattice: Lattice) -> bool:
    """Return True if more than one row has several cells, and enough of them have words."""
    filled = [box for box in lattice.boxes if box.words]
    full = [row for row in range(len(lattice.ys) - 1) if sum(box.row == row for box in filled) > 1]
    if len(filled) < LEAST_FILLED * len(lattice.boxes):
        return False
    return len(full) > 1 or any(parted([box for box in lattice.boxes if box.row == row], lattice) for row in full)


def parted(boxes: Sequence[Box], lattice: Lattice) -> list[list[Row]] | None:
    """Return the printed rows of each cell if they are table rows without lines between them.

    They are if at least two cells, one of them with values only, have rows at the same heights, in a table with few
    lines.
    """
    if any(box.rows > 1 or box.columns > 1 for box in boxes):
        return None
    cells = [rows_of(box.words) for box in boxes]
    most = max(cells, key=len)
    if len(most) < 2:
        return None
    slack = NEAR + SAME_ROW * most[0][0].size / 2
    aligned = all(
        any(abs(row[0].middle - other[0].middle) <= slack for other in most) for cell in cells for row in cell
    )
    full = [cell for cell in cells if len(cell) * 5 >= len(most) * 4]
    values = len(lattice.ys) <= MAX_UNPARTED and any(all(is_typed(text_of(row)) for row in cell[1:]) for cell in full)
    return cells if aligned and len(full) > 1 and (values or _is_drawn_by_rows(boxes)) else None


def _is_drawn_by_rows(boxes: Sequence[Box]) -> bool:
    """Return True if cells are drawn row by row: all first rows, then all second rows, and so on."""
    ends = [
        (min(w.order for w in row), max(w.order for w in row)) for row in rows_of(w for box in boxes for w in box.words)
    ]
    return all(last < first for (_, last), (first, _) in pairwise(ends))
