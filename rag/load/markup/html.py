"""Reads HTML pages: their main text with its headings, not what surrounds it.

Hidden elements and comments are left out. Menus, side bars and whatever stands outside of the page's main part stay in the text
as noise, which is never indexed; a page that would be nothing but noise keeps all of it as content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rag.errors import LoadError
from rag.load.compose import Block, clean, compose
from rag.load.decode import decode
from rag.load.markup.html_table import is_hidden, is_note_sign, read_table, tables_inside
from rag.load.parsed import Parsed, heading_path, require_text
from rag.load.tables.cells import Grid
from rag.load.tables.rows import read_rows
from rag.load.text.boilerplate import is_furniture
from rag.types import SegmentKind

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
SKIPPED = frozenset(
    """script style template noscript svg iframe object canvas select button input textarea head audio video map
    datalist""".split()
)  # fmt: skip
INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math output q rp rt
    ruby s samp small span strike strong sub sup time tt u var wbr nobr center-text""".split()
)  # fmt: skip
FRAME_TAGS = frozenset(["nav", "aside", "footer", "menu"])
FRAME_ROLES = frozenset(
    ["navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog", "alert"]
)
WHITE_SPACE = re.compile(r"[ \t\r\n\f]+")
KIND_OF_TAG: dict[str, SegmentKind] = {"li": "item", "dt": "item", "dd": "item", "pre": "code", "tr": "row"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"”’»)\]]*$")
LINK_SHARE = 0.8  # of a block's letters: from here on it is nothing but links
LINK_RUN = 4  # so many blocks of nothing but links in a row are a menu
LINK_RUN_INSIDE = 10  # the same inside the main part, where a short list of links may be a reading list
MAIN_SHARE = 0.25  # of the page's text that a main part has to hold to be believed
META_FACTS = {"author": "Author", "article:author": "Author", "dc.creator": "Author", "date": "Date", "dc.date": "Date",
              "article:published_time": "Published", "citation_author": "Author"}  # fmt: skip


@dataclass(slots=True)
class Reader:
    """Collects the blocks of a page while its elements are walked in order."""

    blocks: list[Block] = field(default_factory=list)
    links: list[bool] = field(default_factory=list)  # for each block: nothing but links
    outside: list[bool] = field(default_factory=list)  # for each block: not in the page's main part
    headings: dict[int, str] = field(default_factory=dict)
    buffer: list[str] = field(default_factory=list)
    letters: int = 0  # of the buffer
    linked: int = 0  # letters of the buffer that stand in links
    in_main: bool = False
    below: tuple[str, ...] = ()  # captions and sections of the table that is being read

    def flush(self, kind: SegmentKind, noise: bool) -> None:
        """Close the block that is being read."""
        raw, linked = "".join(self.buffer), self.linked
        self.buffer, self.letters, self.linked = [], 0, 0
        for part in raw.split("\n\n") if kind != "code" else [raw]:
            text = clean(part)
            if not text:
                continue
            only_links = linked >= LINK_SHARE * len(clean(raw)) and not SENTENCE_END.search(text)
            path = heading_path([*(self.headings[level] for level in sorted(self.headings)), *self.below])
            self.blocks.append(Block(text, "noise" if noise else kind, path))
            self.links.append(only_links)
            self.outside.append(not self.in_main)


def parse_html(data: bytes, source: str) -> Parsed:
    """Return the text of a page."""
    blocks, title = html_blocks(data, source)
    return compose(blocks, source, title=title)


