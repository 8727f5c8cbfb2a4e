"""Copies a cell into the blank cells it also applies to, if the file does not merge them."""

from __future__ import annotations

from rag.language.lists import TOTALS
from rag.load.tables.cells import Grid, filled, is_period, is_typed

MOSTLY = 0.8  # least share of figures in the cells below
SAMPLE = 60  # rows
BLANKS = 2  # least number below the name of a group


def names_across(rows: Grid) -> Grid:
    """Repeat a spanning name above each of its columns.

    Applies if there are names below the adjacent blank cells, and figures below those.
    """
    if len(rows) < 3 or any(cell.head for cell in rows[0]):
        return rows
    top, names, rest = rows[0], rows[1], rows[2 : 2 + SAMPLE]
    blank = [i for i in range(1, len(top)) if not top[i].text and names[i].text]
    if not any(top[i - 1].text and i > 1 for i in blank) or len(filled(top)) < 2:
        return rows
    if any(is_typed(cell.text) and not is_period(cell.text) for cell in (*filled(top), *filled(names))):
        return rows
    figures = [row[i].text for row in rest for i in blank if row[i].text]
    if not figures or sum(map(is_typed, figures)) < MOSTLY * len(figures):
        return rows
    filled_in = list(top)
    for i in range(1, len(top)):
        if i in blank and i > 1 and filled_in[i - 1].text:
            filled_in[i] = filled_in[i - 1]
    return [filled_in, *rows[1:]]


def groups_down(rows: Grid, heads: int) -> Grid:
    """Repeat a group's name in each of its rows, if the first column has blanks and all others are full.

    The names are formatted as such, or have several blanks each: one blank may be a value that is not known.
    """
    body = rows[heads:]
    if len(body) < 3 or len(body[0]) < 3 or not body[0][0].text:
        return rows
    blank = [row for row in body if not row[0].text]
    groups = [row[0].text for row in body if row[0].text]
    seconds = [row[1].text for row in body]
    marked = all(row[0].strong for row in body if row[0].text) and not any(row[1].strong for row in body)
    if (
        len(blank) < (1 if marked else BLANKS * len(groups))
        or len(groups) < 2
        or len(set(groups)) < len(groups)
        or any(map(is_typed, seconds))
    ):
        return rows
    if not all(cell.text for row in body for cell in row[1:]):
        return rows
    result, group = rows[:heads], body[0][0]
    for row in body:
        group = row[0] if row[0].text else group
        own = bool(row[0].text) or row[1].text.casefold().startswith(TOTALS)
        result.append(row if own else [group, *row[1:]])
    return result
