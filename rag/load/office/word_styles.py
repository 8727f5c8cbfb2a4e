"""Reads the styles and numbering of a Word file: headings, lists, and clause numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rag.load.office.package import attribute, child, children, is_on

MAX_CHAIN = 20  # styles based on styles
MAX_LEVEL = 9
GROUNDS = (("rPr", "shd"), ("rPr", "highlight"), ("pPr", "shd"))
BULLETS = ("bullet", "none")
HEADING_NAME = re.compile(r"heading (\d)")
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """The settings of a paragraph or character style; None if unset."""

    name: str = ""  # lower-case English, independent of Word's language
    level: int | None = None  # outline level, from 1
    numbering: tuple[str, int] | None = None  # id, level from 0
    bold: bool = False
    hidden: bool | None = None
    colour: str = ""  # of its letters, in capitals
    size: str = ""  # half points
    grounded: bool = False  # with a background of its own


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    form: str = "decimal"
    text: str = "%1."
    start: int = 1
    plain: bool = False  # numbers of other levels are also written in digits


def styles_of(root: Any) -> dict[str, Style]:
    """Return the styles by id, with their inherited settings."""
    elements = {attribute(e, "styleId"): e for e in children(root, "style")}
    return {name: _style(name, elements) for name in elements}


def _style(name: str, elements: dict[str, Any]) -> Style:
    chain: list[Any] = []
    while name in elements and len(chain) < MAX_CHAIN:
        chain.append(elements[name])
        base = child(chain[-1], "basedOn")
        name = attribute(base, "val") if base is not None else ""
    called = child(chain[0], "name")
    shown = attribute(called, "val").casefold() if called is not None else ""
    return Style(
        shown,
        next((level for e in chain if (level := level_of(child(e, "pPr"))) is not None), None),
        next((found for e in chain if (found := numbering_of(child(e, "pPr"))) is not None), None),
        next((is_on(b) for e in chain if (b := child(e, "rPr", "b")) is not None), False),
        next((is_on(v) for e in chain if (v := child(e, "rPr", "vanish")) is not None), None),
        next((attribute(c, "val").upper() for e in chain if (c := child(e, "rPr", "color")) is not None), ""),
        next((attribute(s, "val") for e in chain if (s := child(e, "rPr", "sz")) is not None), ""),
        any(child(e, *path) is not None for e in chain for path in GROUNDS),
    )


def level_of(properties: Any) -> int | None:
    """Return the outline level in a paragraph's properties, from 1; 10 is body text."""
    found = child(properties, "outlineLvl")
    value = attribute(found, "val") if found is not None else ""
    return int(value) + 1 if value.isdigit() else None


def numbering_of(properties: Any) -> tuple[str, int] | None:
    """Return the list and level in a paragraph's properties."""
    held = child(properties, "numPr")
    if held is None:
        return None
    number, level = child(held, "numId"), child(held, "ilvl")
    depth = attribute(level, "val") if level is not None else "0"
    return (attribute(number, "val") if number is not None else ""), int(depth) if depth.isdigit() else 0


def heading_level(style: Style, direct: int | None) -> int | None:
    """Return the level of a heading, None for other paragraphs."""
    named = HEADING_NAME.match(style.name)
    level = direct or style.level or (int(named[1]) if named else None)
    return level if level is not None and 1 <= level <= MAX_LEVEL and not style.name.startswith("toc") else None


@dataclass(slots=True)
class Numbering:
    """Counts the paragraphs of a document's lists."""

    lists: dict[str, str] = field(default_factory=dict)  # id of a list → id of its definition
    levels: dict[str, dict[int, Level]] = field(default_factory=dict)  # by definition
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)  # by list
    counts: dict[str, list[int]] = field(default_factory=dict)  # by definition

    def titles(self, number: str, depth: int) -> bool:
        """Return True if a level is the parent of the next: 2 is of 2.1, but not of a."""
        below = self.levels.get(self.lists.get(number, ""), {}).get(depth + 1)
        return below is not None and f"%{depth + 1}" in below.text

    def marker(self, number: str, depth: int) -> str | None:
        """Count a paragraph; return its printed number, "" for a bullet, None if the list is missing."""
        definition = self.lists.get(number)
        if definition is None or not 0 <= depth < MAX_LEVEL:
            return None
        levels = self.levels.get(definition, {})
        counts = self.counts.setdefault(definition, [0] * MAX_LEVEL)
        for level, start in self.restarts.pop(number, {}).items():
            if level < MAX_LEVEL:
                counts[level:] = [start - 1] + [0] * (MAX_LEVEL - level - 1)
        for level in range(depth):
            counts[level] = counts[level] or levels.get(level, Level()).start
        mine = levels.get(depth, Level())
        counts[depth] = counts[depth] + 1 if counts[depth] else max(mine.start, 1)
        counts[depth + 1 :] = [0] * (MAX_LEVEL - depth - 1)
        if mine.form in BULLETS:
            return ""
        return re.sub(r"%([1-9])", lambda match: _number(counts, levels, int(match[1]) - 1, mine), mine.text).strip()


def _number(counts: list[int], levels: dict[int, Level], level: int, mine: Level) -> str:
    form = "decimal" if mine.plain else levels.get(level, Level()).form
    return written(counts[level], form)


def written(count: int, form: str) -> str:
    """Return a number in one of Word's number formats."""
    if form.endswith("Letter"):
        letters = chr(97 + (count - 1) % 26) * ((count - 1) // 26 + 1) if count > 0 else ""
        return letters if form.startswith("lower") else letters.upper()
    if form.endswith("Roman"):
        roman = ""
        for value, letters in ROMAN:
            roman += letters * (count // value)
            count %= value
        return roman if form.startswith("lower") else roman.upper()
    return f"{count:02d}" if form == "decimalZero" else str(count)


def numbering(root: Any, styles: dict[str, Style]) -> Numbering:
    """Return the lists of a document, with all counters at their start."""
    found = Numbering()
    links: dict[str, str] = {}
    for definition in children(root, "abstractNum"):
        name = attribute(definition, "abstractNumId")
        found.levels[name] = dict(map(_level, children(definition, "lvl")))
        link = child(definition, "numStyleLink")
        if link is not None:
            links[name] = attribute(link, "val")
    for one in children(root, "num"):
        name, definition = attribute(one, "numId"), child(one, "abstractNumId")
        if definition is None:
            continue
        found.lists[name] = attribute(definition, "val")
        for override in children(one, "lvlOverride"):
            start = child(override, "startOverride")
            if start is not None and attribute(start, "val").isdigit() and attribute(override, "ilvl").isdigit():
                found.restarts.setdefault(name, {})[int(attribute(override, "ilvl"))] = int(attribute(start, "val"))
    for name, style in links.items():  # the definition is in the style
        named = styles.get(style, Style()).numbering
        if named and named[0] in found.lists:
            found.levels[name] = found.levels.get(found.lists[named[0]], {})
    return found


def _level(element: Any) -> tuple[int, Level]:
    def value(name: str, otherwise: str) -> str:
        inner = child(element, name)
        return attribute(inner, "val") if inner is not None else otherwise

    place, start = attribute(element, "ilvl"), value("start", "1")
    return (
        int(place) if place.isdigit() else 0,
        Level(
            value("numFmt", "decimal"),
            value("lvlText", ""),
            int(start) if start.isdigit() else 1,
            is_on(child(element, "isLgl")),
        ),
    )
