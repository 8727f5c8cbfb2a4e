"""Puts a page in reading order: running heads apart, tables as tables, text columns one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rag.load.pdf.fields import Remark
from rag.load.pdf.lines import Line
from rag.load.pdf.mend import joined, vocabulary
from rag.load.pdf.page import Sheet, lines_of
from rag.load.pdf.running import marked
from rag.load.pdf.tables import tables_of, text_columns
from rag.load.pdf.words import Row, Word, text_of
from rag.load.tables.cells import Grid

NEAR = 1.0  # points


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A table on one or more pages: its rows, the page of each, and the edges of its columns."""

    grid: Grid
    pages: tuple[int, ...]  # from 0, one for each row
    edges: tuple[tuple[float, float], ...]


Item: TypeAlias = "Line | Drawn | Remark"


def arranged(sheets: Sequence[Sheet]) -> tuple[list[list[Item]], Counter[str]]:
    """Return the content of each page in reading order, and the document's words with their counts."""
    pages = marked([list(sheet.lines) for sheet in sheets])
    words = vocabulary(line for page in pages for line in page)
    return [_page(sheet, lines, words, i) for i, (sheet, lines) in enumerate(zip(sheets, pages, strict=True))], words


def _page(sheet: Sheet, lines: Sequence[Line], words: Counter[str], number: int) -> list[Item]:
    running = [line for line in lines if line.running]
    items = list(_with_tables(sheet, running, words, number)) if sheet.words else []
    return [*(items or (line for line in lines if not line.running)), *sheet.remarks, *running]


def _with_tables(sheet: Sheet, running: Sequence[Line], words: Counter[str], number: int) -> Iterator[Item]:
    """Yield the lines of a page with its tables between them; nothing if it has neither tables nor text columns."""
    assert sheet.rules is not None
    body = [w for w in sheet.words if not any(_stands_in(w, line) for line in running)] if running else sheet.words
    tables = tables_of(body, sheet.rules, lambda rows: joined([_plain(row) for row in rows], words))
    taken = {word for table in tables for word in table.words}
    waiting = list(tables)
    for part in text_columns([word for word in body if word not in taken]):
        for line in _lines_with_order(part):
            while waiting and waiting[0].order < line[0]:
                table = waiting.pop(0)
                yield Drawn(table.grid, (number,) * len(table.grid), table.edges)
            yield line[1]
    for table in waiting:
        yield Drawn(table.grid, (number,) * len(table.grid), table.edges)


def _plain(row: Row) -> Line:
    return Line(text_of(row), 0, 0, 0, 0, broken_word=row[-1].broken)


def _lines_with_order(words: Sequence[Word]) -> Iterator[tuple[float, Line]]:
    start = 0
    for i in range(1, len(words) + 1):
        if i == len(words) or words[i].line != words[start].line:
            yield words[start].order, next(lines_of(words[start:i]))
            start = i


def _stands_in(word: Word, line: Line) -> bool:
    low, high = line.bottom - NEAR, line.bottom + line.size + NEAR
    return low <= word.middle <= high and line.left - NEAR <= word.left and word.right <= line.right + NEAR
