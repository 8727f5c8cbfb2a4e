"""Reads JSON and JSON Lines: every value with its name, every record as its own row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TypeAlias

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path, require_text
from rag.load.tables.header import count_of_header_rows
from rag.load.tables.rows import line_of, texts

Json: TypeAlias = "dict[str, Json] | list[Json] | str | bool | None"
NEWLINE = re.compile(r"\r\n?|\n")  # no other sign that str.splitlines takes for one: they may stand in a value
COLUMNS = ("columns", "header", "headers", "fields", "names")  # what an object calls the names of its rows' values
LONG_VALUE = 200  # characters; a longer text is a separate paragraph under its name
MAX_DEPTH = 100


class Number(str):
    """A number as the file writes it: 1.10 stays 1.10."""

    __slots__ = ()


def parse_json(data: bytes, source: str) -> Parsed:
    """Return the values of a JSON file with their names."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).stem
    return compose(record_blocks(loads(text, source), [title], source), source, title=title)


def parse_json_lines(data: bytes, source: str) -> Parsed:
    """Return the records of a file with one JSON value per line; a broken line is kept as text."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).stem
    blocks: list[Block] = []
    broken = 0
    for number, line in enumerate(NEWLINE.split(text), start=1):
        if not line.strip():
            continue
        try:
            blocks += record_of(loads(line, source), [title, f"row {number}"], source)
        except LoadError:
            broken += 1
            blocks.append(Block(line, "row", heading_path([title, f"row {number}"])))
    if broken * 2 > len(blocks):
        raise LoadError(source, f"{broken} of its lines are not JSON; is it another kind of file?")
    return compose(blocks, source, title=title)


def loads(text: str, source: str) -> Json:
    """Return a JSON value with its numbers as they are written; a name that comes again in an object has a list of values."""
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=Number
        )
    except RecursionError as error:
        raise LoadError(source, "it nests too deeply") from error
    except ValueError as error:
        raise LoadError(source, f"it is not valid JSON ({error})") from error
    return value


def _object(pairs: list[tuple[str, Json]]) -> Json:
    values: dict[str, list[Json]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: held if len(held) > 1 else held[0] for name, held in values.items()}


def record_blocks(value: Json, path: list[str], source: str) -> Iterator[Block]:
    """Yield the blocks of a value: a list of records becomes rows, an object becomes named lines."""
    if len(path) > MAX_DEPTH:
        raise LoadError(source, "it nests too deeply")
    if isinstance(value, list):
        names = _names_in(value, source)
        for number, item in enumerate(value, start=1):
            if not names:
                yield from record_of(item, [*path, f"row {number}"], source)
            elif number > 1 and isinstance(item, list):
                yield Block(
                    line_of(zip(names, map(_written, item), strict=True)), "row", heading_path([*path, f"row {number}"])
                )
    elif isinstance(value, dict) and _are_alike(value):
        for number, (name, inner) in enumerate(value.items(), start=1):
            cells = (
                [("", name), *((key, _written(held)) for key, held in inner.items())] if isinstance(inner, dict) else []
            )
            yield Block(line_of(cells), "row", heading_path([*path, f"row {number}"]))
    elif isinstance(value, dict):
        for name, inner in _with_names(value).items():
            if isinstance(inner, (dict, list)) and not _is_flat(inner):
                yield from record_blocks(inner, [*path, name], source)
            else:
                yield from record_of({name: inner}, path, source)
    else:
        yield Block(_written(value), "item", heading_path(path))


def record_of(value: Json, path: list[str], source: str) -> Iterator[Block]:
    """Yield one record as a line; long texts and nested lists follow under their names."""
    if not isinstance(value, dict):
        if _is_flat(value):
            yield Block(_written(value), "row", heading_path(path))
        else:
            yield from record_blocks(value, path, source)
        return
    short: list[tuple[str, str]] = []
    later: list[tuple[str, Json]] = []
    for name, inner in value.items():
        if _is_flat(inner) and len(_written(inner)) <= LONG_VALUE:
            written = _written(inner)
            if written:
                short.append((name, written))
        else:
            later.append((name, inner))
    if short:
        yield Block(line_of(short), "row", heading_path(path))
    for name, inner in later:
        if _is_flat(inner):
            for paragraph in _written(inner).split("\n\n"):
                yield Block(paragraph, "paragraph", heading_path([*path, name]))
        else:
            yield from record_blocks(inner, [*path, name], source)


def _names_in(value: list[Json], source: str) -> list[str]:
    """Return the names of columns in the first of several lists of equally many values; nothing if there are none."""
    rows = [row for row in value if isinstance(row, list) and _is_flat(row)]
    names = [name for name in rows[0] if _is_word(name)] if rows else []
    if len(rows) < max(len(value), 2) or len(names) < 2 or any(len(row) != len(names) for row in rows):
        return []
    figures = any(all(not _is_word(row[i]) for row in rows[1:]) for i in range(len(names)))
    written = [[_written(cell) for cell in row] for row in rows]
    called = len(set(map(str, names))) == len(names) and (
        figures or count_of_header_rows(texts(written, source), data=True)
    )
    return [str(name) for name in names] if called else []


def _is_word(value: Json) -> bool:
    return isinstance(value, str) and not isinstance(value, Number) and bool(value.strip())


def _with_names(value: dict[str, Json]) -> dict[str, Json]:
    """Return an object whose list of columns stands apart from its rows with records in the place of the rows."""
    named = next((key for key in COLUMNS if isinstance(value.get(key), list)), "")
    names = value.get(named)
    if not isinstance(names, list) or not all(map(_is_word, names)):
        return value
    for key, rows in value.items():
        if key != named and isinstance(rows, list) and rows and _names_in([names, *rows], "") == names:
            records: list[Json] = [
                dict(zip(map(str, names), row, strict=True)) for row in rows if isinstance(row, list)
            ]
            return {name: records if name == key else held for name, held in value.items() if name != named}
    return value


def _are_alike(value: dict[str, Json]) -> bool:
    """Return True if an object holds several records that have a name in common, each under its own name."""
    records = [inner for inner in value.values() if isinstance(inner, dict)]
    if len(records) < max(len(value), 2) or not set.intersection(*map(set, records)):
        return False
    held = (inner for record in records for inner in record.values())
    return all(_is_flat(inner) and len(_written(inner)) <= LONG_VALUE for inner in held)


def _is_flat(value: Json) -> bool:
    """Return True if a value can be written in one line: a plain value, or a list of plain ones."""
    if isinstance(value, list):
        return not any(isinstance(item, (dict, list)) for item in value)
    return not isinstance(value, dict)


def _written(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
