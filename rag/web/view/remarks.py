"""Says of a file that it was made for programs rather than people."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Trait
from rag.web import strings
from rag.web.view.escape import shown


def remarks(traits: Sequence[Trait]) -> str:
    """Return a line for each trait of a file as HTML; nothing where it has none."""
    if not traits:
        return ""
    words = {
        "orders": strings.TRAIT_ORDERS,
        "tokens": strings.TRAIT_TOKENS,
        "stuffed": strings.TRAIT_STUFFED,
        "invisible": strings.TRAIT_INVISIBLE,
    }
    return "".join(f'<p class="remark">{shown(words[trait])}</p>' for trait in traits if trait in words)
