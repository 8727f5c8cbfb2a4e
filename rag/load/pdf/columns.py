"""Finds the tables of a page whose cells are parted by white space, and the columns of its text.

Words that are drawn one after the other are looked at together. Their wide gaps say where columns may be parted; they are columns
where nearly no row has a word in between.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeAlias

from rag.load.pdf.words import WIDE, Row, Word, chained, chunks_of, merged, text_of
from rag.load.tables.cells import is_period, is_typed

LABEL = re.compile(r"(?:[-*+•‣▪●○◦–—§]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})+\.?)")
THOUSAND = re.compile(r"\d{3}(?:[.,]\d+)?\W*")
JUMP = 12.0  # times the height of the letters: words drawn so far above the last ones begin another part of the page
MAX_STEP = 3.4  # times the height of the letters, from one row of a table to the next
LARGER = 0.12  # of the height of the letters
MAX_NAMED = 1.7  # times the height of the letters, from a name over several columns to their own names
MAX_NAMED_ROWS = 3
MAX_BETWEEN = 3  # rows without a gap between two that have one
LONG_ROW = 14  # words of a row without a gap from which on it is text, and no section of a table
CROSSED = 0.12  # share of the rows that may have a word across the place where columns are parted
ENOUGH = 6  # rows of which one may have a word there
VOTES = 0.4  # share of the rows with words on both sides that have a wide gap there
BLANK = 0.28  # of the height of the letters: the usual blank between two words
TIGHT = 0.45  # of the height of the letters: a gap that parts two cells at a place where columns are parted
NAMES = 4  # rows at the top that may name columns
WIDER = 1.15  # times the blank at a border, for the one beside it to part two names
EXACT = 0.8  # points within which words of a column begin at one place
MOSTLY = 0.8  # share of the rows
ALIGNED = 2.5  # points within which edges of words are one
FULL_LINE = 0.6  # of the width of a column that its lines fill if it is text
WORDS_OF_TEXT = 4.0  # words of a line, in the middle
Spread: TypeAlias = "list[tuple[int, int, list[Word]]]"  # first column, last column, words


def has_gap(row: Row) -> bool:
    """Tell whether a row has a wide gap, apart from the one behind a bullet or the number of an item."""
    chunks = chunks_of(row)
    return len(chunks) > 2 or (len(chunks) == 2 and not LABEL.fullmatch(text_of(chunks[0])))


class Gap(NamedTuple):
    """Where columns are parted: from the end of one to the start of the next, and whether the words there start at one place."""

    start: float
    end: float
    exact: bool


def parts_of(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield words that are drawn one after the other without a jump back up the page."""
    part: list[Word] = []
    low = 0.0
    for word in words:
        if part and (word.bottom > low + JUMP * word.size):
            yield part
            part = []
        low = word.bottom if not part else min(low, word.bottom)
        part.append(word)
    if part:
        yield part


