"""Reads Excel workbooks: each row of each sheet with its column names, and the row number as heading."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from rag.load.compose import Block, compose
from rag.load.office.drawing import chart_blocks, paragraphs_of
from rag.load.office.outline import Outline
from rag.load.office.package import Package, Relation, attribute, child, children, descendants, is_set, link, local
from rag.load.office.sheet_cells import Book, area_of, book_of, grid_of, read_sheet
from rag.load.office.sheet_notes import Places, places_of
from rag.load.parsed import Parsed
from rag.load.tables.cells import flat
from rag.load.tables.rows import CELL_JOIN, read_rows
from rag.types import SegmentKind

OLD_COPY = "[Threaded comment]"  # placeholder for a threaded comment


def read_workbook(package: Package) -> Parsed:
    """Return the text of a workbook with its sheets as pages."""
    main = package.main("xl/workbook.xml")
    workbook = package.xml(main, needed=True)
    relations = package.relations(main)
    properties = child(workbook, "workbookPr")
    from_1904 = is_set(properties, "date1904")
    book = book_of(package, {r.kind: r.target for r in relations.values()}, from_1904=from_1904)
    people = [_people(package, r) for r in relations.values() if r.kind == "person"]
    writers = {number: name for held in people for number, name in held.items()}
    outline = Outline(PurePosixPath(package.source).stem)
    sheets = list(children(child(workbook, "sheets"), "sheet"))
    names = [sheet.get("name") or str(i) for i, sheet in enumerate(sheets, start=1)]
    blocks: list[Block] = []
    for page, sheet in enumerate(sheets):
        outline.page, outline.headings = page, {1: names[page]}
        hidden = (sheet.get("state") or "visible") != "visible"
        blocks.append(Block(names[page], "heading", outline.path(), page))
        target = relations.get(link(sheet))
        if target is not None:
            read = [*_read(package, target, book, outline, writers)]
            blocks += [replace(block, kind="hidden") for block in read] if hidden else read
    blocks = blocks if len(blocks) > len(sheets) else []  # the names alone say nothing
    return compose(blocks, package.source, title=outline.title, page_count=len(sheets), page_labels=names)


def _people(package: Package, relation: Relation) -> dict[str, str]:
    """Return the authors of threaded comments, by id."""
    return {
        attribute(p, "id"): attribute(p, "displayName") for p in descendants(package.xml(relation.target), "person")
    }


def _read(package: Package, part: Relation, book: Book, outline: Outline, writers: dict[str, str]) -> Iterator[Block]:
    relations = list(package.relations(part.target).values())
    places = Places()
    data = package.read(part.target) if part.kind == "worksheet" else None
    if data is not None:
        sheet = read_sheet(data, book, package.source)
        sheet.heads += [area for relation in relations if (area := _head_of_table(package, relation))]
        grid, numbers = grid_of(sheet, package.source)
        rows = list(read_rows(grid))
        yield from outline.rows(rows, number=numbers)
        for row, cells in sheet.hidden.items():
            text = CELL_JOIN.join(cell.text for cell in cells.values())
            yield Block(text, "hidden", outline.path(f"row {row}"), outline.page)
        places = places_of(rows, numbers, sheet.cells)
        places.hidden_rows, places.hidden_columns = sheet.hidden_rows, sheet.hidden_columns
    for relation in relations:
        if relation.kind == "comments":
            yield from _comments(package.xml(relation.target, text=True), outline, places)
        elif relation.kind == "threadedComment":
            yield from _threads(package.xml(relation.target, text=True), outline, places, writers)
        elif relation.kind == "drawing":
            yield from _drawing(package, relation.target, outline, places)


def _head_of_table(package: Package, relation: Relation) -> tuple[int, int, int, int] | None:
    """Return the header row of a table declared in the sheet."""
    root = package.xml(relation.target) if relation.kind == "table" else None
    if root is None or root.get("headerRowCount") == "0":
        return None
    area = area_of(root.get("ref") or "")
    return (area[0], area[1], area[0], area[3]) if area else None


def _comments(root: Any, outline: Outline, places: Places) -> Iterator[Block]:
    """Yield the comments on cells, without the name that Excel puts before what its author writes."""
    authors = ["".join(author.itertext()) for author in children(child(root, "authors"), "author")]
    for comment in children(child(root, "commentList"), "comment"):
        text = flat("".join(t.text or "" for t in descendants(comment, "t") if local(t.getparent()) != "rPh"))
        number = attribute(comment, "authorId")
        author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
        if not text.startswith(OLD_COPY):
            yield from _comment(text.removeprefix(f"{author}: "), attribute(comment, "ref"), author, outline, places)


def _threads(root: Any, outline: Outline, places: Places, writers: dict[str, str]) -> Iterator[Block]:
    """Yield the threaded comments."""
    for comment in children(root, "threadedComment"):
        text = child(comment, "text")
        author = writers.get(attribute(comment, "personId"), "")
        if text is not None:
            yield from _comment(text.text or "", attribute(comment, "ref"), author, outline, places)


def _comment(text: str, reference: str, author: str, outline: Outline, places: Places) -> Iterator[Block]:
    """Yield a comment under the label of its row, the name of its column, its cell and its author."""
    area = area_of(reference)
    row, column = (area[0], area[1]) if area else (0, 0)
    if text:
        yield Block(text, places.kind(row, column), outline.path(*places.headings(row, column, author)), outline.page)


def _drawing(package: Package, name: str, outline: Outline, places: Places) -> Iterator[Block]:
    """Yield the texts over the cells, and the titles of charts, whose values are in cells."""
    root = package.xml(name)
    relations = package.relations(name)
    for element in descendants(root, "txBody"):
        kind: SegmentKind = "hidden" if _is_unseen(element, places) else "paragraph"
        for text in paragraphs_of(element):
            yield Block(text, kind, outline.path(), outline.page)
    for element in descendants(root, "chart"):
        relation = relations.get(link(element))
        chart = package.xml(relation.target) if relation else None
        if chart is not None:
            unseen = _is_unseen(element, places)
            for block in chart_blocks(chart, outline, values=False):
                yield replace(block, kind="hidden") if unseen else block


def _is_unseen(element: Any, places: Places) -> bool:
    """Return True if a shape is hidden, or is in a hidden group, or lies over hidden rows or columns alone."""
    for above in element.iterancestors():
        if local(above).endswith("Anchor"):
            moves = local(above) == "twoCellAnchor" and attribute(above, "editAs") in ("", "twoCell")
            rows, columns = places.hidden_rows, places.hidden_columns
            return moves and (_lies_over(above, "row", rows) or _lies_over(above, "col", columns))
        if is_set(child(next(iter(above)), "cNvPr"), "hidden"):
            return True
    return False


def _lies_over(anchor: Any, name: str, hidden: Container[int]) -> bool:
    """Return True if all rows or columns that an anchor spans are hidden."""
    first, last, into = (
        "".join(child(anchor, *path).itertext()).strip() if child(anchor, *path) is not None else ""
        for path in (("from", name), ("to", name), ("to", f"{name}Off"))
    )
    if not first.isdigit() or not last.isdigit():
        return False
    end = int(last) + (into not in ("", "0"))
    return all(number + 1 in hidden for number in range(int(first), max(end, int(first) + 1)))