def html_blocks(data: bytes, source: str) -> tuple[list[Block], str]:
    """Return the blocks and the title of a page; LoadError if it is no HTML or holds no text."""
    from lxml import etree

    text = _decoded(data, source)
    require_text(text, source)
    parser = etree.HTMLParser(  # without huge_tree all that stands below 256 elements is dropped in silence, and all after it
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise LoadError(source, f"it is no HTML ({error})") from error
    if root is None:
        raise LoadError(source, "it is no HTML (it holds no elements)")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise LoadError(source, "it nests too deeply")
    reader = Reader()
    body = root.find("body")
    _walk(root if body is None else body, reader, "paragraph", noise=False, pre=False)
    reader.flush("paragraph", noise=False)
    title = _title(root, reader)
    blocks = _with_title(_without_frame(reader), title)
    facts = [Block(fact, "item", title) for fact in _facts(root, " ".join(block.text for block in blocks))]
    return [*facts, *blocks], title


def _decoded(data: bytes, source: str) -> str:
    declared = CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = declared[1].decode("ascii")
        if not name.lower().replace("-", "").startswith(("utf7", "utf16", "utf32")):
            try:
                return data.decode(name)
            except (LookupError, UnicodeDecodeError):
                pass  # the page lies about itself
    return decode(data, source)


def _walk(element: Any, reader: Reader, kind: SegmentKind, *, noise: bool, pre: bool) -> None:
    """Read an element and what follows inside it, in document order; libxml2 bounds the depth at 2,048."""
    _add_text(reader, element.text, pre)
    for child in element:
        tag = child.tag.lower() if isinstance(child.tag, str) else ""
        if tag and tag not in SKIPPED and not is_hidden(child):
            if tag == "br":
                reader.buffer.append("\n")
            elif tag == "sup" and is_note_sign(child, "".join(reader.buffer[-3:])):
                pass  # the sign of a note is no part of a word
            elif tag in INLINE:
                before = reader.letters
                _walk(child, reader, kind, noise=noise, pre=pre)
                if tag == "a" and child.get("href"):
                    reader.linked += max(0, reader.letters - before)
            else:
                _read_block(child, tag, reader, kind, noise=noise, pre=pre)
        _add_text(reader, child.tail, pre)


def _read_block(child: Any, tag: str, reader: Reader, kind: SegmentKind, *, noise: bool, pre: bool) -> None:
    reader.flush(kind, noise)
    was_main = reader.in_main
    frame = noise or _is_frame(child, tag, inside=was_main)
    reader.in_main = was_main or tag in ("main", "article") or child.get("role") in ("main", "article")
    table = read_table(child) if tag == "table" else None
    if table is not None:
        _read_rows(child, table, reader, frame)
    elif tag in HEADINGS:
        _read_heading(child, HEADINGS[tag], reader, frame)
    else:
        inner = KIND_OF_TAG.get(tag, kind)
        _walk(child, reader, inner, noise=frame, pre=pre or tag == "pre")
        reader.flush(inner, frame)
    reader.in_main = was_main


def _read_rows(element: Any, table: Grid, reader: Reader, noise: bool) -> None:
    """Read the rows of a table, then the tables inside its cells."""
    for row in read_rows(table):
        reader.below = row.section
        reader.buffer.append(row.text)
        reader.flush(row.kind, noise)
    reader.below = ()
    for inner in tables_inside(element):
        _read_block(inner, "table", reader, "paragraph", noise=noise, pre=False)


def _read_heading(child: Any, level: int, reader: Reader, noise: bool) -> None:
    _walk(child, reader, "heading", noise=noise, pre=False)
    name = clean("".join(reader.buffer)).replace("\n", " ")
    if name and not noise:
        reader.headings = {old: text for old, text in reader.headings.items() if old < level} | {level: name}
    reader.flush("heading", noise)


def _add_text(reader: Reader, text: str | None, pre: bool) -> None:
    if text:
        reader.buffer.append(text if pre else WHITE_SPACE.sub(" ", text))
        reader.letters += len(reader.buffer[-1])


def _is_frame(element: Any, tag: str, *, inside: bool) -> bool:
    """Tell whether an element holds what surrounds an article; inside of one, an aside or a footer belongs to it."""
    return (tag in FRAME_TAGS and not (inside and tag in ("aside", "footer"))) or element.get("role") in FRAME_ROLES


def _without_frame(reader: Reader) -> list[Block]:
    """Mark as noise what stands outside of the main part, menus of links and furniture; if nothing would be left, mark nothing."""
    blocks = list(reader.blocks)
    total = sum(len(block.text) for block in blocks)
    main = sum(len(block.text) for block, outside in zip(blocks, reader.outside, strict=True) if not outside)
    believed = main >= MAIN_SHARE * total and main > 0
    menus = _menus(reader, LINK_RUN_INSIDE if believed else LINK_RUN)
    prose = [i for i, block in enumerate(blocks) if block.kind == "paragraph" and SENTENCE_END.search(block.text)]
    for i, block in enumerate(blocks):
        edge = bool(prose) and not prose[0] <= i <= prose[-1]
        furniture = block.kind in ("paragraph", "item") and is_furniture(
            block.text, at_edge=edge, repeats=1, leads_nowhere=False
        )
        if (believed and reader.outside[i] and block.kind != "heading") or i in menus or furniture:
            blocks[i] = replace(block, kind="noise")
    content = sum(len(block.text) for block in blocks if block.kind not in ("noise", "heading"))
    return blocks if content >= 0.1 * total or content > 500 else reader.blocks


def _menus(reader: Reader, length: int) -> set[int]:
    """Return the blocks that belong to long runs of nothing but links."""
    found: set[int] = set()
    run: list[int] = []
    for i, only_links in enumerate([*reader.links, False]):
        if only_links:
            run.append(i)
        else:
            if len(run) >= length:
                found.update(run)
            run = []
    return found


def _title(root: Any, reader: Reader) -> str:
    tops = [block.text for block in reader.blocks if block.kind == "heading" and block.heading == block.text]
    element = root.find(".//head/title")
    named = clean("".join(element.itertext())).replace("\n", " ") if element is not None else ""
    first = tops[0].replace("\n", " ") if tops else ""
    return first if first and (not named or first.casefold() in named.casefold() or len(tops) == 1) else named


def _with_title(blocks: list[Block], title: str) -> list[Block]:
    return [replace(block, heading=heading_path([title, *block.heading.split(" › ")])) for block in blocks]


def _facts(root: Any, text: str) -> Iterator[str]:
    """Yield who wrote the page and when, as its head says, unless its text says so too."""
    seen: set[str] = set()
    for meta in root.iterfind(".//head/meta"):
        name = META_FACTS.get((meta.get("name") or meta.get("property") or "").lower())
        value = clean(meta.get("content") or "").replace("\n", " ")
        if name and value and value not in text and value not in seen and not value.startswith("http"):
            seen.add(value)
            yield f"{name}: {value}"
