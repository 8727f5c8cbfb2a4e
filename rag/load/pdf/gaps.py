"""Finds the gaps between the columns of a table without lines.

A gap is where almost no row has a word, if it is wide or if the words after it are aligned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from rag.load.pdf.spread import TIGHT, Gap, alone, has_gap
from rag.load.pdf.words import WIDE, Row, Word, chained, chunks_of, merged, text_of
from rag.load.tables.cells import is_period, is_typed

THOUSAND = re.compile(r"\d{3}(?:[.,]\d+)?\W*")
CROSSED = 0.12  # share of rows that may have a word across a column gap
ENOUGH = 6  # rows from which one may have a word there
VOTES = 0.4  # least share of rows with a wide gap there, of those with words on both sides
NAMES = 4  # rows at the top that may name columns
EXACT = 0.8  # tolerance in points for words of a column that begin at one place
MOSTLY = 0.8  # least share of the rows
ALIGNED = 2.5  # tolerance in points for equal edges of words


def gaps_of(rows: Sequence[Row]) -> list[Gap]:
    """Return the column gaps, from left to right."""
    rows = [merged(chain) for chain in chained(rows)]
    wide = [has_gap(row) for row in rows]
    gappy = [row for row, has in zip(rows, wide, strict=True) if has]
    if len(gappy) < 2:
        return []
    allowed = max(int(CROSSED * len(gappy)), len(gappy) >= ENOUGH)
    left, right = min(row[0].left for row in gappy), max(word.right for row in gappy for word in row)
    found: list[Gap] = []
    free = list(_free(gappy, left, right, allowed))
    for i, (start, end) in enumerate(free):
        following = free[i + 1][0] if i + 1 < len(free) else right
        votes = both = tight = 0
        cells: list[Row] = []
        ends: list[Word] = []
        for row, has in zip(rows, wide, strict=True):
            before = [word for word in row if word.right <= start + ALIGNED]
            after = [word for word in row if word.left >= end - ALIGNED]
            if not before or not after or len(before) + len(after) < len(row):
                continue
            gap, size = after[0].left - max(word.right for word in before), min(before[-1].size, after[0].size)
            cell = [word for word in after if word.right <= following + ALIGNED]
            if not cell:
                continue
            cells.append(cell)
            ends.append(max(before, key=lambda word: word.right))
            tight += gap >= TIGHT * size
            if has:
                both += 1
                votes += gap >= WIDE * size
        exact = _under_each_other([cell[0].left for cell in cells])
        exact = exact and abs(median(cell[0].left for cell in cells) - end) <= EXACT
        exact = exact and _differ(ends, cells)
        varied = exact and max(word.right for word in ends) - min(word.right for word in ends) >= ALIGNED
        in_line = varied or (tight and exact) or (_differ(ends, cells) and _are_in_line(cells)) or (
            exact and _are_values(ends, cells)
        )  # fmt: skip
        if votes >= max(2, VOTES * both) or in_line:
            found.append(Gap(start, end, exact))
    return _without_hollow(rows, found)


def _under_each_other(starts: Sequence[float]) -> bool:
    """Return True if words are left-aligned in all rows after a blank, which text never is by chance."""
    same = sum(abs(start - median(starts)) <= EXACT for start in starts)
    return same >= 3 and same >= min(len(starts) - 1, MOSTLY * len(starts))


def _differ(ends: Sequence[Word], cells: Sequence[Row]) -> bool:
    """Return True if the words around a gap differ between rows: a repeated sentence is not a table."""
    pairs = {(end.text, cell[0].text) for end, cell in zip(ends, cells, strict=True)}
    return len(pairs) > 2 and len({end for end, _ in pairs}) > 1 and len({start for _, start in pairs}) > 1


def _are_values(ends: Sequence[Word], cells: Sequence[Row]) -> bool:
    """Return True if there are figures on both sides of a gap, other than one figure with blanks between thousands."""
    sides = [[end.text for end in ends], [text_of(cell) for cell in cells]]
    thousands = sum(THOUSAND.fullmatch(text) is not None for text in sides[1]) >= MOSTLY * len(cells)
    return not thousands and all(sum(map(is_typed, side)) >= MOSTLY * len(side) for side in sides)


def _are_in_line(cells: Sequence[Row]) -> bool:
    """Return True if values of different widths are right-aligned or centred, like columns of figures."""
    values = sum(is_typed(text_of(cell)) for cell in cells)
    if values < MOSTLY * len(cells) or len({round(cell[-1].right - cell[0].left) for cell in cells}) < 3:
        return False
    starts, ends = [cell[0].left for cell in cells], [cell[-1].right for cell in cells]
    return (
        _under_each_other(starts)
        or _under_each_other(ends)
        or _under_each_other([(cell[0].left + cell[-1].right) / 2 for cell in cells])
    )


def _without_hollow(rows: Sequence[Row], gaps: list[Gap]) -> list[Gap]:
    """Drop the narrower of two gaps with no separate cell between them, or only a name beside its values."""
    kept = list(gaps)
    values = [at for at, row in enumerate(rows) if any(_is_value(chunk) for chunk in chunks_of(row)[1:])]
    first = min(values, default=0)
    columns = alone(rows, kept)
    i = 1
    while i < len(kept):
        held = {at for at, _ in columns[i]}
        beside = next((k for k in (i, i - 1) if not {at for at, _ in columns[k + (k == i)]} & held), None)
        if held and not (max(held) < min(NAMES, first) and beside is not None):
            i += 1
            continue
        narrower = i - 1 if kept[i - 1].end - kept[i - 1].start < kept[i].end - kept[i].start else i
        del kept[narrower if not held or beside is None else beside]
        columns = alone(rows, kept)
        i = 1
    return kept


def _is_value(words: Row) -> bool:
    return is_typed(text_of(words)) and not is_period(text_of(words))


def _free(rows: Sequence[Row], left: float, right: float, allowed: int) -> Iterator[tuple[float, float]]:
    """Yield the horizontal ranges in which at most the allowed number of rows has a word."""
    edges: list[tuple[float, int]] = []
    for row in rows:
        for word in row:
            edges += [(word.left, 1), (word.right, -1)]
    edges.sort()
    depth, start = 0, left
    for at, change in edges:
        was = depth
        depth += change
        if was > allowed >= depth:
            start = at
        elif was <= allowed < depth and at - start > 1.0 and start > left:
            yield start, at
