"""Turns any text into inert HTML: nothing a document, a file name, a model or a question says becomes live."""

from __future__ import annotations

import html
import unicodedata

INVISIBLE = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn"}
)  # controls, bidi overrides, tags, surrogates, private use, unassigned
KEPT = frozenset("\n\t\u200c\u200d")  # joiners shape Persian, Indic scripts and emoji


def shown(text: str) -> str:
    """Escape a text for HTML content and quoted attributes alike, without the characters that only deceive the eye."""
    return html.escape(plain(text), quote=True)


def plain(text: str) -> str:
    """Drop invisible characters that reorder or hide what stands beside them; a line break in any form is one `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in INVISIBLE)


def attribute(text: str) -> str:
    """Escape a text for a one-line attribute such as a title."""
    return shown(" ".join(plain(text).split()))


def shorten(text: str, limit: int) -> str:
    """Cut a text at a word near the limit, with an ellipsis; a one-line text of `limit` characters at most."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
