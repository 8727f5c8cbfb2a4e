"""Finds tables within a piece of a document that is shown as typed: a fence, an indented block, a paragraph of lines, <pre>."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rag.language.columns import Span, stripped
from rag.load.compose import Block
from rag.load.text.aligned import tables_in
from rag.load.text.composed import composed
from rag.types import Segment, SegmentKind

LINE = re.compile(r"[^\r\n]+")
NEWLINE = re.compile(r"\r\n?|\n")
FENCE = re.compile(r"(?:`{3,}|~{3,})[^`]*")
TEXTS = frozenset("text txt plain plaintext none output console terminal table sql psql shell-session".split())


def may_hold_tables(info: str) -> bool:
    """Return True if the language that a fence names is text, the output of a program, or none."""
    words = info.split()
    return not words or words[0].casefold() in TEXTS


def with_tables(text: str, piece: Segment, path: Callable[[str], str]) -> Iterator[Segment]:
    """Yield a piece in parts if tables stand in it; `path` returns the heading path that ends in the names of columns."""
    lines = _lines(text, piece)
    found = [(block, table) for block in _blocks(text, lines) for table in tables_in(text, block)]
    if not found:
        yield piece
        return
    at = piece.start
    for block, table in found:
        yield from _around(text, piece, at, block[table.start][0])
        for kind, span in table.parts(block):
            yield Segment(*span, kind, path(table.columns) if kind == "row" else piece.heading)
        at = block[table.end - 1][1]
    yield from _around(text, piece, at, piece.end)


def blocks_within(text: str, kind: SegmentKind, path: str) -> Iterator[Block]:
    """Yield a piece of text as blocks under a heading path, with its tables as rows."""
    return composed(text, list(with_tables(text, Segment(0, len(text), kind, path), lambda columns: path)))


def _lines(text: str, piece: Segment) -> list[Span]:
    """Return the lines of a piece that are not blank, without white space at their ends."""
    spans = (stripped(text, *match.span()) for match in LINE.finditer(text, piece.start, piece.end))
    return [(start, end) for start, end in spans if start < end]


def _blocks(text: str, lines: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield the lines that no blank line or fence parts."""
    block: list[Span] = []
    for line in lines:
        fence = FENCE.fullmatch(text, *line) is not None
        if block and (fence or len(NEWLINE.findall(text, block[-1][1], line[0])) > 1):
            yield block
            block = []
        block += [] if fence else [line]
    if block:
        yield block


def _around(text: str, piece: Segment, start: int, end: int) -> Iterator[Segment]:
    """Yield what stands between two tables, without the fence around it."""
    lines = [line for line in _lines(text, Segment(start, end, piece.kind)) if not FENCE.fullmatch(text, *line)]
    if lines:
        first, last = lines[0][0], lines[-1][1]
        says = any(map(str.isalnum, text[first:last]))
        yield Segment(first, last, piece.kind if says else "noise", piece.heading)
