"""Finds text that a page does not show.

An element has its own styles and those that the page's style sheets set by tag, class or id. Text that a button or link
of the page opens is not concealed. Nor is white text if an external style sheet may set the background.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.load.hiding import INHERITED, TELLING, Ground, Styles, declarations, ground_of, is_gone, is_unseen

MARK = "rag-concealed"  # the attribute set on concealed elements
SELECTORS = 2_000  # characters read of a rule's selectors
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
AT_RULE = re.compile(
    r"@(?:media|supports|container|layer)[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@(?:font-face|page|keyframes)[^{}]*\{[^{}]*\}|@import[^;]*;"
)
SIMPLE = re.compile(r"(?P<tag>[a-z][\w-]*)?(?P<rest>(?:[.#][\w-]+)*)", re.IGNORECASE)
OPENERS = ("aria-controls", "data-target", "data-bs-target", "data-toggle-target", "href", "for")


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector of a tag, classes and an id, with its properties."""

    tag: str
    classes: frozenset[str]
    id: str
    styles: Styles


def mark_concealed(root: Any) -> None:
    """Set MARK on every outermost concealed element of a page."""
    rules = rules_of(root)
    opened = set(_opened(root))
    outside = any("stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link"))
    waiting = [(root, Ground())]
    while waiting:
        element, ground = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in ("head", "script", "style"):
            continue
        styles = styles_of(element, rules)
        below = ground_of(element.tag, element.attrib, styles, ground, outside=outside)
        if element.tag not in ("html", "body"):
            gone = is_gone(element.attrib, styles) and not _is_opened(element, opened)
            if gone or (
                is_unseen(below) and not any(INHERITED & styles_of(e, rules).keys() for e in element.iterdescendants())
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


def rules_of(root: Any) -> dict[str, list[Rule]]:
    """Return the rules of a page's or drawing's style sheets that can conceal, by class, id or tag."""
    rules: dict[str, list[Rule]] = {}
    for sheet in root.iter("{*}style"):
        if (sheet.get("media") or "all").lower() not in ("all", "screen"):
            continue
        text = AT_RULE.sub("", COMMENT.sub("", "".join(sheet.itertext())))
        for selectors, declared in _blocks(text):
            styles = {name: value for name, value in declarations(declared).items() if name in TELLING}
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


def styles_of(element: Any, rules: dict[str, list[Rule]]) -> Styles:
    """Return the styles of an element, its own before those of the style sheets."""
    if not isinstance(element.tag, str):
        return {}
    classes, own = frozenset((element.get("class") or "").split()), element.get("id") or ""
    styles: Styles = {}
    tag = element.tag.rpartition("}")[2]
    if rules:
        for key in (tag, *(f".{name}" for name in sorted(classes)), f"#{own}"):
            for rule in rules.get(key, ()):
                if rule.tag in ("", tag) and rule.classes <= classes and rule.id in ("", own):
                    styles |= rule.styles
    written = element.get("style")
    return styles | declarations(written) if written else styles
