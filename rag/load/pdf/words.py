"""Measures the words of a printed page, and groups them into lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeAlias

WIDE = 0.8  # of the height of the letters: wider than any blank in text
OVERLAP = 0.75  # of the height of the letters
SAME_ROW = 0.5  # of the height of the letters


@dataclass(slots=True, eq=False)  # not frozen: there are many thousands, and freezing takes half of the creation time
class Word:
    """One word: its edges in points from the lower left corner of the page, and its drawing order."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    order: float
    line: int  # line number by PDFium
    bold: bool = False
    broken: bool = False  # a hyphen at its end was removed

    size: float = field(init=False)
    middle: float = field(init=False)  # vertical middle

    def __post_init__(self) -> None:
        self.size = self.top - self.bottom
        self.middle = (self.top + self.bottom) / 2


LEFT, MIDDLE = attrgetter("left"), attrgetter("middle")
Row: TypeAlias = "list[Word]"  # words at one height, from left to right


def rows_of(words: Iterable[Word]) -> list[Row]:
    """Return the words of each printed row, from top to bottom."""
    rows: list[Row] = []
    height = first = 0.0
    for word in sorted(words, key=MIDDLE, reverse=True):
        if rows and height - word.middle <= SAME_ROW * (word.size if word.size < first else first):
            rows[-1].append(word)
        else:
            rows.append([word])
            height, first = word.middle, word.size
    return [sorted(row, key=LEFT) for row in rows]


def chained(rows: Sequence[Row]) -> list[list[Row]]:
    """Merge rows too close together to be separate, as of vertically centred cells."""
    chains: list[list[Row]] = []
    for row in rows:
        above = chains[-1][-1] if chains else None
        if above and above[0].middle - row[0].middle < OVERLAP * min(above[0].size, row[0].size):
            chains[-1].append(row)
        else:
            chains.append([row])
    return chains


def merged(rows: Sequence[Row]) -> Row:
    """Return the words of several rows from left to right."""
    return sorted((word for row in rows for word in row), key=LEFT)


def chunks_of(row: Sequence[Word], wide: float = WIDE) -> list[Row]:
    """Split a row at its wide gaps."""
    chunk = [row[0]]
    chunks: list[Row] = [chunk]
    before = row[0]
    for word in row[1:]:
        gap = word.left - before.right
        if gap > 0 and gap >= wide * (before.size if before.size < word.size else word.size):
            chunk = [word]
            chunks.append(chunk)
        else:
            chunk.append(word)
        before = word
    return chunks


def text_of(words: Sequence[Word]) -> str:
    """Return the text of a row in reading order; right-to-left text is in drawing order."""
    if not all(word.text.isascii() for word in words) and any(
        unicodedata.bidirectional(word.text[0]) in ("R", "AL") for word in words
    ):
        words = sorted(words, key=lambda word: word.order)
    return " ".join(word.text for word in words)
