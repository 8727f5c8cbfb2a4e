"""Finds records that psql or MySQL printed one below the other: each is a row, and no line names its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.language.columns import Span, with_indent
from rag.language.records import fields_of, is_record_rule
from rag.load.text.typed import TypedRow, TypedTable


def recorded_in(text: str, lines: Sequence[Span]) -> Iterator[TypedTable]:
    """Yield the runs of records in a group of stripped lines, each with the rule above its first."""
    rules = [i for i, line in enumerate(lines) if is_record_rule(text, line)]
    rows: list[TypedRow] = []
    for rule, following in pairwise((*rules, len(lines))):
        row = _row(text, lines, rule, following)
        if rows and (row is None or rows[-1].end < rule):
            yield _table(rows)
            rows = []
        rows += [row] if row else []
    if rows:
        yield _table(rows)


def _row(text: str, lines: Sequence[Span], rule: int, following: int) -> TypedRow | None:
    """Return the record below a rule, whose last line may be the one above the following rule."""
    below = [with_indent(text, line) for line in lines[rule + 1 : following]]
    fields = fields_of(text, lines[rule], below, whole=following < len(lines))
    cells = tuple((name, value) for name, value in fields if value[0] < value[1])
    return TypedRow(rule + 1, rule + 1 + len(fields), cells) if cells else None


def _table(rows: Sequence[TypedRow]) -> TypedTable:
    return TypedTable(rows[0].start - 1, rows[-1].end, (), tuple(rows))
