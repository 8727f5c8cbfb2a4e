"""Returns every text of the interface in the user's language: `strings.SEND` is a text in `texts/`.

The language comes from the browser's Accept-Language header; English if none of ours is accepted.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

LANGUAGES = ("en", "de", "fr", "es", "zh")
WISHES = 256  # cached headers
LONGEST_WISH = 200  # characters read of a browser's header
_TEXTS = Path(__file__).parent / "texts"
_wished: ContextVar[str] = ContextVar("wished", default="")  # the header of the current request


class Speaking:
    """ASGI middleware that sets the language of `strings` from the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _wished.set(Headers(scope=scope).get("accept-language", ""))
        await self.app(scope, receive, send)


def __getattr__(name: str) -> str:
    try:
        return str(texts(language())[name])
    except KeyError:
        raise AttributeError(f"no text is called {name}") from None


def language() -> str:
    """Return the language of the current request."""
    return preferred(_wished.get() or _of_event())


@cache
def texts(code: str) -> Mapping[str, Any]:
    """Return all texts of a language."""
    return tomllib.loads((_TEXTS / f"{code}.toml").read_text(encoding="utf-8"))


@lru_cache(WISHES)
def preferred(wish: str) -> str:
    """Return our best language for an Accept-Language header, by its weights."""
    wishes = []
    for place, part in enumerate(wish[:LONGEST_WISH].split(",")):
        code, _, weight = part.strip().partition(";q=")
        wishes.append((-_weight(weight), place, code.strip().lower().split("-")[0]))
    return next((code for weight, _, code in sorted(wishes) if weight and code in LANGUAGES), LANGUAGES[0])


def plural(name: str, count: int) -> str:
    """Return the text of that name in the plural form for a count, filled in."""
    forms: list[str] = texts(language())[name]
    return forms[count != 1].format(count=count)


def stage(name: str) -> str:
    """Return the displayed name of a build stage, by default its own name."""
    names: dict[str, str] = texts(language())["STAGE_NAMES"]
    return names.get(name, name)


def _weight(said: str) -> float:
    try:
        return float(said) if said else 1.0
    except ValueError:
        return 0.0


def _of_event() -> str:
    """Return the header of the browser whose event Gradio is handling."""
    gradio = sys.modules.get("gradio.context")  # looked up late: reading texts alone does not need it
    request = gradio.LocalContext.request.get(None) if gradio else None
    headers = getattr(request, "headers", None)
    return str(headers.get("accept-language", "")) if headers else ""
