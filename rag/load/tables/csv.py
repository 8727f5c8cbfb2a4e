"""Reads CSV and TSV files: each row becomes a self-contained line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path, require_text
from rag.load.tables.rows import read_rows, texts

DELIMITERS = "\t;|,"  # the comma last: it also stands in decimals and between names
SEPARATOR = re.compile(
    r"\ufeff?\"?sep=([^\r\n\"])\"?(?:\r\n?|\n)", re.IGNORECASE
)  # a line that Excel reads but does not show
SAMPLE_ROWS = 50
MAX_FIELD = 10_000_000  # characters in one cell


def parse_table(data: bytes, source: str) -> Parsed:
    """Return the rows of a delimited file, each with its column names, and its row number as heading."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).stem
    told = SEPARATOR.match(text)
    numbered = list(_rows(text[told.end() :], source, told[1]) if told else _rows(text, source, _delimiter(text)))
    grid, numbers = _with_gaps(numbered)
    blocks = []
    for row in read_rows(texts(grid, source), data=True):
        place = [f"row {numbers[row.number]}"] if row.kind == "row" else []
        blocks.append(Block(row.text, row.kind, heading_path([title, *row.section, *place])))
    return compose(blocks, source, title=title)


def _with_gaps(numbered: list[tuple[int, list[str]]]) -> tuple[list[list[str]], list[int]]:
    """Return the rows with one blank row for each gap, and the number of each."""
    grid: list[list[str]] = []
    numbers: list[int] = []
    for number, row in numbered:
        if numbers and number > numbers[-1] + 1:
            grid.append([])
            numbers.append(number - 1)
        grid.append(row)
        numbers.append(number)
    return grid, numbers


def _rows(text: str, source: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of each row that is not empty; numbers count from 1 as a spreadsheet shows them."""
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, start=1):
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error as error:
        raise LoadError(source, f"it is not a table of separated values ({error})") from error


def _delimiter(text: str) -> str:
    """Return the separator that splits most sample rows into the same number of cells, more than one."""
    sample = [line for line in text.lstrip()[:200_000].splitlines() if line.strip()][:SAMPLE_ROWS]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter))
        except csv.Error:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = count / len(sample) if width > 1 and sample else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best
