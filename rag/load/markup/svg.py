"""Reads the text of an SVG drawing: title, description and labels, in file order."""

from __future__ import annotations

from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.parsed import Parsed

WORDS = frozenset(("title", "desc", "text", "foreignObject"))
HIDDEN = ("display:none", "visibility:hidden")


def parse_svg(data: bytes, source: str) -> Parsed:
    """Return the text of a drawing."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise LoadError(source, f"it is not an SVG, or damaged ({' '.join(str(error).split())})") from error
    said: list[Block] = []
    title = ""
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name not in WORDS:
            continue
        words = " ".join(" ".join(element.itertext()).split())
        style = f"{element.get('style') or ''};display:{element.get('display') or ''}".replace(" ", "")
        title = title or (words if name == "title" else "")
        said.append(Block(words, "hidden" if any(mark in style for mark in HIDDEN) else "paragraph", title))
    return compose(said, source, title=title or PurePosixPath(source).stem)
