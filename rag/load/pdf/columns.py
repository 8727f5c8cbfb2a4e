"""Finds the words of a page that could be a table, and the columns of its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from rag.load.pdf.spread import Gap, has_gap
from rag.load.pdf.words import Row, Word, chunks_of

JUMP = 12.0  # times the height of the letters: words drawn so far above the last ones begin another part of the page
MAX_STEP = 3.4  # times the height of the letters, from one row of a table to the next
LARGER = 0.12  # of the height of the letters
MAX_NAMED = 1.7  # times the height of the letters, from a name over several columns to their own names
MAX_NAMED_ROWS = 3
MAX_BETWEEN = 3  # rows without a gap between two that have one
LONG_ROW = 14  # words of a row without a gap from which on it is text, and no section of a table
ALIGNED = 2.5  # points within which edges of words are one
FULL_LINE = 0.6  # of the width of a column that its lines fill if it is text
WORDS_OF_TEXT = 4.0  # words of a line, in the middle


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
    usual: list[float] = []  # heights of the letters of the run's rows that have a gap
    since = 0
    for at, row in enumerate(rows):
        gappy = has_gap(row)
        far = bool(run) and run[-1][0].middle - row[0].middle > MAX_STEP * max(row[0].size, run[-1][0].size)
        if run and (
            far
            or (not gappy and _is_larger(row, usual))
            or (not gappy and ((since >= MAX_BETWEEN and not _hangs(row, run)) or len(row) > LONG_ROW))
        ):
            yield run
            run, usual, since = [], [], 0
        if gappy or run:
            since = 0 if gappy else since + 1
            run += [*(_names_above(rows, at) if not run else ()), row]
            usual += [row[0].size] if gappy else []
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


def _is_larger(row: Row, usual: Sequence[float]) -> bool:
    """Return True if a row is set larger than the rows before it, as a heading is."""
    return len(usual) > 2 and row[0].size > (1 + LARGER) * max(usual)


def _hangs(row: Row, run: Sequence[Row]) -> bool:
    """Return True if a row goes on with a cell that is not the first."""
    return any(abs(chunk[0].left - row[0].left) <= ALIGNED for above in run for chunk in chunks_of(above)[1:])


def is_text(rows: Sequence[Row], gaps: Sequence[Gap]) -> bool:
    """Return True if columns are those of a text that is printed side by side: each filled with lines of several words."""
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
    """Return True if rows are drawn one after the other, and not column by column."""
    ordered = sum(
        max(word.order for word in above) < min(word.order for word in below) for above, below in pairwise(rows)
    )
    return ordered * 2 >= len(rows) - 1
