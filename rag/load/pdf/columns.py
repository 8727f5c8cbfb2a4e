"""Finds the parts of a page that could be a table, and its text columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from rag.load.pdf.spread import Gap, has_gap
from rag.load.pdf.words import Row, Word, chunks_of

JUMP = 12.0  # times the height of the letters: words this far above the previous ones begin another part of the page
MAX_STEP = 3.4  # times the height of the letters, between rows of a table
LARGER = 0.12  # of the height of the letters
MAX_NAMED = 1.7  # times the height of the letters, between a spanning column name and the names below it
MAX_NAMED_ROWS = 3
MAX_BETWEEN = 3  # rows without a gap between two with one
LONG_ROW = 14  # words of a row without a gap from which it is text, not a table section
ALIGNED = 2.5  # tolerance in points for equal edges of words
FULL_LINE = 0.6  # share of a column's width that lines of text fill
WORDS_OF_TEXT = 4.0  # median words per line


def parts_of(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield words drawn in sequence without a jump back up the page."""
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
    """Yield rows that could be a table: at least two with wide gaps, few without, none far below the previous one."""
    run: list[Row] = []
    usual: list[float] = []  # letter heights of the run's rows with a gap
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
    """Return the rows without a gap directly above the first row with one, if they are over later columns or bold."""
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
    """Return True if a row is larger than the rows before it, like a heading."""
    return len(usual) > 2 and row[0].size > (1 + LARGER) * max(usual)


def _hangs(row: Row, run: Sequence[Row]) -> bool:
    """Return True if a row continues a cell other than the first."""
    return any(abs(chunk[0].left - row[0].left) <= ALIGNED for above in run for chunk in chunks_of(above)[1:])


def is_text(rows: Sequence[Row], gaps: Sequence[Gap]) -> bool:
    """Return True for columns of running text: each filled with lines of several words."""
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
    """Return True if words are drawn row by row, not column by column."""
    ordered = sum(
        max(word.order for word in above) < min(word.order for word in below) for above, below in pairwise(rows)
    )
    return ordered * 2 >= len(rows) - 1
