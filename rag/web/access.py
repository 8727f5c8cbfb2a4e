"""Authenticates requests to the page: by a token in the URL, or by name and password.

On the loopback interface the token keeps other users of the machine out, as in Jupyter: opening the URL from the
terminal sets a cookie and removes the token from the address bar. Elsewhere a name and password are required.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.web import strings
from rag.web.passwords import Passwords, TooMany
from rag.web.whence import LOGIN

OPEN = "/ui/static/"  # style sheet and icon: no private data, and used by a container's health check
TOKEN = "token"  # the name of the URL parameter
TOKEN_BYTES = 24
SHORTEST = 16  # characters of a user-chosen token


class Keeper(Protocol):
    """Allows or refuses requests."""

    async def refusal(self, scope: Scope) -> Response | None:
        """Return the response that refuses or redirects the request; None to let it through."""

    @property
    def query(self) -> str:
        """The query string of the URL to open, such as `?token=…`."""

    @property
    def query_once(self) -> str:
        """The same, valid once, for the browser that this program opens."""


class Token:
    """Accepts the token: first in the URL, then in a cookie, or as a Bearer token from programs."""

    def __init__(self, token: str = "") -> None:
        """Take this token, or make one; ValueError if it is too short."""
        if token and len(token) < SHORTEST:
            raise ValueError(
                f"the token has {len(token)} characters; give at least {SHORTEST}, or none to have one made"
            )
        self._token = token or secrets.token_urlsafe(TOKEN_BYTES)
        self._once = secrets.token_urlsafe(TOKEN_BYTES)

    @property
    def query(self) -> str:
        """The token as a query string."""
        return f"?{urlencode({TOKEN: self._token})}"

    @property
    def query_once(self) -> str:
        """A one-time token: by the time other users could read it from the browser's command line, it is used up."""
        return f"?{urlencode({TOKEN: self._once})}"

    async def refusal(self, scope: Scope) -> Response | None:
        """Return None for a valid cookie or Bearer token; for a token in the URL, a redirect to the page without it."""
        headers = Headers(scope=scope)
        name = f"rag-{headers.get('host', '').rpartition(':')[2]}"  # browsers share cookies among all ports of a host
        held = [
            value for line in headers.getlist("cookie") for key, value in cookie_parser(line).items() if key == name
        ]
        held.append(headers.get("authorization", "").removeprefix("Bearer "))
        if any(self._is(value) for value in held):
            return None
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get(TOKEN, "")
        if scope["method"] == "GET" and (self._is(given) or self._is_once(given)):
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(name, self._token, httponly=True, samesite="lax", path="/")
            return answer
        return PlainTextResponse(strings.NO_TOKEN, status_code=403)

    def _is(self, value: str) -> bool:
        return hmac.compare_digest(value.encode("utf-8", "replace"), self._token.encode())

    def _is_once(self, value: str) -> bool:
        right = bool(self._once) and hmac.compare_digest(value.encode("utf-8", "replace"), self._once.encode())
        if right:
            self._once = ""
        return right


class Login:
    """Accepts a name and password (HTTP Basic authentication)."""

    query = query_once = ""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords

    async def refusal(self, scope: Scope) -> Response | None:
        """Return None for a name with the right password."""
        name, password = _basic(Headers(scope=scope).get("authorization", ""))
        client = scope["client"][0] if scope.get("client") else ""
        try:
            right = (
                await run_in_threadpool(partial(self._passwords.right, name, password, client=client))
                if name
                else False
            )
        except TooMany as wait:
            return PlainTextResponse(
                strings.TOO_MANY.format(seconds=wait.seconds), 429, {"retry-after": str(wait.seconds)}
            )
        if right:
            scope[LOGIN] = name
            return None
        return PlainTextResponse(strings.NO_PASSWORD, 401, {"www-authenticate": 'Basic realm="rag", charset="UTF-8"'})


class Access:
    """ASGI middleware that requires authentication for everything except the static files."""

    def __init__(self, app: ASGIApp, *, keeper: Keeper) -> None:
        self.app = app
        self.keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(OPEN):
            refusal = await self.keeper.refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        if scope["type"] == "websocket":  # the page has none
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)


def _basic(header: str) -> tuple[str, str]:
    """Return the name and password of a Basic Authorization header; an empty name if it is not one."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def keeper_of(
    address: str, *, auth: Sequence[str] = (), token: str = "", inside: bool = False, anyone: bool = False
) -> Keeper | None:
    """Return the authentication for an address: `auth`, else a token on the loopback, None if `anyone` is allowed.

    `inside` marks a container's own address, where a token is enough as on the loopback. ValueError if others could get
    in without a password and this was not explicitly allowed.
    """
    if auth:
        return Login(Passwords(auth))
    if anyone:
        return None
    if inside or is_loopback(address):
        return Token(token)
    raise ValueError(strings.WITHOUT_PASSWORD.format(address=address))


def is_loopback(address: str) -> bool:
    """Return True if only this machine can reach an address."""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
