"""Cells of a Markdown table's line."""

from __future__ import annotations

import re

PIPE = re.compile(r"(?<!\\)\|")
EMPHASIS = re.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}")


def pipe_cells(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Return (text without markup, start, end) of each cell of a pipe row, empty ones included."""
    line = text[start:end]
    left = start + len(line) - len(line.lstrip())
    right = start + len(line.rstrip())
    left += text[left:right].startswith("|")
    right -= text[left:right].endswith("|")
    bounds = [left, *(left + match.start() for match in PIPE.finditer(text[left:right])), right]
    cells = []
    for i in range(len(bounds) - 1):
        first, last = bounds[i] + (i > 0), bounds[i + 1]
        body = text[first:last]
        first += len(body) - len(body.lstrip())
        last = first + len(body.strip())
        cells.append((plain(text[first:last]), first, last))
    return cells


def plain(text: str) -> str:
    """Return the text of a cell without Markdown's emphasis and on one line."""
    return " ".join(EMPHASIS.sub("", text).replace("\\|", "|").split())
