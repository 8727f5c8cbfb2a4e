"""Finds tables drawn with bars in plain text, as psql, MySQL and other programs print them.

A rule with joints (`---+---`, `+---+`, `|---|`) stands under one line of names, and every row has a bar at each joint. A cell of
several lines belongs to one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.language.bars import Joints, cells_between, goes_on, joints_of, whole_cells
from rag.language.columns import Span, with_indent
from rag.load.tables.cells import flat
from rag.load.tables.header import count_of_header_rows
from rag.load.tables.rows import texts
from rag.load.text.typed import TypedTable, row_of


def barred_in(text: str, lines: Sequence[Span]) -> Iterator[TypedTable]:
    """Yield the tables in a group of stripped lines."""
    whole = [with_indent(text, line) for line in lines]
    rules = [joints_of(text, line) for line in whole]
    at = 1
    while at < len(whole) - 1:
        rule = rules[at]
        heads = cells_between(text, whole[at - 1], rule) if rule and not rules[at - 1] else []
        cells = _cells(text, whole, rules, at, rule) if rule and heads else {}
        names = tuple(flat(text[slice(*span)]) for span in heads)
        if cells and sum(map(bool, names)) > 1 and _has_names(text, rules, at, names, cells):
            yield _table(text, at - 1, names, cells)
        at = max(cells, default=at) + 1


def _has_names(
    text: str, rules: Sequence[Joints | None], at: int, names: tuple[str, ...], cells: dict[int, list[Span]]
) -> bool:
    """Return True if the line above the rule in line `at` names columns; between equal rules it may be a row like the others."""
    if not _is_grid(cells) or any(rules[i] not in (None, rules[at]) for i in range(at, max(cells))):
        return True
    values = [list(names), *([text[slice(*span)] for span in cells[group[0]]] for group in _groups(text, cells))]
    return count_of_header_rows(texts(values)) > 0


def _table(text: str, start: int, names: tuple[str, ...], cells: dict[int, list[Span]]) -> TypedTable:
    groups = ((group, whole_cells(text, [cells[i] for i in group])) for group in _groups(text, cells))
    rows = (row_of(group[0], group[-1] + 1, names, *lines) for group, lines in groups)
    return TypedTable(start, max(cells) + 1, names, tuple(row for row in rows if row.cells))


def _cells(
    text: str, lines: Sequence[Span], rules: Sequence[Joints | None], at: int, rule: Joints
) -> dict[int, list[Span]]:
    """Return the cells of each line below the rule that belongs to the table, by its number."""
    cells: dict[int, list[Span]] = {}
    for i in range(at + 1, len(lines)):
        inner = rules[i]
        if inner is None:
            found = cells_between(text, lines[i], rule)
            if not found:
                break
            cells[i] = found
        elif inner.places != rule.places:
            break
    return cells


def _is_grid(cells: dict[int, list[Span]]) -> bool:
    """Return True if there are rules between rows, and lines without one between them lack a cell."""
    parted = [right for left, right in pairwise(cells) if right > left + 1]
    going_on = [right for left, right in pairwise(cells) if right == left + 1]
    return bool(parted) and all(any(start == end for start, end in cells[i]) for i in going_on)


def _groups(text: str, cells: dict[int, list[Span]]) -> list[list[int]]:
    """Return the lines of each row."""
    grid = _is_grid(cells)
    groups: list[list[int]] = []
    for i in cells:
        adjacent = bool(groups) and groups[-1][-1] == i - 1
        if adjacent and (grid or goes_on(text, cells[i - 1], cells[i])):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
