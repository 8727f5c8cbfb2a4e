"""Finds the tables of a page whose cells are parted by white space, and the columns of its text.

Words that are drawn one after the other are looked at together. Their wide gaps say where columns may be parted; they are columns
where nearly no row has a word in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeAlias

from rag.load.pdf.words import WIDE, Row, Word, chunks_of, text_of
from rag.load.tables.cells import is_period, is_typed

LABEL = re.compile(r"(?:[-*+•‣▪●○◦–—§]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})+\.?)")
JUMP = 12.0  # times the height of the letters: words drawn so far above the last ones begin another part of the page
MAX_STEP = 3.4  # times the height of the letters, from one row of a table to the next
LARGER = 0.12  # of the height of the letters
MAX_NAMED = 1.7  # times the height of the letters, from a name over several columns to their own names
MAX_BETWEEN = 3  # rows without a gap between two that have one
LONG_ROW = 14  # words of a row without a gap from which on it is text, and no section of a table
CROSSED = 0.12  # share of the rows that may have a word across the place where columns are parted
ENOUGH = 6  # rows of which one may have a word there
VOTES = 0.4  # share of the rows with words on both sides that have a wide gap there
TIGHT = 0.45  # of the height of the letters: a gap that parts two cells at a place where columns are parted
NAMES = 4  # rows at the top that may name columns
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
    """Return the row without a gap above the first one that has one, if it names several of its columns at once."""
    if not at:
        return []
    above, row = rows[at - 1], rows[at]
    near = above[0].middle - row[0].middle <= MAX_NAMED * row[0].size
    apart = above[0].left > chunks_of(row)[0][-1].right and above[-1].right <= row[-1].right + MAX_NAMED * row[0].size
    return [above] if near and apart and not has_gap(above) else []


def _is_larger(row: Row, run: Sequence[Row]) -> bool:
    """Tell whether a row is set larger than the rows before it, as a heading is."""
    usual = [above[0].size for above in run if has_gap(above)]
    return len(usual) > 2 and row[0].size > (1 + LARGER) * max(usual) and not has_gap(row)


def _hangs(row: Row, run: Sequence[Row]) -> bool:
    """Tell whether a row goes on with a cell that is not the first."""
    return any(abs(chunk[0].left - row[0].left) <= ALIGNED for above in run for chunk in chunks_of(above)[1:])


def gaps_of(rows: Sequence[Row]) -> list[Gap]:
    """Return where columns are parted, from left to right."""
    gappy = [row for row in rows if has_gap(row)]
    if len(gappy) < 2:
        return []
    allowed = max(int(CROSSED * len(gappy)), len(gappy) >= ENOUGH)
    left, right = min(row[0].left for row in gappy), max(word.right for row in gappy for word in row)
    found: list[Gap] = []
    for start, end in _free(gappy, left, right, allowed):
        votes = both = 0
        starts: list[float] = []
        for row in rows:
            before = [word for word in row if word.right <= start + ALIGNED]
            after = [word for word in row if word.left >= end - ALIGNED]
            if before and after and len(before) + len(after) == len(row):
                starts.append(after[0].left)
                if has_gap(row):
                    both += 1
                    wide = WIDE * min(before[-1].size, after[0].size)
                    votes += after[0].left - max(word.right for word in before) >= wide
        exact = _under_each_other(starts) and abs(median(starts) - end) <= EXACT
        if votes >= max(2, VOTES * both) or (exact and votes):
            found.append(Gap(start, end, exact))
    return _without_hollow(rows, found)


def _under_each_other(starts: Sequence[float]) -> bool:
    """Tell whether words begin at one place, row by row: no text does so by chance where every row has a blank before it."""
    same = sum(abs(start - median(starts)) <= EXACT for start in starts)
    return same >= 3 and same >= min(len(starts) - 1, MOSTLY * len(starts))


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
        for piece in _pieces(chunk, gaps):
            first, last = _column(piece[0], gaps), _column(piece[-1], gaps)
            if cells and cells[-1][1] == first == last and cells[-1][0] == first:
                cells[-1] = (first, last, [*cells[-1][2], *piece])
            elif cells and cells[-1][1] >= first:
                cells[-1] = (cells[-1][0], max(last, cells[-1][1]), [*cells[-1][2], *piece])
            else:
                cells.append((first, last, list(piece)))
    return cells


def _pieces(chunk: Row, gaps: Sequence[Gap]) -> Iterator[Row]:
    """Part a chunk where columns are parted, between two figures or where a column begins, however narrow the gap."""
    start = 0
    for i in range(1, len(chunk)):
        one, two = _column(chunk[i - 1], gaps), _column(chunk[i], gaps)
        if one == two:
            continue
        begins = two == one + 1 and gaps[one].exact and abs(chunk[i].left - gaps[one].end) <= EXACT
        values = is_typed(chunk[i].text) and is_typed(chunk[i - 1].text) and not chunk[i - 1].text.endswith(",")
        if begins or values:
            yield chunk[start:i]
            start = i
    yield chunk[start:]


def _column(word: Word, gaps: Sequence[Gap]) -> int:
    middle = (word.left + word.right) / 2
    return sum(middle > (gap.start + gap.end) / 2 for gap in gaps)


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
