"""Finds tables aligned by blanks or tabs in plain text, with a line of names above rows of values.

A name for every column, one place where all lines part, and either a line of dashes below the names or a column of figures:
addresses side by side, verse, code, logs and indented prose are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from rag.language.columns import Span, cells_of, has_gap, is_parted, is_rule, with_indent
from rag.load.tables.cells import MAX_NAME, flat, is_period, is_typed
from rag.load.tables.header import count_of_header_rows
from rag.load.tables.rows import texts
from rag.load.text.barred import barred_in
from rag.load.text.recorded import recorded_in
from rag.load.text.typed import TypedTable, row_of

FEWEST_ROWS = 2  # without a line below the names
MOST_WORDS = 5  # of a column name
FILLED = 0.6  # share of the cells
NO_NAME = re.compile(r"[-*+•‣]\s|.*[!?;,:{}()=<>]$|.*\w{5}\.$")


def tables_in(text: str, lines: Sequence[Span]) -> Iterator[TypedTable]:
    """Yield the tables in a group of stripped lines: records, or those drawn with bars, or else those aligned by blanks."""
    drawn = list(recorded_in(text, lines)) or list(barred_in(text, lines))
    yield from drawn or _aligned_in(text, lines)


def _aligned_in(text: str, lines: Sequence[Span]) -> Iterator[TypedTable]:
    if not any(_looks(text, line) for line in lines):
        return
    whole = [with_indent(text, line) for line in lines]
    drawn = next((i for i, line in enumerate(whole) if i and is_parted(text[slice(*line)])), len(whole) + 1) - 1
    kept = [i >= drawn or is_rule(text[slice(*line)]) or _looks(text, line) for i, line in enumerate(whole)]
    at = 0
    for keep, group in groupby(kept):
        count = len(list(group))
        if keep:
            yield from _tables(text, whole[at : at + count], at)
        at += count


def _looks(text: str, line: Span) -> bool:
    return has_gap(text[slice(*line)])


def _tables(text: str, run: Sequence[Span], at: int) -> Iterator[TypedTable]:
    """Yield the tables formed by a run of lines: names above a parted rule begin one, below the rows of another."""
    rules = [is_rule(text[slice(*line)]) for line in run]
    starts = [
        i - 1
        for i in range(3, len(run) - 1)
        if is_parted(text[slice(*run[i])])
        and not any((rules[i - 2], rules[i - 1], rules[i + 1]))
        and any(rules[: i - 1])
        and _are_names(text, run[i - 1], run[i])
    ]
    for start, end in pairwise((0, *starts, len(run))):
        found = _table(text, run[start:end], at + start)
        if found:
            yield found


def _are_names(text: str, line: Span, rule: Span) -> bool:
    cells = next(iter(cells_of(text, [line], rule)), [])
    return bool(cells) and all(_may_name(flat(text[slice(*cell)])) for cell in cells)


def _table(text: str, run: Sequence[Span], at: int) -> TypedTable | None:
    """Return the table formed by a run of lines; rules are not rows, and one below the first line marks it as names."""
    rules = [is_rule(text[slice(*line)]) for line in run]
    numbers = [i for i, rule in enumerate(rules) if not rule]
    if len(numbers) < 2:
        return None
    rule = run[numbers[0] + 1] if numbers[1] > numbers[0] + 1 else None
    ruled = rule is not None and (len(numbers) > FEWEST_ROWS or is_parted(text[slice(*rule)]))
    cells = cells_of(text, [run[i] for i in numbers], rule)
    values = [[flat(text[slice(*cell)]) for cell in row] for row in cells]
    if (
        not values
        or any(has_gap(text[slice(*cell)]) for row in cells for cell in row)
        or not _are_rows(values, ruled=ruled)
    ):
        return None
    names = tuple(values[0])
    rows = tuple(row_of(at + i, at + i + 1, names, row) for i, row in zip(numbers[1:], cells[1:], strict=True))
    return TypedTable(at + numbers[0], at + numbers[-1] + 1, names, rows)


def _are_rows(values: list[list[str]], *, ruled: bool) -> bool:
    """Return True if the first line names columns, and those below it are rows."""
    names, rows = values[0], values[1:]
    if not all(names[1:]) or len(set(names)) < len(names) or not all(map(_may_name, filter(None, names))):
        return False
    shown = sum(bool(value) for row in rows for value in row)
    if not all(row[0] for row in rows) or shown < FILLED * len(rows) * len(names):
        return False
    if ruled:
        return True
    if len(rows) < FEWEST_ROWS or not count_of_header_rows(texts(values)):
        return False
    return any(_are_figures([row[i] for row in rows if row[i]]) for i in range(1, len(names)))


def _may_name(name: str) -> bool:
    words = len(name.split())
    return (
        words <= MOST_WORDS
        and len(name) <= MAX_NAME
        and (any(map(str.isalpha, name)) or is_period(name))
        and not NO_NAME.match(name)
    )


def _are_figures(values: list[str]) -> bool:
    return (
        len(values) >= FEWEST_ROWS
        and all(map(is_typed, values))
        and any(any(map(str.isdigit, value)) for value in values)
    )
