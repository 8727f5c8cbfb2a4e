"""Walks through a page's elements in order, and collects its blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.load.compose import Block, clean
from rag.load.markup.asked import is_asked_above, is_asked_in_line
from rag.load.markup.html_table import is_hidden, is_note_sign, read_table, tables_inside
from rag.load.parsed import heading_path
from rag.load.tables.cells import Grid, flat
from rag.load.tables.rows import read_rows
from rag.load.text.questions import is_question
from rag.load.text.within import blocks_within
from rag.types import SegmentKind

SKIPPED = frozenset(
    """script style template noscript svg iframe object canvas select button input textarea head audio video map
    datalist""".split()
)  # fmt: skip
INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math output q rp rt
    ruby s samp small span strike strong sub sup time tt u var wbr nobr center-text""".split()
)  # fmt: skip
FRAME_TAGS = frozenset(["nav", "aside", "footer", "menu"])
FRAMED = frozenset("div section ul ol p form header".split())  # elements that a page may mark as boilerplate
FRAME_ROLES = frozenset(
    ["navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog", "alert"]
)
RAISED = str.maketrans("0123456789-+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ")  # 2¹⁰ is not 210
WHITE_SPACE = re.compile(r"[ \t\r\n\f]+")
KIND_OF_TAG: dict[str, SegmentKind] = {"li": "item", "dt": "item", "dd": "item", "pre": "code", "tr": "row"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"”’»)\]]*$")
LINK_SHARE = 0.8  # of a block's letters from which it counts as only links

ASKED = 7  # heading level of a question above its answer, below all others
ENDS = frozenset("div section article details li body main td".split())  # an answer ends there too
LONG_PAIR = 300  # characters
BOILERPLATE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|newsletter|subscribe|subscription|sharing|share-?(?:bar|buttons?|links?)|social|breadcrumbs?|"
    r"sidebar|pagination|pager|skip-?(?:link|nav)|advert(?:isement)?s?|ads?|popup|modal|toolbar|nav(?:bar|igation)?|masthead|"
    r"(?:site|page|global)-?(?:header|footer|nav)|related-?(?:posts?|articles?|links?)|comment-?(?:form|respond)|copyright)(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Reader:
    """Collects the blocks of a page while walking its elements in order."""

    blocks: list[Block] = field(default_factory=list)
    links: list[bool] = field(default_factory=list)  # for each block: True if only links
    outside: list[bool] = field(default_factory=list)  # for each block: True if outside the main part
    headings: dict[int, str] = field(default_factory=dict)
    buffer: list[str] = field(default_factory=list)
    letters: int = 0  # of the buffer
    linked: int = 0  # letters of the buffer inside links
    in_main: bool = False
    below: tuple[str, ...] = ()  # captions and sections of the current table

    concealed: list[str] = field(default_factory=list)  # concealed text in the current block
    show_all: bool = False  # hidden text is read too, because a script shows it

    def passes(self, element: Any) -> bool:
        """Return True if an element is concealed and so not read; its text is kept after the block as hidden."""
        if not is_hidden(element) or self.show_all:
            return False
        said = clean(" ".join(text for text in element.itertext() if not text.isspace()))
        if any(character.isalnum() for character in said):
            self.concealed.append(said)
        return True

    def enter(self, level: int, noise: bool) -> None:
        """Close the current block as a heading."""
        name = flat(clean("".join(self.buffer)))
        if name and not noise:
            above = {old: text for old, text in self.headings.items() if old < level}
            if level == ASKED:  # questions are never nested
                above = {old: text for old, text in above.items() if not is_question(text)}
            self.headings = above | {level: name}
        self.flush("heading", noise)

    def flush(self, kind: SegmentKind, noise: bool) -> None:
        """Close the current block."""
        raw, linked = "".join(self.buffer), self.linked
        self.buffer, self.letters, self.linked = [], 0, 0
        mostly_links = linked > 0 and linked >= LINK_SHARE * len(clean(raw))
        for part in raw.split("\n\n") if kind != "code" else [raw]:
            text = clean(part)
            if not text:
                continue
            only_links = mostly_links and not SENTENCE_END.search(text)
            path = heading_path([*(self.headings[level] for level in sorted(self.headings)), *self.below])
            found = [Block(text, "noise" if noise else kind, path)]
            for block in found if noise or kind != "code" else blocks_within(part, kind, path):
                self.blocks.append(block)
                self.links.append(only_links)
                self.outside.append(not self.in_main)
        path = heading_path(self.headings[level] for level in sorted(self.headings))
        for said in self.concealed:
            self.blocks.append(Block(said, "noise" if noise else "hidden", path))
            self.links.append(False)
            self.outside.append(not self.in_main)
        self.concealed = []


