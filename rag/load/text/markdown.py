"""Finds the blocks of a Markdown file.

markdown-it gives the lines of each block; the text is the file's own, including markup, and segments point into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.language.pipes import pipe_cells
from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_level, heading_path, require_text
from rag.load.tables.cells import is_name
from rag.load.text.concealed import Concealed, concealed, shown, with_concealed
from rag.load.text.plain import WRAP_WIDTHS, breaks_inside_sentence, line_units
from rag.load.text.questions import with_questions
from rag.load.text.within import may_hold_tables, with_tables
from rag.types import Segment, SegmentKind

NEWLINE = re.compile(r"\r\n?|\n")  # line endings for markdown-it
FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n?|\n)(.*?)(?:\r\n?|\n)(?:---|\.\.\.)[ \t]*(?=\r|\n|\Z)", re.DOTALL)
FRONT_TITLE = re.compile(r"^title[ \t]*:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
MARKUP = re.compile(
    r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)|[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}|<[^<>]{1,200}>|\\(?=[!-/:-@])"
)
TAG = re.compile(r"<(?!!--)[^<>]*>", re.DOTALL)
CONTENT_KINDS: dict[str, SegmentKind] = {
    "paragraph_open": "paragraph", "heading_open": "heading", "fence": "code", "code_block": "code", "html_block": "paragraph",
    "tr_open": "row", "hr": "noise",
}  # fmt: skip


@dataclass(slots=True)
class Outline:
    """The headings above the current block."""

    levels: dict[int, str] = field(default_factory=dict)
    title: str = ""
    unseen: Sequence[Concealed] = ()

    def enter(self, level: int, heading: str) -> None:
        if not heading:
            return
        self.levels = {old: name for old, name in self.levels.items() if old < level} | {level: heading}
        self.title = self.title or heading

    def path(self, *more: str) -> str:
        return heading_path([self.title, *(self.levels[level] for level in sorted(self.levels)), *more])


def parse_markdown(data: bytes, source: str) -> Parsed:
    """Return a Markdown file's own text with its segments."""
    text = decode(data, source)
    require_text(text, source)
    lines = _line_starts(text)
    title = ""
    front = FRONT_MATTER.match(text)
    first_line = 0
    before: list[Segment] = []
    if front:
        first_line = len(NEWLINE.findall(front.group())) + 1
        named = FRONT_TITLE.search(front[1])
        title = named[1].strip().strip("\"'") if named else ""
        before = list(_front_lines(text, front, heading_path([title])))
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").disable("inline")
    body = text[lines[first_line] :] if first_line < len(lines) else ""
    tokens = parser.parse(body)
    outline = Outline(title=title)
    segments = [*before, *_segments(tokens, text, lines[first_line:], outline)]
    unseen = concealed(text, segments)
    if unseen:  # no heading of what is not shown stands above what is
        outline = Outline(title=title, unseen=unseen)
        segments = [*before, *_segments(tokens, text, lines[first_line:], outline)]
    found = list(with_concealed(text, segments, unseen))
    return Parsed(outline.title or _stem(source), text, tuple(with_questions(text, found)))


def _stem(source: str) -> str:
    return PurePosixPath(source).stem


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in NEWLINE.finditer(text)), len(text)]


def _front_lines(text: str, front: re.Match[str], path: str) -> Iterator[Segment]:
    for match in filter(lambda line: re.search(r"\w", line[0]), re.finditer(r"[^\r\n]+", front[1])):
        yield Segment(front.start(1) + match.start(), front.start(1) + match.end(), "item", path)


def _segments(tokens: list[Token], text: str, lines: list[int], outline: Outline) -> Iterator[Segment]:
    depth_of_lists = 0
    columns, in_head = "", False
    covered = 0  # avoids duplicates: a paragraph inside a list item is that item
    for at, token in enumerate(tokens):
        depth_of_lists += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        in_head = (in_head or token.type == "thead_open") and token.type != "thead_close"
        kind = CONTENT_KINDS.get(token.type)
        if kind is None or token.map is None:
            continue
        start, end = _strip(text, lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)])
        start = max(start, covered)
        if start >= end:
            continue
        covered = end
        body = text[start:end]
        if kind == "heading":
            outline.enter(int(token.tag[1]), plain_words(shown(text, start, end, outline.unseen)))
        elif kind == "row":
            columns = _columns(at, tokens, shown(text, start, end, outline.unseen)) if in_head else columns
            kind = "heading" if in_head and columns else kind
        if kind == "paragraph" and depth_of_lists:
            kind = "item"
        if kind == "paragraph" and _is_written_in_lines(text, start, end):
            yield from _written_in_lines(text, start, end, outline)
        else:
            path = outline.path(columns if kind == "row" and not in_head else "")
            piece = Segment(start, end, _kind_or_noise(kind, body, token), path)
            typed = token.type in ("fence", "code_block", "paragraph_open") and may_hold_tables(token.info)
            yield from with_tables(text, piece, outline.path) if typed else [piece]


def _columns(at: int, tokens: list[Token], body: str) -> str:
    """Return a table's column names; none if all rows, including the head, are label-value pairs."""
    names = [plain_words(body[start:end]) for _, start, end in pipe_cells(body, 0, len(body), first=True)]
    end = next((i for i in range(at, len(tokens)) if tokens[i].type == "table_close"), len(tokens))
    rows = [i for i in range(at + 1, end) if tokens[i].type == "tr_open"]
    labels = [tokens[i + 2].content for i in rows if i + 2 < end]
    pairs = len(names) == 2 and not is_name(names[1]) and labels and sum(map(is_name, labels)) * 2 >= len(labels)
    return "" if pairs else " | ".join(filter(None, names))


def _is_written_in_lines(text: str, start: int, end: int) -> bool:
    """Return True if the line breaks of a paragraph are intended: long lines, none broken inside a sentence."""
    spans = [(start + match.start(), start + match.end()) for match in re.finditer(r"[^\r\n]+", text[start:end])]
    long = max(right - left for left, right in spans) >= WRAP_WIDTHS.stop
    return long and not any(breaks_inside_sentence(text, before, line) for before, line in pairwise(spans))


def _written_in_lines(text: str, start: int, end: int, outline: Outline) -> Iterator[Segment]:
    """Yield the lines of an unwrapped paragraph as separate paragraphs."""
    for unit in line_units(text, start, end):
        if unit.kind == "heading":
            outline.enter(*heading_level(shown(text, unit.start, unit.end, outline.unseen).strip()))
        yield Segment(unit.start, unit.end, unit.kind, outline.path())


def _kind_or_noise(kind: SegmentKind, body: str, token: Token) -> SegmentKind:
    words = TAG.sub("", body) if token.type == "html_block" else body
    return kind if any(character.isalnum() for character in words) else "noise"


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    body = text[start:end]
    return start + len(body) - len(body.lstrip()), start + len(body.rstrip())


def plain_words(markdown: str) -> str:
    """Return one line of Markdown without its markup."""
    line = re.sub(
        r"^\s{0,3}#{1,6}\s{1,8}|\s{1,8}#{1,6}\s{0,8}$|^[=-]{2,}\s{0,8}$", "", markdown.strip(), flags=re.MULTILINE
    )
    return " ".join(MARKUP.sub(lambda match: match[1] or "", line).split())
