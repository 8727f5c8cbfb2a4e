"""Reads EPUB books: the chapters in the order of the spine."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from rag.errors import LoadError
from rag.load.archive import BROKEN, open_archive
from rag.load.compose import Block, clean, compose
from rag.load.dates import day_of
from rag.load.markup.html import html_blocks
from rag.load.parsed import HEADING_JOIN, NO_TEXT, Parsed, heading_path
from rag.types import UNREAD_PART

CONTAINER = "META-INF/container.xml"


def parse_epub(data: bytes, source: str) -> Parsed:
    """Return the text of a book, starting with its title, author and date if it states them."""
    with open_archive(data, source) as archive:
        package_path = _package_path(archive, source)
        package = _xml(archive, package_path, source)
        named = {name: _named(package, name) for name in ("title", "creator", "date", "publisher", "description")}
        title = named["title"]
        labels = {"creator": "Author", "date": "Date", "publisher": "Publisher", "description": "Description"}
        facts = [Block(f"{label}: {named[name]}", "item", title) for name, label in labels.items() if named[name]]
        chapters = [block for path in _spine(package, package_path) for block in _chapter(archive, path, source, title)]
    if all(block.text.startswith(UNREAD_PART) for block in chapters):
        raise LoadError(source, "none of its chapters can be read")
    parsed = compose([*facts, *chapters], source, title=title)
    return replace(parsed, stated=day_of(named["date"]))


def _package_path(archive: zipfile.ZipFile, source: str) -> str:
    root = next(_xml(archive, CONTAINER, source).iterfind(".//{*}rootfile"), None)
    path = "" if root is None else str(root.get("full-path") or "")
    if path not in archive.namelist():
        raise LoadError(source, "it is not an EPUB (its table of contents is missing)")
    return path


def _xml(archive: zipfile.ZipFile, path: str, source: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(archive.read(path), parser)
    except (KeyError, etree.LxmlError, zipfile.BadZipFile) as error:
        raise LoadError(source, f"it is not an EPUB, or damaged ({path}: {error})") from error


def _named(package: Any, name: str) -> str:
    texts = (
        "".join(element.itertext()) for element in package.iterfind(f".//{{http://purl.org/dc/elements/1.1/}}{name}")
    )
    return ", ".join(clean(text).replace("\n", " ") for text in texts if text.strip())


def _spine(package: Any, package_path: str) -> Iterator[str]:
    """Yield the paths of the chapters."""
    folder = posixpath.dirname(package_path)
    files = {item.get("id"): item.get("href") for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = files.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(folder, unquote(href)))


def _chapter(archive: zipfile.ZipFile, path: str, source: str, title: str) -> Iterator[Block]:
    """Yield a chapter's blocks; one without text (a cover picture) has none, one that cannot be read only a mark."""
    try:
        blocks, _ = html_blocks(archive.read(path), source)
    except (KeyError, *BROKEN, LoadError) as error:
        if not isinstance(error, LoadError) or error.reason != NO_TEXT:
            yield Block(f"{UNREAD_PART}chapter {posixpath.basename(path)}]", "noise", title)
        return
    for block in blocks:
        yield replace(block, heading=heading_path([title, *block.heading.split(HEADING_JOIN)]))
