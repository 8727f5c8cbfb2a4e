"""Decides which rows of a table name its columns.

A first row of words is not enough: a list of labels with values also begins with words. Marks in the file count first,
then formatting, then a difference in kind between the first rows and the values below.
"""

from __future__ import annotations

import re

from rag.load.tables.cells import MAX_NAME, Cell, Grid, filled, is_name, is_period, is_typed

MAX_HEADER_ROWS = 4
MOSTLY = 0.8  # least share of numbers in a column of numbers
MANY_ROWS = 12  # a list of labels and values is rarely longer
MAX_LONG = 200  # characters of a single long column name among short ones
LONG_LABEL = 80  # characters
SAMPLE = 60  # rows
VALUE = frozenset(
    "value values details data information wert werte angabe angaben valeur valeurs valor valores dato datos".split()
)
LONG_UNIT = re.compile(r"[(\[]?[^\W\d_]{1,12}(?:[ /][^\W\d_]{1,12}){0,2}\.?[)\]]?")
UNIT = re.compile(r"[(\[]?(?:%|‰|[$€£]|°?[^\W\d_]{1,4}[²³]?(?:\s?[/·*]\s?[^\W\d_]{1,4}[²³]?)?)[)\]]?")


def count_of_header_rows(rows: Grid, *, data: bool = False) -> int:
    """Return the number of header rows. `data` marks a data file, whose first row usually is one."""
    if len(rows) < 2 or not filled(rows[0]):
        return 0
    marked = _marked(rows)
    if marked:
        return marked
    if _is_labelled(rows):
        return 0
    depth = _depth(rows)
    rest = [row for row in rows[depth : depth + SAMPLE] if not _alike(row, rows[depth - 1])]
    if not rest or not _may_name(rows[:depth], rest):
        return 0
    names = rows[depth - 1]
    if len(rows[0]) == 2:
        return depth if _names_two(names, rest, data=data) else 0
    return depth


def _alike(row: list[Cell], other: list[Cell]) -> bool:
    return all(one.text == two.text for one, two in zip(row, other, strict=True))


def is_pairs(rows: Grid) -> bool:
    """Return True if rows are label-value pairs: one per row, or several with a colon after each label."""
    width = len(rows[0])
    if width == 2:
        return True
    if width % 2:
        return False
    if _alternate(rows):
        return True
    labels = [cell.text for row in rows for cell in row[::2] if cell.text]
    values = [cell.text for row in rows for cell in row[1::2] if cell.text]
    if len(labels) > 1 and all(text.endswith((":", "：")) for text in labels):
        return True
    called = (
        len(rows) > 1
        and sum(map(is_name, labels)) * 3 >= 2 * len(labels)
        and sum(map(is_name, values)) * 4 <= len(values)
    )
    return called and not any(map(is_typed, labels)) and not any(is_name(cell.text) for cell in rows[0][1::2])


def _alternate(rows: Grid) -> bool:
    """Return True if the file marks every first cell of two as a heading, or as strong, and none of the second ones."""
    cells = [(i % 2 == 0, cell) for row in rows for i, cell in enumerate(row) if cell.text]
    return all(cell.head == first for first, cell in cells) or all(cell.strong == first for first, cell in cells)


def _marked(rows: Grid) -> int:
    """Count the rows at the top in which every cell is marked as a heading."""
    count = 0
    while count < min(len(rows), MAX_HEADER_ROWS) and all(cell.head for cell in filled(rows[count])):
        count += 1
    return count if count < len(rows) else 0


def _is_labelled(rows: Grid) -> bool:
    """Return True if the first column is formatted as labels and the first row is not formatted as names."""
    if is_pairs(rows) and len(rows[0]) > 2:
        return True
    firsts = [row[0] for row in rows if row[0].text]
    seconds = [cell for row in rows for cell in row[1:] if cell.text and cell is not row[0]]
    colons = len(rows[0]) == 2 and all(cell.text.endswith((":", "：")) for cell in firsts)
    heads = len(rows[0]) == 2 and all(cell.head for cell in firsts) and not any(cell.head for cell in seconds)
    strong = len(rows[0]) == 2 and all(cell.strong for cell in firsts) and not any(cell.strong for cell in seconds)
    return colons or heads or strong


