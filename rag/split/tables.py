"""Finds the tables of a document: rows of cells, each with the name of its column and its place in the text.

Rows come in three forms. Composed documents (office files, CSV, HTML) have one line per row, `Column: value | Column:
value`; a Markdown file has its own pipe rows, and plain text has rows aligned by blanks or tabs, or parted by bars, the first of
which names the columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.language.bars import Joints, cells_between, joints_of, whole_cells
from rag.language.columns import Span, cells_of, with_indent
from rag.split.pipes import pipe_cells
from rag.types import Document, Segment

ROW_NUMBER = re.compile(r" › row \d+\Z")
RULE = re.compile(r"[\s|:]*-[\s|:-]*")  # the line of dashes under the head of a Markdown table
LINE = re.compile(r"[^\r\n]+")
JOIN = " | "


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


@dataclass(frozen=True, slots=True)
class Table:
    """Consecutive rows under one heading."""

    heading: str  # path, without the names of columns and the number of a row
    columns: tuple[str, ...]  # in order; "" for the column of row labels without a name
    rows: tuple[Row, ...]


def tables_of(document: Document) -> tuple[Table, ...]:
    """Return every table of a document, in order."""
    return tuple(table for run in _runs(document.segments) if (table := _table(document, run)).rows)


def row_at(document: Document, offset: int) -> Row | None:
    """Return the row that holds the character at an offset, or None; other rows are read only if its columns depend on them."""
    segments = document.segments
    at = bisect_left(segments, offset + 1, key=lambda segment: segment.start) - 1
    if at < 0 or segments[at].kind != "row" or offset >= segments[at].end:
        return None
    segment = segments[at]
    if ROW_NUMBER.search(segment.heading):
        return _composed(document, segment)
    before = _while_continued(segment, (segments[i] for i in range(at - 1, -1, -1)))
    head = _drawn_head(document, before[-1] if before else segment)
    if head is not None:
        return _drawn_row(document, segment, *head)
    after = _while_continued(segment, (segments[i] for i in range(at + 1, len(segments))))
    rows = _table(document, [*reversed(before), segment, *after]).rows
    return next((row for row in rows if row.start == segment.start), None)


def _while_continued(segment: Segment, others: Iterable[Segment]) -> list[Segment]:
    """Return the adjacent rows that belong to a row's table, skipping page footers between them."""
    rows: list[Segment] = []
    for other in others:
        if other.kind == "noise":
            continue
        if not _continues(segment, other):
            break
        rows.append(other)
    return rows


