"""Notices when a page opens its stream and when it is closed, so that nothing is computed for nobody."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

STREAM = "/gradio_api/queue/data"  # what a page listens to as long as it is open


class Leaving:
    """ASGI middleware that calls `came` with the session whose page opens its stream, and `left` when that is closed."""

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
        finally:
            self.left(session)
