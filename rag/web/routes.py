"""Serves the page's own routes besides Gradio's: documents at a place, guides, exports, static files."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from rag.types import Document
from rag.web import strings
from rag.web.pages.shelf import Collection, Shelf
from rag.web.session.conversations import Conversation, Conversations
from rag.web.session.files import SURROGATES
from rag.web.session.guides import Guide, guide_to, guide_to_all, in_turn
from rag.web.session.host import EngineHost
from rag.web.session.lanes import Busy
from rag.web.session.stop import Stopped
from rag.web.view.document import place
from rag.web.view.escape import shown
from rag.web.view.export import conversation_json, conversation_markdown, file_name
from rag.web.view.guide import guide
from rag.web.view.library_table import NO_NAME, address_of, key_of
from rag.web.view.paged import on_page
from rag.web.view.picture import page_picture
from rag.web.view.spot import Spot, page_of, spot

STATIC = Path(__file__).parent / "static"
STATIC_FILES = {"chat.css": "text/css", "chat.js": "text/javascript", "icon.svg": "image/svg+xml"}
SPAN = re.compile(r"(\d{1,9})-(\d{1,9})")


def add_routes(app: FastAPI, shelf: Shelf, store: Conversations) -> None:
    """Add the page's read-only routes to the application."""

    @app.get("/ui/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC_FILES:
            return _nothing()
        return FileResponse(STATIC / name, media_type=STATIC_FILES[name], headers={"cache-control": "no-cache"})

    @app.get("/ui/place/{owner}/{conversation}/{turn}/{key}.png")
    def picture(owner: str, conversation: str, turn: int, key: str, page: int | None = None) -> Response:
        return _picture(*_spot(shelf, store, owner, conversation, turn, key), page)

    @app.get("/ui/place/{owner}/{conversation}/{turn}/{key}")
    def document(
        owner: str, conversation: str, turn: int, key: str, begin: int | None = None, page: int | None = None
    ) -> Response:
        at, found = _spot(shelf, store, owner, conversation, turn, key)
        return _place(at, found, f"/ui/place/{owner}/{conversation}/{turn}/{key}", begin, page)

    @app.get("/ui/source/{collection}/{key}/{span}.png")
    def source_picture(collection: str, key: str, span: str, page: int | None = None) -> Response:
        return _picture(*_span(shelf, collection, key, span), page)

    @app.get("/ui/source/{collection}/{key}/{span}")
    def source(collection: str, key: str, span: str, begin: int | None = None, page: int | None = None) -> Response:
        at, found = _span(shelf, collection, key, span)
        return _place(at, found, f"/ui/source/{address_of(at.name if at else '')}/{key}/{span}", begin, page)

    @app.get("/ui/guide/{collection}/{key}")
    def guided(collection: str, key: str) -> Response:
        at, known = _document(shelf, collection, key)
        return _guide(at, lambda host: guide_to(known.source, host) if known else None)

    @app.get("/ui/guide/{collection}")
    def guided_all(collection: str) -> Response:
        return _guide(shelf.named("" if collection == NO_NAME else collection), guide_to_all, named=True)

    @app.get("/ui/export/{owner}/{conversation}.{form}")
    def export(owner: str, conversation: str, form: str) -> Response:
        kept = _conversation(store, owner, conversation)
        if not kept.turns or form not in ("md", "json"):
            return _nothing()
        text = conversation_markdown(kept) if form == "md" else conversation_json(kept)
        kind = "text/markdown" if form == "md" else "application/json"
        name = f"attachment; filename*=UTF-8''{quote(file_name(kept, form))}"
        return Response(
            text.encode("utf-8", SURROGATES), media_type=f"{kind}; charset=utf-8", headers={"content-disposition": name}
        )


def _guide(at: Collection | None, make: Callable[[EngineHost], Guide | None], *, named: bool = False) -> Response:
    if at is None:
        return _nothing()
    try:
        made = in_turn(partial(make, at.host))
    except (Busy, Stopped):
        return HTMLResponse(f'<p class="hint">{shown(strings.GUIDE_BUSY)}</p>', status_code=503)
    if made is None:
        return _nothing()
    address = f"/ui/source/{address_of(at.name)}"
    return HTMLResponse(guide(made.points, made.questions, lambda source: f"{address}/{key_of(source)}", named=named))


def _place(at: Collection | None, found: Spot | None, address: str, begin: int | None, page: int | None) -> Response:
    if found is None:
        return _nothing()
    if at is None:  # the collection is gone: the quote alone is left
        return HTMLResponse(place(None, found, Path(), address))
    document = at.host.documents().get(found.source)
    return HTMLResponse(place(document, found, at.seeds, address, begin=begin, page=page))


def _picture(at: Collection | None, found: Spot | None, page: int | None) -> Response:
    document = at.host.documents().get(found.source) if at and found else None
    image = page_picture(at.seeds, on_page(document, found, page)) if document and at and found else None
    return Response(image, media_type="image/png") if image else _nothing()


def _conversation(store: Conversations, owner: str, conversation: str) -> Conversation:
    try:
        return store.load(owner, conversation)
    except (ValueError, OSError):
        return Conversation("")


def _spot(
    shelf: Shelf, store: Conversations, owner: str, conversation: str, turn: int, key: str
) -> tuple[Collection | None, Spot | None]:
    kept = _conversation(store, owner, conversation)
    found = spot(kept.turns[turn - 1].answer, key) if 0 < turn <= len(kept.turns) else None
    return shelf.named(kept.collection), found


def _document(shelf: Shelf, collection: str, key: str) -> tuple[Collection | None, Document | None]:
    at = shelf.named("" if collection == NO_NAME else collection)
    known = at.host.documents() if at else {}
    return at, next((known[source] for source in known if key_of(source) == key), None)


def _span(shelf: Shelf, collection: str, key: str, span: str) -> tuple[Collection | None, Spot | None]:
    """Return a span of an indexed document; None if the document is missing or the span does not fit it."""
    at, known = _document(shelf, collection, key)
    found = SPAN.fullmatch(span)
    if known is None or found is None:
        return at, None
    start, end = int(found[1]), min(int(found[2]), len(known.text))
    if start > end:
        return at, None
    return at, Spot(known.source, start, end, known.text[start:end], page_of(known, start))


def _nothing() -> Response:
    return PlainTextResponse(strings.NOT_SERVED, status_code=404)
