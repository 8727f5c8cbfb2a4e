"""Renders the remarks on files made for programs rather than people."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Trait
from rag.web import strings
from rag.web.view.escape import shown


def remarks(traits: Sequence[Trait]) -> str:
    """Return one line of HTML for each trait of a file."""
    if not traits:
        return ""
    words = {
        "orders": strings.TRAIT_ORDERS,
        "tokens": strings.TRAIT_TOKENS,
        "stuffed": strings.TRAIT_STUFFED,
        "invisible": strings.TRAIT_INVISIBLE,
    }
    return "".join(f'<p class="remark">{shown(words[trait])}</p>' for trait in traits if trait in words)
