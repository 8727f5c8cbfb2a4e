"""Tracks the headings above the current position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rag.load.compose import Block
from rag.load.parsed import heading_path
from rag.load.tables.rows import Row


@dataclass(slots=True)
class Outline:
    """The headings above the current position, and its 0-based page (slide, sheet)."""

    title: str = ""
    headings: dict[int, str] = field(default_factory=dict)
    page: int = 0

    def enter(self, level: int, name: str) -> None:
        """Begin a part."""
        self.headings = {old: text for old, text in self.headings.items() if old < level} | {level: name}

    def path(self, *more: str) -> str:
        """Return the heading path, extended by further headings."""
        return heading_path([self.title, *(self.headings[level] for level in sorted(self.headings)), *more])

    def rows(
        self, rows: Iterable[Row], *, noise: bool = False, number: dict[int, int] | None = None
    ) -> Iterator[Block]:
        """Yield rows as blocks; `number` maps a row of the table to its row number in the sheet."""
        for row in rows:
            place = [f"row {number[row.number]}"] if number and row.kind == "row" else []
            yield Block(row.text, "noise" if noise else row.kind, self.path(*row.section, *place), self.page)
