"""Reads AsciiDoc."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rag.load.compose import Block
from rag.load.light.outline import Lines, Outline, read_outline, rows_of
from rag.load.parsed import Parsed
from rag.load.tables.cells import EMPTY, Cell, Grid
from rag.load.tables.rows import texts
from rag.load.tables.spans import MAX_SPAN, Spanning, Spans

HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*?)(?:\s+=+)?$")
ATTRIBUTE = re.compile(r":!?([\w-]+)!?:(?:\s+(.*))?$")
FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```\w*)$")
CODE_FENCES = "-.`+"
ITEM = re.compile(r"\s*(?:[*.-]{1,5}|\d{1,3}\.)\s+(\S.*)$")
TERM = re.compile(r"\s*(\S.{0,120}?)\s*(?:::{1,3}|;;)(?:\s+(\S.*))?$")
TITLE = re.compile(r"\.([^\s.].*)$")
LIST_OF_ATTRIBUTES = re.compile(r"\[.*\]$")
MACRO = re.compile(r"(?:image|video|audio|include|toc|ifdef|ifndef|endif|ifeval)::.*$")
TABLE = re.compile(r"([|,:!])===+$")
CALL = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+")
CELL = re.compile(
    r"(?:^|(?<=\s))(?:(?P<times>\d{1,4})\*|(?P<across>\d{0,4})(?:\.(?P<down>\d{1,4}))?\+)?[<^>.]*[adehlmsv]?\|"
)
REPEATED = re.compile(r"\s*(\d{1,4})\*")
MAX_CELLS = 200_000  # that spans and repetitions add
COLUMNS = re.compile(r"cols\s*=\s*\"?([^\"\]]*)")
INLINE = (
    (re.compile(r"(?:link:|mailto:|xref:|https?://)[^\s\[\]]*\[([^\]]*)\]"), r"\1"),
    (re.compile(r"<<[^<>,]*,\s*([^<>]*)>>"), r"\1"),
    (re.compile(r"<<([^<>]*)>>"), r"\1"),
    (re.compile(r"(?:kbd|btn|menu|footnote|pass|stem|icon|image|anchor|indexterm2?):\S*?\[([^\]]*)\]"), r"\1"),
    (re.compile(r"\[\[[^\]]*\]\]|\[#[^\]]*\](?=#)|\[\.[^\]]*\](?=#)|\(\(\([^)]*\)\)\)"), ""),
    (re.compile(r"(?<![\w`])([`*_#+])\1?(?=\S)(.+?)(?<=\S)\1\1?(?!\w)"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)(.+?)(?<=\S)\*(?!\w)"), r"\1"),
    (re.compile(r"\^(\S+?)\^|~(\S+?)~"), r"\1\2"),
    (re.compile(r"\s\+$", re.MULTILINE), ""),
    (re.compile(r"<\d+>"), ""),
)


def parse_asciidoc(data: bytes, source: str) -> Parsed:
    """Return the text of an AsciiDoc document."""
    return read_outline(data, source, _blocks)


def plain(text: str, values: dict[str, str]) -> str:
    """Return a text without inline markup, with its attributes substituted."""
    text = re.sub(r"\{([\w-]+)\}", lambda match: values.get(match[1], match[0]), text)
    for mark, shown in INLINE:
        text = mark.sub(shown, text)
    return text.strip()


@dataclass(slots=True)
class _Reader:
    """The state of reading a document: its lines, its attributes and the settings of the next table."""

    lines: Lines
    outline: Outline
    values: dict[str, str]
    columns: str = ""
    options: str = ""

    def table(self, mark: str, fence: str) -> Iterator[Block]:
        """Yield the rows of the table that begins here."""
        yield from self.lines.flush()
        lines = self.lines.take(_closes(fence))
        heads = "header" in self.options or (len(lines) > 1 and bool(lines[0].strip()) and not lines[1].strip())
        rows = _rows(lines, mark, self.columns, self.values)
        yield from (self.outline.block(row, "row") for row in rows_of(rows, heads=int(heads)))
        self.columns, self.options = "", ""

    def fence(self, fence: str) -> Iterator[Block]:
        """Yield the code block that begins here; other fences only delimit text."""
        yield from self.lines.flush()
        if fence[0] in CODE_FENCES and fence != "--":
            yield self.outline.block("\n".join(self.lines.take(_closes(fence))), "code")

    def aside(self, line: str) -> Iterator[Block]:
        """Skip a line without content or with settings for what follows."""
        if line.startswith("////"):
            self.lines.take(_closes(line))
        found = COLUMNS.search(line)
        self.columns = found[1] if found else self.columns
        self.options = line if LIST_OF_ATTRIBUTES.fullmatch(line) else self.options
        if line != "+":
            yield from self.lines.flush()

    def term(self, found: re.Match[str]) -> Iterator[Block]:
        """Begin the description of a term, on its line or below."""
        yield from self.lines.begin(f"{found[1]}:", "item")
        if found[2]:
            self.lines.paragraph.append(found[2])
        while not found[2] and self.lines.at < len(self.lines.lines) and not self.lines.below().strip():
            self.lines.at += 1

    def line(self, line: str) -> Iterator[Block]:
        """Read one line."""
        heading, item, term = HEADING.match(line), ITEM.match(line), TERM.match(line)
        inside = bool(self.lines.paragraph)
        if not line or line == "+" or line.startswith("//") or MACRO.match(line) or LIST_OF_ATTRIBUTES.fullmatch(line):
            yield from self.aside(line)
        elif attribute := ATTRIBUTE.match(line):
            yield from self.lines.flush()
            self.values[attribute[1]] = (attribute[2] or "").strip()
        elif heading and not inside:
            yield self.outline.enter(len(heading[1]), plain(heading[2], self.values))
        elif table := TABLE.match(line):
            yield from self.table(table[1], line)
        elif FENCE.match(line):
            yield from self.fence(line)
        elif (title := TITLE.match(line)) and not inside:
            yield self.outline.block(plain(title[1], self.values), "paragraph")
        elif term and (not inside or self.lines.kind == "item"):
            yield from self.term(term)
        elif item:
            yield from self.lines.begin(item[1], "item")
        else:
            self.lines.paragraph.append(CALL.sub(lambda match: f"{match[1].capitalize()}: ", line.strip()))


def _blocks(text: str, outline: Outline) -> Iterator[Block]:
    values: dict[str, str] = {}
    lines = Lines(text.splitlines(), outline, lambda words: plain(words, values))
    reader = _Reader(lines, outline, values)
    for line in lines:
        yield from reader.line(line)
    yield from lines.flush()


def _closes(fence: str) -> Callable[[str], bool]:
    """Return the test for the line that closes a fence."""
    closing = "```" if fence.startswith("```") else fence
    return lambda line: line.rstrip() == closing


def _rows(lines: list[str], mark: str, columns: str, values: dict[str, str]) -> Grid:
    """Return the cells of a table by row; the column list or the first line with cells determines the width."""
    if mark in ",:":
        return texts([[plain(cell, values) for cell in line.split(mark)] for line in lines if line.strip()])
    written: list[tuple[re.Match[str], str]] = []  # the mark before each cell, and its words
    width = 0
    for line in map(str.strip, lines):
        marks = [*CELL.finditer(line)]
        ends = [*(match.start() for match in marks), len(line)]
        if written and line[: ends[0]].strip():
            written[-1] = (written[-1][0], f"{written[-1][1]} {line[: ends[0]].strip()}")
        written += [(match, line[match.end() : end].strip()) for match, end in zip(marks, ends[1:], strict=True)]
        width = width or sum(_count(match["across"]) * _count(match["times"]) for match in marks)
    listed = [REPEATED.match(part) for part in columns.split(",") if part.strip()]
    width = sum(_count(found[1] if found else None) for found in listed) or width or 1
    cells = ((match, plain(words, values)) for match, words in written)
    return list(Spans().rows(_spanning(cells), width))


def _spanning(cells: Iterable[tuple[re.Match[str], str]]) -> Iterator[Spanning]:
    """Yield each cell as often as the mark before it says, and with what it covers."""
    added = 0
    for match, words in cells:
        times, across, down = (_count(match[name]) if added < MAX_CELLS else 1 for name in ("times", "across", "down"))
        added += times * across * down - 1
        yield from ((Cell(words) if words else EMPTY, across, down) for _ in range(times))


def _count(digits: str | None) -> int:
    return max(1, min(int(digits or 1), MAX_SPAN))
