"""Reads the tables of LaTeX: rows whose cells may span others, below the caption of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.load.light.tex_plain import OPTIONS, group, plain_tex
from rag.load.tables.cells import EMPTY, Cell, Grid, flat
from rag.load.tables.header import MAX_HEADER_ROWS
from rag.load.tables.rows import Row, read_rows
from rag.load.tables.spans import Spanning, Spans

TABLES = frozenset("tabular tabularx tabulary longtable supertabular array xltabular tblr".split())
ARGUMENTS = 4  # of an environment, at most
MAX_SPAN = 50
AROUND = 2_000  # characters of a float before or after its table
RULES = re.compile(  # bounded, for linear time
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot)\b|"
    r"\\c(?:mid|)(?:line|rule)\s{0,9}(?:\([^()]{0,40}\))?\s{0,9}\{[^{}]{0,40}\}"
)
FULL = re.compile(r"\\(?:hline|midrule|endhead|endfirsthead)\b")
SIGNS = re.compile(
    r"(?P<row>\\\\\*?(?:\[[^\]]{0,40}\])?|\\tabularnewline\b)|\\(?P<nest>begin|end)\b|\\.|(?P<mark>[{}&])", re.DOTALL
)
SPANNING = re.compile(
    r"\\multi(?P<way>column|row)\s{0,9}(?:\[[^\]]{0,9}\])?\s{0,9}\{\s{0,9}(?P<count>\d{1,2})\s{0,9}\}\s{0,9}(?=\{)"
)
NESTED = re.compile(r"\\(?:begin|end)\s{0,9}\{\w{1,40}\*?\}(?:\[[^\]]{0,9}\])?(?:\{[^{}]{0,40}\})?")
CAPTION = re.compile(r"\\caption\*?\s{0,9}(?:\[[^\]]{0,200}\])?\s{0,9}(?=\{)")
FLOAT = re.compile(r"\\(begin|end)\s{0,9}\{(?:sideways|wrap|long|margin|xl)?tab(?:le|ular)x?\*?\}")


def rows_of(text: str) -> Iterator[Row]:
    """Yield the rows of a table's environment, whose arguments stand in front of them."""
    for _ in range(ARGUMENTS):
        text = text.lstrip()
        if text.startswith("{"):
            text = text[group(text, 0)[1] :]
        elif text.startswith("["):
            text = OPTIONS.sub("", text, count=1) if OPTIONS.match(text) else text[1:]
    lines = _lines(text)
    ruled = [FULL.search(row[0]) is not None for row in lines]
    raw = [[RULES.sub("", row[0]), *row[1:]] for row in lines]
    kept = [i for i, row in enumerate(raw) if len(row) > 1 or row[0].strip()]
    heads = _count_of_heads([ruled[i] for i in kept])
    spans = Spans()
    rows = (spans.placed(map(_cell, raw[i])) for i in kept)
    grid: Grid = [row for row in rows if any(cell.text for cell in row)]
    named = {id(cell): Cell(cell.text, head=True) for row in grid[:heads] for cell in row if cell.text}
    grid = [[named.get(id(cell), cell) for cell in row] for row in grid]
    width = max(map(len, grid), default=0)
    yield from read_rows([row + [EMPTY] * (width - len(row)) for row in grid])


def _count_of_heads(ruled: list[bool]) -> int:
    """Return how many rows stand above the first rule across the table, unless one stands above every row."""
    first = next((i for i in range(1, min(len(ruled), MAX_HEADER_ROWS + 1)) if ruled[i]), 0)
    return 0 if len(ruled) > first + 1 and all(ruled[first:]) else first


def _lines(text: str) -> list[list[str]]:
    """Return the cells of each row; what stands in braces or in an environment of its own is parted by nothing."""
    rows: list[list[str]] = [[]]
    start = depth = 0
    for match in SIGNS.finditer(text):
        mark, nest = match["mark"], match["nest"]
        if nest or mark in ("{", "}"):
            depth = max(0, depth + (1 if nest == "begin" or mark == "{" else -1))
        elif depth == 0 and (mark == "&" or match["row"]):
            rows[-1].append(text[start : match.start()])
            start = match.end()
            if match["row"]:
                rows.append([])
    rows[-1].append(text[start:])
    return rows


def _cell(raw: str) -> Spanning:
    """Return a cell with its words, and how many columns and rows it spans."""
    text, spans = raw.strip(), {"column": 1, "row": 1}
    for _ in spans:
        found = SPANNING.match(text)
        if found is None:
            break
        spans[found["way"]] = max(1, min(int(found["count"]), MAX_SPAN))
        text = text[group(text, found.end())[1] :].lstrip()
        options = OPTIONS.match(text)
        text = group(text, options.end() if options else 0)[0].strip()
    words = flat(plain_tex(NESTED.sub(" ", text)))
    return Cell(words) if words else EMPTY, spans["column"], spans["row"]


def caption_in(text: str) -> tuple[str, str]:
    """Return the caption that stands in a text, and the text without it."""
    found = CAPTION.search(text)
    if found is None:
        return "", text
    caption, end = group(text, found.end())
    return flat(plain_tex(caption)), text[: found.start()] + text[end:]


def captioned(text: str, start: int, end: int) -> str:
    """Return the caption of the float around a table that stands between two places."""
    before = text[max(0, start - AROUND) : start]
    marks = [match for match in FLOAT.finditer(before) if "tabular" not in match[0]]
    if not marks or marks[-1][1] == "end":
        return ""
    after = text[end : end + AROUND]
    closes = next((match.start() for match in FLOAT.finditer(after) if "tabular" not in match[0]), len(after))
    return caption_in(before[marks[-1].end() :])[0] or caption_in(after[:closes])[0]
