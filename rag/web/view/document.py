"""Shows a document at a quoted place: its text, a page, or its rows as tables."""

from __future__ import annotations

from html import escape
from pathlib import Path

from rag.types import Document
from rag.web import strings
from rag.web.view.escape import shown
from rag.web.view.library import is_changed
from rag.web.view.paged import is_paged, page_view
from rag.web.view.sheet import is_sheet, sheet, within
from rag.web.view.sources import marked
from rag.web.view.spot import Spot

WINDOW = 6_000  # characters before and after the quote: a few screens, rendered at once even for a book


def place(
    document: Document | None,
    spot: Spot,
    seeds: Path,
    address: str,
    *,
    begin: int | None = None,
    page: int | None = None,
) -> str:
    """Return a document around a spot, with the spot marked, or a notice if it cannot be shown in place.

    `begin` is the start of another part of it, `page` another page.
    """
    if document is None:
        return _page(spot, _notice(strings.GONE), f"<p><mark>{shown(spot.quote)}</mark></p>")
    notice = _notice(strings.CHANGED) if is_changed(seeds, document) else ""
    if document.text[spot.start : spot.end] != spot.quote:
        return _page(spot, _notice(strings.MOVED) + notice, f"<p><mark>{shown(spot.quote)}</mark></p>")
    if is_paged(document):
        return _page(spot, notice, page_view(document, spot, address, page or spot.page or 1))
    return _page(spot, notice, _part(document, spot, address, begin))


def _part(document: Document, spot: Spot, address: str, begin: int | None) -> str:
    """Return a part of a document, with buttons for the parts before and after it."""
    first = max(spot.start - WINDOW if begin is None else begin, 0)
    last = min((spot.end if begin is None else first + WINDOW) + WINDOW, len(document.text))
    if is_sheet(document):
        first, last = within(document, first, last)
        body = sheet(document, first, last, (spot.start, spot.end))
    else:
        body = marked(document.text[first:last], [(spot.start - first, spot.end - first)])
        body = f'<div class="text" dir="auto">{body}</div>'
    earlier = _more(strings.EARLIER, address, max(first - 2 * WINDOW, 0)) if first else ""
    later = _more(strings.LATER, address, last) if last < len(document.text) else ""
    return f"{earlier}{body}{later}"


def _page(spot: Spot, notice: str, body: str) -> str:
    return f'<div class="document"><h3 dir="auto"><bdi>{shown(spot.source)}</bdi></h3>{notice}{body}</div>'


def _notice(words: str) -> str:
    return f'<p class="notice">{shown(words)}</p>'


def _more(label: str, address: str, begin: int) -> str:
    return f'<button type="button" class="more" data-address="{escape(address)}?begin={begin}">{shown(label)}</button>'
