"""Reads office files (Word, PowerPoint, Excel, OpenDocument) with docling.

docling names what each part is (heading, list item, table, caption) and on which slide or sheet it stands; here that becomes
blocks in reading order.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any

from rag.errors import LoadError
from rag.load.archive import open_archive
from rag.load.compose import Block, clean, compose
from rag.load.dates import day_of_office
from rag.load.parsed import Parsed, heading_path
from rag.load.tables.rows import has_header, write_rows
from rag.types import SegmentKind

BACKENDS = {  # suffix → docling's name of the format, module, class
    ".docx": ("DOCX", "msword_backend", "MsWordDocumentBackend"),
    ".docm": ("DOCX", "msword_backend", "MsWordDocumentBackend"),
    ".dotx": ("DOCX", "msword_backend", "MsWordDocumentBackend"),
    ".pptx": ("PPTX", "mspowerpoint_backend", "MsPowerpointDocumentBackend"),
    ".pptm": ("PPTX", "mspowerpoint_backend", "MsPowerpointDocumentBackend"),
    ".ppsx": ("PPTX", "mspowerpoint_backend", "MsPowerpointDocumentBackend"),
    ".xlsx": ("XLSX", "msexcel_backend", "MsExcelDocumentBackend"),
    ".xlsm": ("XLSX", "msexcel_backend", "MsExcelDocumentBackend"),
    ".odt": ("ODT", "opendocument_backend", "OdtDocumentBackend"),
    ".ods": ("ODS", "opendocument_backend", "OdsDocumentBackend"),
    ".odp": ("ODP", "opendocument_backend", "OdpDocumentBackend"),
}
SHEETS = ("XLSX", "ODS")
HIDDEN_LAYERS = ("furniture", "background", "invisible")  # page heads and feet, watermarks, hidden sheets
MAX_HEADER_ROWS = 3
SPACE_BEFORE_POINT = re.compile(r" +(?=[,.;:!?)\]}%”’](?:\s|\Z|[,.;:!?)\]}”’]))|(?<=[(\[“]) +")
KIND_OF_LABEL: dict[str, SegmentKind] = {"list_item": "item", "code": "code", "checkbox_selected": "item",
                                         "checkbox_unselected": "item"}  # fmt: skip


@dataclass(slots=True)
class Outline:
    """The headings above what is being read, and the page it stands on."""

    headings: dict[int, str] = field(default_factory=dict)
    title: str = ""
    page: int = 0
    slides: bool = False

    def enter(self, level: int, name: str) -> None:
        self.headings = {old: text for old, text in self.headings.items() if old < level} | {level: name}

    def path(self, *more: str) -> str:
        return heading_path([self.title, *(self.headings[level] for level in sorted(self.headings)), *more])


def warm_up() -> None:
    """Import docling and everything it needs (seconds, and torch's memory), before bounds hold."""
    for _, module, _ in BACKENDS.values():
        import_module(f"docling.backend.{module}")
    import_module("docling.datamodel.document")


def parse_office(data: bytes, source: str) -> Parsed:
    """Return the text of an office file with its slides or sheets as pages."""
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.document import InputDocument

    with open_archive(data, source) as archive:
        stated = day_of_office(archive)
    form, module, name = BACKENDS[PurePosixPath(source).suffix.lower()]
    backend = getattr(import_module(f"docling.backend.{module}"), name)
    opened = InputDocument(io.BytesIO(data), format=InputFormat[form], backend=backend, filename=f"file{source[-5:]}")
    if not opened.valid:
        raise LoadError(source, f"it is damaged, or no {form} file")
    document = opened._backend.convert()
    labels = _page_names(document, form)
    outline = Outline(title=_title(document, source), slides=form in ("PPTX", "ODP"))
    blocks = list(_read(document.body, document, outline, labels))
    parsed = compose(blocks, source, title=outline.title, page_count=len(document.pages), page_labels=labels)
    return replace(parsed, stated=stated)


def _page_names(document: Any, form: str) -> list[str]:
    """Return the names of the sheets; slides have numbers only."""
    if form not in SHEETS:
        return []
    names = [str(group.name) for group in document.groups if group.label.value == "sheet"]
    return names if len(names) == len(document.pages) else []


def _title(document: Any, source: str) -> str:
    titles = [item.text for item in document.texts if item.label.value == "title" and item.text.strip()]
    return clean(titles[0]).replace("\n", " ") if titles else PurePosixPath(source).stem


def _read(node: Any, document: Any, outline: Outline, labels: list[str]) -> Iterator[Block]:
    """Yield the blocks of a node's children; what stands inside a table's cells is told by the table."""
    for reference in node.children:
        item = reference.resolve(document)
        label = item.label.value
        if getattr(item, "prov", None) and _turns_page(item.prov[0].page_no - 1, outline, labels):
            yield Block(labels[outline.page], "heading", outline.path(), outline.page)
        if label == "table":
            yield from _table(item, document, outline)
        elif label == "inline":
            yield Block(_inline(item, document), "paragraph", outline.path(), outline.page)
        else:
            yield from _text(item, label, document, outline)
            yield from _chart(item, outline)
            yield from _read(item, document, outline, labels)


def _turns_page(page: int, outline: Outline, labels: list[str]) -> bool:
    """Enter the slide or sheet of what comes next; tell whether a sheet begins, whose name is its heading."""
    if page == outline.page and outline.headings:
        return False
    outline.page = page
    if labels and page < len(labels):
        outline.headings = {1: labels[page]}
        return True
    if outline.slides:
        outline.headings = {}
    return False


def _text(item: Any, label: str, document: Any, outline: Outline) -> Iterator[Block]:
    """Yield the block of one item, if it has text of its own; an item whose words are set in several styles has an inline group."""
    text = getattr(item, "text", "")
    if not text and item.children and label in ("list_item", "section_header", "title"):
        first = item.children[0].resolve(document)
        if first.label.value == "inline":
            text = _inline(first, document)
            item.children.pop(0)
    text = clean(text)
    if not text:
        return
    if getattr(item, "enumerated", False) and item.marker:
        text = f"{item.marker} {text}"  # other places may refer to the number
    kind: SegmentKind = KIND_OF_LABEL.get(label, "paragraph")
    if label in ("section_header", "title"):
        kind = "heading"
        name = text.replace("\n", " ")
        if not (label == "title" and name == outline.title and not outline.slides):
            outline.enter(getattr(item, "level", 1) + (1 if label == "section_header" else 0), name)
    if item.content_layer.value in HIDDEN_LAYERS:
        kind = "noise"
    yield Block(text, kind, outline.path(), outline.page)


def _inline(group: Any, document: Any) -> str:
    parts: list[str] = []
    for reference in group.children:
        item = reference.resolve(document)
        parts.append(_inline(item, document) if item.label.value == "inline" else getattr(item, "text", ""))
    return SPACE_BEFORE_POINT.sub("", " ".join(part for part in parts if part))


def _chart(item: Any, outline: Outline) -> Iterator[Block]:
    """Yield the values behind a chart, a row for each of its points, below the kind of chart that it is."""
    meta = getattr(item, "meta", None)
    chart = getattr(meta, "tabular_chart", None)
    if chart is None:
        return
    kinds = getattr(getattr(meta, "classification", None), "predictions", None) or []
    name = str(chart.title or (kinds[0].class_name.replace("_", " ") if kinds else "chart"))
    rows = _rows(chart.chart_data)
    path = outline.path(name)
    yield Block(name.capitalize(), "paragraph", outline.path(), outline.page)
    for line in write_rows(rows[0] if rows else [], rows[1:]):
        yield Block(line, "row", path, outline.page)


def _table(table: Any, document: Any, outline: Outline) -> Iterator[Block]:
    """Yield a block for each row, with the names of the columns; a sheet's rows carry their numbers."""
    for caption in table.captions:
        yield Block(caption.resolve(document).text, "paragraph", outline.path(), outline.page)
    rows = _rows(table.data)
    heads = _count_of_header_rows(table, rows)
    names = (
        [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*rows[:heads], strict=True)] if heads else []
    )
    first_row = _first_row_of_sheet(table, outline)
    for number, line in enumerate(write_rows(names, rows[heads:]), start=heads):
        path = outline.path(f"row {first_row + number}") if first_row else outline.path()
        yield Block(line, "noise" if table.content_layer.value in HIDDEN_LAYERS else "row", path, outline.page)


