"""Reads the text of an SVG drawing: title, description and labels, in file order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.hiding import TELLING, is_gone, is_sheer
from rag.load.markup.concealed import Rule, rules_of, styles_of
from rag.load.parsed import Parsed

WORDS = frozenset(("title", "desc", "text", "foreignObject"))
NO_PAINT = ("none", "transparent")


class Look(NamedTuple):
    """What a drawing's element inherits to its content."""

    gone: bool = False
    visibility: str = "visible"
    fill: str = "black"
    stroke: str = "none"

    @property
    def hides(self) -> bool:
        """True if text is not shown."""
        return self.gone or self.visibility != "visible" or (self.fill in NO_PAINT and self.stroke in NO_PAINT)


def parse_svg(data: bytes, source: str) -> Parsed:
    """Return the text of a drawing; what it does not show is hidden, whichever element around it says so."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise LoadError(source, f"it is not an SVG, or damaged ({' '.join(str(error).split())})") from error
    rules = rules_of(root)
    said: list[Block] = []
    title = ""
    waiting = [(root, _look(root, Look(), rules))]
    while waiting:
        element, look = waiting.pop()
        name = _name(element)
        if name in WORDS:
            pieces = list(_pieces(element, look, rules))
            shown, hidden = (_joined(text for text, unseen in pieces if unseen is kind) for kind in (False, True))
            title = title or (shown if name == "title" else "")
            said += [Block(shown, "paragraph", title), Block(hidden, "hidden", title)]
        waiting += [(inner, _look(inner, look, rules)) for inner in reversed(element) if _name(inner)]
    return compose(said, source, title=title or PurePosixPath(source).stem)


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _look(element: Any, above: Look, rules: dict[str, list[Rule]]) -> Look:
    """Return the look of an element from its attributes, styles and the element around it."""
    styles = {name: value.strip().lower() for name, value in element.attrib.items() if name in TELLING}
    styles |= styles_of(element, rules)
    visibility, fill, stroke = (styles.pop(name, "") for name in ("visibility", "fill", "stroke"))
    gone = above.gone or is_gone({}, styles) or is_sheer(styles.get("fill-opacity", ""))
    return Look(gone, visibility or above.visibility, fill or above.fill, stroke or above.stroke)


def _pieces(element: Any, look: Look, rules: dict[str, list[Rule]]) -> Iterator[tuple[str, bool]]:
    """Yield (text, is hidden) of an element and all inside it; libxml2 limits the depth."""
    yield element.text or "", look.hides
    for inner in element:
        if _name(inner):
            yield from _pieces(inner, _look(inner, look, rules), rules)
        yield inner.tail or "", look.hides


def _joined(texts: Iterator[str]) -> str:
    return " ".join(" ".join(texts).split())
