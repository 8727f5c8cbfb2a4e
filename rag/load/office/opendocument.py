"""Reads OpenDocument files: texts, sheets and slides, which share their elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from rag.errors import LoadError
from rag.load.compose import Block, clean, compose
from rag.load.office.open_notes import Reader, author_of, below, described, noted
from rag.load.office.open_objects import chart_blocks, formulas_of, objects_of
from rag.load.office.open_styles import OUTLINE, styles_of
from rag.load.office.open_tables import grid_of, nested_tables, noted_cells
from rag.load.office.open_words import LEFT_OUT, Speller, controls_of, hanging
from rag.load.office.outline import Outline
from rag.load.office.package import Package, attribute, child, children, descendants, local
from rag.load.office.sheet_notes import places_of
from rag.load.parsed import Parsed
from rag.load.tables.cells import flat
from rag.load.tables.rows import read_rows
from rag.load.text.questions import is_question
from rag.types import SegmentKind

INDEXES = frozenset(
    "table-of-content illustration-index table-index object-index alphabetical-index user-index".split()
)
FRAME = ("header", "footer", "date-time", "page-number")  # repeated on every slide
MAX_DEPTH = 40


def read_open_document(package: Package) -> Parsed:
    """Return the text of an OpenDocument file with its sheets or slides as pages."""
    content = package.xml("content.xml", needed=True)
    return read_content(content, package.xml("styles.xml"), package.source, objects_of(package, content))


def read_content(content: Any, styles: Any, source: str, objects: dict[str, Any] | None = None) -> Parsed:
    """Return the text of a document's content, which may be in its own file."""
    body = next(descendants(content, "body"), None)
    office = next(iter(body), None) if body is not None else None
    if office is None:
        raise LoadError(source, "it is damaged, or not an OpenDocument file")
    speller = Speller(styles_of(content, styles), formulas_of(objects or {}), controls_of(content))
    reader = Reader(Outline(PurePosixPath(source).stem), speller, objects or {}, source=source)
    if local(office) == "spreadsheet":
        return _sheets(office, reader, source)
    if local(office) == "presentation":
        return _slides(office, reader, source)
    titles = (p for p in descendants(office, "p") if attribute(p, "style-name") in speller.styles.titles)
    reader.outline.title = next(filter(None, map(flat, map(speller.shown, titles))), reader.outline.title)
    blocks = [*_blocks(office, reader, 0), *_page_heads(styles, reader)]
    return compose(blocks, source, title=reader.outline.title)


def _blocks(element: Any, reader: Reader, depth: int, kind: SegmentKind = "paragraph") -> Iterator[Block]:
    """Yield the blocks of an element, in order."""
    inside = [inner for inner in element if local(inner) and local(inner) not in LEFT_OUT]
    for i, inner in enumerate(inside):
        name = local(inner)
        if name in ("h", "p"):
            yield from _paragraph(inner, reader, kind, inside[i + 1] if i + 1 < len(inside) else None)
            yield from _attached(inner, reader, depth)
        elif depth > MAX_DEPTH:
            continue
        elif name == "table":
            yield from _table(inner, reader, depth)
        elif name == "list":
            yield from _list(inner, reader, depth, "", 0)
        elif name in ("title", "desc"):
            yield from described(inner, reader)
        elif name == "object":
            yield from _object(inner, reader)
        elif name in INDEXES:
            yield from (replace(block, kind="noise") for block in _blocks(inner, reader, depth + 1))
        elif attribute(inner, "style-name") in reader.speller.styles.unseen or attribute(inner, "display") == "none":
            above = reader.outline.headings
            yield from (replace(block, kind="hidden") for block in _blocks(inner, reader, depth + 1))
            reader.outline.headings = above
        elif name in ("annotation", "note"):
            yield from noted(inner, reader)
        else:
            yield from _blocks(inner, reader, depth + 1, kind)


def _paragraph(element: Any, reader: Reader, kind: SegmentKind, following: Any) -> Iterator[Block]:
    words, outline = reader.speller.words(element), reader.outline
    number, reader.number = reader.number, ""
    text = clean("".join(words.shown))
    if hidden := clean("".join(words.hidden)):
        yield Block(hidden, "hidden", outline.path(), outline.page)
    if not text:
        return
    if local(element) == "h":
        level = attribute(element, "outline-level")
        depth = int(level) if level.isdigit() and int(level) else 1
        if not number and attribute(element, "is-list-header") != "true":
            number = reader.speller.styles.marker(OUTLINE, depth - 1, element)
        kind, text = "heading", f"{number} {text}".strip()
        outline.enter(depth, flat(text))
    elif attribute(element, "style-name") in reader.speller.styles.titles:
        kind = "heading"
    elif is_question(text) and _is_answer(following, reader):
        kind = "heading"
        outline.enter(10, flat(text))
    yield Block(text if kind == "heading" else f"{number} {text}".strip(), kind, outline.path(), outline.page)


def _is_answer(following: Any, reader: Reader) -> bool:
    return following is not None and local(following) == "p" and not is_question(reader.speller.shown(following))


