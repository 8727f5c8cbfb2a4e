"""Reads OpenDocument files: texts, sheets and slides, which share their elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from rag.errors import LoadError
from rag.load.compose import Block, clean, compose
from rag.load.office.open_tables import grid_of, nested_tables
from rag.load.office.outline import Outline
from rag.load.office.package import Package, attribute, child, children, descendants, local
from rag.load.parsed import Parsed
from rag.load.tables.cells import flat
from rag.load.tables.rows import read_rows
from rag.load.text.questions import is_question
from rag.types import SegmentKind

LEFT_OUT = frozenset("tracked-changes forms sequence-decls variable-decls annotation note annotation-end table-of-content "
                     "bibliography alphabetical-index user-index settings shapes named-expressions database-ranges "
                     "content-validations".split())  # fmt: skip
MAX_DEPTH = 40
MAX_BLANKS = 200  # that one element may stand for


@dataclass(slots=True)
class Reader:
    """What is known while a file is read."""

    outline: Outline
    titles: frozenset[str] = frozenset()  # styles that set a title
    counted: dict[str, int] = field(default_factory=lambda: {"footnote": 0, "endnote": 0})


def read_open_document(package: Package) -> Parsed:
    """Return the text of an OpenDocument file with its sheets or slides as pages."""
    content = package.xml("content.xml", needed=True)
    styles = package.xml("styles.xml")
    return read_content(content, styles, package.source)


def read_content(content: Any, styles: Any, source: str) -> Parsed:
    """Return the text of a document's content, which may stand in a file of its own."""
    body = next(descendants(content, "body"), None)
    office = next(iter(body), None) if body is not None else None
    if office is None:
        raise LoadError(source, "it is damaged, or no OpenDocument file")
    reader = Reader(Outline(PurePosixPath(source).stem), _titles(content, styles))
    if local(office) == "spreadsheet":
        return _sheets(office, reader, source)
    if local(office) == "presentation":
        return _slides(office, reader, source)
    title = next(
        (t for p in descendants(office, "p") if attribute(p, "style-name") in reader.titles and (t := flat(words(p)))),
        "",
    )
    reader.outline.title = title or reader.outline.title
    blocks = [*_blocks(office, reader, 0), *_page_heads(styles, reader)]
    return compose(blocks, source, title=reader.outline.title)


def words(element: Any) -> str:
    """Return the words of a paragraph; notes, comments and what is drawn beside it are read apart."""
    parts = [element.text or ""]
    for inner in element:
        name = local(inner)
        if name == "s":
            count = attribute(inner, "c")
            parts.append(" " * min(int(count) if count.isdigit() else 1, MAX_BLANKS))
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name not in LEFT_OUT and name not in ("frame", "custom-shape", "g", "rect"):
            parts.append(words(inner))
        parts.append(inner.tail or "")
    return "".join(parts)


def _titles(content: Any, styles: Any) -> frozenset[str]:
    named = {"Title"}
    for root in (content, styles):
        for style in descendants(root, "style"):
            if attribute(style, "parent-style-name") == "Title":
                named.add(attribute(style, "name"))
    return frozenset(named)


def _blocks(element: Any, reader: Reader, depth: int, kind: SegmentKind = "paragraph") -> Iterator[Block]:
    """Yield the blocks of an element, in order."""
    inside = [inner for inner in element if local(inner) not in LEFT_OUT and local(inner)]
    for i, inner in enumerate(inside):
        name = local(inner)
        if name in ("h", "p"):
            following = inside[i + 1] if i + 1 < len(inside) else None
            yield from _paragraph(inner, reader, kind, following)
            yield from _attached(inner, reader, depth)
        elif name == "table" and depth < MAX_DEPTH:
            yield from _table(inner, reader, depth)
        elif name == "list" and depth < MAX_DEPTH:
            for item in children(inner, "list-header", "list-item"):
                yield from _blocks(item, reader, depth + 1, "item")
        elif depth < MAX_DEPTH:
            yield from _blocks(inner, reader, depth + 1, kind)


def _paragraph(element: Any, reader: Reader, kind: SegmentKind, following: Any) -> Iterator[Block]:
    text = clean(words(element))
    if not text:
        return
    level = attribute(element, "outline-level") if local(element) == "h" else ""
    if level.isdigit() or local(element) == "h":
        kind = "heading"
        reader.outline.enter(int(level) if level.isdigit() else 1, flat(text))
    elif attribute(element, "style-name") in reader.titles:
        kind = "heading"
    elif is_question(text) and following is not None and local(following) == "p" and not is_question(words(following)):
        kind = "heading"
        reader.outline.enter(10, flat(text))
    yield Block(text, kind, reader.outline.path(), reader.outline.page)


