"""Reads Rich Text files as the plain text in them, with the rows of their tables; hidden text is kept as such."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import LoadError
from rag.load.archive import require_kind
from rag.load.compose import Block, clean, compose
from rag.load.parsed import Parsed, heading_path
from rag.load.tables.rows import read_rows, texts
from rag.load.text.composed import composed
from rag.load.text.plain import parse_plain

TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\[^a-z]|[{}]")
TABLE, CELL, ROW, HIDES, SHOWS = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"  # set beside the control words
SIGNS = {"trowd": TABLE, "cell": CELL, "row": ROW}
HIDDEN = re.compile(f"{HIDES}([^{SHOWS}]*){SHOWS}?")


def parse_rtf(data: bytes, source: str) -> Parsed:
    """Return the text of an RTF file."""
    from striprtf.striprtf import rtf_to_text

    require_kind(data, source, "an RTF file")
    signed = _signed(data.decode("latin-1"))  # RTF itself is ASCII and declares the encoding of its text
    text = rtf_to_text(signed, errors="replace")
    if ROW not in text and HIDES not in text:
        return parse_plain(text.replace(TABLE, "").encode("utf-8", "replace"), source)
    title, blocks = _blocks(HIDDEN.sub("", text), source)
    blocks += [Block(said, "hidden", heading_path([title])) for said in map(clean, HIDDEN.findall(text)) if said]
    return compose(blocks, source, title=title)


def _signed(rtf: str) -> str:
    """Return the file with a sign after each beginning and end of a row, a cell or hidden text."""
    parts: list[str] = []
    at, hides, above = 0, False, [False]
    for match in TOKEN.finditer(rtf):
        was, name = hides, match[1]
        if match[0] == "{":
            above.append(hides)
        elif match[0] == "}":
            hides = above.pop() if len(above) > 1 else False
        elif name in ("v", "plain"):
            hides = name == "v" and match[2] != "0"
        sign = SIGNS.get(name or "", "") + ("" if hides == was else HIDES if hides else SHOWS)
        if sign:
            parts += [rtf[at : match.end()], sign]
            at = match.end()
    return "".join((*parts, rtf[at:]))


def _blocks(text: str, source: str) -> tuple[str, list[Block]]:
    """Return the title of a text, and its blocks in order."""
    title, blocks = "", list[Block]()
    grid: list[list[str]] = []
    for before, row in _rows(text):
        if any(map(str.isalnum, before)):
            blocks += _table(grid, blocks)
            grid = []
            found, more = _paragraphs(before, source)
            title = title or found
            blocks += more
        grid += [row] if row else []
    return title, [*blocks, *_table(grid, blocks)]


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the text before each row of a table with its cells, and at last the text behind all of them."""
    *parts, rest = text.split(ROW)
    for part in parts:
        before, begun, row = part.partition(TABLE)
        if not begun:
            before, _, row = part.rpartition("\n\n")
        yield before, [clean(cell).removesuffix("|") for cell in row.replace(TABLE, "").split(CELL)[:-1]]
    yield rest, []


def _paragraphs(text: str, source: str) -> tuple[str, list[Block]]:
    try:
        parsed = parse_plain(text.translate(dict.fromkeys(map(ord, (TABLE, CELL)))).encode("utf-8", "replace"), source)
    except LoadError:
        return "", []
    return parsed.title, list(composed(parsed.text, parsed.segments))


def _table(grid: list[list[str]], above: list[Block]) -> list[Block]:
    heading = above[-1].heading if above else ""
    return [Block(row.text, row.kind, heading_path([heading, *row.section])) for row in read_rows(texts(grid))]
