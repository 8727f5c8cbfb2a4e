"""Reads Word files: headings, paragraphs, lists with their numbers, tables, notes, comments, page heads, drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from rag.load.compose import Block, clean, compose
from rag.load.office.drawing import chart_blocks, diagram_blocks, paragraphs_of
from rag.load.office.outline import Outline
from rag.load.office.package import Package, attribute, child, children, descendants, link, local
from rag.load.office.word_body import mended, outermost, unwrapped
from rag.load.office.word_styles import Style, heading_level, level_of, numbering, numbering_of, styles_of
from rag.load.office.word_tables import cell_bodies, grid_of, is_layout, nested_tables
from rag.load.office.word_text import Words, words_of
from rag.load.parsed import Parsed
from rag.load.tables.cells import flat
from rag.load.tables.rows import read_rows
from rag.load.text.headings import looks_like_heading
from rag.load.text.questions import is_question
from rag.types import SegmentKind

SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
STRONG_LEVEL = 10  # of a line formatted like a heading without a heading style
PAGE_NUMBER = re.compile(
    r"(?:page|seite|página|pagina|strana|стр\.?)?[\s\d./|–-]*(?:(?:of|von|de|di|av|z|из)[\s\d./|–-]*)?", re.IGNORECASE
)
MAX_CLAUSE_TITLE = 80  # characters
MAX_DEPTH = 40  # of nested tables


def read_word(package: Package) -> Parsed:
    """Return the text of a Word document."""
    return Word(package).parsed()


class Word:
    """The state of reading a Word file."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = package.main("word/document.xml")
        self.relations = package.relations(self.main)
        parts = {relation.kind: relation.target for relation in self.relations.values()}
        self.styles = styles_of(package.xml(parts.get("styles", "word/styles.xml")))
        self.numbering = numbering(package.xml(parts.get("numbering", "word/numbering.xml")), self.styles)
        self.notes = {kind: self._by_id(parts.get(f"{kind}s", ""), kind) for kind in ("footnote", "endnote", "comment")}
        self.counts = {"footnote": 0, "endnote": 0}
        self.outline = Outline(PurePosixPath(package.source).stem)

    def parsed(self) -> Parsed:
        """Return the whole document."""
        root = self.package.xml(self.main, needed=True)
        if any(attribute(anchor, "behindDoc") in ("1", "true") for anchor in descendants(root, "anchor")):
            self.styles = {name: replace(style, colour="") for name, style in self.styles.items()}  # white on a picture
        self.outline.title = self._title(root) or self.outline.title
        blocks = [*mended(self._body(root, 0)), *self._page_heads(root)]
        return compose(blocks, self.package.source, title=self.outline.title)

    def _by_id(self, part: str, kind: str) -> dict[str, Any]:
        root = self.package.xml(part, text=True) if part else None
        return {attribute(e, "id"): e for e in children(root, kind) if attribute(e, "type") not in SEPARATORS}

    def _style(self, paragraph: Any) -> Style:
        named = child(paragraph, "pPr", "pStyle")
        return self.styles.get(attribute(named, "val"), Style()) if named is not None else Style()

    def _title(self, root: Any) -> str:
        for paragraph in descendants(root, "p"):
            if self._style(paragraph).name == "title":
                text = flat(clean(words_of(paragraph, Style(), {}).text))
                if text:
                    return text
        return ""

    def _body(self, element: Any, depth: int) -> Iterator[Block]:
        """Yield the blocks of a body, in order, including those inside controls and revisions."""
        paragraphs = list(unwrapped(element))
        asked = [
            local(e) == "p" and is_question("".join(t.text or "" for t in descendants(e, "t"))) for e in paragraphs
        ]
        several = sum(asked) > 1
        for i, inner in enumerate(paragraphs):
            if local(inner) == "p":
                following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
                answered = asked[i] and following is not None and not asked[i + 1] and several
                yield from self._paragraph(inner, following, depth, answered=answered)
            elif depth < MAX_DEPTH:
                yield from self._table(inner, depth)

    def _paragraph(self, paragraph: Any, following: Any, depth: int, *, answered: bool) -> Iterator[Block]:
        style = self._style(paragraph)
        words = words_of(paragraph, style, self.styles)
        text = clean(words.text)
        properties = child(paragraph, "pPr")
        number = numbering_of(properties) or style.numbering
        marker = self.numbering.marker(*number) if number and text and number[0] not in ("", "0") else None
        if text:
            level = heading_level(style, level_of(properties))
            if level is None and style.name != "title":
                level = self._level_by_form(words, text, following, number if marker else None, answered=answered)
            shown = f"{marker} {text}" if marker else text
            yield self._block(shown, style, level, listed=marker is not None)
        if hidden := clean("".join(words.hidden)):
            yield Block(hidden, "hidden", self.outline.path())
        yield from self._attached(words, depth)

    def _block(self, text: str, style: Style, level: int | None, *, listed: bool) -> Block:
        name = flat(text)
        kind: SegmentKind = "paragraph"
        if style.name == "title" or level is not None:
            kind = "heading"
            if level is not None:
                self.outline.enter(level, name)
        elif style.name.startswith("toc"):
            kind = "noise"
        elif listed or style.name.startswith("list"):
            kind = "item"
        elif "code" in style.name or "preformatted" in style.name:
            kind = "code"
        return Block(text, kind, self.outline.path())

    def _level_by_form(
        self, words: Words, text: str, following: Any, number: tuple[str, int] | None, *, answered: bool
    ) -> int | None:
        """Return a heading level for a line without a heading style: a question, a bold line, the title of clauses."""
        if number:
            below = self._numbering_of(following)
            deeper = below and below[0] == number[0] and below[1] > number[1]
            titled = deeper and self.numbering.titles(*number) and len(text) <= MAX_CLAUSE_TITLE
            return STRONG_LEVEL + number[1] if titled and not text.endswith(tuple(".;:,")) else None
        return STRONG_LEVEL if answered or self._heads(words, text, following) else None

    def _numbering_of(self, paragraph: Any) -> tuple[str, int] | None:
        if paragraph is None or local(paragraph) != "p":
            return None
        return numbering_of(child(paragraph, "pPr")) or self._style(paragraph).numbering

    def _heads(self, words: Words, text: str, following: Any) -> bool:
        """Return True if a line is formatted as a heading: a paragraph all in bold."""
        if not words.strong or following is None or local(following) != "p" or "\n" in text:
            return False
        behind = words_of(following, self._style(following), self.styles)
        if not behind.text.strip() or behind.strong:
            return False
        return is_question(text) or looks_like_heading(text)

    def _attached(self, words: Words, depth: int) -> Iterator[Block]:
        """Yield what is attached to a paragraph: notes and comments under their names, and drawings."""
        for kind, key in words.marks:
            note = self.notes[kind].pop(key, None)
            if note is None or depth > MAX_DEPTH:
                continue
            if kind == "comment":
                name = f"comment by {attribute(note, 'author')}".removesuffix(" by ")
            else:
                self.counts[kind] += 1
                name = f"{kind} {self.counts[kind]}"
            text = "\n".join(self._lines(note))
            yield Block(text, "paragraph", self.outline.path(name))
        for drawing in words.drawn:
            yield from self._drawn(drawing, depth)

    def _lines(self, element: Any) -> list[str]:
        texts = (
            clean(words_of(paragraph, self._style(paragraph), self.styles).text)
            for paragraph in descendants(element, "p")
        )
        return [text for text in texts if text]

    def _drawn(self, drawing: Any, depth: int) -> Iterator[Block]:
        if depth > MAX_DEPTH:
            return
        for box in outermost(drawing, "txbxContent"):
            yield from self._body(box, depth + 1)
        for element in descendants(drawing, "chart", "relIds"):
            diagram = local(element) == "relIds"
            relation = self.relations.get(link(element, "dm" if diagram else "id"))
            root = self.package.xml(relation.target) if relation else None
            if root is not None:
                yield from (diagram_blocks if diagram else chart_blocks)(root, self.outline)
        for body in outermost(drawing, "txBody"):
            yield from (Block(text, "paragraph", self.outline.path()) for text in paragraphs_of(body))

    def _table(self, table: Any, depth: int) -> Iterator[Block]:
        """Yield a table's rows, then its nested tables; a layout table is read as text."""
        if is_layout(table, lambda p: heading_level(self._style(p), level_of(child(p, "pPr"))) is not None):
            for body in cell_bodies(table):
                yield from self._body(body, depth + 1)
            return
        held: list[Words] = []
        grid = grid_of(table, lambda p: held.append(words := words_of(p, self._style(p), self.styles)) or words)  # type: ignore[func-returns-value]
        yield from self.outline.rows(read_rows(grid))
        for words in held:
            yield from self._attached(words, depth + 1)
        for inner in nested_tables(table):
            yield from self._table(inner, depth + 1)

    def _page_heads(self, root: Any) -> Iterator[Block]:
        """Yield the page headers and footers, each text once; mere page numbers are noise."""
        seen: set[str] = set()
        self.outline.headings = {}
        for reference in descendants(root, "headerReference", "footerReference"):
            relation = self.relations.get(link(reference))
            part = self.package.xml(relation.target, text=True) if relation else None
            name = "page header" if local(reference) == "headerReference" else "page footer"
            for block in self._body(part, 1) if part is not None else ():
                if block.text not in seen:
                    seen.add(block.text)
                    kind: SegmentKind = (
                        "noise" if PAGE_NUMBER.fullmatch(block.text) or block.kind == "noise" else "paragraph"
                    )
                    self.outline.headings = {}
                    yield replace(block, kind=kind, heading=self.outline.path(name))
