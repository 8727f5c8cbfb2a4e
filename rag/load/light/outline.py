"""Keeps the headings above what is read, and writes rows of cells with the names of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.load.compose import Block
from rag.load.parsed import HEADING_JOIN, heading_path
from rag.load.tables.cells import EMPTY, Cell, Grid
from rag.load.tables.rows import read_rows
from rag.types import SegmentKind


@dataclass(slots=True)
class Outline:
    """The headings above the block that is being read; the first one of the highest level is the title."""

    title: str = ""
    levels: dict[int, str] = field(default_factory=dict)

    def enter(self, level: int, name: str) -> Block:
        """Go below a heading and return it as a block."""
        self.levels = {old: text for old, text in self.levels.items() if old < level} | {level: name}
        self.title = self.title or name
        return self.block(name, "heading")

    def block(self, text: str, kind: SegmentKind) -> Block:
        """Return a block below the headings."""
        return Block(text, kind, heading_path(self.levels[level] for level in sorted(self.levels)))

    def titled(self, blocks: Iterable[Block], title: str) -> Iterator[Block]:
        """Yield blocks whose heading paths all begin with the title."""
        for block in blocks:
            path = block.heading.split(HEADING_JOIN) if block.heading else []
            yield replace(block, heading=heading_path([title, *path]))


def pipe_rows(rows: Sequence[Sequence[str]], *, heads: bool = False) -> Iterator[str]:
    """Yield rows of cells, each with the names of its columns; `heads`: the first row is marked as those names."""
    width = max(map(len, rows), default=0)
    grid: Grid = [[Cell(text, head=heads and i == 0) for text in row] for i, row in enumerate(rows)]
    yield from (row.text for row in read_rows([row + [EMPTY] * (width - len(row)) for row in grid]))
