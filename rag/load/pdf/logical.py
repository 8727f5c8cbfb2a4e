"""Decides which printed rows form one table row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from rag.load.pdf.spread import Gap, spread
from rag.load.pdf.words import Row, chained, merged, text_of
from rag.load.tables.cells import is_period, is_typed


def logical_rows(rows: Sequence[Row], gaps: Sequence[Gap], heights: Sequence[float]) -> list[list[Row]]:
    """Group the printed rows of each table row; `heights` are those of horizontal lines in the table."""
    chains = chained(rows)
    lines = [merged(chain) for chain in chains]
    steps = [above[-1][0].middle - below[0][0].middle for above, below in pairwise(chains)]
    columns = [{cell[0] for cell in spread(line, gaps)} for line in lines]
    starts = [step for step, held in zip(steps, columns[1:], strict=True) if 0 in held and len(held) > 1]
    usual = median(starts) if starts else median(steps) if steps else 0.0
    left = min((line[0].left for line in lines), default=0.0)
    ruled = _are_ruled(rows, heights)
    groups: list[list[Row]] = [list(chains[0])] if chains else []
    for i in range(1, len(chains)):
        above, below = lines[i - 1], lines[i]
        parted = any(below[0].middle < height < above[0].middle for height in heights)
        if ruled:
            joined = not parted and not (_has_values(above, gaps) and _has_values(below, gaps))
        elif parted:
            joined = False
        elif max(w.order for row in groups[-1] for w in row) > min(w.order for w in below):
            values = _has_values(above, gaps) and _has_values(below, gaps)
            joined = not values or _are_full(above, below, gaps)
        else:
            joined = _goes_on(above, below, columns[i - 1], columns[i], gaps, steps[i - 1] / max(usual, 0.1), left)
        if joined:
            groups[-1] += chains[i]
        else:
            groups.append(list(chains[i]))
    return groups


def _are_full(above: Row, below: Row, gaps: Sequence[Gap]) -> bool:
    """Return True if no cell with words in both printed rows had room for the first word of the second."""
    before = {first: words for first, last, words in spread(above, gaps) if first == last}
    after = {first: words for first, last, words in spread(below, gaps) if first == last}
    limits = [gap.start for gap in gaps]
    both = [column for column in before if column in after and column < len(limits)]
    return bool(both) and all(before[c][-1].right + after[c][0].right - after[c][0].left > limits[c] for c in both)


def _has_values(row: Row, gaps: Sequence[Gap]) -> bool:
    """Return True if a row has a label and a value beside it."""
    cells = spread(row, gaps)
    return cells[0][0] == 0 and any(is_typed(text_of(words)) for first, _, words in cells if first > 0)


def _are_ruled(rows: Sequence[Row], heights: Sequence[float]) -> bool:
    """Return True if lines separate the rows of a table, not just its head from its body."""
    inside = [height for height in heights if rows[-1][0].middle < height < rows[0][0].middle]
    bands = [sum(1 for row in rows if low < row[0].middle < high)
             for high, low in pairwise([1e9, *sorted(inside, reverse=True), -1e9])]  # fmt: skip
    return len(inside) > 2 and max(bands) <= 5 and sum(band == 1 for band in bands) * 3 >= len(bands)


def _goes_on(
    above: Row, below: Row, before: set[int], held: set[int], gaps: Sequence[Gap], step: float, left: float
) -> bool:
    """Return True if a printed row continues the one above it: its label or cells were too long for one line."""
    if below[0].bold != above[-1].bold:
        return False
    if held == {0} or (before == {0} and held > {0}):
        label = spread(above, gaps)[0][2]
        full = label[-1].right - label[0].left + below[0].right - below[0].left > gaps[0].start - left
        small = text_of(below)[:1].islower() and not text_of(above)[:1].islower()
        return full and step < 1.2 and (small or step < 0.85)
    if 0 in held or not held <= before | {0}:
        return False
    if any(is_typed(text_of(words)) and not is_period(text_of(words)) for _, _, words in spread(below, gaps)):
        return False
    return step < 0.85 or (step < 1.05 and _are_full(above, below, gaps))
