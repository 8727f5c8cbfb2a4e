"""Reads HTML pages: their main text with its headings, without boilerplate.

Hidden elements and comments are left out. Menus, side bars and everything outside the main part stay in the text as
noise, which is never indexed. A page that would be all noise keeps all of it as content.
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
from rag.load.markup.saved import saved_from
from rag.load.parsed import Parsed, heading_path, require_text, with_advice
from rag.load.text.boilerplate import is_furniture
from rag.types import SILENT

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
LINK_RUN = 4  # this many consecutive blocks of only links are a menu
LINK_RUN_INSIDE = 10  # the same inside the main part, where a short list of links may be content
NOSCRIPT = re.compile(r"<noscript[^<>]*>", re.IGNORECASE)
WRITTEN_BY_SCRIPT = "; if its script writes it, open the page in a browser and save it from there"
SHOWN = 0.1  # least visible share of a page's text; a page with less waits for its script
MAIN_SHARE = 0.25  # least share of the page's text in its main part
META_FACTS = {"author": "Author", "article:author": "Author", "dc.creator": "Author", "date": "Date", "dc.date": "Date",
              "article:published_time": "Published", "citation_author": "Author"}  # fmt: skip


def parse_html(data: bytes, source: str) -> Parsed:
    """Return the text of a page."""
    with with_advice(WRITTEN_BY_SCRIPT if b"<script" in data.lower() else ""):
        blocks, title = html_blocks(data, source)
        return compose(blocks, source, title=title)


def html_blocks(data: bytes, source: str) -> tuple[list[Block], str]:
    """Return the blocks and title of a page in its declared encoding; LoadError if it is not HTML or has no text."""
    return page_blocks(_decoded(data, source), source)


def page_blocks(page: str, source: str) -> tuple[list[Block], str]:
    """Return the blocks and title of a decoded page; LoadError if it is not HTML or has no text."""
    from lxml import etree

    text = _without_open_noscript(page)
    require_text(text, source)
    parser = etree.HTMLParser(  # without huge_tree, all below 256 nested elements, and all after it, is lost
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise LoadError(source, f"it is not HTML ({error})") from error
    if root is None:
        raise LoadError(source, "it is not HTML (it has no elements)")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise LoadError(source, "it nests too deeply")
    reader = _read(root)
    title = _title(root, reader)
    blocks = _with_title(_without_frame(reader), title)
    facts = [Block(fact, "item", title) for fact in _facts(root, " ".join(block.text for block in blocks))]
    return [*_origin(page, title), *facts, *blocks] if blocks else facts, title


def _origin(page: str, title: str) -> Iterator[Block]:
    """Yield the origin of a saved page, which is shown but never used for answers."""
    address, day = saved_from(page)
    if address:
        yield Block(f"Saved from {address}{f' on {day}' if day else ''}", "noise", title)


def _read(root: Any) -> Reader:
    """Walk through a page; if almost nothing is visible without scripts, read what they would show."""
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
    """Yield the texts of a page, visible or not."""
    for inner in element.iter():
        if isinstance(inner.tag, str) and inner.tag not in SKIPPED:
            yield " ".join((inner.text or "").split())
        yield " ".join((inner.tail or "").split())


def _without_open_noscript(text: str) -> str:
    """Remove opening <noscript> tags without an end, which would swallow the rest of the page."""
    begun, ended = len(NOSCRIPT.findall(text)), text.lower().count("</noscript")
    return NOSCRIPT.sub("", text) if begun > ended else text


def declared_charset(data: bytes) -> str:
    """Return the encoding declared in a page's head, nothing if there is none."""
    declared = CHARSET.search(data[:4096])
    return declared[1].decode("ascii") if declared else ""


def _decoded(data: bytes, source: str) -> str:
    return decode_labelled(data, declared_charset(data), source)


def _without_frame(reader: Reader) -> list[Block]:
    """Mark text outside the main part, link menus and boilerplate as noise; mark nothing if nothing would be left."""
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
    """Return the blocks in long runs of only links."""
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
    """Yield the author and date from the page's head, unless its text states them too."""
    seen: set[str] = set()
    for meta in root.iterfind(".//head/meta"):
        name = META_FACTS.get((meta.get("name") or meta.get("property") or "").lower())
        value = clean(meta.get("content") or "").replace("\n", " ")
        if name and value and value not in text and value not in seen and not value.startswith("http"):
            seen.add(value)
            yield f"{name}: {value}"
