"""Lays out cells that span columns and rows; such a cell is repeated in every place that it covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from rag.load.tables.cells import EMPTY, Cell

MAX_SPAN = 200  # columns or rows
Spanning: TypeAlias = tuple[Cell, int, int]  # a cell, and how many columns and rows it covers


@dataclass(slots=True)
class Spans:
    """What hangs down into the next row of one table: for each column, the cell and for how many rows more."""

    hanging: dict[int, tuple[Cell, int]] = field(default_factory=dict)

    def row(self, cells: Iterable[Spanning]) -> list[Cell]:
        """Return a row whose cells stand where none hangs down, as in HTML."""
        line: list[Cell] = []
        reach = max(self.hanging, default=-1)
        for cell, across, down in cells:
            self._skip(line)
            self._put(line, cell, across, down)
        while len(line) <= reach:
            self._take(line)
        return line

    def rows(self, cells: Iterable[Spanning], width: int) -> Iterator[list[Cell]]:
        """Yield rows of a width that cells fill one after the other, as in AsciiDoc; the last may be shorter."""
        line: list[Cell] = []
        for cell, across, down in cells:
            self._put(line, cell, min(across, width - len(line)), down)
            self._skip(line)
            said = True
            while len(line) >= width:
                if said:  # not a row that is covered from above as a whole
                    yield line
                line, said = [], False
                self._skip(line)
        if line:
            yield line

    def placed(self, cells: Iterable[Spanning]) -> list[Cell]:
        """Return a row in which an empty cell stands for each that hangs down, as in LaTeX."""
        line: list[Cell] = []
        for cell, across, down in cells:
            held = self.hanging.get(len(line)) if not cell.text else None
            self._put(line, *((held[0], across, held[1]) if held else (cell, across, down)))
        return line

    def _skip(self, line: list[Cell]) -> None:
        while len(line) in self.hanging:
            self._take(line)

    def _take(self, line: list[Cell]) -> None:
        """Add what hangs down into the next place, or an empty cell."""
        cell, rows = self.hanging.get(len(line), (EMPTY, 0))
        self._put(line, cell, 1, rows)

    def _put(self, line: list[Cell], cell: Cell, across: int, down: int) -> None:
        """Add a cell that covers this many rows from this one on."""
        for _ in range(max(1, min(across, MAX_SPAN))):
            if down > 1:
                self.hanging[len(line)] = (cell, min(down, MAX_SPAN) - 1)
            else:
                self.hanging.pop(len(line), None)
            line.append(cell)
