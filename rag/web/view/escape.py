"""Turns any text into inert HTML: no text of a document, file name, model or question becomes live."""

from __future__ import annotations

import html

from rag.display import plain


def shown(text: str) -> str:
    """Escape a text for HTML content and quoted attributes alike, without the characters that only deceive the eye."""
    return html.escape(plain(text), quote=True)


def attribute(text: str) -> str:
    """Escape a text for a one-line attribute such as a title."""
    return shown(" ".join(plain(text).split()))


def shorten(text: str, limit: int) -> str:
    """Cut a text at a word near the limit, with an ellipsis; a one-line text of `limit` characters at most."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
