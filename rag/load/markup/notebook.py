"""Reads notebooks cell by cell: the text as Markdown, the code, and its output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.markup.html import html_blocks
from rag.load.parsed import HEADING_JOIN, Parsed, heading_path, require_text
from rag.load.tables.records import Json, loads
from rag.load.text.composed import composed
from rag.load.text.markdown import parse_markdown
from rag.load.text.within import blocks_within
from rag.types import SegmentKind

OUTPUT = "output"  # the last heading of printed output
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
SAID = 10  # most lines of output read as text; more are a log


def parse_notebook(data: bytes, source: str) -> Parsed:
    """Return the cells of a notebook."""
    text = decode(data, source)
    require_text(text, source)
    cells = _cells(loads(text, source))
    if cells is None:
        raise LoadError(source, "it is not a notebook (it has no list of cells)")
    blocks: list[Block] = []
    title = path = ""
    for cell in cells:
        if isinstance(cell, dict):
            found = [_below(block, title) for block in _cell(cell, path, source)]
            path = next((b.heading for b in reversed(found) if not b.heading.endswith(OUTPUT)), path)
            title = title or path.split(HEADING_JOIN)[0]
            blocks += found
    return compose(blocks, source, title=title)


def _cells(notebook: Json) -> list[Json] | None:
    """Return the cells of a notebook, up to format 3 those of its worksheets; None if it has none."""
    if not isinstance(notebook, dict):
        return None
    sheets = notebook.get("worksheets")
    held = [notebook, *(sheets if isinstance(sheets, list) else [])]
    lists = [one.get("cells") for one in held if isinstance(one, dict)]
    found = [cells for cells in lists if isinstance(cells, list)]
    return [cell for cells in found for cell in cells] if found else None


def _below(block: Block, title: str) -> Block:
    """Return a block under the notebook's title."""
    path = block.heading.split(HEADING_JOIN)
    return block if not title or path[0] == title else replace(block, heading=heading_path([title, *path]))


def _cell(cell: dict[str, Json], path: str, source: str) -> Iterator[Block]:
    body = _joined(cell.get("source")) or _joined(cell.get("input"))  # "input" is code up to format 3
    level = cell.get("level")
    if cell.get("cell_type") == "heading":  # up to format 3
        body = f"{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 1)} {body}"
    if cell.get("cell_type") in ("markdown", "heading") and body.strip():
        try:
            parsed = parse_markdown(body.encode("utf-8", "replace"), source)
        except LoadError:
            return
        for block in composed(parsed.text, parsed.segments):
            yield replace(block, heading=block.heading or path)
    elif body.strip():
        yield Block(body, "code", path)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            yield from _output(output, f"{path}{HEADING_JOIN}{OUTPUT}" if path else OUTPUT, source)


def _output(output: dict[str, Json], path: str, source: str) -> Iterator[Block]:
    """Yield the output of a cell: a table as rows, an error as one line, a few lines as text."""
    data = output.get("data")
    old = {"text/html": output.get("html")}  # up to format 3
    shown = data if isinstance(data, dict) else old
    page = _joined(shown.get("text/html"))
    if "<table" in page:
        try:
            rows = [block for block in html_blocks(page.encode("utf-8", "replace"), source)[0] if block.kind == "row"]
        except LoadError:
            rows = []
        if rows:
            yield from (Block(row.text, "row", path) for row in rows)
            return
    printed = _joined(output.get("text")) or _joined(shown.get("text/markdown")) or _joined(shown.get("text/plain"))
    if output.get("output_type") in ("error", "pyerr"):
        printed = f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"
    printed = COLOUR.sub("", printed)
    kind: SegmentKind = "paragraph" if len(printed.splitlines()) <= SAID else "code"
    yield from blocks_within(printed, kind, path)


def _joined(value: Json) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
