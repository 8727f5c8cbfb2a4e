"""Reads PowerPoint slides: titles, texts, tables, charts, diagrams, the speaker's notes and comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from rag.load.compose import Block, clean, compose
from rag.load.office.drawing import chart_blocks, diagram_blocks, paragraphs_of, table_grid
from rag.load.office.outline import Outline
from rag.load.office.package import (
    Package,
    Relation,
    attribute,
    child,
    children,
    chosen,
    descendants,
    is_set,
    link,
    local,
)
from rag.load.parsed import Parsed
from rag.load.tables.cells import flat
from rag.load.tables.rows import read_rows
from rag.types import SegmentKind

TITLES = ("title", "ctrTitle")
FRAME = ("dt", "ftr", "sldNum", "hdr")
LISTED = ("body", "obj", "")  # placeholders whose paragraphs are bullets, if there are several


def read_slides(package: Package) -> Parsed:
    """Return the text of a presentation with its slides as pages."""
    main = package.main("ppt/presentation.xml")
    root = package.xml(main, needed=True)
    relations = package.relations(main)
    outline = Outline(PurePosixPath(package.source).stem)
    authors = _authors(package, relations)
    parts = [relations.get(link(e)) for e in children(child(root, "sldIdLst"), "sldId")]
    slides = [part.target for part in parts if part is not None]
    blocks: list[Block] = []
    for page, name in enumerate(slides):
        outline.page, outline.headings = page, {}
        blocks += _slide(package, name, outline, authors)
    title = next((flat(b.text) for b in blocks if b.kind == "heading" and b.page == 0), "")
    return compose(blocks, package.source, title=title or outline.title, page_count=len(slides))


def _slide(package: Package, name: str, outline: Outline, authors: dict[str, str]) -> Iterator[Block]:
    """Yield the blocks of a slide, all of them hidden if it is not shown."""
    root = package.xml(name, text=True)
    hidden = root is not None and attribute(root, "show") in ("0", "false")
    for block in _parts(package, root, package.relations(name), outline, authors):
        yield replace(block, kind="hidden") if hidden else block


def _parts(
    package: Package, root: Any, relations: dict[str, Relation], outline: Outline, authors: dict[str, str]
) -> Iterator[Block]:
    shapes = list(_shapes(child(root, "cSld", "spTree")))
    titles = [shape for shape, hidden in shapes if _role(shape) in TITLES and not hidden]
    for shape in titles:
        text = flat(clean(" ".join(paragraphs_of(child(shape, "txBody")))))
        if text:
            outline.enter(1, text)
            yield Block(text, "heading", outline.path(), outline.page)
    for shape, hidden in shapes:
        if shape not in titles:
            for block in _shape(package, shape, relations, outline):
                yield replace(block, kind="hidden") if hidden else block
    for relation in relations.values():
        if relation.kind == "notesSlide":
            yield from _notes(package.xml(relation.target, text=True), outline)
        elif relation.kind == "comments":
            yield from _comments(package.xml(relation.target, text=True), outline, authors)


def _authors(package: Package, relations: dict[str, Relation]) -> dict[str, str]:
    """Return the authors of the comments, by id."""
    found: dict[str, str] = {}
    for relation in relations.values():
        if relation.kind in ("commentAuthors", "authors"):
            for author in descendants(package.xml(relation.target), "cmAuthor", "author"):
                found[attribute(author, "id")] = attribute(author, "name")
    return found


def _shapes(tree: Any, hidden: bool = False) -> Iterator[tuple[Any, bool]]:
    """Yield (shape, is hidden) of a slide in drawing order, including those in groups."""
    for element in tree if tree is not None else ():
        name = local(element)
        if name == "grpSp":
            yield from _shapes(element, hidden or _is_hidden(element))
        elif name == "AlternateContent":
            held = chosen(element)
            yield from _shapes(held, hidden)
        elif name in ("sp", "graphicFrame", "cxnSp"):
            yield element, hidden or _is_hidden(element)


def _is_hidden(shape: Any) -> bool:
    return any(local(inner).startswith("nv") and is_set(child(inner, "cNvPr"), "hidden") for inner in shape)


def _role(shape: Any) -> str:
    """Return the role of a shape: title, body, a date; "-" if it is not a placeholder."""
    held = next(descendants(child(shape, "nvSpPr"), "ph"), None)
    return "-" if held is None else attribute(held, "type")


def _shape(package: Package, shape: Any, relations: dict[str, Relation], outline: Outline) -> Iterator[Block]:
    body = child(shape, "txBody")
    if body is not None:
        role, texts = _role(shape), list(paragraphs_of(body))
        kind: SegmentKind = "noise" if role in FRAME else "item" if role in LISTED and len(texts) > 1 else "paragraph"
        yield from (Block(text, kind, outline.path(), outline.page) for text in texts)
    if local(shape) != "graphicFrame":
        return
    for table in descendants(shape, "tbl"):
        yield from outline.rows(read_rows(table_grid(table)))
    for element in descendants(shape, "chart", "relIds"):
        diagram = local(element) == "relIds"
        relation = relations.get(link(element, "dm" if diagram else "id"))
        root = package.xml(relation.target) if relation else None
        if root is not None:
            yield from (diagram_blocks if diagram else chart_blocks)(root, outline)


def _notes(root: Any, outline: Outline) -> Iterator[Block]:
    for shape, hidden in _shapes(child(root, "cSld", "spTree")):
        body = child(shape, "txBody")
        if body is not None and _role(shape) not in (*FRAME, "sldImg"):
            for text in paragraphs_of(body):
                yield Block(text, "hidden" if hidden else "paragraph", outline.path("speaker notes"), outline.page)


def _comments(root: Any, outline: Outline, authors: dict[str, str]) -> Iterator[Block]:
    for comment in descendants(root, "cm", "reply"):
        texts = [element.text or "" for element in descendants(comment, "text")] or list(_modern(comment))
        text = clean("\n".join(texts))
        author = authors.get(attribute(comment, "authorId"), "")
        name = f"comment by {author}" if author else "comment"
        if text:
            yield Block(text, "paragraph", outline.path(name), outline.page)


def _modern(comment: Any) -> Iterator[str]:
    for body in children(comment, "txBody"):
        yield from paragraphs_of(body)
