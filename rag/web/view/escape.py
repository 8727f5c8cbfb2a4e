"""Escapes any text as inert HTML: documents, file names, model output and questions."""

from __future__ import annotations

import html

from rag.display import plain


def shown(text: str) -> str:
    """Escape a text for HTML content and quoted attributes, without invisible characters."""
    return html.escape(plain(text), quote=True)


def attribute(text: str) -> str:
    """Escape a text for a one-line attribute such as a title."""
    return shown(" ".join(plain(text).split()))


def shorten(text: str, limit: int) -> str:
    """Cut a text at a word, with an ellipsis, to one line of at most `limit` characters."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
