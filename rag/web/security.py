"""Protects the server: checks Host and Origin, and sends a strict Content-Security-Policy with every response.

The policy is a second defence after escaping: even if a document's text became live HTML, the browser would load and
run nothing for it. Allowed scripts are this server's own files, and the inline ones of Gradio's page, by hash.
'unsafe-eval' is needed because `gr.HTML` compiles its (constant) template with `Function`; 'unsafe-inline' for styles
because Gradio sets style attributes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?P<port>:\d{1,5})?")
REMOTE_FILE = re.compile(r"file=(https?|ftp|//|\\\\)", re.IGNORECASE)


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] = LOCAL_HOSTS, frame_ancestors: str = "'none'") -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.frame_ancestors = frame_ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if _wants_page(scope):
            await self.app(_uncompressed(scope), receive, _PageSender(send, self.frame_ancestors))
            return
        await self.app(scope, receive, self._with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        name = host_name(hosts[0]) if len(hosts) == 1 else ""
        if name not in self.hosts:
            return PlainTextResponse("This address is not served here.", status_code=400)
        if "\\" in scope["path"] or REMOTE_FILE.search(scope["path"]):
            return PlainTextResponse("Only files of this server are served.", status_code=403)
        asks = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        origins = headers.getlist("origin")
        if asks and origins and not _same_origin(origins, hosts[0]):
            return PlainTextResponse("Only this server's own page may ask.", status_code=403)
        if asks and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PlainTextResponse("Only this server's own page may ask.", status_code=403)
        return None

    def _with_headers(self, send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), policy((), self.frame_ancestors), self.frame_ancestors)
            await send(message)

        return sender


class _PageSender:
    """Buffers a page until complete, so that the policy can list the hashes of its inline scripts."""

    def __init__(self, send: Send, frame_ancestors: str) -> None:
        self.send = send
        self.frame_ancestors = frame_ancestors
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if message["type"] != "http.response.body" or self.start is None:
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        headers = MutableHeaders(scope=self.start)
        html = headers.get("content-type", "").startswith("text/html")
        protect(
            headers,
            policy(script_hashes(self.body) if html else (), self.frame_ancestors),
            self.frame_ancestors,
        )
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": self.body})


def policy(script_sources: Iterable[str] = (), frame_ancestors: str = "'none'") -> str:
    """Return the Content-Security-Policy."""
    return "; ".join([
        "default-src 'none'",
        " ".join(["script-src 'self' 'unsafe-eval'", *script_sources]),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self' blob:",
        "media-src 'none'",
        "object-src 'none'",
        "frame-src 'none'",
        "form-action 'none'",
        "base-uri 'self'",
        f"frame-ancestors {frame_ancestors}",
    ])  # fmt: skip


def protect(headers: MutableHeaders, content_policy: str, frame_ancestors: str) -> None:
    """Set the security headers of a response, and remove those that would open it to other origins."""
    headers["content-security-policy"] = content_policy
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "no-referrer"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
    if frame_ancestors == "'none'":
        headers["x-frame-options"] = "DENY"
        headers["cross-origin-resource-policy"] = "same-origin"
    for name in ("access-control-allow-origin", "access-control-allow-credentials"):
        del headers[name]


def script_hashes(page: bytes) -> list[str]:
    """Return the sha256 of every inline script of a page, in the policy's format."""
    digests = (hashlib.sha256(match.group(1)).digest() for match in INLINE_SCRIPT.finditer(page))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def host_name(host: str) -> str:
    """Return the host name in a Host header, without its port; nothing if invalid."""
    match = HOST.fullmatch(host.strip())
    return match["name"].lower() if match else ""


def _same_origin(origins: list[str], host: str) -> bool:
    return len(origins) == 1 and origins[0].lower() in (f"http://{host.lower()}", f"https://{host.lower()}")


def _wants_page(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in ("", "/")


def _uncompressed(scope: Scope) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": headers}
