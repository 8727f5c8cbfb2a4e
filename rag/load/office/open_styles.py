"""Reads the styles of OpenDocument files: titles, invisible text, and the numbering of lists and headings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.load.office.package import attribute, child, children, descendants
from rag.load.office.word_styles import MAX_CHAIN, Level, Numbering

FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
OUTLINE = "outline"
SMALLEST = 1.5  # points
WHITE = ("#ffffff", "#fff", "white")
GROUNDS = ("", "transparent", *WHITE)


@dataclass(slots=True)
class Styles:
    """The styles of a document by name, and the counters of its lists."""

    titles: frozenset[str] = frozenset({"Title"})
    unseen: frozenset[str] = frozenset()  # styles of hidden words, paragraphs and sections
    white: frozenset[str] = frozenset()  # styles of white text, invisible outside shapes and tables
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)  # by list style, level from 0
    numbering: Numbering = field(default_factory=Numbering)
    begun: int = 0  # lists

    def begin(self, element: Any) -> str:
        """Return the key of a list that begins here; a continued list has the key of the one before it."""
        style = attribute(element, "style-name")
        if attribute(element, "continue-numbering") == "true" and self.numbering.lists.get(style):
            return self.numbering.lists[style]
        before = attribute(element, "continue-list")
        if before and before in self.numbering.lists:
            key = self.numbering.lists[before]
        else:
            self.begun += 1
            key = f"#{self.begun}"
        self.numbering.levels.setdefault(key, self.lists.get(style, {}))
        for name in (key, style, attribute(element, "id")):
            self.numbering.lists[name] = key
        return key

    def marker(self, key: str, depth: int, item: Any) -> str:
        """Count an item; return its printed number, "" for a bullet."""
        start = attribute(item, "start-value")
        if start.isdigit():
            self.numbering.restarts[key] = {depth: int(start)}
        number = self.numbering.marker(key, depth)
        return number if number and depth in self.numbering.levels[key] else ""


def styles_of(*roots: Any) -> Styles:
    """Return the styles of a document's parts."""
    named = {attribute(e, "name"): e for root in roots for e in descendants(root, "style")}
    chains = {name: list(_chain(name, named)) for name in named}
    found = Styles(
        frozenset({"Title", *(name for name, chain in chains.items() if any(_based_on_title(e) for e in chain))}),
        frozenset(name for name, chain in chains.items() if _is_unseen(chain)),
        frozenset(name for name, chain in chains.items() if _is_white(chain)) if _on_white(roots) else frozenset(),
    )
    for root in roots:
        for one in descendants(root, "list-style", "outline-style"):
            name = attribute(one, "name") if one.tag.endswith("list-style") else OUTLINE
            found.lists[name] = dict(filter(None, map(_level, one)))
    found.numbering.levels[OUTLINE] = found.lists.get(OUTLINE, {})
    found.numbering.lists[OUTLINE] = OUTLINE
    return found


def _chain(name: str, named: dict[str, Any]) -> Iterator[Any]:
    for _ in range(MAX_CHAIN):
        if name not in named:
            return
        yield named[name]
        name = attribute(named[name], "parent-style-name")


def _based_on_title(element: Any) -> bool:
    return "Title" in (attribute(element, "name"), attribute(element, "parent-style-name"))


def _property(chain: list[Any], properties: str, name: str) -> str:
    values = (attribute(held, name) for element in chain for held in children(element, properties))
    return next(filter(None, values), "")


def _is_unseen(chain: list[Any]) -> bool:
    size = _property(chain, "text-properties", "font-size").removesuffix("pt")
    tiny = size.replace(".", "", 1).isdigit() and float(size) <= SMALLEST
    return (
        tiny
        or _property(chain, "text-properties", "display") == "none"
        or _property(chain, "section-properties", "display") == "none"
        or _property(chain, "table-properties", "display") == "false"
        or _property(chain, "drawing-page-properties", "visibility") == "hidden"
    )


def _is_white(chain: list[Any]) -> bool:
    grounds = [_property(chain, kind, "background-color") for kind in ("text-properties", "paragraph-properties")]
    return _property(chain, "text-properties", "color").casefold() in WHITE and all(
        ground in GROUNDS for ground in grounds
    )


def _on_white(roots: tuple[Any, ...]) -> bool:
    """Return True if no page has a background colour or picture."""
    pages = [p for root in roots for p in descendants(root, "page-layout-properties", "drawing-page-properties")]
    plain = all(attribute(page, "background-color") in GROUNDS for page in pages)
    return plain and not any(
        child(page, "background-image") is not None or attribute(page, "fill") not in ("", "none") for page in pages
    )


def _level(element: Any) -> tuple[int, Level] | None:
    level, start, shown = (attribute(element, name) for name in ("level", "start-value", "display-levels"))
    if not level.isdigit() or int(level) < 1:
        return None
    form = FORMS.get(attribute(element, "num-format"), "none")
    first = max(int(level) - int(shown) + 1, 1) if shown.isdigit() else int(level)
    numbers = ".".join(f"%{i}" for i in range(first, int(level) + 1))
    text = f"{attribute(element, 'num-prefix')}{numbers}{attribute(element, 'num-suffix')}"
    return int(level) - 1, Level(form, text, int(start) if start.isdigit() else 1)
