"""Assigns the words of a printed row to the columns of its table."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from rag.load.pdf.words import Row, Word, chunks_of, text_of
from rag.load.tables.cells import is_typed

LABEL = re.compile(r"(?:[-*+•‣▪●○◦–—§]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})+\.?)")
BLANK = 0.28  # of the height of the letters: usual word spacing
TIGHT = 0.45  # of the height of the letters: least gap between two cells at a column border
WIDER = 1.15  # times the blank at a border, for an adjacent blank to separate two names
EXACT = 0.8  # tolerance in points for words of a column that begin at one place
Spread: TypeAlias = "list[tuple[int, int, list[Word]]]"  # first column, last column, words


def has_gap(row: Row) -> bool:
    """Return True if a row has a wide gap, except after a bullet or item number."""
    chunks = chunks_of(row)
    return len(chunks) > 2 or (len(chunks) == 2 and not LABEL.fullmatch(text_of(chunks[0])))


class Gap(NamedTuple):
    """A column gap: the end of one column, the start of the next, and a flag for left-aligned words there."""

    start: float
    end: float
    exact: bool


def spread(row: Row, gaps: Sequence[Gap]) -> Spread:
    """Return the cells of a row with the columns of each."""
    cells: Spread = []
    borders = _borders(gaps)
    for chunk in chunks_of(row, TIGHT):
        columns = [bisect_left(borders, (word.left + word.right) / 2) for word in chunk]
        alike = len(chunk) == 1 or columns.count(columns[0]) == len(columns)
        for piece, first, last in ((chunk, columns[0], columns[0]),) if alike else _pieces(chunk, columns, gaps):
            if cells and cells[-1][1] >= first:
                first = cells[-1][0]
                cells[-1] = (first, max(last, cells[-1][1]), [*cells[-1][2], *piece])
            else:
                cells.append((first, last, piece))
    return cells


def alone(rows: Sequence[Row], gaps: Sequence[Gap]) -> list[list[tuple[int, Row]]]:
    """Return for each column its non-spanning cells, each with its row."""
    columns: list[list[tuple[int, Row]]] = [[] for _ in range(len(gaps) + 1)]
    for at, row in enumerate(rows):
        for first, last, words in spread(row, gaps):
            if first == last:
                columns[first].append((at, words))
    return columns


def leaf_names(row: Row, gaps: Sequence[Gap]) -> Spread:
    """Return the names of single columns, even if close together: the widest blank near a border separates them."""
    borders = _borders(gaps)
    columns = [bisect_left(borders, (word.left + word.right) / 2) for word in row]
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
    """Split a chunk at column borders, between two figures, or where a column begins, even at narrow gaps."""
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
    """Return True if the blank before a word is wider than all others of its chunk."""
    others = [b.left - a.right for k, (a, b) in enumerate(pairwise(chunk), start=1) if k != i]
    return chunk[i].left - chunk[i - 1].right > WIDER * max(others, default=BLANK * chunk[i].size)


def _borders(gaps: Sequence[Gap]) -> list[float]:
    """Return the column borders: the middle of each gap."""
    return [(gap.start + gap.end) / 2 for gap in gaps]
