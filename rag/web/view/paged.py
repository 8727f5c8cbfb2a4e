"""Shows one page of a PDF: its picture with the quote highlighted, its text, and buttons to adjacent pages."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from rag.types import Document
from rag.web import strings
from rag.web.view.escape import attribute, shown
from rag.web.view.sources import marked
from rag.web.view.spot import Spot


def is_paged(document: Document) -> bool:
    """Return True if a document's pages can be rendered."""
    return bool(document.pages) and document.source.lower().endswith(".pdf")


def on_page(document: Document, spot: Spot, page: int | None) -> Spot:
    """Return the part of a spot on a page, which may be empty."""
    if page is None or not 1 <= page <= len(document.pages):
        return spot
    first, last = _span(document, page)
    start, end = min(max(spot.start, first), last), max(min(spot.end, last), first)
    whole = document.text[spot.start : spot.end] == spot.quote
    quote = document.text[start:end] if whole else spot.quote if page == spot.page else ""
    return replace(spot, start=start, end=max(start, end), quote=quote, page=page)


def page_view(document: Document, spot: Spot, address: str, page: int) -> str:
    """Return one page as HTML; `address` is the spot's URL."""
    page = min(max(page, 1), len(document.pages))
    first, last = _span(document, page)
    body = marked(document.text[first:last], [(spot.start - first, spot.end - first)])
    words = strings.PAGE_PICTURE.format(page=page, title=spot.source)
    picture = f'<img class="page" src="{escape(address)}.png?page={page}" alt="{attribute(words)}">'
    return f'{_pager(address, page, len(document.pages))}{picture}<div class="text" dir="auto">{body}</div>'


def _span(document: Document, page: int) -> tuple[int, int]:
    return document.pages[page - 1], [*document.pages, len(document.text)][page]


def _pager(address: str, page: int, count: int) -> str:
    """Return the buttons above a page: previous, next and zoom."""
    return (
        f'<div class="pager" role="group" aria-label="{attribute(strings.COLUMN_PAGES)}">'
        f"{_turn(address, 'before', '‹', strings.PREVIOUS_PAGE, page - 1 if page > 1 else 0)}"
        f'<span aria-live="polite">{shown(strings.PAGE_OF.format(page=page, count=count))}</span>'
        f"{_turn(address, 'after', '›', strings.NEXT_PAGE, page + 1 if page < count else 0)}"
        f'<button type="button" class="more" data-do="zoom" aria-pressed="false">{shown(strings.ZOOM)}</button></div>'
    )


def _turn(address: str, to: str, sign: str, label: str, page: int) -> str:
    """Return the button to another page, disabled for 0."""
    where = f'data-address="{escape(address)}?page={page}"' if page else "disabled"
    return f'<button type="button" class="more" data-to="{to}" aria-label="{attribute(label)}" {where}>{sign}</button>'