def _count_of_header_rows(table: Any, rows: list[list[str]]) -> int:
    """Return how many rows at the top name the columns; 0 where they look like values or texts, whatever the file says."""
    if not has_header(rows):
        return 0
    heads = 0
    while heads < min(len(rows) - 1, MAX_HEADER_ROWS) and _is_header(table, heads):
        heads += 1
    return max(heads, 1)


def _rows(data: Any) -> list[list[str]]:
    grid = [[""] * data.num_cols for _ in range(data.num_rows)]
    for cell in data.table_cells:
        for row in range(cell.start_row_offset_idx, min(cell.end_row_offset_idx, len(grid))):
            for column in range(cell.start_col_offset_idx, min(cell.end_col_offset_idx, data.num_cols)):
                grid[row][column] = cell.text
    return grid


def _is_header(table: Any, row: int) -> bool:
    cells = [cell for cell in table.data.table_cells if cell.start_row_offset_idx == row]
    return bool(cells) and all(cell.column_header for cell in cells)


def _first_row_of_sheet(table: Any, outline: Outline) -> int:
    """Return the number of the sheet's row, as a spreadsheet shows it, on which the table begins; 0 outside of sheets."""
    if outline.slides or not table.prov or not outline.headings:
        return 0
    return int(table.prov[0].bbox.t) + 1
