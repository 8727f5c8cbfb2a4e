"""Detects when a page opens and closes its stream, so that nothing is computed without a reader."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

STREAM = "/gradio_api/queue/data"  # the stream that a page keeps open


class Leaving:
    """ASGI middleware that calls `came` with a session when its page opens its stream, and `left` when it closes."""

    def __init__(self, app: ASGIApp, *, came: Callable[[str], object], left: Callable[[str], object]) -> None:
        self.app = app
        self.came = came
        self.left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != STREAM:
            await self.app(scope, receive, send)
            return
        [session] = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[:1]
        self.came(session)
        try:
            await self.app(scope, receive, send)
        except RuntimeError as error:
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body"})  # Gradio told a page that is gone so, and then raises it as well
        finally:
            self.left(session)