def _depth(rows: Grid) -> int:
    """Return the number of rows the names would take: a spanning name has the single names below it."""
    depth = 1
    while depth < min(len(rows) - 1, MAX_HEADER_ROWS) and _spans_some(rows[depth - 1]):
        if any(is_typed(cell.text) and not is_period(cell.text) for cell in filled(rows[depth])):
            break
        depth += 1
    return depth


def _spans_some(row: list[Cell]) -> bool:
    spans = any(left is right and left.text for left, right in zip(row, row[1:], strict=False))
    return spans and not all(cell is row[-1] for cell in row)


def _may_name(heads: Grid, rest: Grid) -> bool:
    """Return True if rows could be column names: short words or periods, all distinct and not repeated below."""
    names = heads[-1]
    shown = filled(names)
    long = [cell for cell in shown if len(cell.text) > MAX_NAME]
    if len(shown) * 2 < len(names) or len(long) * 2 >= len(shown) or any(len(cell.text) > MAX_LONG for cell in long):
        return False
    later = [cell for cell in shown if cell is not names[0]]
    periods = len(later) > 1 and all(is_period(cell.text) for cell in later)
    values = [cell for cell in shown if is_typed(cell.text) and not is_period(cell.text)]
    years = [cell for cell in later if is_period(cell.text) and is_typed(cell.text)]
    if values or (years and not periods and not _are_figures(names, rest)):
        return False
    if periods and len({cell.text for cell in later}) < len(later) and len(heads) == 1:
        return False
    return not any(
        name.text and len(name.text) > 1 and any(row[i].text == name.text and row[i] is not name for row in rest)
        for i, name in enumerate(names)
    ) or all(cell.strong for cell in shown)


def _are_figures(names: list[Cell], rest: Grid) -> bool:
    """Return True if there are figures, not further years, below each year in a row."""
    for i, name in enumerate(names):
        below = [row[i].text for row in rest if row[i].text]
        if i and is_typed(name.text) and (not all(map(is_typed, below)) or any(map(is_period, below))):
            return False
    return True


def _names_two(names: list[Cell], rest: Grid, *, data: bool) -> bool:
    """Return True if two cells that could be a label and its value are column names."""
    first, second = names
    if not first.text:
        return True  # an empty corner
    if not second.text:
        return False
    if first.strong and second.strong and not all(cell.strong for cell in filled(rest[0])):
        return True
    pairs = [(row[0].text, row[1].text) for row in rest if row[0].text and row[1].text]
    labels, values = [label for label, _ in pairs], [value for _, value in pairs]
    if len(set(labels)) < len(labels):
        return True  # labels are not repeated
    if not is_typed(first.text) and labels and all(map(is_typed, labels)):
        return True  # figures are no labels
    called = sum(map(is_name, labels)) >= 0.5 * max(len(labels), 1)
    if is_name(second.text) and not called and sum(map(is_name, values)) * 3 <= len(values):
        return True
    coded = len(values) > 2 and all(any(map(str.isdigit, value)) for value in values)
    if coded and is_name(first.text) and not called and not any(map(str.isdigit, second.text)):
        return True
    same = len(values) > 2 and all(map(is_typed, values)) and not is_typed(second.text)
    if same and not called:
        return data or not second.text[:1].isupper() or len(values) >= 5
    return data and len(rest) >= MANY_ROWS


def names_pairs(names: list[Cell]) -> bool:
    """Return True if two column names only mean label and value: Property, Value."""
    return len(names) == 2 and is_name(names[0].text) and names[1].text.casefold().rstrip(":") in VALUE


def are_units(row: list[Cell], rest: Grid, above: list[Cell]) -> bool:
    """Return True if a row below the names gives the unit of each column, with figures below it.

    A longer word (`pieces`), or a single unit, counts if the row has no label and all rows below have one. A name that is
    merged with the cell below it is no unit.
    """
    held = [i for i, cell in enumerate(row) if cell.text and cell is not above[i]]
    figures = [[r[i].text for r in rest if r[i].text] for i in held]
    unlabelled = 0 not in held and all(r[0].text for r in rest)
    words = all(UNIT.fullmatch(row[i].text) or (unlabelled and LONG_UNIT.fullmatch(row[i].text)) for i in held)
    return len(held) > (not unlabelled) and words and all(
        below and all(is_typed(text) and any(map(str.isdigit, text)) for text in below) for below in figures
    )  # fmt: skip
