"""Defines a table found among the lines of a plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.columns import Span
from rag.load.tables.rows import CELL_JOIN
from rag.types import SegmentKind


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row in the lines from `start` to `end` (0-based): the name of the column and the span of each cell that is not empty."""

    start: int
    end: int
    cells: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class TypedTable:
    """A table in the lines from `start` to `end`; the first names its columns, or is a rule if it has no names."""

    start: int
    end: int
    names: tuple[str, ...]
    rows: tuple[TypedRow, ...]

    def parts(self, lines: Sequence[Span]) -> Iterator[tuple[SegmentKind, Span]]:
        """Yield the kind and the span of its names, rows and rules in these lines."""
        rows = {row.start: row.end for row in self.rows}
        at = self.start
        while at < self.end:
            end = rows.get(at, at + 1)
            named = at == self.start and self.names
            yield "heading" if named else "row" if at in rows else "noise", (lines[at][0], lines[end - 1][1])
            at = end

    @property
    def columns(self) -> str:
        """The names as in the heading path."""
        return CELL_JOIN.join(filter(None, self.names))


def row_of(start: int, end: int, names: tuple[str, ...], *lines: list[Span]) -> TypedRow:
    """Return a row of one or several lines of cells."""
    cells = [(name, cell) for line in lines for name, cell in zip(names, line, strict=True) if cell[0] < cell[1]]
    return TypedRow(start, end, tuple(cells))