def _runs(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    run: list[Segment] = []
    for segment in segments:
        if segment.kind == "noise":
            continue  # the footer of a page that the table continues past
        if run and not _continues(run[-1], segment):
            yield run
            run = []
        if segment.kind == "row":
            run.append(segment)
    if run:
        yield run


def _continues(before: Segment, segment: Segment) -> bool:
    """Return True if a row belongs to the table of the row before it."""
    if before.kind != "row" or segment.kind != "row":
        return False
    return ROW_NUMBER.sub("", before.heading) == ROW_NUMBER.sub("", segment.heading)


def _table(document: Document, run: Sequence[Segment]) -> Table:
    return _drawn(document, run) or _aligned(document, run) or _other(document, run)


def _above(document: Document, first: Segment) -> tuple[Span, Span | None] | None:
    """Return the line of names above the first row, and the rule between them, with their indentation; None without names."""
    segments = document.segments
    at = bisect_left(segments, first.start, key=lambda segment: segment.start) - 1
    rule = segments[at] if at > 0 and segments[at].kind == "noise" else None
    head = segments[at - 1 if rule else at]
    if at < 0 or head.kind != "heading" or JOIN not in first.heading:
        return None
    line = with_indent(document.text, (head.start, head.end))
    return line, with_indent(document.text, (rule.start, rule.end)) if rule else None


def _names(document: Document, first: Segment, cells: Sequence[Span]) -> tuple[str, ...]:
    """Return the names of columns, if the heading of the first row ends in them."""
    names = tuple(" ".join(document.text[slice(*span)].split()) for span in cells)
    columns = JOIN.join(filter(None, names))
    return names if columns and first.heading.endswith(columns) else ()


def _typed(document: Document, run: Sequence[Segment], names: tuple[str, ...], rows: Iterable[Row]) -> Table:
    columns = JOIN.join(filter(None, names))
    return Table(run[0].heading.removesuffix(columns).rstrip(" ›"), names, tuple(rows))


def _aligned(document: Document, run: Sequence[Segment]) -> Table | None:
    """Return a table aligned in plain text; None without a line of names above the rows."""
    above = _above(document, run[0])
    if above is None:
        return None
    lines = [above[0], *(with_indent(document.text, (s.start, s.end)) for s in run)]
    cells = cells_of(document.text, lines, above[1])
    names = _names(document, run[0], cells[0]) if cells else ()
    rows = (_row(document, s, names, row) for s, row in zip(run, cells[1:], strict=False))
    return _typed(document, run, names, rows) if names else None


def _row(document: Document, segment: Segment, names: tuple[str, ...], *lines: Sequence[Span]) -> Row:
    spans = [(name, span) for line in lines for name, span in zip(names, line, strict=True) if span[0] < span[1]]
    return Row(segment.start, segment.end, tuple(Cell(name, document.text[a:b], a, b) for name, (a, b) in spans))


def _drawn(document: Document, run: Sequence[Segment]) -> Table | None:
    """Return a table drawn with bars in plain text; None of another."""
    head = _drawn_head(document, run[0])
    return _typed(document, run, head[0], (_drawn_row(document, s, *head) for s in run)) if head else None


def _drawn_head(document: Document, first: Segment) -> tuple[tuple[str, ...], Joints] | None:
    above = _above(document, first)
    joints = joints_of(document.text, above[1]) if above and above[1] else None
    if above is None or joints is None:
        return None
    names = _names(document, first, cells_between(document.text, above[0], joints))
    return (names, joints) if names else None


def _drawn_row(document: Document, segment: Segment, names: tuple[str, ...], joints: Joints) -> Row:
    start, end = with_indent(document.text, (segment.start, segment.end))
    spans = (match.span() for match in LINE.finditer(document.text, start, end))
    lines = [cells for span in spans if (cells := cells_between(document.text, span, joints))]
    return _row(document, segment, names, *whole_cells(document.text, lines))


def _other(document: Document, run: Sequence[Segment]) -> Table:
    head = _head(document, run[0])
    if head is None:
        rows = [_composed(document, segment) for segment in run]
        return Table(ROW_NUMBER.sub("", run[0].heading), _columns(rows), tuple(rows))
    names, body = head
    rows = [_piped(document, segment, names) for segment in run if segment.start >= body]
    return Table(run[0].heading.removesuffix(JOIN.join(filter(None, names))).rstrip(" ›"), names, tuple(rows))


def _head(document: Document, first: Segment) -> tuple[tuple[str, ...], int] | None:
    """Return the names of the columns of a Markdown table and where its body begins; None for a composed table."""
    start = first.start
    while True:  # the header may be a separate segment before the rows
        line_end = document.text.find("\n", start)
        following = document.text[line_end + 1 : _line_end(document.text, line_end + 1)] if line_end >= 0 else ""
        if RULE.fullmatch(following):
            names = tuple(text for text, _, _ in pipe_cells(document.text, start, line_end))
            return names, line_end + 1 + len(following)
        before = document.text.rfind("\n", 0, max(0, start - 1))
        line = document.text[before + 1 : max(0, start - 1)]
        if not RULE.fullmatch(line) or start == first.start - 1:
            return None
        above = document.text.rfind("\n", 0, max(0, before)) if before > 0 else -1
        start = above + 1


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


def _piped(document: Document, segment: Segment, names: Sequence[str]) -> Row:
    found = pipe_cells(document.text, segment.start, segment.end)
    cells = [Cell(names[i] if i < len(names) else "", *cell) for i, cell in enumerate(found) if cell[0]]
    return Row(segment.start, segment.end, tuple(cells))


def _composed(document: Document, segment: Segment) -> Row:
    cells, at = [], segment.start
    for part in document.text[segment.start : segment.end].split(JOIN):
        name, colon, value = part.partition(": ")
        if colon and value.strip():
            cells.append(Cell(name, value, at + len(part) - len(value), at + len(part)))
        else:
            cells.append(Cell("", part, at, at + len(part)))
        at += len(part) + len(JOIN)
    return Row(segment.start, segment.end, tuple(cells))


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.column for row in rows for cell in row.cells))
