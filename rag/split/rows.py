"""Reads one row of a table as cells, each with the name of its column and its place in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.bars import Joints, cells_between, whole_cells
from rag.language.columns import Span, with_indent
from rag.language.pipes import pipe_cells
from rag.language.records import fields_of
from rag.types import Document, Segment

LINE = re.compile(r"[^\r\n]+")
JOIN = " | "
LONG_LABEL = 80  # characters; a longer text is not the name of the value beside it


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `document.text[start:end]` holds `text`, which is shown without markup."""

    column: str  # "" if the name is unknown
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place in the text, and its cells that are not empty."""

    start: int
    end: int
    cells: tuple[Cell, ...]

    def cell(self, column: str) -> Cell | None:
        """Return the cell of a column, or None where it is empty."""
        return next((cell for cell in self.cells if cell.column == column), None)


def named_row(document: Document, segment: Segment, names: Sequence[str], *lines: Sequence[Span]) -> Row:
    """Return a row of one or several lines of spans, one for each name."""
    spans = [(name, span) for line in lines for name, span in zip(names, line, strict=True) if span[0] < span[1]]
    return Row(segment.start, segment.end, tuple(Cell(name, document.text[a:b], a, b) for name, (a, b) in spans))


def drawn_row(document: Document, segment: Segment, names: Sequence[str], joints: Joints) -> Row:
    """Return a row of a table that is drawn with bars."""
    start, end = with_indent(document.text, (segment.start, segment.end))
    spans = (match.span() for match in LINE.finditer(document.text, start, end))
    lines = [cells for span in spans if (cells := cells_between(document.text, span, joints))]
    return named_row(document, segment, names, *whole_cells(document.text, lines))


def recorded_row(document: Document, segment: Segment, rule: Span) -> Row:
    """Return a row of lines that each name a value, below a rule."""
    start, end = with_indent(document.text, (segment.start, segment.end))
    lines = [match.span() for match in LINE.finditer(document.text, start, end)]
    fields = fields_of(document.text, rule, lines, whole=True)
    cells = (Cell(name, document.text[a:b], a, b) for name, (a, b) in fields if a < b)
    return Row(segment.start, segment.end, tuple(cells))


def piped_row(document: Document, segment: Segment, names: Sequence[str]) -> Row:
    """Return a row of a Markdown table."""
    found = pipe_cells(document.text, segment.start, segment.end)
    cells = [Cell(names[i] if i < len(names) else "", *cell) for i, cell in enumerate(found) if cell[0]]
    return Row(segment.start, segment.end, tuple(cells))


def piped_pair(document: Document, segment: Segment, *, first: bool) -> Row:
    """Return a row of a Markdown table of labels and values as one cell, named by its label."""
    cells = [cell for cell in pipe_cells(document.text, segment.start, segment.end, first=first) if cell[0]]
    if len(cells) == 2 and len(cells[0][0]) <= LONG_LABEL:
        return Row(segment.start, segment.end, (Cell(cells[0][0].rstrip(":： "), *cells[1]),))
    return Row(segment.start, segment.end, tuple(Cell("", *cell) for cell in cells))


def composed_row(document: Document, segment: Segment) -> Row:
    """Return a row that the program composed: `Column: value | Column: value`."""
    cells, at = [], segment.start
    for part in document.text[segment.start : segment.end].split(JOIN):
        name, colon, value = part.partition(": ")
        if colon and value.strip() and not name.endswith(" "):  # " : " stands within a value
            cells.append(Cell(name, value, at + len(part) - len(value), at + len(part)))
        else:
            cells.append(Cell("", part, at, at + len(part)))
        at += len(part) + len(JOIN)
    return Row(segment.start, segment.end, tuple(cells))
