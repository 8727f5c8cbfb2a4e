"""Writes OMML formulas on one line: fractions with a slash, powers with a caret."""

from __future__ import annotations

from typing import Any

from rag.load.office.package import attribute, child, children, local

MAX_DEPTH = 60


def linear(element: Any, depth: int = 0) -> str:
    """Return a formula as a line of text."""
    if element is None or depth > MAX_DEPTH:
        return ""
    written = _written(element, local(element), depth)
    return "".join(linear(inner, depth + 1) for inner in element) if written is None else written


def _written(element: Any, name: str, depth: int) -> str | None:
    """Return the text of one element; None if it is just that of its parts."""

    def part(inner: str) -> str:
        return linear(child(element, inner), depth + 1)

    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    if name == "f":
        return f"{held(part('num'))}/{held(part('den'))}"
    if name in ("sSup", "sSub", "sSubSup", "sPre"):
        sub, sup = part("sub"), part("sup")
        return part("e") + (f"_{held(sub)}" if sub else "") + (f"^{held(sup)}" if sup else "")
    if name == "rad":
        degree = part("deg")
        return f"{degree}√{held(part('e'))}"
    if name == "nary":
        sign = child(element, "naryPr", "chr")
        sub, sup = part("sub"), part("sup")
        limits = (f"_{held(sub)}" if sub else "") + (f"^{held(sup)}" if sup else "")
        return f"{attribute(sign, 'val') if sign is not None else '∫'}{limits} {part('e')}"
    if name == "d":
        ends = [child(element, "dPr", end) for end in ("begChr", "endChr")]
        left, right = (
            attribute(end, "val") if end is not None else usual for end, usual in zip(ends, "()", strict=True)
        )
        return left + ", ".join(linear(inner, depth + 1) for inner in children(element, "e")) + right
    if name == "func":
        return f"{part('fName')} {part('e')}"
    if name in ("eqArr", "m"):
        rows = children(element, "e", "mr")
        return "; ".join(linear(row, depth + 1) for row in rows)
    if name == "mr":
        return ", ".join(linear(inner, depth + 1) for inner in children(element, "e"))
    return None


def held(text: str) -> str:
    """Return a text, in brackets if it is more than one word."""
    return text if text.replace(".", "").isalnum() or len(text) < 2 else f"({text})"
