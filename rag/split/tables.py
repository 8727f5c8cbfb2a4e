"""Finds the tables of a document: rows of cells, each with the name of its column and its place in the text.

Rows come in three forms. Composed documents (office files, CSV, HTML) have one line per row, `Column: value | Column:
value`; a Markdown file has its own pipe rows, and plain text has rows aligned by blanks or tabs, or parted by bars, the first of
which names the columns, or records that name each value.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeAlias

from rag.language.bars import Joints, cells_between, joints_of
from rag.language.columns import Span, cells_of, is_rule, with_indent
from rag.language.pipes import names_above_rule, names_over, pipe_pair
from rag.language.records import is_record_rule
from rag.split.rows import JOIN, Cell, Row, composed_row, drawn_row, named_row, piped_pair, piped_row, recorded_row
from rag.types import Document, Segment

__all__ = ["Cell", "Row", "Table", "row_at", "tables_of"]

ROW_NUMBER = re.compile(r" › row \d+\Z")
MOST_KEPT = 16  # documents


@dataclass(frozen=True, slots=True)
class Table:
    """Consecutive rows under one heading."""

    heading: str  # path, without the names of columns and the number of a row
    columns: tuple[str, ...]  # in order; "" for the column of row labels without a name
    rows: tuple[Row, ...]


ReadRow: TypeAlias = Callable[[Document, Segment], Row | None]


@dataclass(frozen=True, slots=True)
class Head:
    """The names of a table's columns, and what reads a row of it."""

    names: tuple[str, ...]
    read: ReadRow


@dataclass(frozen=True, slots=True)
class Outline:
    """Where each table of a document begins and ends, and the heads that were read; it holds none of the text."""

    runs: tuple[tuple[int, int], ...]  # the first segment and the one after the last; noise may be between
    heads: dict[int, Head | None] = field(default_factory=dict)  # by the first segment


def tables_of(document: Document) -> tuple[Table, ...]:
    """Return every table of a document, in order."""
    runs = (_rows_of(document, run) for run in _runs(document.segments))
    return tuple(table for run in runs if (table := _table(document, run)).rows)


def row_at(document: Document, offset: int) -> Row | None:
    """Return the row that holds the character at an offset, or None; what a table's first row needs is read once for all."""
    segments = document.segments
    at = bisect_left(segments, offset + 1, key=lambda segment: segment.start) - 1
    if at < 0 or segments[at].kind != "row" or offset >= segments[at].end:
        return None
    if ROW_NUMBER.search(segments[at].heading):
        return composed_row(document, segments[at])
    outline = _outline(document)
    run = outline.runs[bisect_right(outline.runs, at, key=lambda run: run[0]) - 1]
    if run[0] not in outline.heads:
        outline.heads[run[0]] = _head(document, _rows_of(document, run))
    head = outline.heads[run[0]]
    return head.read(document, segments[at]) if head else composed_row(document, segments[at])


_kept: dict[tuple[str, int, int], Outline] = {}
_keeping = Lock()


def _outline(document: Document) -> Outline:
    """Return the outline of a document, kept for the next row that is asked for."""
    key = (document.id, hash(document.text), len(document.segments))
    outline = _kept.get(key) or Outline(tuple(_runs(document.segments)))
    with _keeping:
        _kept.pop(key, None)
        _kept[key] = outline  # the last used is the last to go
        while len(_kept) > MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return outline


def _runs(segments: Sequence[Segment]) -> list[tuple[int, int]]:
    """Return the first segment of each table and the one after its last."""
    runs: list[tuple[int, int]] = []
    before: Segment | None = None
    for at, segment in enumerate(segments):
        if segment.kind == "noise":
            continue  # the footer of a page that the table continues past
        if segment.kind == "row" and before and _continues(before, segment):
            runs[-1] = (runs[-1][0], at + 1)
        elif segment.kind == "row":
            runs.append((at, at + 1))
        before = segment
    return runs


def _continues(before: Segment, segment: Segment) -> bool:
    """Return True if a row belongs to the table of the row before it."""
    if before.kind != "row" or segment.kind != "row":
        return False
    return ROW_NUMBER.sub("", before.heading) == ROW_NUMBER.sub("", segment.heading)


def _rows_of(document: Document, run: tuple[int, int]) -> list[Segment]:
    return [segment for segment in document.segments[slice(*run)] if segment.kind == "row"]


