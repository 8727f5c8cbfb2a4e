"""Shared parts of the light markup loaders: headings, lines, and rows with column names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.parsed import HEADING_JOIN, Parsed, heading_path, require_text
from rag.load.tables.cells import EMPTY, Grid
from rag.load.tables.rows import read_rows
from rag.types import SegmentKind


@dataclass(slots=True)
class Outline:
    """The headings above the current block; the first one of the highest level is the title."""

    title: str = ""
    levels: dict[int, str] = field(default_factory=dict)

    def enter(self, level: int, name: str) -> Block:
        """Enter a heading and return it as a block."""
        self.levels = {old: text for old, text in self.levels.items() if old < level} | {level: name}
        self.title = self.title or name
        return self.block(name, "heading")

    def block(self, text: str, kind: SegmentKind) -> Block:
        """Return a block under the current headings."""
        return Block(text, kind, heading_path(self.levels[level] for level in sorted(self.levels)))

    def titled(self, blocks: Iterable[Block], title: str) -> Iterator[Block]:
        """Yield blocks whose heading paths all begin with the title."""
        for block in blocks:
            path = block.heading.split(HEADING_JOIN) if block.heading else []
            yield replace(block, heading=heading_path([title, *path]))


@dataclass(slots=True)
class Lines:
    """The lines of a file, read from top to bottom, and the paragraph that the next line may continue."""

    lines: Sequence[str]
    outline: Outline
    plain: Callable[[str], str]  # removes inline markup
    paragraph: list[str] = field(default_factory=list)
    kind: SegmentKind = "paragraph"
    at: int = 0

    def __iter__(self) -> Iterator[str]:
        """Yield each line that `take` did not consume, without trailing white space."""
        while self.at < len(self.lines):
            self.at += 1
            yield self.lines[self.at - 1].rstrip()

    def below(self) -> str:
        """Return the next line, or nothing at the end."""
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def take(self, ends: Callable[[str], bool]) -> list[str]:
        """Return the lines up to the terminating one, and continue after it."""
        end = next((i for i in range(self.at, len(self.lines)) if ends(self.lines[i])), len(self.lines))
        taken, self.at = self.lines[self.at : end], end + 1
        return list(taken)

    def flush(self) -> Iterator[Block]:
        """Yield the paragraph that ends here."""
        if self.paragraph:
            yield self.outline.block(self.plain(" ".join(self.paragraph)), self.kind)
        self.paragraph, self.kind = [], "paragraph"

    def begin(self, words: str, kind: SegmentKind) -> Iterator[Block]:
        """End a paragraph and begin another."""
        yield from self.flush()
        self.paragraph, self.kind = [words], kind


def read_outline(data: bytes, source: str, read: Callable[[str, Outline], Iterable[Block]]) -> Parsed:
    """Return the blocks that `read` finds in a text, each under its headings; the title defaults to the file's name."""
    text = decode(data, source)
    require_text(text, source)
    outline = Outline()
    blocks = list(read(text, outline))
    title = outline.title or PurePosixPath(source).stem
    return compose(outline.titled(blocks, title), source, title=title)


def rows_of(grid: Grid, *, heads: int = 0) -> Iterator[str]:
    """Yield the rows of a table with the names of their columns, which the first `heads` rows hold."""
    width = max(map(len, grid), default=0)
    named = {id(cell): replace(cell, head=True) for row in grid[:heads] for cell in row if cell.text}
    whole = [[named.get(id(cell), cell) for cell in row] + [EMPTY] * (width - len(row)) for row in grid]
    yield from (row.text for row in read_rows(whole))
