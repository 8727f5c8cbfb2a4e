"""Turns printed pages into blocks: headings, paragraphs, table rows and running heads.

Uses only the position and size of lines, never their content.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TypeAlias

from rag.load.compose import Block
from rag.load.parsed import heading_path
from rag.load.pdf.arrange import Drawn, Item
from rag.load.pdf.fields import Remark
from rag.load.pdf.lines import ENDS_IN_NUMBERS, Line, Paragraph, into_paragraphs, join_pieces
from rag.load.pdf.mend import joined, vocabulary
from rag.load.tables.cells import EMPTY, Grid
from rag.load.tables.rows import read_rows
from rag.load.text.headings import looks_like_heading
from rag.load.text.plain import BULLET
from rag.types import SegmentKind

LARGER = 1.12  # a heading is this much larger than the body text, or bold
SHARED = 0.3  # least share of a column's width that is the same on the next page
MAX_CAPTION = 160  # characters
CAPTION = re.compile(
    r"(?:table|tab\.|tabelle|tabla|tableau|tabella|exhibit|schedule|таблица|表)\s*[\w.-]*\d", re.IGNORECASE
)
CONTINUED = re.compile(r"\(?\b(?:continued|cont['’.]?d?|fortsetzung|suite|continuación|segue)\b", re.IGNORECASE)
REFERENCE = re.compile(
    r"(?:\b(?:no|nr|number|nummer)\b[.:]?|№|#)\s*[\w/.-]*\d{3}[\w/.-]*\Z", re.IGNORECASE
)  # identifies the owner of the page
Part: TypeAlias = "tuple[Paragraph | Drawn | Remark, str, SegmentKind]"


def to_blocks(
    pages: Sequence[Sequence[Item]], title: str = "", words: Counter[str] | None = None
) -> tuple[list[Block], str]:
    """Return the blocks of a printed document and its title: the given one if it has words, else the largest
    heading."""
    words = words or vocabulary(line for page in pages for line in page if isinstance(line, Line))
    body = _body_size(pages)
    parts: list[Part] = []
    for number, page in enumerate(pages):
        for paragraph in _paragraphs(page, number):
            if not isinstance(paragraph, Paragraph):
                parts.append((paragraph, "", "row"))
                continue
            text = joined(paragraph.lines, words)
            parts.append((paragraph, text, _kind(paragraph, text, body)))
        for line in page:
            if isinstance(line, Line) and line.running:
                kind: SegmentKind = "noise" if line.running == "noise" else "paragraph"
                parts.append((Paragraph((line,), number, True), line.text, kind))
    parts = list(_merge_headings(_over_pages(parts)))
    title = title if len(title.split()) > 1 else _largest(parts)
    blocks = list(_with_paths(list(_without_empty_headings(parts, title)), title))
    return sorted(
        blocks, key=lambda block: block.page
    ), title  # a table over two pages has the first page's footer in between


def _paragraphs(page: Sequence[Item], number: int) -> Iterator[Paragraph | Drawn | Remark]:
    shown = [item for item in page if not (isinstance(item, Line) and item.running)]
    for is_line, items in groupby(shown, lambda item: isinstance(item, Line)):
        if is_line:
            lines = [item for item in items if isinstance(item, Line)]
            yield from into_paragraphs(join_pieces(lines), number)
        else:
            yield from (
                item._replace(page=number) if isinstance(item, Remark) else item
                for item in items
                if not isinstance(item, Line)
            )


def _over_pages(parts: Sequence[Part]) -> list[Part]:
    """Join tables that continue on the next page, with only running heads or the repeated caption in between."""
    joined_parts: list[Part] = []
    for part in parts:
        item = part[0]
        at = _table_before(joined_parts) if isinstance(item, Drawn) else None
        before = joined_parts[at][0] if at is not None else None
        if isinstance(item, Drawn) and isinstance(before, Drawn) and _go_on(before, item):
            width = max(len(before.grid[0]), len(item.grid[0]))
            grid = _widened(before.grid, width) + _widened(item.grid, width)
            joined_parts[at or 0] = (Drawn(grid, before.pages + item.pages, before.edges), "", "row")
        else:
            joined_parts.append(part)
    return joined_parts


def _table_before(parts: Sequence[Part]) -> int | None:
    """Return the index of the table that only running heads or its repeated caption follow."""
    for i in range(len(parts) - 1, -1, -1):
        item, text, kind = parts[i]
        if isinstance(item, Drawn):
            return i
        running = kind == "noise" or (isinstance(item, Paragraph) and item.lines[0].running)
        if not running and not (CONTINUED.search(text) and len(text) <= MAX_CAPTION):
            return None
    return None


def _go_on(before: Drawn, item: Drawn) -> bool:
    """Return True if a table continues one on the previous page: the same columns at the same positions."""
    if item.pages[0] != before.pages[-1] + 1 or len(item.edges) != len(before.edges):
        return False
    shift = item.edges[0][0] - before.edges[0][0]  # left and right pages have different margins
    return all(
        min(one[1], two[1] - shift) - max(one[0], two[0] - shift) >= SHARED * min(one[1] - one[0], two[1] - two[0])
        for one, two in zip(before.edges, item.edges, strict=True)
    )


def _widened(grid: Grid, width: int) -> Grid:
    return [row + [EMPTY] * (width - len(row)) for row in grid]


def _body_size(pages: Sequence[Sequence[Item]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            if isinstance(line, Line):
                sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _kind(paragraph: Paragraph, text: str, body: float) -> SegmentKind:
    stands_out = paragraph.size >= LARGER * body or paragraph.bold
    if stands_out and len(paragraph.lines) <= 3 and looks_like_heading(text) and not ENDS_IN_NUMBERS.search(text):
        return "heading"
    if BULLET.match(text):
        return "item"
    return "row" if paragraph.row else "paragraph"


def _merge_headings(
    paragraphs: Sequence[Part],
) -> Iterator[Part]:
    """Join the lines of a heading whose sizes differ slightly because of small capitals."""
    before: Part | None = None
    for now in paragraphs:
        if before and before[2] == now[2] == "heading":
            above, below = before[0], now[0]
            if isinstance(above, Paragraph) and isinstance(below, Paragraph) and _one_heading(above, below):
                lines = above.lines + below.lines
                before = (Paragraph(lines, below.page, False), f"{before[1]} {now[1]}", "heading")
                continue
        if before:
            yield before
        before = now
    if before:
        yield before


def _one_heading(above: Paragraph, below: Paragraph) -> bool:
    first, last = below.lines[0], above.lines[-1]
    near = 0 < last.bottom - first.bottom < 1.5 * max(first.size, last.size)
    return above.page == below.page and near and above.bold == below.bold and 0.75 < first.size / last.size < 1.33 and (
        last.text.isupper() == first.text.isupper() and len(above.lines) + len(below.lines) <= 3
    )  # fmt: skip


def _without_empty_headings(paragraphs: Sequence[Part], title: str) -> Iterator[Part]:
    """Turn first-page headings without text below (authors, places, dates) into paragraphs, so that they are kept."""
    for now, following in pairwise([*paragraphs, None]):
        assert now is not None
        paragraph, text, kind = now
        if not isinstance(paragraph, Paragraph) or kind != "heading":
            yield now
            continue
        below = following[0] if following and following[2] == "heading" else None
        empty = following is None or (isinstance(below, Paragraph) and below.size >= 0.98 * paragraph.size)
        demoted = paragraph.page == 0 and empty and text != title
        yield (paragraph, text, "paragraph") if demoted else now


def _largest(paragraphs: Sequence[Part]) -> str:
    headings = [
        (p, text) for p, text, kind in paragraphs if isinstance(p, Paragraph) and kind == "heading" and p.page == 0
    ]
    return max(headings, key=lambda heading: heading[0].size)[1] if headings else ""


def _with_paths(parts: Sequence[Part], title: str) -> Iterator[Block]:
    """Give every block its heading path: larger headings are above smaller ones."""
    open_headings: list[tuple[float, str]] = []
    for i, (item, text, kind) in enumerate(parts):
        names = [title, *(name for _, name in open_headings)]
        if isinstance(item, Remark):
            yield Block(item.text, "paragraph", heading_path([*names, item.name]), item.page)
        elif isinstance(item, Drawn):
            caption = _caption(parts[i - 1]) if i else ""
            for row in read_rows(item.grid):
                yield Block(row.text, row.kind, heading_path([*names, caption, *row.section]), item.pages[row.number])
        elif kind == "heading":
            open_headings = [(larger, name) for larger, name in open_headings if larger > item.size * 1.02]
            if text != title:
                open_headings.append((item.size, text))
            said: SegmentKind = "paragraph" if REFERENCE.search(text) else kind
            yield Block(text, said, heading_path([title, *(name for _, name in open_headings)]), item.page)
        elif item.lines[0].running:
            yield Block(text, kind, heading_path([title, "page header"]) if kind != "noise" else title, item.page)
        else:
            yield Block(text, kind, heading_path(names), item.page)


def _caption(part: Part) -> str:
    """Return the line above a table if it is a caption."""
    item, text, kind = part
    short = (
        isinstance(item, Paragraph) and kind == "paragraph" and not item.lines[0].running and len(text) <= MAX_CAPTION
    )
    return text if short and (CAPTION.match(text) or not text.endswith(tuple(".!?;,"))) else ""