def _attached(paragraph: Any, reader: Reader, depth: int) -> Iterator[Block]:
    """Yield what hangs on a paragraph: notes and comments below their names, and what is drawn beside it."""
    if depth > MAX_DEPTH:
        return
    for inner in descendants(paragraph, "note", "annotation", "frame", "custom-shape"):
        if inner is paragraph:
            continue
        name = local(inner)
        if name == "note":
            kind = attribute(inner, "note-class") or "footnote"
            reader.counted[kind] = reader.counted.get(kind, 0) + 1
            yield from _below(child(inner, "note-body"), reader, f"{kind} {reader.counted[kind]}")
        elif name == "annotation":
            author = child(inner, "creator")
            yield from _below(
                inner, reader, f"comment by {author.text}" if author is not None and author.text else "comment"
            )
        elif not any(local(a) in ("frame", "note", "annotation") for a in _between(inner, paragraph)):
            yield from _blocks(inner, reader, depth + 1)


def _between(inner: Any, outer: Any) -> Iterator[Any]:
    for ancestor in inner.iterancestors():
        if ancestor is outer:
            return
        yield ancestor


def _below(body: Any, reader: Reader, name: str) -> Iterator[Block]:
    for paragraph in children(body, "p", "list"):
        text = clean(
            words(paragraph) if local(paragraph) == "p" else " ".join(words(p) for p in descendants(paragraph, "p"))
        )
        if text:
            yield Block(text, "paragraph", reader.outline.path(name), reader.outline.page)


def _table(table: Any, reader: Reader, depth: int, *, sheet: bool = False) -> Iterator[Block]:
    grid, numbers = grid_of(table, words)
    yield from reader.outline.rows(read_rows(grid), number=numbers if sheet else None)
    for paragraph in descendants(table, "p"):
        yield from _attached(paragraph, reader, depth + 1)
    for cell in descendants(table, "annotation") if sheet else ():
        if local(cell.getparent()) != "p":
            yield from _below(cell, reader, "comment")
    for inner in nested_tables(table):
        if depth < MAX_DEPTH:
            yield from _table(inner, reader, depth + 1)


def _sheets(office: Any, reader: Reader, source: str) -> Parsed:
    tables = list(children(office, "table"))
    names = [attribute(table, "name") or str(i) for i, table in enumerate(tables, start=1)]
    blocks: list[Block] = []
    for page, table in enumerate(tables):
        reader.outline.page, reader.outline.headings = page, {1: names[page]}
        blocks.append(Block(names[page], "heading", reader.outline.path(), page))
        blocks += _table(table, reader, 0, sheet=True)
    return compose(blocks, source, title=reader.outline.title, page_count=len(tables), page_labels=names)


def _slides(office: Any, reader: Reader, source: str) -> Parsed:
    pages = list(children(office, "page"))
    blocks: list[Block] = []
    for page, slide in enumerate(pages):
        reader.outline.page, reader.outline.headings = page, {}
        shapes = [shape for shape in slide if local(shape) not in LEFT_OUT]
        titles = [
            shape for shape in shapes if attribute(shape, "class") in ("title", "subtitle") and local(shape) == "frame"
        ]
        for shape in titles[:1]:
            text = flat(clean(" ".join(words(p) for p in descendants(shape, "p"))))
            if text:
                reader.outline.enter(1, text)
                blocks.append(Block(text, "heading", reader.outline.path(), page))
        for shape in shapes:
            if local(shape) == "notes":
                texts = [clean(words(p)) for p in descendants(shape, "p")]
                blocks += [
                    Block(text, "paragraph", reader.outline.path("speaker notes"), page) for text in texts if text
                ]
            elif shape not in titles[:1]:
                blocks += _blocks(_alone(shape), reader, 0)
    title = next((flat(b.text) for b in blocks if b.kind == "heading" and b.page == 0), reader.outline.title)
    return compose(blocks, source, title=title, page_count=len(pages))


def _alone(shape: Any) -> list[Any]:
    return [shape]


def _page_heads(styles: Any, reader: Reader) -> Iterator[Block]:
    """Yield the heads and feet of the pages, each text once."""
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
