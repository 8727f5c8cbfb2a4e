"""Reads the lines of a Markdown table: the cells between its bars, and the names in the line above the rule."""

from __future__ import annotations

import re

PIPE = re.compile(r"(?<!\\)\|")
EMPHASIS = re.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}")
QUOTED = re.compile(r"[ \t>]*(?=\|)")
ITEM = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(?=\|)")  # of a list, before its first line
RULE = re.compile(r"[\s|:>]*-[\s|:-]*")  # the line of dashes under the names


def pipe_cells(text: str, start: int, end: int, *, first: bool = False) -> list[tuple[str, int, int]]:
    """Return (text without markup, start, end) of each cell of a pipe row, the first of its table or not, empty ones included."""
    opening = (ITEM if first else QUOTED).match(text, start, end)
    start = opening.end() if opening else start
    line = text[start:end]
    left = start + len(line) - len(line.lstrip())
    right = start + len(line.rstrip())
    left += text[left:right].startswith("|")
    right -= text[left:right].endswith("|") and not text[left:right].endswith("\\|")
    bounds = [left, *(left + match.start() for match in PIPE.finditer(text[left:right])), right]
    cells = []
    for i in range(len(bounds) - 1):
        begin, last = bounds[i] + (i > 0), bounds[i + 1]
        body = text[begin:last]
        begin += len(body) - len(body.lstrip())
        last = begin + len(body.strip())
        cells.append((plain(text[begin:last]), begin, last))
    return cells


def plain(text: str) -> str:
    """Return the text of a cell without Markdown's emphasis and on one line."""
    return " ".join(EMPHASIS.sub("", text).replace("\\|", "|").split())


def names_above_rule(text: str, place: int) -> tuple[str, ...]:
    """Return the names in the line at a place if a rule is below it, as under the head of a Markdown table."""
    start, end = _line_at(text, place)
    below = text[slice(*_line_at(text, end + 1))] if end < len(text) else ""
    if "|" not in text[start:end] or "|" not in below or not RULE.fullmatch(below):
        return ()
    return tuple(name for name, _, _ in pipe_cells(text, start, end, first=True))


def names_over(text: str, place: int) -> tuple[str, ...]:
    """Return the names of the Markdown table whose first row that says something stands in the line at a place."""
    start, _ = _line_at(text, place)
    while start > 0:
        start, end = _line_at(text, start - 1)
        if names := names_above_rule(text, start):
            return names
        if "|" not in text[start:end] or any(map(str.isalnum, text[start:end])):
            break
    return ()


def pipe_pair(names: tuple[str, ...]) -> bool:
    """Return True if the names are those of a table of labels and values, whose head is empty."""
    return len(names) == 2 and not any(names)


def _line_at(text: str, place: int) -> tuple[int, int]:
    """Return the line that holds a place, without its end."""
    start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    return start, end if end >= 0 else len(text)
