"""Writes MathML formulas on one line: fractions with a slash, powers with a caret."""

from __future__ import annotations

from typing import Any

from rag.load.office.formula import held
from rag.load.office.package import local

MAX_DEPTH = 60
SPACED = frozenset("= + − - × ≤ ≥ < > ≈ ≠ → ± ⇒ ∈".split())
FORMS = {"mfrac": "{0}/{1}", "msup": "{0}^{1}", "msub": "{0}_{1}", "msubsup": "{0}_{1}^{2}", "msqrt": "√{0}",
         "mroot": "{1}√{0}", "munder": "{0}_{1}", "mover": "{0}^{1}", "munderover": "{0}_{1}^{2}"}  # fmt: skip


def in_one_line(element: Any, depth: int = 0) -> str:
    """Return a formula as a line of text."""
    name = local(element)
    if depth > MAX_DEPTH or not name or name.startswith("annotation"):
        return ""
    if name in ("mi", "mn", "mo", "mtext", "ms"):
        text = " ".join("".join(element.itertext()).split())
        return f" {text} " if name == "mo" and text in SPACED else text
    parts = [in_one_line(inner, depth + 1) for inner in element if local(inner)]
    if name in FORMS:
        parts = ["".join(parts)] if name == "msqrt" else parts
        if len(parts) > FORMS[name].count("{") - 1:
            return FORMS[name].format(*(held(part.strip()) for part in parts))
    joint = "; " if name == "mtable" else ", " if name == "mtr" else ""
    text = joint.join(parts)
    text = f"({text})" if name == "mfenced" else text
    return " ".join(text.split()) if name == "math" else text
