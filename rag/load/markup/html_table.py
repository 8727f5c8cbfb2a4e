"""Reads an HTML table as a grid of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.load.markup.concealed import MARK
from rag.load.tables.cells import EMPTY, Cell, Grid, flat, joined
from rag.load.tables.spans import MAX_SPAN, Spanning, Spans

MAX_CELLS = 200_000
LONG = 600  # characters of a cell's own text from which a table with nested tables is layout
UNREAD = frozenset("script style template select button noscript svg table".split())
BREAKS = frozenset("p div li ul ol dt dd br h1 h2 h3 h4 h5 h6 pre blockquote section".split())
PLACES = {"thead": -1, "tbody": 0, "tfoot": 1}  # the head is shown first and the foot last, wherever they stand
NOTE_SIGN = re.compile(r"[\[(]?(?:\d{1,3}|[a-z*†‡§]{1,3}|note \d+)[\])]?")
AFTER_WORD = re.compile(r"(?:[^\W\d_]{3}|[.,;:!?”\")\]])\s*\Z")


def read_table(table: Any) -> Grid | None:
    """Return the cells of a table, with its caption as first row; None for a layout table."""
    if table.get("role") in ("presentation", "none"):
        return None
    rows = list(_rows(table))
    if table.find(".//table") is not None and not _is_data(table, rows):
        return None
    grid = _grid(rows)
    width = max(map(len, grid or []), default=0)
    if grid is None or width < 2:
        return None
    grid = [line + [EMPTY] * (width - len(line)) for line in grid]
    caption = table.find("caption")
    text = _text(caption) if caption is not None and not is_hidden(caption) else ""
    return [[Cell(text)] * width] * bool(text) + grid


def tables_inside(table: Any) -> Iterator[Any]:
    """Yield the tables nested directly in the cells."""
    for inner in table.iter("table"):
        if inner is not table and next(inner.iterancestors("table"), None) is table:
            yield inner


def is_hidden(element: Any) -> bool:
    """Return True if `mark_concealed` marked an element."""
    return MARK in element.attrib


def is_note_sign(element: Any, before: str) -> bool:
    """Return True if a superscript is a note marker rather than part of the word before it."""
    text = "".join(element.itertext()).strip()
    if element.tag != "sup" or not NOTE_SIGN.fullmatch(text):
        return False
    linked = any((a.get("href") or "").startswith("#") or "#" in (a.get("href") or "") for a in element.iter("a"))
    return linked or (not text.isalpha() and AFTER_WORD.search(before[-12:]) is not None)


def _rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table as a page shows them, without those of nested tables."""
    shown = [child for child in table if child.tag in ("tr", *PLACES) and not is_hidden(child)]
    for child in sorted(shown, key=lambda child: PLACES.get(child.tag, 0)):
        rows = (child,) if child.tag == "tr" else child
        yield from (row for row in rows if row.tag == "tr" and not is_hidden(row))


def _is_data(table: Any, rows: list[Any]) -> bool:
    """Return True if a table with nested tables is data: it names its columns, and most cells are short and plain."""
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    nesting = [cell for cell in cells if cell.find(".//table") is not None]
    heads = bool(rows) and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0] if cell.tag in ("td", "th"))
    return heads and len(nesting) * 2 <= len(cells) and all(len(_text(cell)) <= LONG for cell in cells)


def _grid(rows: list[Any]) -> Grid | None:
    """Lay out cells, repeating spanned ones; None if spans make the grid absurdly large."""
    grid: Grid = []
    spans = Spans()
    cells = 0
    for row in rows:
        part = getattr(row.getparent(), "tag", "")
        shown = (cell for cell in row if cell.tag in ("td", "th") and not is_hidden(cell))
        line = spans.row(_cell(element, part) for element in shown)
        cells += len(line)
        if cells > MAX_CELLS:
            return None
        grid.append(line)
    return grid


def _cell(element: Any, part: str) -> Spanning:
    text = _text(element)
    head = part == "thead" or element.tag == "th"
    cell = Cell(text, head, _is_strong(element, text), part == "tfoot") if text else EMPTY
    return cell, _span(element, "colspan"), _span(element, "rowspan")


def _span(cell: Any, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return min(int(value), MAX_SPAN) if value.isascii() and value.isdigit() and int(value) > 0 else 1


def _is_strong(element: Any, text: str) -> bool:
    bold = next((inner for inner in element.iter("b", "strong")), None)
    return bold is not None and flat("".join(bold.itertext())) == text


def _text(cell: Any) -> str:
    return joined("".join(_visible_text(cell, "")).split("\0"))


def _visible_text(element: Any, before: str) -> list[str]:
    """Return the pieces of an element's text, with separate lines between NUL characters."""
    parts = [(element.text or "").replace("\0", "")]
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        said = "".join(parts[-3:]) or before
        if tag and tag not in UNREAD and not is_hidden(child) and not is_note_sign(child, said):
            inner = _visible_text(child, said)
            parts += ["\0", *inner, "\0"] if tag in BREAKS else inner
        elif tag in UNREAD:
            parts.append(" ")
        parts.append((child.tail or "").replace("\0", ""))
    return parts
