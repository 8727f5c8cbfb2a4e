"""Gives every text of the interface in the user's language: `strings.SEND` is a text of `texts/`.

The language is that of the browser, as each of its requests names it; English where none of ours is wished for.
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
WISHES = 256  # headers that are remembered
LONGEST_WISH = 200  # characters of a browser's header that are read
_TEXTS = Path(__file__).parent / "texts"
_wished: ContextVar[str] = ContextVar("wished", default="")  # the header of the request that is answered


class Speaking:
    """ASGI middleware that lets `strings` speak the language which a request wishes for."""

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
    """Return the first of our languages that an Accept-Language header wishes for, by its weights."""
    wishes = []
    for place, part in enumerate(wish[:LONGEST_WISH].split(",")):
        code, _, weight = part.strip().partition(";q=")
        wishes.append((-_weight(weight), place, code.strip().lower().split("-")[0]))
    return next((code for weight, _, code in sorted(wishes) if weight and code in LANGUAGES), LANGUAGES[0])


def plural(name: str, count: int) -> str:
    """Return the text of that name in its form for a count, filled in."""
    forms: list[str] = texts(language())[name]
    return forms[count != 1].format(count=count)


def stage(name: str) -> str:
    """Return what people call a stage of a build; its own name if it has no other."""
    names: dict[str, str] = texts(language())["STAGE_NAMES"]
    return names.get(name, name)


def _weight(said: str) -> float:
    try:
        return float(said) if said else 1.0
    except ValueError:
        return 0.0


def _of_event() -> str:
    """Return the header of the browser whose event Gradio handles now."""
    gradio = sys.modules.get("gradio.context")  # imported late: whoever only reads texts does not need it
    request = gradio.LocalContext.request.get(None) if gradio else None
    headers = getattr(request, "headers", None)
    return str(headers.get("accept-language", "")) if headers else ""