def walk(element: Any, reader: Reader, kind: SegmentKind, *, noise: bool, pre: bool) -> None:
    """Read an element and its content in document order; libxml2 limits the depth to 2,048."""
    _add_text(reader, element.text, pre)
    for child in element:
        tag = child.tag.lower() if isinstance(child.tag, str) else ""
        if tag and (tag not in SKIPPED or (tag == "button" and kind == "heading")) and not reader.passes(child):
            if tag == "br":
                reader.buffer.append("\n")
            elif tag == "sup" and is_note_sign(child, "".join(reader.buffer[-3:])):
                pass  # a note marker is not part of a word
            elif tag == "sup" and "".join(reader.buffer[-1:])[-1:].isdigit():
                reader.buffer.append("".join(child.itertext()).translate(RAISED))
            elif tag in ("b", "strong") and is_asked_in_line(child, "".join(reader.buffer)):
                walk(child, reader, "heading", noise=noise, pre=pre)
                reader.enter(ASKED, noise)
            elif tag in INLINE or (tag == "button" and kind == "heading"):
                before = reader.letters
                walk(child, reader, kind, noise=noise, pre=pre)
                if tag == "a" and child.get("href"):
                    reader.linked += max(0, reader.letters - before)
            else:
                _read_block(child, tag, reader, kind, noise=noise, pre=pre)
        _add_text(reader, child.tail, pre)


def _read_block(child: Any, tag: str, reader: Reader, kind: SegmentKind, *, noise: bool, pre: bool) -> None:
    reader.flush(kind, noise)
    was_main, above = reader.in_main, dict(reader.headings)
    frame = noise or _is_frame(child, tag, inside=was_main)
    reader.in_main = was_main or tag in ("main", "article") or child.get("role") in ("main", "article")
    table = read_table(child) if tag == "table" else None
    if table is not None:
        _read_rows(child, table, reader, frame)
    elif tag in HEADINGS or tag == "summary":
        walk(child, reader, "heading", noise=frame, pre=False)
        reader.enter(HEADINGS.get(tag, ASKED), frame)
    elif tag == "dl":
        _read_pairs(child, reader, frame)
    else:
        inner = KIND_OF_TAG.get(tag, kind)
        walk(child, reader, inner, noise=frame, pre=pre or tag == "pre")
        asked = inner == "paragraph" and is_asked_above(child, "".join(reader.buffer))
        if asked:
            reader.enter(ASKED, frame)
        reader.flush(inner, frame)
        answered = tag == "p" and reader.headings.get(ASKED) != above.get(ASKED) and reader.blocks[-1].kind != "heading"
        if (tag in ENDS or answered) and not asked:
            reader.headings = {
                level: name
                for level, name in reader.headings.items()
                if level < ASKED or (level in above and not answered)
            }
    reader.in_main = was_main


def _read_pairs(element: Any, reader: Reader, noise: bool) -> None:
    """Read a description list: a term with a short text is a row; a question or term with a long text is a heading."""
    terms: list[str] = []
    for child in _terms(element, reader):
        if reader.passes(child):
            _leave(terms if child.tag == "dd" and not _goes_on(child) else [], reader, noise)
        elif child.tag == "dt":
            walk(child, reader, "heading", noise=noise, pre=False)
            terms.append(flat(clean("".join(reader.buffer))))
            reader.buffer, reader.letters, reader.linked = [], 0, 0
        else:
            _read_meaning(child, ", ".join(filter(None, terms)), reader, noise)
            if not _goes_on(child):
                terms.clear()
                reader.headings.pop(ASKED, None)
    _leave(terms, reader, noise)


def _read_meaning(child: Any, term: str, reader: Reader, noise: bool) -> None:
    text = flat("".join(child.itertext()))
    if term and (is_question(term) or len(text) > LONG_PAIR or child.find(".//p") is not None or not text):
        reader.buffer = [term]
        reader.enter(ASKED, noise)
    elif term:
        reader.buffer = [f"{term.rstrip(':')}: "]
    walk(child, reader, "row" if reader.buffer else "paragraph", noise=noise, pre=False)
    reader.flush("row" if term and ASKED not in reader.headings else "paragraph", noise)


def _goes_on(meaning: Any) -> bool:
    """Return True if the next element says more of the same term."""
    following = next(meaning.itersiblings(), None)
    return following is not None and following.tag == "dd"


def _leave(terms: list[str], reader: Reader, noise: bool) -> None:
    """Close terms whose meaning is not shown."""
    for term in terms:
        reader.buffer = [term]
        reader.flush("item", noise)
    terms.clear()


def _terms(element: Any, reader: Reader) -> Iterator[Any]:
    for child in element:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div" and not reader.passes(child):
            yield from _terms(child, reader)


def _read_rows(element: Any, table: Grid, reader: Reader, noise: bool) -> None:
    """Read the rows of a table, then its nested tables."""
    for row in read_rows(table):
        reader.below = row.section
        reader.buffer.append(row.text)
        reader.flush(row.kind, noise)
    reader.below = ()
    for inner in element.iterdescendants():
        if isinstance(inner.tag, str) and next(inner.iterancestors("table"), None) is element:
            reader.passes(inner)
    reader.flush("row", noise)
    for inner in tables_inside(element):
        _read_block(inner, "table", reader, "paragraph", noise=noise, pre=False)


def _add_text(reader: Reader, text: str | None, pre: bool) -> None:
    if text:
        reader.buffer.append(text if pre else WHITE_SPACE.sub(" ", text))
        reader.letters += len(reader.buffer[-1])


def _is_frame(element: Any, tag: str, *, inside: bool) -> bool:
    """Return True if an element surrounds an article; an aside or footer inside an article belongs to it."""
    if (tag in FRAME_TAGS and not (inside and tag in ("aside", "footer"))) or element.get("role") in FRAME_ROLES:
        return True
    called = f"{element.get('id') or ''} {element.get('class') or ''}"
    return tag in FRAMED and len(called) < 200 and BOILERPLATE.search(called) is not None
