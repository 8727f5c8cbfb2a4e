"""Finds text that a page does not show: hidden, transparent, coloured like its background, tiny, clipped or off-page.

An element has its own styles and those that the page's style sheets set by tag, class or id. Text that a button or link
of the page opens is not concealed. Nor is white text if an external style sheet may set the background.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from rag.load.markup.colours import NUMBER, WHITE, Colour, alike, colour_of

MARK = "rag-concealed"  # the attribute set on concealed elements
Styles: TypeAlias = "dict[str, str]"
SELECTORS = 2_000  # characters read of a rule's selectors
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
AT_RULE = re.compile(
    r"@(?:media|supports|container|layer)[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@(?:font-face|page|keyframes)[^{}]*\{[^{}]*\}|@import[^;]*;"
)
SIMPLE = re.compile(r"(?P<tag>[a-z][\w-]*)?(?P<rest>(?:[.#][\w-]+)*)", re.IGNORECASE)
LENGTH = re.compile(r"(-?(?:\d+(?:\.\d+)?|\.\d+))\s*(px|pt|em|rem|ex|ch|%|vw|vh|in|cm|mm)?")
PIXELS = {
    "px": 1.0,
    "pt": 4 / 3,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "vw": 10.0,
    "vh": 8.0,
}
SMALLEST = 2.0  # smallest visible font size, in pixels
SHEER = 0.05  # opacity below which text is invisible
INHERITED = frozenset(
    ("color", "background", "background-color", "font-size")
)  # properties that a child element may override
TELLING = INHERITED | frozenset(
    """background-image display visibility mso-hide opacity clip clip-path width height max-width max-height overflow position left top right
    bottom text-indent margin-left margin-top""".split()
)
FAR = -300.0  # pixels from the edge of the page
OPENERS = ("aria-controls", "data-target", "data-bs-target", "data-toggle-target", "href", "for")


@dataclass(frozen=True, slots=True)
class Ground:
    """The inherited styles of an element: background, text colour and size, and a flag for a known background."""

    background: Colour = WHITE
    colour: Colour | None = (0, 0, 0)  # None: transparent
    known: bool = True
    size: float = 16.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector of a tag, classes and an id, with its properties."""

    tag: str
    classes: frozenset[str]
    id: str
    styles: Styles


def mark_concealed(root: Any) -> None:
    """Set MARK on every outermost concealed element of a page."""
    rules = _rules(root)
    opened = set(_opened(root))
    outside = any("stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link"))
    waiting = [(root, Ground())]
    while waiting:
        element, ground = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in ("head", "script", "style"):
            continue
        styles = _styles(element, rules)
        below = _ground(element, styles, ground, outside)
        if element.tag not in ("html", "body"):
            gone = _is_gone(element, styles) and not _is_opened(element, opened)
            if gone or (
                _is_unseen(below) and not any(INHERITED & _styles(e, rules).keys() for e in element.iterdescendants())
            ):
                element.set(MARK, "")
                continue
        waiting += [(child, below) for child in element]


def _is_opened(element: Any, opened: set[str]) -> bool:
    """Return True if the page has a control that opens an element: by its id, or as a button just before it."""
    if (element.get("id") or "") in opened:
        return True
    before = element.getprevious()
    if before is None or not isinstance(before.tag, str):
        return False
    return any(
        e.tag == "button" or "aria-expanded" in e.attrib or "onclick" in e.attrib
        for e in before.iter()
        if isinstance(e.tag, str)
    )


def _opened(root: Any) -> Iterator[str]:
    """Yield the ids that buttons and links of the page open."""
    for element in root.iter("a", "button", "label", "summary", "li", "div", "span", "h2", "h3", "h4"):
        for name in OPENERS:
            target = element.get(name) or ""
            if target and (name in ("aria-controls", "for") or target.startswith("#")):
                yield target.removeprefix("#")


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield the text before and inside each innermost pair of braces."""
    for block in sheet.split("}")[:-1]:
        before, brace, declared = block.rpartition("{")
        selectors = before.rpartition("{")[2][-SELECTORS:]
        if brace and selectors:
            yield selectors, declared


def _rules(root: Any) -> dict[str, list[Rule]]:
    """Return the rules of the page's style sheets that can conceal, by class, id or tag."""
    rules: dict[str, list[Rule]] = {}
    for sheet in root.iter("style"):
        if (sheet.get("media") or "all").lower() not in ("all", "screen"):
            continue
        text = AT_RULE.sub("", COMMENT.sub("", "".join(sheet.itertext())))
        for selectors, declared in _blocks(text):
            styles = {name: value for name, value in _declarations(declared).items() if name in TELLING}
            for selector in selectors.split(",") if styles else ():
                simple = SIMPLE.fullmatch(selector.strip())
                if simple and simple[0]:
                    names = re.findall(r"[.#][\w-]+", simple["rest"])
                    classes = frozenset(name[1:] for name in names if name[0] == ".")
                    rule = Rule(
                        (simple["tag"] or "").lower(), classes, next((n[1:] for n in names if n[0] == "#"), ""), styles
                    )
                    rules.setdefault(names[0] if names else rule.tag, []).append(rule)
    return rules


