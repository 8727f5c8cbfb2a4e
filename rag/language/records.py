"""Reads records that a program prints one below the other, each value on a line with its name.

psql's expanded display has a rule `-[ RECORD 1 ]-+---` above lines `name | value`; MySQL's \\G has `*** 1. row ***` above
lines `name: value`. A value of several lines has its name in the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.language.bars import BARS, GOES_ON, JOINTS, WIDEST
from rag.language.columns import Span, drawn, stripped

LINES = "─━═" + "".join(sorted(JOINTS)) + "-"
BARRED = re.compile(rf"[{LINES}]{{1,2}}\[ [^\W\d_]{{1,30}} \d{{1,12}} \][{LINES}]{{0,{WIDEST}}}")
STARRED = re.compile(r"\*{3,80} ?\d{1,12}\. [^\W\d_]{1,30} ?\*{3,80}")
COLON = re.compile(r"(?<=\S):(?=\s|\Z)")


class Field(NamedTuple):
    """One line of a record: the name of its value, and the value or a line of it."""

    name: str
    value: Span


def is_record_rule(text: str, line: Span) -> bool:
    """Return True if a line is the rule above a record."""
    body = text[slice(*stripped(text, *line))]
    return (BARRED.fullmatch(body) or STARRED.fullmatch(body)) is not None


def fields_of(text: str, rule: Span, lines: Sequence[Span], *, whole: bool) -> list[Field]:
    """Return the fields of the record below a rule, one for each line up to the first that belongs to no field.

    `lines` begin at the beginning of a line of the text; `whole` means that the last of them ends the record.
    """
    start, _ = stripped(text, *rule)
    if text[start] == "*":
        return _with_colons(text, lines, whole=whole)
    return _with_bars(text, lines, framed=text[start] in JOINTS)


def _with_bars(text: str, lines: Sequence[Span], *, framed: bool) -> list[Field]:
    """Return the fields of the lines that have a bar in the same column."""
    shown = [drawn(text, line, widest=WIDEST) for line in lines]
    common: set[int] = set(range(WIDEST + 1))
    count = 0
    for letters, _ in shown:
        left = {i for i, letter in enumerate(letters) if letter in BARS} & common
        if not left:
            break
        common, count = left, count + 1
    columns = sorted(common)[framed:] if count else []
    fields: list[Field] = []
    for (start, end), (_, places) in zip(lines[:count] if columns else [], shown, strict=False):
        bar = places[columns[0]]
        name = text[start:bar].lstrip(" \t" + "".join(BARS) if framed else None).rstrip()
        value = stripped(text, bar + 1, end - (framed and text[end - 1] in BARS))
        if fields and not name:
            before = fields[-1]
            fields[-1] = Field(before.name, _without_sign(text, before.value))
            name = before.name
        fields.append(Field(" ".join(name.split()), value))
    return fields


def _without_sign(text: str, value: Span) -> Span:
    """Return a value without the sign that it goes on in the line below."""
    return stripped(text, value[0], value[1] - text.endswith(GOES_ON, *value))


def _with_colons(text: str, lines: Sequence[Span], *, whole: bool) -> list[Field]:
    """Return the fields of lines whose names all end in the same column."""
    fields: list[Field] = []
    column = kept = 0
    for line in lines:
        letters, places = drawn(text, line, widest=WIDEST)
        column = column or next((match.start() for match in COLON.finditer(letters)), 0)
        if not column:
            break
        named = COLON.match(letters, column) is not None
        start = places[column] + 1 if named else line[0]
        name = " ".join(text[line[0] : start - 1].split()) if named else fields[-1].name
        fields.append(Field(name, stripped(text, start, line[1])))
        kept = len(fields) if named or whole else kept
    return fields[:kept]
