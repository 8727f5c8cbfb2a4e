"""Reads the cells of an Excel sheet: their values as the sheet shows them."""

from __future__ import annotations

import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from rag.errors import LoadError
from rag.load.office.number_format import BUILT_IN, plain, shown
from rag.load.office.package import Package, attribute, child, children, descendants, is_on, is_set, local
from rag.load.tables.cells import EMPTY, Cell, Grid, flat

MAX_CELLS = 3_000_000  # of one sheet, including blank ones
MAX_COLUMNS = 16_384
MAX_SPAN = 1_000  # rows or columns of a merged cell that are looked at
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
NOT_CALCULATED = "(not calculated)"
Cells: TypeAlias = "dict[int, dict[int, Cell]]"  # row → column → cell, from 1
Area: TypeAlias = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(frozen=True, slots=True)
class Book:
    """The data shared by all sheets of a workbook."""

    strings: list[str]
    formats: list[str]  # by style
    strong: list[bool]
    from_1904: bool = False


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet, and other data of its part."""

    cells: Cells = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    heads: list[Area] = field(default_factory=list)  # header rows declared in the file
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: Cells = field(default_factory=dict)  # the cells of those rows and columns


def book_of(package: Package, parts: dict[str, str], *, from_1904: bool) -> Book:
    """Return the texts and styles of a workbook; `parts` has the part of each kind."""
    strings = package.xml(parts.get("sharedStrings", "xl/sharedStrings.xml"), text=True)
    styles = package.xml(parts.get("styles", "xl/styles.xml"))
    codes = BUILT_IN | {
        int(f.get("numFmtId") or 0): f.get("formatCode") or "General"
        for f in children(child(styles, "numFmts"), "numFmt")
    }
    bold = [is_on(child(font, "b")) for font in children(child(styles, "fonts"), "font")]
    solid = [
        attribute(pattern, "patternType") == "solid" if (pattern := child(fill, "patternFill")) is not None else False
        for fill in children(child(styles, "fills"), "fill")
    ]
    formats, strong = [], []
    for style in children(child(styles, "cellXfs"), "xf"):
        formats.append(codes.get(int(style.get("numFmtId") or 0), "General"))
        font, fill = int(style.get("fontId") or 0), int(style.get("fillId") or 0)
        strong.append((font < len(bold) and bold[font]) or (fill < len(solid) and solid[fill]))
    return Book([_rich(item) for item in children(strings, "si")], formats, strong, from_1904)


def read_sheet(data: bytes, book: Book, source: str) -> Sheet:
    """Return the cells of a sheet's part, parsed incrementally because it can be large."""
    from lxml import etree

    sheet = Sheet()
    tags = ("{*}col", "{*}row", "{*}mergeCell", "{*}autoFilter")
    try:
        pieces = etree.iterparse(
            io.BytesIO(data), tag=tags, resolve_entities=False, no_network=True, remove_comments=True
        )
        row, total = 0, 0
        for _, element in pieces:
            name = local(element)
            if name == "row":
                row = _whole(element.get("r"), row + 1)
                cells = dict(_cells_of(element, book))
                total += len(cells)
                if cells:
                    sheet.cells[row] = cells
                if is_set(element, "hidden"):
                    sheet.hidden_rows.add(row)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            elif name == "col":
                if is_set(element, "hidden"):
                    last = min(_whole(element.get("max"), 0), MAX_COLUMNS)
                    sheet.hidden_columns.update(range(_whole(element.get("min"), 1), last + 1))
            elif area := area_of(element.get("ref") or ""):
                first_row = (area[0], area[1], area[0], area[3])
                (sheet.merged if name == "mergeCell" else sheet.heads).append(
                    area if name == "mergeCell" else first_row
                )
            if total > MAX_CELLS:
                raise LoadError(source, f"a sheet holds more than {MAX_CELLS:,} cells; split it")
    except etree.LxmlError as error:
        raise LoadError(source, f"it is damaged (a sheet: {' '.join(str(error).split())})") from error
    _conceal(sheet)
    return sheet


def _conceal(sheet: Sheet) -> None:
    """Take the cells of hidden rows and columns out of the sheet, except merged ones that reach out of them."""
    if not sheet.hidden_rows and not sheet.hidden_columns:
        return
    reaching = {
        (top, first)
        for top, first, bottom, last in sheet.merged
        if any(row not in sheet.hidden_rows for row in range(top, min(bottom, top + MAX_SPAN) + 1))
        and any(column not in sheet.hidden_columns for column in range(first, min(last, first + MAX_SPAN) + 1))
    }
    for row in list(sheet.cells):
        cells = sheet.cells[row]
        gone = [
            column
            for column in sorted(cells)
            if (row in sheet.hidden_rows or column in sheet.hidden_columns) and (row, column) not in reaching
        ]
        if gone:
            sheet.hidden[row] = {column: cells.pop(column) for column in gone}
        if not cells:
            del sheet.cells[row]


