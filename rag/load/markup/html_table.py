"""Reads an HTML table as a grid of texts."""

from __future__ import annotations

from typing import Any

MAX_SPAN = 200
MAX_CELLS = 200_000


def read_table(table: Any) -> tuple[list[str], list[list[str]]] | None:
    """Return (names of the columns, rows); None for a table that only lays out a page: nested, or of one column."""
    if table.find(".//table") is not None or table.get("role") in ("presentation", "none"):
        return None
    rows = list(table.iter("tr"))
    grid = _grid(rows)
    if grid is None or max((len(row) for row in grid), default=0) < 2:
        return None
    heads = _count_of_header_rows(rows)
    names = [" ".join(dict.fromkeys(filter(None, column))) for column in _columns(grid[:heads])] if heads else []
    caption = table.find("caption")
    body = [_labelled(element, row) for element, row in zip(rows[heads:], grid[heads:], strict=True)]
    body = body or [names]
    if caption is not None:
        body.insert(0, [_text(caption)])
    return (names if body != [names] else []), body


def _grid(rows: list[Any]) -> list[list[str]] | None:
    """Lay out cells, spans filled with the text of their cell; None if spans make it absurdly large."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column → (rows still to fill, text)
    cells = 0
    for row in rows:
        line: list[str] = []
        queue = [cell for cell in row if cell.tag in ("td", "th")]
        while queue or len(line) in hanging:
            column = len(line)
            if column in hanging:
                left, text = hanging.pop(column)
                if left > 1:
                    hanging[column] = (left - 1, text)
                line.append(text)
                continue
            cell = queue.pop(0)
            text = _text(cell)
            for _ in range(_span(cell, "colspan")):
                if _span(cell, "rowspan") > 1:
                    hanging[len(line)] = (_span(cell, "rowspan") - 1, text)
                line.append(text)
        cells += len(line)
        if cells > MAX_CELLS:
            return None
        grid.append(line)
    return grid


def _span(cell: Any, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return min(int(value), MAX_SPAN) if value.isascii() and value.isdigit() and int(value) > 0 else 1


def _count_of_header_rows(rows: list[Any]) -> int:
    count = 0
    for row in rows:
        cells = [cell.tag for cell in row if cell.tag in ("td", "th")]
        parent = row.getparent()
        in_head = parent is not None and parent.tag == "thead"
        if not cells or not (in_head or (set(cells) == {"th"} and len(cells) > 1)):
            break
        count += 1
    return count


def _columns(rows: list[list[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    return [[row[i] if i < len(row) else "" for row in rows] for i in range(width)]


def _labelled(element: Any, row: list[str]) -> list[str]:
    """Join a row's own heading with its value where the row is such a pair."""
    tags = [cell.tag for cell in element if cell.tag in ("td", "th")]
    if tags == ["th", "td"] and len(row) == 2 and row[0] and row[1]:
        return [f"{row[0].rstrip(':')}: {row[1]}"]
    return row


def _text(cell: Any) -> str:
    return " ".join("".join(_visible_text(cell)).split())


def _visible_text(element: Any) -> list[str]:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in ("script", "style", "template", "select", "button"):
            parts += _visible_text(child)
            parts.append(" " if child.tag in ("p", "div", "li", "br", "td") else "")
        parts.append(child.tail or "")
    return parts
