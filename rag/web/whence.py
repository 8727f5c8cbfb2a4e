"""Tells where a request comes from: the name of a login, else the client's address. Neither is the browser's to choose.

An address counts as one place, however many people share it; an IPv6 network of 64 bits is one address, because its
owner can take any of them. The loopback is no place: a desktop's own browser is not limited. Behind a reverse proxy on
the same machine, uvicorn takes the address from the proxy's `X-Forwarded-For`; a proxy elsewhere has to be named in
`FORWARDED_ALLOW_IPS`, otherwise all who come through it are one place.
"""

from __future__ import annotations

import ipaddress

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.web.session.lanes import Person

LOGIN, ADDRESS = "rag.login", "rag.address"  # keys of the ASGI scope
NETWORK = 64  # bits of an IPv6 address that its owner cannot choose


class Whence:
    """ASGI middleware that notes the client's address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[ADDRESS] = place(scope["client"][0] if scope.get("client") else "")
        await self.app(scope, receive, send)


def place(address: str) -> str:
    """Return the part of an address that its owner cannot choose; "" for the loopback, and for no address."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is None and not known.is_loopback:
            return str(ipaddress.ip_network((known, NETWORK), strict=False))
        known = known.ipv4_mapped or known
    return "" if known.is_loopback else str(known)


def person_of(browser: str, request: Request | None) -> Person:
    """Return who sent a request: by the name of the login, else as the browser calls itself, from its address."""
    scope: Scope = request.scope if request else {}
    login = str(scope.get(LOGIN, ""))
    return Person(login, login) if login else Person(browser, str(scope.get(ADDRESS, "")))
