"""Reads objects embedded in OpenDocument files: charts and formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rag.load.compose import Block
from rag.load.office.open_tables import grid_of
from rag.load.office.open_words import Speller
from rag.load.office.outline import Outline
from rag.load.office.package import Package, attribute, child, children, descendants
from rag.load.tables.cells import flat
from rag.load.tables.rows import read_rows

MAX_OBJECTS = 200


def objects_of(package: Package, content: Any) -> dict[str, Any]:
    """Return the embedded objects of a file by name."""
    names = {attribute(e, "href").removeprefix("./") for e in descendants(content, "object")}
    parts = ((name, package.xml(f"{name}/content.xml")) for name in sorted(filter(None, names))[:MAX_OBJECTS])
    return {name: root for name, root in parts if root is not None}


def formulas_of(objects: dict[str, Any]) -> dict[str, Any]:
    """Return the formulas among objects."""
    found = ((name, next(descendants(root, "math"), None)) for name, root in objects.items())
    return {name: formula for name, formula in found if formula is not None}


def chart_blocks(root: Any, outline: Outline, *, values: bool) -> Iterator[Block]:
    """Yield a chart's titles, axis names, and a row for each point with the value of each series."""
    chart = next((e for e in descendants(root, "chart") if attribute(e, "class")), None)
    if chart is None:
        return
    speller = Speller()
    titles = [_words(child(chart, name), speller) for name in ("title", "subtitle", "footer")]
    axes = [_words(child(axis, "title"), speller) for axis in descendants(chart, "axis")]
    path = outline.path(titles[0] or "chart")
    said = [*titles, *(f"Axis: {axis}" for axis in axes if axis)]
    if any(said):
        yield Block(" | ".join(filter(None, said)), "paragraph", path, outline.page)
    for table in children(chart, "table") if values else ():
        grid, _, _ = grid_of(table, speller.shown)
        for row in read_rows([[replace(c, head=True) if c.text else c for c in grid[0]], *grid[1:]] if grid else []):
            yield Block(row.text, row.kind, path, outline.page)


def _words(element: Any, speller: Speller) -> str:
    return flat(" ".join(speller.shown(p) for p in descendants(element, "p")))
