"""Reads AsciiDoc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.light.outline import Outline, pipe_rows
from rag.load.parsed import Parsed, require_text
from rag.types import SegmentKind

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
CELL = re.compile(r"(?:^|(?<=\s))(?:\d+\*|[\d.]*\+)?[<^>.]*[adehlmsv]?\|")
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
    text = decode(data, source)
    require_text(text, source)
    outline = Outline()
    blocks = list(_blocks(text.splitlines(), outline))
    title = outline.title or PurePosixPath(source).stem
    return compose(outline.titled(blocks, title), source, title=title)


def plain(text: str, values: dict[str, str]) -> str:
    """Return a text without the marks inside its lines, its attributes filled in."""
    text = re.sub(r"\{([\w-]+)\}", lambda match: values.get(match[1], match[0]), text)
    for mark, shown in INLINE:
        text = mark.sub(shown, text)
    return text.strip()


@dataclass(slots=True)
class _Reader:
    """What was read so far of a document: its attributes, the paragraph that may go on, and what was said of the next table."""

    lines: list[str]
    outline: Outline
    values: dict[str, str] = field(default_factory=dict)
    paragraph: list[str] = field(default_factory=list)
    kind: SegmentKind = "paragraph"
    at: int = 0
    columns: str = ""
    options: str = ""

    def flush(self) -> Iterator[Block]:
        """Yield the paragraph that ends here."""
        if self.paragraph:
            yield self.outline.block(plain(" ".join(self.paragraph), self.values), self.kind)
        self.paragraph, self.kind = [], "paragraph"

    def begin(self, words: str, kind: SegmentKind) -> Iterator[Block]:
        """End a paragraph and begin another."""
        yield from self.flush()
        self.paragraph, self.kind = [words], kind

    def table(self, mark: str, fence: str) -> Iterator[Block]:
        """Yield the rows of the table that begins here."""
        yield from self.flush()
        end = _end(self.lines, self.at, fence)
        lines = self.lines[self.at : end]
        heads = "header" in self.options or (len(lines) > 1 and bool(lines[0].strip()) and not lines[1].strip())
        rows = _rows(lines, mark, self.columns, self.values)
        yield from (self.outline.block(row, "row") for row in pipe_rows(rows, heads=heads))
        self.at, self.columns, self.options = end + 1, "", ""

    def fence(self, fence: str) -> Iterator[Block]:
        """Yield the code that begins here; other fences only surround text."""
        yield from self.flush()
        if fence[0] in CODE_FENCES and fence != "--":
            end = _end(self.lines, self.at, fence)
            yield self.outline.block("\n".join(self.lines[self.at : end]), "code")
            self.at = end + 1

    def aside(self, line: str) -> Iterator[Block]:
        """Pass over a line that says nothing, or only something of what follows."""
        if line.startswith("////"):
            self.at = _end(self.lines, self.at, line) + 1
        found = COLUMNS.search(line)
        self.columns = found[1] if found else self.columns
        self.options = line if LIST_OF_ATTRIBUTES.fullmatch(line) else self.options
        if line != "+":
            yield from self.flush()

    def term(self, found: re.Match[str]) -> Iterator[Block]:
        """Begin what is said of a term, in its line or below it."""
        yield from self.begin(f"{found[1]}:", "item")
        if found[2]:
            self.paragraph.append(found[2])
        while not found[2] and self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1

    def line(self, line: str) -> Iterator[Block]:
        """Read one line."""
        heading, item, term = HEADING.match(line), ITEM.match(line), TERM.match(line)
        inside = bool(self.paragraph)
        if not line or line == "+" or line.startswith("//") or MACRO.match(line) or LIST_OF_ATTRIBUTES.fullmatch(line):
            yield from self.aside(line)
        elif attribute := ATTRIBUTE.match(line):
            yield from self.flush()
            self.values[attribute[1]] = (attribute[2] or "").strip()
        elif heading and not inside:
            yield self.outline.enter(len(heading[1]), plain(heading[2], self.values))
        elif table := TABLE.match(line):
            yield from self.table(table[1], line)
        elif FENCE.match(line):
            yield from self.fence(line)
        elif (title := TITLE.match(line)) and not inside:
            yield self.outline.block(plain(title[1], self.values), "paragraph")
        elif term and (not inside or self.kind == "item"):
            yield from self.term(term)
        elif item:
            yield from self.begin(item[1], "item")
        else:
            self.paragraph.append(CALL.sub(lambda match: f"{match[1].capitalize()}: ", line.strip()))


def _blocks(lines: list[str], outline: Outline) -> Iterator[Block]:
    reader = _Reader(lines, outline)
    while reader.at < len(lines):
        line = lines[reader.at].rstrip()
        reader.at += 1
        yield from reader.line(line)
    yield from reader.flush()


def _end(lines: list[str], at: int, fence: str) -> int:
    """Return the line that closes what a line opened."""
    closing = "```" if fence.startswith("```") else fence
    return next((i for i in range(at, len(lines)) if lines[i].rstrip() == closing), len(lines))


def _rows(lines: list[str], mark: str, columns: str, values: dict[str, str]) -> list[list[str]]:
    """Return the cells of a table, row by row: a row ends where the first one, or the list of columns, says so."""
    if mark in ",:":
        return [[plain(cell, values) for cell in line.split(mark)] for line in lines if line.strip()]
    cells: list[str] = []
    width = 0
    for line in lines:
        parts = CELL.split(line.strip())
        if parts and parts[0].strip() and cells:
            cells[-1] += f" {parts[0].strip()}"
        cells += [part.strip() for part in parts[1:]]
        width = width or len(parts) - 1
    repeated = re.match(r"\s*(\d+)\*", columns)
    named = int(repeated[1]) if repeated else len([part for part in columns.split(",") if part.strip()])
    width = named or width or 1
    shown = [plain(cell, values) for cell in cells]
    return [shown[i : i + width] for i in range(0, len(shown), width)]
