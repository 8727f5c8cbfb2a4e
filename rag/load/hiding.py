"""Tells the styles that hide text: hidden, transparent, coloured like the background, tiny, clipped or off-page.

The one list of what hides text, for pages, drawings and the HTML in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from rag.load.colours import NUMBER, WHITE, Colour, alike, colour_of

Styles: TypeAlias = "dict[str, str]"
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
    bottom text-indent margin-left margin-top fill fill-opacity stroke""".split()
)
FAR = -300.0  # pixels from the edge of the page


@dataclass(frozen=True, slots=True)
class Ground:
    """The inherited styles of an element: background, text colour and size, and a flag for a known background."""

    background: Colour = WHITE
    colour: Colour | None = (0, 0, 0)  # None: transparent
    known: bool = True
    size: float = 16.0


def declarations(text: str) -> Styles:
    """Return the properties that a style attribute, or the inside of a rule, declares."""
    parts = (part.partition(":") for part in text.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in parts if value.strip()}


def ground_of(
    tag: str, attributes: Mapping[str, str], styles: Styles, above: Ground, *, outside: bool = False
) -> Ground:
    """Return what an element inherits to its content; `outside` marks a page with style sheets that are not read."""
    below = above
    named = bool(attributes.get("class") or attributes.get("id"))
    if "url(" in (styles.get("background", "") + styles.get("background-image", "")) or "gradient" in styles.get(
        "background", ""
    ):
        below = replace(below, known=False)
    elif ground := colour_of(
        styles.get("background-color") or styles.get("background") or attributes.get("bgcolor") or ""
    ):
        below = replace(below, background=ground, known=True)
    elif outside and named:
        below = replace(below, known=False)
    written = styles.get("color") or (attributes.get("color") if tag == "font" else "") or ""
    if written in ("transparent", "rgba(0,0,0,0)") or re.match(
        r"rgba\(.*,\s*0?(?:\.0+)?\)|#\w{6}00\Z|hsla\(.*,\s*0\)", written
    ):
        below = replace(below, colour=None)
    elif letters := colour_of(written):
        below = replace(below, colour=letters)
    if size := styles.get("font-size"):
        below = replace(below, size=_pixels(size, above.size))
    return below


def is_gone(attributes: Mapping[str, str], styles: Styles) -> bool:
    """Return True if an element is hidden with all its content."""
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
        return True
    if (
        "none" in styles.get("display", "")
        or styles.get("visibility") in ("hidden", "collapse")
        or styles.get("mso-hide") == "all"
    ):
        return True
    return is_sheer(styles.get("opacity", "")) or _is_clipped(styles) or _is_away(styles)


def is_sheer(opacity: str) -> bool:
    """Return True if an opacity is so small that nothing is seen."""
    found = NUMBER.match(opacity)
    return found is not None and float(found[0]) < SHEER


def is_unseen(ground: Ground) -> bool:
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
