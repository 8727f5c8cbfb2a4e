"""Answers the page's own requests beside Gradio: the document at a place, exports, static files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from rag.web.session.conversations import HALVES, Conversation, Conversations
from rag.web.session.host import EngineHost
from rag.web.view.document import Spot, place, spot
from rag.web.view.export import conversation_json, conversation_markdown, file_name
from rag.web.view.picture import page_picture

STATIC = Path(__file__).parent / "static"
STATIC_FILES = {"chat.css": "text/css", "chat.js": "text/javascript", "icon.svg": "image/svg+xml"}


def add_routes(app: FastAPI, host: EngineHost, store: Conversations, seeds: Path) -> None:
    """Add the page's own addresses to the application; each only reads."""

    @app.get("/ui/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC_FILES:
            return _nothing()
        return FileResponse(STATIC / name, media_type=STATIC_FILES[name], headers={"cache-control": "no-cache"})

    @app.get("/ui/place/{owner}/{conversation}/{turn}/{key}.png")
    def picture(owner: str, conversation: str, turn: int, key: str) -> Response:
        found = _spot(store, owner, conversation, turn, key)
        image = page_picture(seeds, found) if found and found.source in host.documents() else None
        return Response(image, media_type="image/png") if image else _nothing()

    @app.get("/ui/place/{owner}/{conversation}/{turn}/{key}")
    def document(owner: str, conversation: str, turn: int, key: str, begin: int | None = None) -> Response:
        found = _spot(store, owner, conversation, turn, key)
        if found is None:
            return _nothing()
        address = f"/ui/place/{owner}/{conversation}/{turn}/{key}"
        return HTMLResponse(place(host.documents().get(found.source), found, seeds, address, begin=begin))

    @app.get("/ui/export/{owner}/{conversation}.{form}")
    def export(owner: str, conversation: str, form: str) -> Response:
        kept = _conversation(store, owner, conversation)
        if not kept.turns or form not in ("md", "json"):
            return _nothing()
        text = conversation_markdown(kept) if form == "md" else conversation_json(kept)
        kind = "text/markdown" if form == "md" else "application/json"
        name = f"attachment; filename*=UTF-8''{quote(file_name(kept, form))}"
        return Response(
            text.encode("utf-8", HALVES), media_type=f"{kind}; charset=utf-8", headers={"content-disposition": name}
        )


def _conversation(store: Conversations, owner: str, conversation: str) -> Conversation:
    try:
        return store.load(owner, conversation)
    except ValueError:
        return Conversation("")


def _spot(store: Conversations, owner: str, conversation: str, turn: int, key: str) -> Spot | None:
    turns = _conversation(store, owner, conversation).turns
    return spot(turns[turn - 1].answer, key) if 0 < turn <= len(turns) else None


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.", status_code=404)
