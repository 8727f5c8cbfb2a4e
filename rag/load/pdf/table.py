"""Defines a table found on a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rag.load.pdf.words import Row, Word
from rag.load.tables.cells import Grid

Mend: TypeAlias = Callable[[Sequence[Row]], str]  # joins the printed rows of a text


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table on a page: its rows, its position, and the edges of its columns."""

    grid: Grid
    words: frozenset[Word]
    edges: tuple[tuple[float, float], ...]  # of each column
    top: float
    bottom: float

    @property
    def order(self) -> float:
        """Its position among the words of the page."""
        return min(word.order for word in self.words)
