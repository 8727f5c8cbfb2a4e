"""Reads HTML pages: their main text with its headings, not what surrounds it.

Hidden elements and comments are left out. Menus, side bars and whatever stands outside of the page's main part stay in the text
as noise, which is never indexed; a page that would be nothing but noise keeps all of it as content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rag.errors import LoadError
from rag.load.compose import Block, clean, compose
from rag.load.decode import decode_labelled
from rag.load.markup.concealed import mark_concealed
from rag.load.markup.page import SENTENCE_END, SKIPPED, Reader, walk
from rag.load.parsed import Parsed, heading_path, require_text
from rag.load.text.boilerplate import is_furniture
from rag.types import SILENT

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
LINK_RUN = 4  # so many blocks of nothing but links in a row are a menu
LINK_RUN_INSIDE = 10  # the same inside the main part, where a short list of links may be a reading list
NOSCRIPT = re.compile(r"<noscript[^<>]*>", re.IGNORECASE)
SHOWN = 0.1  # of a page's text; a page that shows less is waiting for its script
MAIN_SHARE = 0.25  # share of the page's text that a main part has to hold to count as one
META_FACTS = {"author": "Author", "article:author": "Author", "dc.creator": "Author", "date": "Date", "dc.date": "Date",
              "article:published_time": "Published", "citation_author": "Author"}  # fmt: skip


def parse_html(data: bytes, source: str) -> Parsed:
    """Return the text of a page."""
    blocks, title = html_blocks(data, source)
    return compose(blocks, source, title=title)


def html_blocks(data: bytes, source: str) -> tuple[list[Block], str]:
    """Return the blocks and the title of a page in the encoding that it names; LoadError if it is no HTML or holds no text."""
    return page_blocks(_decoded(data, source), source)


def page_blocks(page: str, source: str) -> tuple[list[Block], str]:
    """Return the blocks and the title of a page that is decoded; LoadError if it is no HTML or holds no text."""
    from lxml import etree

    text = _without_open_noscript(page)
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
    reader = _read(root)
    title = _title(root, reader)
    blocks = _with_title(_without_frame(reader), title)
    facts = [Block(fact, "item", title) for fact in _facts(root, " ".join(block.text for block in blocks))]
    return [*facts, *blocks], title


def _read(root: Any) -> Reader:
    """Walk through a page; where almost nothing is shown before a script has run, read what the script shows."""
    body = root.find("body")
    element = root if body is None else body
    reader = Reader()
    mark_concealed(root)
    walk(element, reader, "paragraph", noise=False, pre=False)
    reader.flush("paragraph", noise=False)
    read = sum(len(block.text) for block in reader.blocks if block.kind != "hidden")
    if read < SHOWN * sum(len(text) for text in _texts(element)) and root.find(".//script") is not None:
        reader = Reader(show_all=True)
        walk(element, reader, "paragraph", noise=False, pre=False)
        reader.flush("paragraph", noise=False)
    return reader


def _texts(element: Any) -> Iterator[str]:
    """Yield the texts of a page, shown or not."""
    for inner in element.iter():
        if isinstance(inner.tag, str) and inner.tag not in SKIPPED:
            yield " ".join((inner.text or "").split())
        yield " ".join((inner.tail or "").split())


def _without_open_noscript(text: str) -> str:
    """Leave out the beginnings of <noscript> that has no end: all that follows would be lost."""
    begun, ended = len(NOSCRIPT.findall(text)), text.lower().count("</noscript")
    return NOSCRIPT.sub("", text) if begun > ended else text


def _decoded(data: bytes, source: str) -> str:
    declared = CHARSET.search(data[:4096])
    return decode_labelled(data, declared[1].decode("ascii") if declared else "", source)


def _without_frame(reader: Reader) -> list[Block]:
    """Mark as noise what stands outside of the main part, menus of links and furniture; if nothing would be left, mark nothing."""
    blocks = list(reader.blocks)
    total = sum(len(block.text) for block in blocks if block.kind != "hidden")
    main = sum(
        len(b.text) for b, outside in zip(blocks, reader.outside, strict=True) if not outside and b.kind != "hidden"
    )
    believed = main >= MAIN_SHARE * total and main > 0
    menus = _menus(reader, LINK_RUN_INSIDE if believed else LINK_RUN)
    prose = [i for i, block in enumerate(blocks) if block.kind == "paragraph" and SENTENCE_END.search(block.text)]
    for i, block in enumerate(blocks):
        if block.kind == "hidden":
            continue
        edge = bool(prose) and not prose[0] <= i <= prose[-1]
        furniture = block.kind in ("paragraph", "item") and is_furniture(
            block.text, at_edge=edge, repeats=1, leads_nowhere=False
        )
        if (believed and reader.outside[i] and block.kind != "heading") or i in menus or furniture:
            blocks[i] = replace(block, kind="noise")
    content = sum(len(block.text) for block in blocks if block.kind not in SILENT)
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
