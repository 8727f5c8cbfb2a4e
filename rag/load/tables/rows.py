"""Writes self-contained table rows: every value with its column name.

`Name: Ada | Born: 1815`; a bare value if no name is known; `label: value` in a table of pairs. Header rows are not
output by themselves; a row of one cell is a caption or a section heading for the rows below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.errors import LoadError
from rag.load.tables.bands import tables_of
from rag.load.tables.cells import EMPTY, Cell, Grid, filled, flat
from rag.load.tables.header import LONG_LABEL, are_units, count_of_header_rows, is_pairs, names_pairs
from rag.load.tables.spread import groups_down, names_across
from rag.types import SegmentKind

CELL_JOIN = " | "
BROKEN_BAR = " ¦ "
MAX_SECTION = 120  # characters of a row that heads those below it
MAX_BLANK = 12_000_000  # cells, 100 MB
LONG_CELL = 500  # characters from which a pair's value is a separate text under its label
SENTENCE_END = re.compile(r"[.!?…。！？][\"”’)\]]*\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as text, with its 0-based number in the table."""

    text: str
    number: int
    section: tuple[str, ...] = ()  # the captions above it
    kind: SegmentKind = "row"


def read_rows(grid: Grid, *, data: bool = False) -> Iterator[Row]:
    """Yield the non-empty rows of a sheet or table. `data` marks a data file, whose first row names columns."""
    for numbers, rows in tables_of(grid):
        yield from _read_table(numbers, rows, data=data)


def texts(values: Sequence[Sequence[str]], source: str = "") -> Grid:
    """Return a grid of plain values; LoadError if one long row would add too many blank cells to the others."""
    width = max(map(len, values), default=0)
    if width * len(values) - sum(map(len, values)) > MAX_BLANK:
        raise LoadError(source, f"a table is spread over more than {MAX_BLANK:,} blank cells; split it")
    return [[Cell(flat(v)) if v.strip() else EMPTY for v in row] + [EMPTY] * (width - len(row)) for row in values]


def line_of(cells: Iterable[tuple[str, str]]) -> str:
    """Return (name, value) of each cell on one line: `Name: Ada | Born: 1815`; no sign in them parts or names another cell."""
    shown = [(_whole(name), _whole(value)) for name, value in cells if value]
    named = any(name for name, _ in shown)
    return CELL_JOIN.join(
        f"{name}: {value}" if name else value.replace(": ", " : ") if named else value for name, value in shown
    )


def _whole(text: str) -> str:
    """Return a text with broken bars for those that part cells."""
    return text.replace(CELL_JOIN, BROKEN_BAR)


def _read_table(numbers: list[int], rows: Grid, *, data: bool) -> Iterator[Row]:
    if not rows:
        return
    if len(rows[0]) < 2:
        for number, row in zip(numbers, rows, strict=True):
            yield Row(row[0].text, number)
        return
    captions, start = _captions(rows)
    sections = _sections(rows, start)
    full = names_across([row for i, row in enumerate(rows) if i >= start and i not in sections])
    heads = count_of_header_rows(full, data=data) if full else 0
    units = heads or 1
    if units + 1 < len(full) and are_units(full[units], full[units + 1 :], full[units - 1]):
        heads = units + 1
    rows = _replaced(rows, full, groups_down(full, heads)) if heads and not data else rows
    labelled = heads < 2 and len(full) > 1 and names_pairs(full[0])
    heads = 1 if labelled else heads
    names = [] if labelled else _names(full[:heads])
    unused = [name for i, name in enumerate(names) if name and not any(row[i].text for row in full[heads:])]
    pairs = labelled or (not heads and bool(full) and is_pairs(full))
    end = max((i for i, row in enumerate(rows) if len(filled(row)) > 1), default=0)  # notes are below it
    path, section = captions, ""
    if captions and sections and (not heads or any(_repeats(rows[i + 1], names) for i in sections)):
        path, section = captions[:-1], captions[-1]  # the first of the sections
    for i, row in enumerate(rows):
        if i < start or i in sections:
            text = filled(row)[0].text
            section = text if i >= start else section
            yield _heading(text, numbers[i], _path(path, section), alone=not full)
        elif heads:
            heads -= 1
            if unused and not heads:
                yield Row(CELL_JOIN.join(unused), numbers[i], _path(path, section), "heading")
        elif not (i > start and rows[i - 1] == row) and not _repeats(row, names):
            section = "" if any(cell.foot for cell in row) else section  # the foot is that of the whole table
            yield from _write(
                row,
                numbers[i],
                names,
                _path(path, section),
                pairs=pairs,
                last=i > end,
                apart=numbers[i] - numbers[end] > i - end,
            )