def _list(element: Any, reader: Reader, depth: int, above: str, level: int) -> Iterator[Block]:
    """Yield the items of a list with their numbers; a nested list continues in the same style."""
    styles = reader.speller.styles
    key = styles.begin(element) if attribute(element, "style-name") or not above else above
    for item in children(element, "list-header", "list-item"):
        reader.number = styles.marker(key, level, item) if local(item) == "list-item" else ""
        inside: list[Any] = []
        for inner in item:
            if local(inner) == "list" and depth < MAX_DEPTH:
                yield from _blocks(inside, reader, depth + 1, "item")
                yield from _list(inner, reader, depth + 1, key, level + 1)
                inside = []
            else:
                inside.append(inner)
        yield from _blocks(inside, reader, depth + 1, "item")
    reader.number = ""


def _attached(paragraph: Any, reader: Reader, depth: int) -> Iterator[Block]:
    """Yield what is attached to a paragraph or table: notes and comments under their names, and drawings."""
    for inner in hanging(paragraph) if depth <= MAX_DEPTH else ():
        yield from (
            noted(inner, reader) if local(inner) in ("note", "annotation") else _blocks([inner], reader, depth + 1)
        )


def _object(element: Any, reader: Reader) -> Iterator[Block]:
    """Yield an embedded chart; in a sheet its values are in cells. A formula is already in its paragraph."""
    root = reader.objects.get(attribute(element, "href").removeprefix("./"), element)
    yield from chart_blocks(root, reader.outline, values=not reader.is_sheet)


def _table(table: Any, reader: Reader, depth: int) -> Iterator[Block]:
    grid, numbers, hidden = grid_of(table, reader.speller.shown, reader.source)
    rows = list(read_rows(grid))
    yield from reader.outline.rows(rows, number=numbers if reader.is_sheet else None)
    yield from (
        Block(text, "hidden", reader.outline.path(f"row {i}"), reader.outline.page) for i, text in hidden.items()
    )
    if reader.is_sheet:
        places = places_of(rows, numbers, {n: dict(enumerate(grid[i], start=1)) for i, n in numbers.items()})
        found = list(noted_cells(table))
        reader.noted = {note: places.headings(row, column, author_of(note)) for row, column, _, note in found}
        reader.unseen = {note for _, _, hidden, note in found if hidden}
    yield from _attached(table, reader, depth + 1)
    for inner in nested_tables(table):
        if depth < MAX_DEPTH:
            yield from _table(inner, reader, depth + 1)


def _sheets(office: Any, reader: Reader, source: str) -> Parsed:
    tables = list(children(office, "table"))
    names = [attribute(table, "name") or str(i) for i, table in enumerate(tables, start=1)]
    blocks: list[Block] = []
    reader.is_sheet = True
    for page, table in enumerate(tables):
        reader.outline.page, reader.outline.headings = page, {1: names[page]}
        blocks.append(Block(names[page], "heading", reader.outline.path(), page))
        blocks += _shown(table, _table(table, reader, 0), reader)
    return compose(blocks if len(blocks) > len(tables) else [], source, title=reader.outline.title,
                   page_count=len(tables), page_labels=names)  # fmt: skip


def _shown(page: Any, blocks: Iterator[Block], reader: Reader) -> Iterator[Block]:
    """Yield the blocks of a sheet or slide, all of them hidden if it is not shown."""
    hidden = attribute(page, "style-name") in reader.speller.styles.unseen
    return (replace(block, kind="hidden") if hidden else block for block in blocks)


def _slides(office: Any, reader: Reader, source: str) -> Parsed:
    pages = list(children(office, "page"))
    blocks: list[Block] = []
    for page, slide in enumerate(pages):
        reader.outline.page, reader.outline.headings = page, {}
        blocks += _shown(slide, _slide(slide, reader), reader)
    title = next((flat(b.text) for b in blocks if b.kind == "heading" and b.page == 0), reader.outline.title)
    return compose(blocks, source, title=title, page_count=len(pages))


def _slide(slide: Any, reader: Reader) -> Iterator[Block]:
    named = (e for e in children(slide, "frame") if attribute(e, "class") in ("title", "subtitle"))
    title = next(named, None)
    text = flat(clean(" ".join(map(reader.speller.shown, descendants(title, "p")))))
    if text:
        reader.outline.enter(1, text)
        yield Block(text, "heading", reader.outline.path(), reader.outline.page)
    for shape in slide:
        if local(shape) == "notes":
            for frame in children(shape, "frame"):
                if attribute(frame, "class") not in FRAME:
                    yield from below(child(frame, "text-box"), reader, "speaker notes")
        elif shape is not title:
            blocks = _blocks([shape], reader, 0)
            yield from (replace(b, kind="noise") for b in blocks) if attribute(shape, "class") in FRAME else blocks


def _page_heads(styles: Any, reader: Reader) -> Iterator[Block]:
    """Yield the page headers and footers, each text once."""
    seen: set[str] = set()
    reader.outline.headings = {}
    for master in descendants(styles, "master-page"):
        for part in children(master, "header", "footer", "header-first", "footer-first", "header-left", "footer-left"):
            name = f"page {local(part).partition('-')[0]}"
            for block in _blocks(part, reader, 1):
                if block.text not in seen:
                    seen.add(block.text)
                    kind: SegmentKind = "paragraph" if any(c.isalpha() for c in block.text) else "noise"
                    yield replace(block, kind=kind, heading=reader.outline.path(name))
