"""Writes the rows of a table so that each makes sense alone: every value with the name of its column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

CELL_JOIN = " | "
NUMBER = re.compile(r"[\s$€£¥+-]*\d[\d.,\s]*%?\s*\Z")


def write_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield one line for each row, empty for an empty row: `Name: Ada | Born: 1815`; values alone where no name is known."""
    names = [_flat(name) for name in header]
    for row in rows:
        cells: list[str] = []
        for i, value in enumerate(row):
            text = _flat(value)
            if text and not (i and text == _flat(row[i - 1]) and i < len(names) and names[i] == names[i - 1]):
                named = i < len(names) and names[i] and names[i].casefold() != text.casefold()
                cells.append(f"{names[i]}: {text}" if named else text)
        yield CELL_JOIN.join(cells)


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: words, no numbers, no two alike, and no longer than a name is."""
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return False
    names = [_flat(name) for name in rows[0]]
    filled = [name for name in names if name]
    if not filled or any(len(name) > 60 or NUMBER.match(name) for name in filled):
        return False
    return len(filled) * 2 >= max(len(row) for row in rows[:20])


def _flat(value: str) -> str:
    return " ".join(value.split())
