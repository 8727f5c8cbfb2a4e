"""Reads DrawingML in office files: text in shapes, tables, charts and diagrams."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rag.load.compose import Block
from rag.load.office.formula import linear
from rag.load.office.outline import Outline
from rag.load.office.package import attribute, child, children, chosen, descendants, is_set, local
from rag.load.tables.cells import EMPTY, Cell, Grid, flat, joined
from rag.load.tables.rows import read_rows, texts

MAX_SPAN = 200


def paragraphs_of(body: Any) -> Iterator[str]:
    """Yield the non-empty paragraphs of a text body."""
    for paragraph in children(body, "p"):
        text = paragraph_text(paragraph)
        if text.strip():
            yield text


def paragraph_text(paragraph: Any) -> str:
    """Return a paragraph's text, ignoring its formatting."""
    parts: list[str] = []
    for element in paragraph:
        name = local(element)
        if name in ("r", "fld"):
            held = child(element, "t")
            parts.append((held.text or "") if held is not None else "")
        elif name == "br":
            parts.append("\n")
        elif name == "AlternateContent":
            inner = chosen(element)
            parts.append("" if inner is None else paragraph_text(inner))
        elif name in ("m", "oMath", "oMathPara"):
            parts.append(linear(element))
    return "".join(parts)


def is_strong(body: Any) -> bool:
    """Return True if all text of a text body is bold."""
    runs = [run for run in descendants(body, "r") if "".join(run.itertext()).strip()]
    return bool(runs) and all(is_set(child(run, "rPr"), "b") for run in runs)


def table_grid(table: Any) -> Grid:
    """Return the cells of a drawn table; a merged cell is repeated in every place it covers."""
    properties = child(table, "tblPr")
    first_row = is_set(properties, "firstRow")
    grid: Grid = []
    for row in children(table, "tr"):
        line: list[Cell] = []
        for element in children(row, "tc"):
            if is_set(element, "hMerge") and line:
                line.append(line[-1])
            elif is_set(element, "vMerge") and grid and len(line) < len(grid[-1]):
                line.append(grid[-1][len(line)])
            else:
                body = child(element, "txBody")
                strong = is_strong(body) or (first_row and not grid)
                line.append(Cell(joined(paragraphs_of(body)), False, strong))
        grid.append(line)
    width = max(map(len, grid), default=0)
    return [line + [EMPTY] * (width - len(line)) for line in grid]


def chart_blocks(root: Any, outline: Outline, *, values: bool = True) -> Iterator[Block]:
    """Yield a chart's title, axis names, and a row for each point with the value of each series."""
    chart = child(root, "chart")
    title = flat(" ".join(_rich(child(chart, "title"))))
    area = child(chart, "plotArea")
    axes = (
        [flat(" ".join(_rich(child(axis, "title")))) for axis in area if local(axis).endswith("Ax")]
        if area is not None
        else []
    )
    path = outline.path(title or "chart")
    said = [title, *(f"Axis: {axis}" for axis in axes if axis)]
    if any(said):
        yield Block(" | ".join(part for part in said if part), "paragraph", path, outline.page)
    if not values or area is None:
        return
    series = list(descendants(area, "ser"))
    names = [_first(child(one, "tx")) or f"Series {i}" for i, one in enumerate(series, start=1)]
    points: dict[tuple[str, int], dict[int, str]] = {}  # by label, and how often it came before in its series
    for i, one in enumerate(series):
        categories = _labels(child(one, "cat")) or _cached(child(one, "xVal"))
        seen: Counter[str] = Counter()
        for place, value in (_cached(child(one, "val")) or _cached(child(one, "yVal"))).items():
            label = categories.get(place, str(place + 1))
            points.setdefault((label, seen[label]), {})[i] = value
            seen[label] += 1
    rows = [
        ["", *names],
        *([label, *(held.get(i, "") for i in range(len(series)))] for (label, _), held in points.items()),
    ]
    for row in read_rows([[Cell(c.text, i == 0) for c in line] for i, line in enumerate(texts(rows))]):
        yield Block(row.text, "row", path, outline.page)


def diagram_blocks(root: Any, outline: Outline) -> Iterator[Block]:
    """Yield the text of a diagram (SmartArt), one item per point."""
    for point in children(child(root, "ptLst"), "pt"):
        body = child(point, "t")
        for text in paragraphs_of(body) if body is not None else ():
            yield Block(text, "item", outline.path(), outline.page)


def _rich(title: Any) -> Iterator[str]:
    """Yield the text of a chart's title, typed or taken from a cell."""
    if title is None:
        return
    for paragraph in descendants(title, "p"):
        yield paragraph_text(paragraph)
    yield from _cached(child(title, "tx")).values()


def _first(element: Any) -> str:
    return next(iter(_cached(element).values()), "") if element is not None else ""


def _cached(element: Any) -> dict[int, str]:
    """Return the cached cell values of a chart, by index; of multi-level labels the innermost."""
    if element is None:
        return {}
    level = next(descendants(element, "lvl"), element)
    found: dict[int, str] = {}
    for point in descendants(level, "pt"):
        held, place = child(point, "v"), attribute(point, "idx")
        if held is not None and place.isdigit():
            found[int(place)] = _rounded(flat(held.text or ""))
    if not found:
        held = child(element, "v")
        found = {0: flat(held.text or "")} if held is not None and held.text else {}
    return found


def _labels(element: Any) -> dict[int, str]:
    """Return the labels of an axis by index; of several levels the outermost first, each until the next of its level."""
    levels = list(descendants(element, "lvl")) if element is not None else []
    if len(levels) < 2:
        return _cached(element)
    held = [_cached(level) for level in reversed(levels)]
    places = [sorted(level) for level in held]
    labels = {}
    for place in held[-1]:
        last = [bisect_right(known, place) - 1 for known in places]
        parts = [level[known[at]] for level, known, at in zip(held, places, last, strict=True) if at >= 0]
        labels[place] = " ".join(parts)
    return labels


def _rounded(text: str) -> str:
    """Remove floating-point noise: 0.30000000000000004."""
    try:
        return f"{float(text):.10g}" if "." in text and len(text) > 12 else text
    except ValueError:
        return text
