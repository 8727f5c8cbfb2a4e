"""Groups printed lines into paragraphs by position and size."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from rag.load.text.plain import BULLET, SENTENCE_END

SAME_SIZE = 0.15  # relative difference up to which two lines have the same size
GAP = 1.35  # times the usual line distance: a larger one separates paragraphs
INDENT = 0.8  # of the size of the letters
ENDS_IN_NUMBER = re.compile(r"\d[.,]{0,3}[)%*]{0,3}\Z|(?<=\s)[-—–]\Z|N/?A\Z")
_NUMBER = r"[($€£-]{0,3}[.,]?\d[\d.,]{0,24}[)%*]{0,3}"
ENDS_IN_NUMBERS = re.compile(rf"\s{_NUMBER}\s{{1,8}}[$€£]?\s{{0,4}}{_NUMBER}\Z")
LABEL = re.compile(r"[^\W\d_a-z][\w ]{0,24}: \S")
HYPHENATED = re.compile(r"[^\W\d_][-\u00ad\u2010]\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its text, its edges in points from the lower left corner, the height of its letters."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    bold: bool = False
    broken_word: bool = False  # a hyphen at its end was removed
    running: str = ""  # "noise" or "first" for a page header or footer
    parted: bool = False  # it has a wide gap, as between table cells


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of one paragraph."""

    lines: tuple[Line, ...]
    page: int
    row: bool  # one of several short lines, as in a table

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)


def join_pieces(page: Sequence[Line]) -> list[Line]:
    """Join pieces of one printed line that PDFium split, as around superscripts."""
    joined: list[Line] = []
    for line in page:
        before = joined[-1] if joined else None
        if before and not before.broken_word and _beside(before, line):
            space = "" if line.text[0] in ",.;:)]%" else " "
            joined[-1] = replace(before, text=before.text + space + line.text, right=max(before.right, line.right),
                                 broken_word=line.broken_word)  # fmt: skip
        else:
            joined.append(line)
    return joined


def _beside(before: Line, line: Line) -> bool:
    overlap = min(before.bottom + before.size, line.bottom + line.size) - max(before.bottom, line.bottom)
    near = before.right - 1 <= line.left <= before.right + 1.5 * max(before.size, line.size)
    return near and overlap > 0.5 * min(before.size, line.size) > 0


def into_paragraphs(lines: Sequence[Line], page: int) -> Iterator[Paragraph]:
    for run in _runs(lines):
        table = len(run) > 2 and sum(ENDS_IN_NUMBER.search(line.text) is not None for line in run) * 2 > len(run)
        groups = [[line] for line in run] if table else _groups(run)
        unended = sum(not SENTENCE_END.search(group[-1].text) for group in groups)
        loose = table or (len(groups) > 2 and unended * 2 > len(groups))
        for group in groups:
            yield Paragraph(tuple(group), page, loose and len(group) == 1)


def _groups(run: Sequence[Line]) -> list[list[Line]]:
    edge = max(_mirrored(line)[1] for line in run)
    start = min(_mirrored(line)[0] for line in run)
    groups: list[list[Line]] = []
    for i, line in enumerate(run):
        following = run[i + 1] if i + 1 < len(run) else None
        if groups and _continues(groups[-1], line, following, start, edge):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield runs of lines at the usual distance, in one size."""
    steps = [
        a.bottom - b.bottom for a, b in pairwise(lines) if _one_size(a, b) and 0 < a.bottom - b.bottom < 3 * a.size
    ]
    usual = median(steps) if steps else 0.0
    run: list[Line] = []
    for line in lines:
        if run:
            before = run[-1]
            step = before.bottom - line.bottom
            apart = not 0 < step <= max(GAP * min(usual, 2.2 * line.size), 1.3 * line.size)
            beside = line.left > before.right or line.right < before.left
            if (apart or beside or not _one_size(before, line) or before.bold != line.bold) and not before.broken_word:
                yield run
                run = []
        run.append(line)
    if run:
        yield run


def _one_size(before: Line, line: Line) -> bool:
    return abs(before.size - line.size) <= SAME_SIZE * max(before.size, line.size)


def _continues(group: Sequence[Line], line: Line, following: Line | None, start: float, edge: float) -> bool:
    """Return True if a line continues the paragraph before it: its first word did not fit on the last line."""
    before = group[-1]
    if before.broken_word or (HYPHENATED.search(before.text) and line.text[0].islower()):
        return True
    if BULLET.match(line.text) or before.text.endswith(":") or ENDS_IN_NUMBERS.search(before.text):
        return False
    if LABEL.match(line.text) and (before.text[-1].isdigit() or LABEL.match(before.text)):
        return False
    left, right = _mirrored(line)
    indented = left > start + INDENT * line.size and following is not None
    if (
        indented
        and not BULLET.match(group[0].text)
        and following
        and _mirrored(following)[0] < left - INDENT * line.size / 2
    ):
        return False
    first_word = (right - left) * len(line.text.split(None, 1)[0]) / len(line.text)
    return _mirrored(before)[1] + first_word > edge - 0.02 * (edge - start)


def _mirrored(line: Line) -> tuple[float, float]:
    """Return the start and end of a line along its reading direction."""
    letter = next((character for character in line.text if character.isalpha()), "a")
    leftwards = unicodedata.bidirectional(letter) in ("R", "AL")
    return (-line.right, -line.left) if leftwards else (line.left, line.right)
