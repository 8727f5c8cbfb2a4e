"""Writes the segments of a text as blocks of another text: in a typed or Markdown table, each value with its column's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rag.language.columns import Span, stripped
from rag.language.pipes import names_above_rule, pipe_cells, pipe_pair
from rag.language.records import is_record_rule
from rag.load.compose import Block
from rag.load.tables.cells import flat
from rag.load.tables.header import LONG_LABEL
from rag.load.tables.rows import line_of
from rag.load.text.aligned import tables_in
from rag.types import Segment

LINE = re.compile(r"[^\r\n]+")


def composed(text: str, segments: Sequence[Segment]) -> Iterator[Block]:
    """Yield the segments as blocks; those of a table's names are left out if it has rows."""
    at = 0
    while at < len(segments):
        first = segments[at]
        end, rows = _piped(text, segments, at) or _typed(text, segments, at) or (at + 1, [])
        if rows:
            yield from (Block(row, "row", first.heading) for row in rows if row)
        else:
            yield Block(text[first.start : first.end], first.kind, first.heading)
        at = end


def _typed(text: str, segments: Sequence[Segment], at: int) -> tuple[int, list[str]] | None:
    """Return the segment after the table whose names stand at a segment, and its rows; None of any other segment."""
    first = segments[at]
    recorded = first.kind == "noise" and is_record_rule(text, (first.start, first.end))
    rest = _below(segments, at) if first.kind == "heading" or recorded else []
    lines = [span for segment in (first, *rest) for span in _lines(text, segment)]
    table = next(tables_in(text, lines), None) if rest else None
    if table is None or table.start:
        return None
    rows = [line_of((name, flat(text[slice(*cell)])) for name, cell in row.cells) for row in table.rows]
    return at + 1 + sum(segment.start < lines[table.end - 1][1] for segment in rest), rows


def _piped(text: str, segments: Sequence[Segment], at: int) -> tuple[int, list[str]] | None:
    """Return the same of a Markdown table; one whose head is a row has labels and values."""
    first = segments[at]
    below = segments[at + 1].start if at + 1 < len(segments) else len(text)
    names = names_above_rule(text, first.start) if first.kind in ("heading", "row", "noise") else ()
    if not names or "-" not in text[first.end : below]:
        return None  # a rule of Markdown is in no segment
    pairs = first.kind == "row" or pipe_pair(names)
    taken = [first] if first.kind == "row" else []
    for segment in _below(segments, at):
        before = taken[-1] if taken else first
        if text.count("\n", before.end, segment.start) > 1 + (before is first):
            break
        taken.append(segment)
    rows = [pipe_cells(text, s.start, s.end, first=s is first) for s in taken]
    plain = [[cell for cell, _, _ in row] for row in rows]
    written = [_pair(row) if pairs else line_of(zip(_padded(names, row), row, strict=True)) for row in plain]
    return (at + 1 + len(taken) - (first.kind == "row"), written) if any(written) else None


def _padded(names: Sequence[str], row: Sequence[str]) -> list[str]:
    return [*names, *[""] * len(row)][: len(row)]


def _pair(row: Sequence[str]) -> str:
    said = [*filter(None, row)]
    named = len(said) == 2 and len(said[0]) <= LONG_LABEL
    return line_of([(said[0].rstrip(":： "), said[1])] if named else [("", value) for value in said])


def _below(segments: Sequence[Segment], at: int) -> list[Segment]:
    """Return the rows and rules right below a segment."""
    below = map(segments.__getitem__, range(at + 1, len(segments)))
    return list(takewhile(lambda segment: segment.kind in ("row", "noise"), below))


def _lines(text: str, segment: Segment) -> list[Span]:
    return [stripped(text, *match.span()) for match in LINE.finditer(text, segment.start, segment.end)]
