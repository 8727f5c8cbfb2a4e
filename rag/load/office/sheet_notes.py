"""Says where a comment on a cell of a sheet stands: its row's label, its column's name, and its cell."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from rag.load.tables.cells import Cell
from rag.load.tables.rows import CELL_JOIN, Row
from rag.types import SegmentKind

LONGEST = 60  # characters of a label or name


@dataclass(slots=True)
class Places:
    """What a sheet says of its cells, by their row and column from 1."""

    rows: dict[int, str] = field(default_factory=dict)  # the text of each row of values
    values: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: Container[int] = frozenset()
    hidden_columns: Container[int] = frozenset()

    def kind(self, row: int, column: int) -> SegmentKind:
        """Return the kind of a comment on a cell: a hidden one, if no merged cell that is shown begins there, hides it."""
        gone = row in self.hidden_rows or column in self.hidden_columns
        return "hidden" if gone and column not in self.values.get(row, {}) else "paragraph"

    def headings(self, row: int, column: int, author: str) -> tuple[str, ...]:
        """Return the headings of a comment on a cell; a label or name that is not certain is left out."""
        place = f" on {letters_of(column)}{row}" if column else ""
        comment = f"comment{place}{f' by {author}' if author else ''}"
        return (*(name for name in self._names(row, column) if name and len(name) <= LONGEST), comment)

    def _names(self, row: int, column: int) -> tuple[str, ...]:
        values, text = self.values.get(row, {}), self.rows.get(row)
        value = values[column].text if column in values else ""
        if text is None:
            return (value,)  # a caption, or the name of a column
        label = next((cell.text for _, cell in sorted(values.items()) if cell.text), "") if text else ""
        parts = text.split(CELL_JOIN)
        ends = [part.removesuffix(f": {value}") for part in parts[1:] if value and part.endswith(f": {value}")]
        name = ends[0] if len(ends) == 1 else ""
        is_pairs = len(parts) > 1 and parts[0].startswith(f"{label}: ")
        return (name or label,) if is_pairs else (label, name)


def places_of(rows: Iterable[Row], numbers: dict[int, int], values: dict[int, dict[int, Cell]]) -> Places:
    """Return the places of a sheet; `numbers` maps a row of the table to its row number in the sheet."""
    places = Places(values=values)
    for row in rows:
        if row.kind == "row" and row.number in numbers:
            number = numbers[row.number]
            places.rows[number] = "" if number in places.rows else row.text  # of two tables side by side
    return places


def letters_of(column: int) -> str:
    """Return the letters of a column, counted from 1."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