def _table(document: Document, run: Sequence[Segment]) -> Table:
    head = _head(document, run)
    if head is None:
        rows = [composed_row(document, segment) for segment in run]
        return Table(ROW_NUMBER.sub("", run[0].heading), _columns(rows), tuple(rows))
    columns = JOIN.join(filter(None, head.names))
    heading = run[0].heading.removesuffix(columns).rstrip(" ›") if columns else run[0].heading
    found = tuple(row for segment in run if (row := head.read(document, segment)))
    return Table(heading, head.names or _columns(found), found)


def _head(document: Document, run: Sequence[Segment]) -> Head | None:
    """Return what reads the rows of a table; None if each says all by itself."""
    if ROW_NUMBER.search(run[0].heading):
        return None
    return (
        _recorded(document, run[0]) or _drawn(document, run[0]) or _aligned(document, run) or _piped(document, run[0])
    )


def _recorded(document: Document, first: Segment) -> Head | None:
    """Return what reads records printed one below the other; None if no rule of theirs stands above the first row."""
    at = bisect_left(document.segments, first.start, key=lambda segment: segment.start) - 1
    rule = (document.segments[at].start, document.segments[at].end) if at >= 0 else (0, 0)
    if not is_record_rule(document.text, rule):
        return None
    return Head((), lambda doc, segment: recorded_row(doc, segment, rule))


def _above(document: Document, first: Segment) -> tuple[Span, Span | None] | None:
    """Return the line of names above the first row, and the rule below them, with their indentation; None without names."""
    segments = document.segments
    at = bisect_left(segments, first.start, key=lambda segment: segment.start) - 1
    rule: Segment | None = None
    while at > 0 and segments[at].kind == "noise" and (rule is None or _is_rule(document, segments[at])):
        rule, at = segments[at], at - 1
    if at < 0 or segments[at].kind != "heading" or JOIN not in first.heading:
        return None
    line = with_indent(document.text, (segments[at].start, segments[at].end))
    return line, with_indent(document.text, (rule.start, rule.end)) if rule else None


def _is_rule(document: Document, segment: Segment) -> bool:
    span = segment.start, segment.end
    return is_rule(document.text[slice(*span)]) or joints_of(document.text, span) is not None


def _names(document: Document, first: Segment, cells: Sequence[Span]) -> tuple[str, ...]:
    """Return the names of columns, if the heading of the first row ends in them."""
    names = tuple(" ".join(document.text[slice(*span)].split()) for span in cells)
    columns = JOIN.join(filter(None, names))
    return names if columns and first.heading.endswith(columns) else ()


def _aligned(document: Document, run: Sequence[Segment]) -> Head | None:
    """Return the head of a table aligned in plain text; None without a line of names above the rows."""
    above = _above(document, run[0])
    if above is None:
        return None
    lines = [above[0], *(with_indent(document.text, (s.start, s.end)) for s in run)]
    cells = cells_of(document.text, lines, above[1])
    names = _names(document, run[0], cells[0]) if cells else ()
    if not names:
        return None
    places = {segment.start: tuple(row) for segment, row in zip(run, cells[1:], strict=True)}
    return Head(names, lambda doc, segment: named_row(doc, segment, names, places[segment.start]))


def _drawn(document: Document, first: Segment) -> Head | None:
    """Return the head of a table drawn with bars in plain text; None of another."""
    above = _above(document, first)
    joints: Joints | None = joints_of(document.text, above[1]) if above and above[1] else None
    if above is None or joints is None:
        return None
    names = _names(document, first, cells_between(document.text, above[0], joints))
    return Head(names, lambda doc, segment: drawn_row(doc, segment, names, joints)) if names else None


def _piped(document: Document, first: Segment) -> Head | None:
    """Return the head of a Markdown table; one of labels and values, whose head is a row, has no names."""
    own = names_above_rule(document.text, first.start) if _has_rule(document, first) else ()
    names = own or names_over(document.text, first.start)
    if own or pipe_pair(names):
        return Head((), lambda doc, segment: piped_pair(doc, segment, first=bool(own) and segment.start == first.start))
    return Head(names, lambda doc, segment: piped_row(doc, segment, names)) if names else None


def _has_rule(document: Document, segment: Segment) -> bool:
    """Return True if a dash stands between a row and what follows it: a rule of Markdown is in no segment."""
    segments = document.segments
    at = bisect_left(segments, segment.end, key=lambda other: other.start)
    return "-" in document.text[segment.end : segments[at].start if at < len(segments) else len(document.text)]


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.column for row in rows for cell in row.cells))
