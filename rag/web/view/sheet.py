"""Renders the rows of a sheet or data file as tables, with the cited cells marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from rag.load.parsed import HEADING_JOIN
from rag.load.tables.rows import CELL_JOIN
from rag.types import Document, Segment
from rag.web import strings
from rag.web.view.escape import attribute, shown
from rag.web.view.sources import marked

SHEETS = frozenset(".csv .tsv .xlsx .xlsm .xltx .xltm .ods .ots".split())
NAMED = re.compile(r"(?P<name>\S.{0,79}?): ", re.DOTALL)  # a value with its column name
ROW = re.compile(r"row (?P<number>\d+)")


@dataclass(frozen=True, slots=True)
class Value:
    """A cell: its column name, "" if none, and the span of its value in the document's text."""

    name: str
    start: int
    end: int


def is_sheet(document: Document) -> bool:
    """Return True if a document consists of rows of cells."""
    return PurePosixPath(document.source).suffix.lower() in SHEETS and bool(document.segments)


def within(document: Document, first: int, last: int) -> tuple[int, int]:
    """Return a span of a document's text, extended to whole rows."""
    touched = [segment for segment in document.segments if segment.end > first and segment.start < last]
    return (touched[0].start, touched[-1].end) if touched else (first, last)


def sheet(document: Document, first: int, last: int, span: tuple[int, int]) -> str:
    """Return a part of a document as HTML: rows as tables, all else as lines, with the span marked."""
    inside = (segment for segment in document.segments if first <= segment.start and segment.end <= last)
    parts = groupby(inside, lambda segment: (segment.kind == "row", _above(segment) if segment.kind == "row" else ""))
    return "".join(
        _table(document, list(segments), span) if is_row else "".join(_line(document, one, span) for one in segments)
        for (is_row, _), segments in parts
    )


def values(document: Document, row: Segment) -> list[Value]:
    """Return the cells of a row in the loaders' format: `Name: value | Name: value`."""
    found, start = [], row.start
    for part in document.text[row.start : row.end].split(CELL_JOIN):
        named = NAMED.match(part)
        found.append(Value(named["name"] if named else "", start + (named.end() if named else 0), start + len(part)))
        start += len(part) + len(CELL_JOIN)
    return found


def columns(rows: Sequence[Sequence[Value]]) -> list[tuple[str, int]]:
    """Return the columns of rows in order, each as its name and its number among columns of that name.

    A name in only one of several rows is not a column, but the label of a pair or part of a value.
    """
    seen = Counter(name for row in rows for name in {value.name for value in row})
    order: list[tuple[str, int]] = []
    for row in rows:
        last = -1
        for key in _keys(row, seen, len(rows)):
            if key not in order:
                order.insert(last + 1, key)
            last = order.index(key)
    return order


def _keys(row: Sequence[Value], seen: Counter[str], count: int) -> Iterator[tuple[str, int]]:
    met = Counter[str]()
    for value in row:
        name = value.name if seen[value.name] > 1 or count == 1 else ""
        yield name, met[name]
        met[name] += 1


def _table(document: Document, segments: Sequence[Segment], span: tuple[int, int]) -> str:
    rows = [values(document, segment) for segment in segments]
    seen = Counter(name for row in rows for name in {value.name for value in row})
    order = columns(rows)
    names = "".join(f'<th scope="col" dir="auto">{shown(name)}</th>' if name else "<td></td>" for name, _ in order)
    body = ""
    for segment, row in zip(segments, rows, strict=True):
        cells = dict(zip(_keys(row, seen, len(rows)), row, strict=True))
        written = "".join(_cell(document, cells.get(key), key[0], span) for key in order)
        cited = " class=cited" if segment.start < span[1] and span[0] < segment.end else ""
        body += f'<tr{cited}><th scope="row">{_number(segment)}</th>{written}</tr>'
    label = attribute(_above(segments[0]) or document.source)
    head = f'<thead><tr><th scope="col">{shown(strings.ROW)}</th>{names}</tr></thead>'
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table class="sheet">{head}<tbody>{body}</tbody></table></div>'


def _cell(document: Document, value: Value | None, name: str, span: tuple[int, int]) -> str:
    if value is None:
        return "<td></td>"
    start = (
        value.start if name == value.name else value.start - len(f"{value.name}: ")
    )  # not a column: it keeps its label
    text = document.text[start : value.end]
    return f'<td dir="auto">{marked(text, [(span[0] - start, span[1] - start)])}</td>'


def _line(document: Document, segment: Segment, span: tuple[int, int]) -> str:
    text = marked(document.text[segment.start : segment.end], [(span[0] - segment.start, span[1] - segment.start)])
    return f'<h4 dir="auto">{text}</h4>' if segment.kind == "heading" else f'<p dir="auto">{text}</p>'


def _above(row: Segment) -> str:
    """Return the headings above a row, without its row number."""
    path, _, last = row.heading.rpartition(HEADING_JOIN)
    return path if ROW.fullmatch(last) else row.heading


def _number(row: Segment) -> str:
    found = ROW.fullmatch(row.heading.rpartition(HEADING_JOIN)[2])
    return found["number"] if found else ""