def _declarations(text: str) -> Styles:
    parts = (part.partition(":") for part in text.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in parts if value.strip()}


def _styles(element: Any, rules: dict[str, list[Rule]]) -> Styles:
    if not isinstance(element.tag, str):
        return {}
    classes, own = frozenset((element.get("class") or "").split()), element.get("id") or ""
    styles: Styles = {}
    if rules:
        for key in (element.tag, *(f".{name}" for name in sorted(classes)), f"#{own}"):
            for rule in rules.get(key, ()):
                if rule.tag in ("", element.tag) and rule.classes <= classes and rule.id in ("", own):
                    styles |= rule.styles
    written = element.get("style")
    return styles | _declarations(written) if written else styles


def _ground(element: Any, styles: Styles, above: Ground, outside: bool) -> Ground:
    below = above
    named = bool(element.get("class") or element.get("id"))
    if "url(" in (styles.get("background", "") + styles.get("background-image", "")) or "gradient" in styles.get(
        "background", ""
    ):
        below = replace(below, known=False)
    elif ground := colour_of(
        styles.get("background-color") or styles.get("background") or element.get("bgcolor") or ""
    ):
        below = replace(below, background=ground, known=True)
    elif outside and named:
        below = replace(below, known=False)
    written = styles.get("color") or (element.get("color") if element.tag == "font" else "") or ""
    if written in ("transparent", "rgba(0,0,0,0)") or re.match(
        r"rgba\(.*,\s*0?(?:\.0+)?\)|#\w{6}00\Z|hsla\(.*,\s*0\)", written
    ):
        below = replace(below, colour=None)
    elif letters := colour_of(written):
        below = replace(below, colour=letters)
    if size := styles.get("font-size"):
        below = replace(below, size=_pixels(size, above.size))
    return below


def _is_gone(element: Any, styles: Styles) -> bool:
    """Return True if an element is hidden with all its content."""
    if "hidden" in element.attrib or (element.get("aria-hidden") or "").lower() == "true":
        return True
    if (
        "none" in styles.get("display", "")
        or styles.get("visibility") in ("hidden", "collapse")
        or styles.get("mso-hide") == "all"
    ):
        return True
    opacity = NUMBER.match(styles.get("opacity", ""))
    return (opacity is not None and float(opacity[0]) < SHEER) or _is_clipped(styles) or _is_away(styles)


def _is_unseen(ground: Ground) -> bool:
    """Return True if text is invisible: in the background colour, transparent, or too small."""
    hidden = ground.colour is None or (ground.known and alike(ground.colour, ground.background))
    return hidden or ground.size < SMALLEST


def _is_clipped(styles: Styles) -> bool:
    clip = re.sub(r"\s+|,", " ", styles.get("clip", "")).strip()
    if re.match(r"rect\( ?[01](?:px)? [01](?:px)? [01](?:px)? [01](?:px)? ?\)", clip) or re.match(
        r"inset\((?:50|100)%|circle\(0|polygon\(0 0 0 0", styles.get("clip-path", "").replace(", ", " ")
    ):
        return True
    small = any(
        name in styles and _pixels(styles[name], 16.0) <= 1 and styles[name] != "auto"
        for name in ("width", "height", "max-height", "max-width")
    )
    return small and "hidden" in styles.get("overflow", "")


def _is_away(styles: Styles) -> bool:
    """Return True if an element is far outside the page."""
    moved = styles.get("position") in ("absolute", "fixed", "relative")
    places = [styles.get(name, "") for name in ("left", "top", "right", "bottom")] if moved else []
    places += [styles.get(name, "") for name in ("text-indent", "margin-left", "margin-top")]
    return any(place and LENGTH.match(place) and _pixels(place, 16.0) <= FAR for place in places)


def _pixels(length: str, above: float) -> float:
    """Return a length in pixels; a value that is not a number counts as the inherited size."""
    found = LENGTH.match(length)
    if found is None:
        return above
    value, unit = float(found[1]), found[2] or "px"
    if unit == "%":
        return above * value / 100
    return value * (above if unit == "em" else PIXELS[unit])
