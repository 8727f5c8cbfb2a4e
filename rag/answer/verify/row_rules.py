"""Checks that a statement, or a row written by a model, matches a table row and its column names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.verify.statement import canonical
from rag.answer.verify.tokens import Token, tokens
from rag.language.figures import UNIT, figures
from rag.language.words import words

CELL = " | "  # between the cells of a row as the reader sees it


def is_of_row(claim: str, said: Sequence[Token], block: str) -> bool:
    """Return True if the claim names the row and its values in order, each figure with its column's name or unit."""
    cells = [cell.strip() for cell in block.split(CELL) if cell.strip()]
    label = _value(cells[0])
    named = {token.form for token in tokens(label)}
    asked = {token.form for token in said}
    used = [cell for cell in cells[1:] if _stands_in(cell, said, named)]
    if not used or not _same_row(named, asked, claim, label):
        return False
    known = named | {t.form for cell in used for t in (*tokens(with_unit(cell)), *tokens(_column(cell)))}
    places = [_first(cell, said) for cell in used]
    return (
        asked <= known
        and places == sorted(places)
        and all(_is_named(claim, cell, cells) for cell in used if figures(_value(cell)))
    )


def _first(cell: str, said: Sequence[Token]) -> int:
    value = {token.form for token in tokens(with_unit(cell))}
    return next((i for i, token in enumerate(said) if token.form in value), 0)


def _is_named(claim: str, cell: str, cells: Sequence[str]) -> bool:
    """Return True if a value's column is clear: by its name, its unit, or because it is not just a number."""
    worded = any(token.kind in ("content", "name") for token in tokens(_value(cell)))
    return worded or bool(_forms(_column(cell)) & _forms(claim)) or _by_unit(claim, cell, cells)


def _same_row(named: set[str], asked: set[str], claim: str, label: str) -> bool:
    return bool(named) and named <= asked | {t.form for t in tokens(claim) if t.kind == "light"} and bool(label)


def _stands_in(cell: str, said: Sequence[Token], named: set[str]) -> bool:
    value = [token.form for token in tokens(with_unit(cell)) if token.kind in ("figure", "name", "content")]
    return bool(value) and set(value) <= {token.form for token in said} and not set(value) <= named


def _by_unit(claim: str, used: str, cells: Sequence[str]) -> bool:
    """Return True if the claim has the value's unit and no other column has values of that unit."""
    mine = {UNIT[figure.unit][0] for figure in figures(claim) if figure.unit in UNIT}
    kinds = [_unit_kinds(cell) for cell in cells]
    return any(sum(kind in found for found in kinds) == 1 and kind in _unit_kinds(used) for kind in mine)


def _unit_kinds(cell: str) -> set[int]:
    own = {UNIT[figure.unit][0] for figure in figures(_value(cell)) if figure.unit in UNIT}
    return own | {UNIT[word][0] for word in re.findall(r"[\w€$£%]+", _column(cell).casefold()) if word in UNIT}


def with_unit(cell: str) -> str:
    """Return the value of a cell, with its column's unit if it has none itself."""
    unit = next((word for word in re.findall(r"[\w€$£%]+", _column(cell).casefold()) if word in UNIT), "")
    value = _value(cell)
    return f"{value} {unit}" if unit and re.fullmatch(r"[\d.,]+", value) else value


def _column(cell: str) -> str:
    return cell.rpartition(": ")[0]


def _value(cell: str) -> str:
    return cell.rpartition(": ")[2]


def _forms(text: str) -> set[str]:
    return {canonical(word) for word in words(text) if word.is_content}


def cells_stand(row: str, head: str, there: Sequence[str]) -> list[int]:
    """Return the rows of evidence that hold every cell of a worded row, in its row and column; [] if one is missing.

    A table may be transposed: row names there may be column names here.
    """
    label, *values = _cells(row)
    _, *names = _cells(head)
    if not values or len(names) != len(values):
        return []
    used: list[int] = []
    for name, value in zip(names, values, strict=True):
        place = next((i for i, text in enumerate(there) if _has_cell(text, label, name, value)), None)
        if place is None:
            return []
        used.append(place)
    return list(dict.fromkeys(used))


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _has_cell(text: str, label: str, name: str, value: str) -> bool:
    first, *others = [cell for cell in text.split(CELL) if cell]
    return any(
        _same(_value(cell), value)
        and (
            (_same(_value(first), label) and _same(_column(cell), name))
            or (_same(_value(first), name) and _same(_column(cell), label))
        )
        for cell in others
    )


def _same(one: str, other: str) -> bool:
    """Return True if two cells are equal, even if one leaves the unit to its column's name."""
    here, there = ({token.form for token in tokens(text)} for text in (one, other))
    return bool(here) and (here == there or _without_units(one) == _without_units(other))


def _without_units(text: str) -> tuple[str, ...]:
    bare = {f"{figure.kind}:{figure.value}" for figure in figures(text)}
    spans = [(figure.start, figure.end + 2) for figure in figures(text)]
    bare |= {w.stem for w in words(text) if not any(a <= w.start < b for a, b in spans)}
    return tuple(sorted(bare - {word for word in bare if word in UNIT}))