def runs_of(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield rows that could be a table: at least two with wide gaps, few without, none far below the one before."""
    run: list[Row] = []
    since = 0
    for at, row in enumerate(rows):
        gappy = has_gap(row)
        far = bool(run) and run[-1][0].middle - row[0].middle > MAX_STEP * max(row[0].size, run[-1][0].size)
        if run and (
            far
            or _is_larger(row, run)
            or (not gappy and ((since >= MAX_BETWEEN and not _hangs(row, run)) or len(row) > LONG_ROW))
        ):
            yield run
            run, since = [], 0
        if gappy or run:
            since = 0 if gappy else since + 1
            run += [*(_names_above(rows, at) if not run else ()), row]
    if run:
        yield run


def _names_above(rows: Sequence[Row], at: int) -> list[Row]:
    """Return the rows without a gap right above the first one that has one, if they stand over columns behind the first, or are set bold."""
    first = at
    while first and at - first < MAX_NAMED_ROWS:
        above, below = rows[first - 1], rows[first]
        near = above[0].middle - below[0].middle <= MAX_NAMED * below[0].size
        over = above[0].left > chunks_of(rows[at])[0][-1].right
        section = all(word.bold for word in above) and above[0].size <= (1 + LARGER) * below[0].size
        if not near or has_gap(above) or not (over or section):
            break
        first -= 1
    return list(rows[first:at])


def _is_larger(row: Row, run: Sequence[Row]) -> bool:
    """Tell whether a row is set larger than the rows before it, as a heading is."""
    usual = [above[0].size for above in run if has_gap(above)]
    return len(usual) > 2 and row[0].size > (1 + LARGER) * max(usual) and not has_gap(row)


def _hangs(row: Row, run: Sequence[Row]) -> bool:
    """Tell whether a row goes on with a cell that is not the first."""
    return any(abs(chunk[0].left - row[0].left) <= ALIGNED for above in run for chunk in chunks_of(above)[1:])


def gaps_of(rows: Sequence[Row]) -> list[Gap]:
    """Return where columns are parted, from left to right."""
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
    """Tell whether words begin at one place, row by row: no text does so by chance where every row has a blank before it."""
    same = sum(abs(start - median(starts)) <= EXACT for start in starts)
    return same >= 3 and same >= min(len(starts) - 1, MOSTLY * len(starts))


def _differ(ends: Sequence[Word], cells: Sequence[Row]) -> bool:
    """Tell whether the words around a gap are others in other rows: a sentence that is said again is no table."""
    pairs = {(end.text, cell[0].text) for end, cell in zip(ends, cells, strict=True)}
    return len(pairs) > 2 and len({end for end, _ in pairs}) > 1 and len({start for _, start in pairs}) > 1


def _are_values(ends: Sequence[Word], cells: Sequence[Row]) -> bool:
    """Tell whether there are figures on both sides of a gap, and not one figure with blanks between its thousands."""
    sides = [[end.text for end in ends], [text_of(cell) for cell in cells]]
    thousands = sum(THOUSAND.fullmatch(text) is not None for text in sides[1]) >= MOSTLY * len(cells)
    return not thousands and all(sum(map(is_typed, side)) >= MOSTLY * len(side) for side in sides)


def _are_in_line(cells: Sequence[Row]) -> bool:
    """Tell whether values of different widths end at one place, or have one middle: columns of figures do."""
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
    """Leave out the narrower of two gaps between which no cell stands alone, or nothing but a name that its values stand beside."""
    kept = list(gaps)
    values = [at for at, row in enumerate(rows) if any(_is_value(chunk) for chunk in chunks_of(row)[1:])]
    first = min(values, default=0)
    i = 1
    while i < len(kept):
        held = _rows_with(rows, kept, i)
        beside = next((k for k in (i, i - 1) if not _rows_with(rows, kept, k + (k == i)) & held), None)
        if held and not (max(held) < min(NAMES, first) and beside is not None):
            i += 1
            continue
        narrower = i - 1 if kept[i - 1].end - kept[i - 1].start < kept[i].end - kept[i].start else i
        del kept[narrower if not held or beside is None else beside]
        i = 1
    return kept


def _is_value(words: Row) -> bool:
    return is_typed(text_of(words)) and not is_period(text_of(words))


def _rows_with(rows: Sequence[Row], gaps: Sequence[Gap], column: int) -> set[int]:
    """Return the rows that have a cell in a column alone."""
    return {at for at, row in enumerate(rows) for first, last, _ in spread(row, gaps) if first == last == column}


def _free(rows: Sequence[Row], left: float, right: float, allowed: int) -> Iterator[tuple[float, float]]:
    """Yield the stretches that no more rows than are allowed have a word on."""
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


def spread(row: Row, gaps: Sequence[Gap]) -> Spread:
    """Return the cells of a row with the columns that each stands in."""
    cells: Spread = []
    for chunk in chunks_of(row, TIGHT):
        columns = [_column(word, gaps) for word in chunk]
        for piece, first, last in _pieces(chunk, columns, gaps):
            if cells and cells[-1][1] >= first:
                first = cells[-1][0]
                cells[-1] = (first, max(last, cells[-1][1]), [*cells[-1][2], *piece])
            else:
                cells.append((first, last, piece))
    return cells


def leaf_names(row: Row, gaps: Sequence[Gap]) -> Spread:
    """Return the names of single columns, however near they stand to each other: the widest blank near a border parts them."""
    columns = [_column(word, gaps) for word in row]
    blanks = [0.0, *(word.left - before.right for before, word in pairwise(row))]
    for i in range(1, len(row)):
        if columns[i] != columns[i - 1]:
            near = [
                k
                for k in (i - 1, i, i + 1)
                if 0 < k < len(row) and {*columns[min(k, i) - 1 : max(k, i) + 1]} == {*columns[i - 1 : i + 1]}
            ]
            widest = max(
                near, key=lambda k: (blanks[k] > WIDER * blanks[i], blanks[k]) if k != i else (False, blanks[i])
            )
            if widest < i:
                columns[widest] = columns[i]
            elif widest > i:
                columns[i] = columns[i - 1]
    cells: Spread = []
    for word, column in zip(row, columns, strict=True):
        if cells and cells[-1][0] == column:
            cells[-1][2].append(word)
        else:
            cells.append((column, column, [word]))
    return cells


def _pieces(chunk: Row, columns: Sequence[int], gaps: Sequence[Gap]) -> Iterator[tuple[Row, int, int]]:
    """Part a chunk where columns are parted, between two figures or where a column begins, however narrow the gap."""
    start = 0
    for i in range(1, len(chunk)):
        one, two = columns[i - 1], columns[i]
        if one == two:
            continue
        begins = two == one + 1 and gaps[one].exact and abs(chunk[i].left - gaps[one].end) <= EXACT
        values = is_typed(chunk[i].text) and is_typed(chunk[i - 1].text) and not chunk[i - 1].text.endswith(",")
        if begins or values or _is_wider(chunk, i):
            yield chunk[start:i], columns[start], columns[i - 1]
            start = i
    yield chunk[start:], columns[start], columns[-1]


def _is_wider(chunk: Row, i: int) -> bool:
    """Tell whether the blank before a word is wider than the others of its chunk."""
    others = [b.left - a.right for k, (a, b) in enumerate(pairwise(chunk), start=1) if k != i]
    return chunk[i].left - chunk[i - 1].right > WIDER * max(others, default=BLANK * chunk[i].size)


def _column(word: Word, gaps: Sequence[Gap]) -> int:
    middle = (word.left + word.right) / 2
    return bisect_left(gaps, middle, key=_border)


def _border(gap: Gap) -> float:
    return (gap.start + gap.end) / 2


def is_text(rows: Sequence[Row], gaps: Sequence[Gap]) -> bool:
    """Tell whether columns are those of a text that is printed side by side: each filled with lines of several words."""
    if len(gaps) > 2 or len(rows) < 3:
        return False
    bounds = [-1e9, *((gap.start + gap.end) / 2 for gap in gaps), 1e9]
    for left, right in pairwise(bounds):
        lines = [[w for w in row if left <= (w.left + w.right) / 2 < right] for row in rows]
        held = [line for line in lines if line]
        if len(held) < 3 or len(held) * 2 < len(rows):
            return False
        width = max(line[-1].right for line in held) - min(line[0].left for line in held)
        full = sum(line[-1].right - line[0].left >= FULL_LINE * width for line in held)
        if full * 3 < len(held) * 2 or median(map(len, held)) < WORDS_OF_TEXT:
            return False
        if any(len(chunks_of(line)) > 1 for line in held[: len(held) // 2]):
            return False
    return True


def is_drawn_by_rows(rows: Sequence[Row]) -> bool:
    """Tell whether rows are drawn one after the other, and not column by column."""
    ordered = sum(
        max(word.order for word in above) < min(word.order for word in below) for above, below in pairwise(rows)
    )
    return ordered * 2 >= len(rows) - 1