def area_of(reference: str) -> Area | None:
    """Return the area that a reference such as B2:D9 names."""
    ends = [REFERENCE.fullmatch(end) for end in reference.split(":")]
    if not 1 <= len(ends) <= 2 or ends[0] is None or ends[-1] is None:
        return None
    return int(ends[0][2]), column_of(ends[0][1]), int(ends[-1][2]), column_of(ends[-1][1])


@lru_cache(maxsize=2_048)
def column_of(letters: str) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters.replace("$", "")[:3]:
        number = number * 26 + ord(letter) - 64
    return number


def grid_of(sheet: Sheet, source: str) -> tuple[Grid, dict[int, int]]:
    """Return the cells as a grid, and the sheet's row number of each row; any gap becomes one blank row or column."""
    rows = sorted(sheet.cells)
    columns = sorted({column for cells in sheet.cells.values() for column in cells})
    if (len(rows) + 1) * (len(columns) + 1) > MAX_CELLS * 4:
        raise LoadError(source, f"a sheet is spread over more than {MAX_CELLS * 4:,} cells; split it")
    _spread(sheet, rows, columns)
    _mark(sheet)
    across = list(_with_gaps(columns, sheet.hidden_columns))
    down = list(_with_gaps(rows, sheet.hidden_rows))
    grid = [[sheet.cells.get(row, {}).get(column, EMPTY) for column in across] for row in down]
    return grid, {i: row for i, row in enumerate(down) if row}


def _with_gaps(numbers: list[int], hidden: set[int]) -> Iterator[int]:
    """Yield the numbers with a 0 for each gap that is seen."""
    for i, number in enumerate(numbers):
        if i and any(between not in hidden for between in range(numbers[i - 1] + 1, number)):
            yield 0
        yield number


def _spread(sheet: Sheet, rows: list[int], columns: list[int]) -> None:
    """Copy a merged cell into every place it covers, within the non-empty rows and columns."""
    left = MAX_CELLS
    for top, first, bottom, last in sheet.merged:
        cell = sheet.cells.get(top, {}).get(first)
        if cell is None:
            continue
        down = rows[bisect_left(rows, top) : bisect_right(rows, bottom)]
        across = columns[bisect_left(columns, first) : bisect_right(columns, last)]
        left -= len(down) * len(across)
        if left < 0:
            return
        for row in down:
            sheet.cells[row] |= dict.fromkeys(across, cell)


def _mark(sheet: Sheet) -> None:
    for row, first, _, last in sheet.heads:
        for column in range(first, min(last, first + 1_000) + 1):
            cell = sheet.cells.get(row, {}).get(column)
            if cell is not None:
                sheet.cells[row][column] = Cell(cell.text, True, cell.strong)


def _cells_of(row: Any, book: Book) -> Iterator[tuple[int, Cell]]:
    column = 0
    for element in row:
        if element.tag.rpartition("}")[2] != "c":
            continue
        letters = (element.get("r") or "").rstrip("0123456789")
        column = column_of(letters) if letters else column + 1
        style = _whole(element.get("s"), 0)
        known = style < len(book.formats)
        text = flat(_value(element, book, book.formats[style] if known else "General"))
        if text:
            yield column, Cell(text, False, known and book.strong[style])


def _value(element: Any, book: Book, code: str) -> str:
    """Return the shown value of a cell; a formula that was never calculated is marked."""
    kind = element.get("t") or "n"
    held = {inner.tag.rpartition("}")[2]: inner for inner in element}
    if kind == "inlineStr":
        return _rich(held.get("is"))
    raw = (held["v"].text or "") if "v" in held else ""
    if not raw:
        formula = held["f"].text if "f" in held else None
        return f"={formula} {NOT_CALCULATED}" if formula else ""
    if kind == "s":
        index = _whole(raw, -1)
        return book.strings[index] if 0 <= index < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if raw == "1" else "FALSE"
    if kind == "d":
        return raw.removesuffix("T00:00:00")
    return _shown(raw, code, book) if kind == "n" else raw


def _shown(raw: str, code: str, book: Book) -> str:
    if code == "General" and raw.lstrip("-").isdigit():
        return raw
    try:
        value = float(raw)
        return plain(value) if code == "General" else shown(value, code, from_1904=book.from_1904)
    except (ValueError, OverflowError):
        return raw


def _rich(item: Any) -> str:
    """Return a rich text without its phonetic guides."""
    if item is None:
        return ""
    return "".join(t.text or "" for t in descendants(item, "t") if local(t.getparent()) != "rPh")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else otherwise
