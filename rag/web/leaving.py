"""Notices when a page is closed, so that its answer can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAM = "/gradio_api/queue/data"  # what a page listens to as long as it is open


class Leaving:
    """ASGI middleware that calls `left` with the session whose stream was closed by its page."""

    def __init__(self, app: ASGIApp, *, left: Callable[[str], object]) -> None:
        self.app = app
        self.left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != STREAM:
            await self.app(scope, receive, send)
            return
        [session] = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[:1]

        async def listened() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left(session)
            return message

        await self.app(scope, listened, send)
