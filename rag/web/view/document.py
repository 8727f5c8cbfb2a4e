"""Shows a document's text at the place that an answer quotes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from rag.types import Answer, Document
from rag.web import strings
from rag.web.view.escape import attribute, shown
from rag.web.view.library import is_changed
from rag.web.view.sources import marked

WINDOW = 6_000  # characters before and after the quote: a few screens, drawn at once even from a book


@dataclass(frozen=True, slots=True)
class Spot:
    """A span of a source that an answer points at; `quote` is what stood there."""

    source: str
    start: int
    end: int
    quote: str
    page: int | None = None


def spot(answer: Answer, key: str) -> Spot | None:
    """Find what a card's key points at: `c2` is citation 2, anything else the id of a passage that was read."""
    for citation in answer.citations:
        if key == f"c{citation.marker}":
            return Spot(citation.passage.source, citation.start, citation.end, citation.quote, citation.page)
    for hit in answer.hits:
        passage = hit.passage
        if key == passage.id:
            return Spot(passage.source, passage.start, passage.end, passage.text, passage.page)
    return None


def page_of(document: Document, start: int) -> int | None:
    """Return the page of a place in a document, None if it has no pages."""
    return sum(first <= start for first in document.pages) or None


def place(document: Document | None, spot: Spot, seeds: Path, address: str, *, begin: int | None = None) -> str:
    """Return the document's text around a spot, the spot marked; say so where it cannot be shown in place."""
    if document is None:
        return _page(spot, _notice(strings.GONE), f"<p><mark>{shown(spot.quote)}</mark></p>")
    notice = _notice(strings.CHANGED) if is_changed(seeds, document) else ""
    if document.text[spot.start : spot.end] != spot.quote:
        return _page(spot, _notice(strings.MOVED) + notice, f"<p><mark>{shown(spot.quote)}</mark></p>")
    first = max(spot.start - WINDOW if begin is None else begin, 0)
    last = min((spot.end if begin is None else first + WINDOW) + WINDOW, len(document.text))
    body = marked(document.text[first:last], [(spot.start - first, spot.end - first)])
    picture = _picture(spot, address) if spot.page and spot.source.lower().endswith(".pdf") else ""
    earlier = _more(strings.EARLIER, address, max(first - 2 * WINDOW, 0)) if first else ""
    later = _more(strings.LATER, address, last) if last < len(document.text) else ""
    return _page(spot, notice, f'{picture}{earlier}<div class="text" dir="auto">{body}</div>{later}')


def _page(spot: Spot, notice: str, body: str) -> str:
    return f'<div class="document"><h3 dir="auto"><bdi>{shown(spot.source)}</bdi></h3>{notice}{body}</div>'


def _notice(words: str) -> str:
    return f'<p class="notice">{shown(words)}</p>'


def _more(label: str, address: str, begin: int) -> str:
    return f'<button type="button" class="more" data-address="{escape(address)}?begin={begin}">{shown(label)}</button>'


def _picture(spot: Spot, address: str) -> str:
    words = strings.PAGE_PICTURE.format(page=spot.page, title=spot.source)
    return f'<img class="page" src="{escape(address)}.png" alt="{attribute(words)}">'