def _replaced(rows: Grid, old: Grid, new: Grid) -> Grid:
    """Return the rows, replacing those that were filled."""
    known = {id(before): after for before, after in zip(old, new, strict=True)}
    return [known.get(id(row), row) for row in rows]


def _path(captions: tuple[str, ...], section: str) -> tuple[str, ...]:
    return tuple(text for text in (*captions, section) if text and _is_heading(text))


def _heading(text: str, number: int, path: tuple[str, ...], *, alone: bool) -> Row:
    """Return a caption; one with a sentence or figure can be read as an answer."""
    says = alone or not _is_heading(text) or any(character.isdigit() for character in text)
    return Row(
        text, number, path if text not in path else path[: path.index(text) + 1], "paragraph" if says else "heading"
    )


def _captions(rows: Grid) -> tuple[tuple[str, ...], int]:
    """Return the one-cell rows at the top, and the start of the table."""
    start = 0
    while start < len(rows) and len(filled(rows[start])) == 1 and _is_caption(rows[start]):
        start += 1
    return tuple(filled(row)[0].text for row in rows[:start]), start


def _is_caption(row: list[Cell]) -> bool:
    """Return True if a one-cell row is a title, not a name over some columns."""
    (cell,) = filled(row)
    places = [i for i, other in enumerate(row) if other is cell]
    return places[0] == 0 or (len(places) == 1 and len(row) > 2 and not cell.head)


def _is_heading(text: str) -> bool:
    return len(text) <= MAX_SECTION and not SENTENCE_END.search(text)


def _sections(rows: Grid, start: int) -> set[int]:
    """Return the one-cell rows that head those below: the cell spans the table, is bold, or is one of several."""
    alone = [
        i
        for i in range(start, len(rows) - 1)
        if len(filled(rows[i])) == 1
        and rows[i][0].text
        and _is_heading(rows[i][0].text)
        and len(filled(rows[i + 1])) > 1
    ]
    marked = {
        i for i in alone if _spans(rows[i]) or rows[i][0].strong or rows[i][0].head or rows[i][0].text.endswith(":")
    }
    several = len(alone) > 1 and len(rows[0]) > 2 and len(alone) * 2 < len(rows) - start
    return set(alone) if several else marked


def _spans(row: list[Cell]) -> bool:
    return all(cell is row[0] for cell in row)


def _names(heads: Grid) -> list[str]:
    """Return the name of each column: the header cells above it, outermost first."""
    if not heads:
        return []
    columns = zip(*heads, strict=True)
    return [" ".join(dict.fromkeys(cell.text.rstrip(":： ") for cell in column if cell.text)) for column in columns]


def _repeats(row: list[Cell], names: list[str]) -> bool:
    """Return True if a row repeats the names, as on a second page."""
    return bool(names) and [cell.text for cell in row] == names and len(filled(row)) > 1


def _write(
    row: list[Cell], number: int, names: list[str], section: tuple[str, ...], *, pairs: bool, last: bool, apart: bool
) -> Iterator[Row]:
    """Yield a row as text; a note below the table, separate or a sentence, is plain text."""
    cells = filled(row)
    if not cells:
        return
    if (
        len(cells) == 1
        and (_spans(row) or last)
        and ((last and apart) or SENTENCE_END.search(cells[0].text) or len(cells[0].text) > MAX_SECTION)
    ):
        yield Row(cells[0].text, number, section, "paragraph")
    elif pairs:
        yield from _write_pairs(row, number, section)
    else:
        yield Row(_write_cells(row, names), number, section)


def _write_pairs(row: list[Cell], number: int, section: tuple[str, ...]) -> Iterator[Row]:
    parts: list[tuple[str, str]] = []
    for label, value in zip(row[::2], row[1::2], strict=False):
        name = label.text.rstrip(":： ")
        if label is value or not name or not value.text:
            parts.append(("", name or value.text))
        elif len(row) == 2 and len(value.text) > LONG_CELL and len(name) <= LONG_LABEL:
            yield Row(value.text, number, (*section, name), "paragraph")
        else:
            parts += [(name, value.text)] if len(name) <= LONG_LABEL else [("", name), ("", value.text)]
    if line := line_of(parts):
        yield Row(line, number, section)


def _write_cells(row: list[Cell], names: list[str]) -> str:
    """Write each cell once, a merged one with all its column names."""
    parts: list[tuple[str, str]] = []
    i = 0
    while i < len(row):
        end = i + 1
        while end < len(row) and row[end] is row[i]:
            end += 1
        text = row[i].text
        name = ", ".join(dict.fromkeys(filter(None, names[i:end])))
        parts.append((name if name.casefold() != text.casefold() else "", text))
        i = end
    return line_of(parts)
