"""Passes only the page's own requests to Gradio: its own paths, limited bodies, and events with valid values.

Gradio turns any object with the shape of its FileData into a file. Here such an object is refused except in an upload
event, where it must name a file uploaded in this run. A valid body is rebuilt from the checked values, so that Gradio
reads nothing else.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.web import strings
from rag.web.uploads import uploaded

API = "/gradio_api"
JOIN, RUN, UPLOAD = f"{API}/queue/join", f"{API}/run/predict", f"{API}/upload"
READ = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|robots\.txt|manifest\.json)/?|/(assets|static|svelte)/[\w./-]+|/ui/.+"
    rf"|{API}/(queue/data|upload_progress|startup-events|theme\.css|info|app_id|heartbeat/[\w-]{{1,64}})/?"
)
WRITTEN = frozenset({JOIN, RUN, UPLOAD, f"{API}/cancel", f"{API}/reset"})
BODY = 256 * 1024  # bytes: a question and the browser's state
UPLOADED = 200 * 1024 * 1024  # bytes per upload: four of the largest files
PATIENCE = 30.0  # seconds for a body other than an upload
DEEPEST = 6  # nesting levels of the browser's state
NAME = re.compile(r"[\w.-]{1,64}")
FILE = frozenset({"path", "meta", "_type", "url"})  # keys by which Gradio recognises a file

Kind: TypeAlias = Callable[[Any], bool]


class Refused(Exception):
    """A request that the page never sends, with the message and status of the response."""

    def __init__(self, words: str = strings.NO_EVENT, status: int = 422) -> None:
        super().__init__(words)
        self.status = status


NOTHING = strings.NOT_SERVED, 404
LARGE = strings.TOO_LARGE, 413


class Events:
    """ASGI middleware; `inputs` maps each event's number to the check of its values."""

    def __init__(self, app: ASGIApp, *, inputs: Mapping[int, tuple[Kind, ...]]) -> None:
        self.app = app
        self.inputs = inputs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, await self._checked(scope, receive), send)
        except Refused as error:
            await PlainTextResponse(str(error), status_code=error.status)(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        """Return the receive function for the request, after checking that it is the page's own."""
        path = scope["path"]
        if scope["method"] in ("GET", "HEAD"):
            if not READ.fullmatch(path):
                raise Refused(*NOTHING)
            return receive
        if path not in WRITTEN:
            raise Refused(*NOTHING)
        if int(Headers(scope=scope).get("content-length", "0") or 0) > (UPLOADED if path == UPLOAD else BODY):
            raise Refused(*LARGE)
        if path == UPLOAD:
            return _counted(receive)
        try:
            body = await asyncio.wait_for(_whole(receive), PATIENCE)
        except TimeoutError as error:
            raise Refused(status=408) from error
        if path in (JOIN, RUN):
            body = json.dumps(self.checked(_object(body))).encode()
            _set_length(scope, len(body))
        return _again(body, receive)

    def checked(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return an event with only the fields that the page sends; raise Refused for anything else."""
        number, data, session = body.get("fn_index"), body.get("data"), body.get("session_hash")
        kinds = self.inputs.get(number) if type(number) is int else None
        if kinds is None or not isinstance(data, list) or len(data) != len(kinds):
            raise Refused
        if not (isinstance(session, str) and NAME.fullmatch(session)) or not _is_number(body.get("trigger_id")):
            raise Refused
        if not all(kind(value) for kind, value in zip(kinds, data, strict=True)) or not _is_plain(
            body.get("event_data")
        ):
            raise Refused
        kept = {name: body.get(name) for name in ("fn_index", "session_hash", "trigger_id", "data", "event_data")}
        clean: dict[str, Any] = _whole_characters(kept)
        return clean


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Return True if a value is plain JSON without files."""
    if depth > DEEPEST:
        return False
    if isinstance(value, dict):
        return not FILE & value.keys() and all(_is_plain(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return all(_is_plain(inner, depth + 1) for inner in value)
    return True


def _is_number(value: Any) -> bool:
    return value is None or type(value) is int


def _is_memory(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and _is_plain(value))


def _are_uploads(value: Any) -> bool:
    try:
        return isinstance(value, list) and all(bool(uploaded(one["path"])) for one in value)
    except (ValueError, TypeError, KeyError):
        return False


KINDS: Mapping[str, Callable[[Any], Kind]] = {
    "textbox": lambda block: lambda value: isinstance(value, str),
    "state": lambda block: _is_plain,  # Gradio uses its own copy
    "browserstate": lambda block: _is_memory,
    "radio": lambda block: (
        lambda value: isinstance(value, (str, bool)) and value in [choice for _, choice in block.choices]
    ),
    "checkbox": lambda block: lambda value: isinstance(value, bool),
    "dropdown": lambda block: (
        lambda value: value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))
    ),
    "slider": lambda block: lambda value: type(value) in (int, float) and block.minimum <= value <= block.maximum,
    "uploadbutton": lambda block: _are_uploads,
}


def kinds_of(events: Mapping[int, Any]) -> dict[int, tuple[Kind, ...]]:
    """Return the input checks of a page's events, in order; an unknown component is a KeyError at startup."""
    called = {number: event for number, event in events.items() if event.fn is not None}
    return {
        number: tuple(KINDS[block.get_block_name()](block) for block in event.inputs)
        for number, event in called.items()
    }


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused from error
    if not isinstance(value, dict):
        raise Refused
    return value


def _whole_characters(value: Any) -> Any:
    """Return JSON without lone surrogates, which files and answers cannot hold."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


async def _whole(receive: Receive) -> bytes:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += bytes(message.get("body", b""))
        if len(body) > BODY:
            raise Refused(*LARGE)
        if not message.get("more_body"):
            return body
    raise Refused  # the client disconnected


def _counted(receive: Receive) -> Receive:
    """Return the same, but end an upload that is too large."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > UPLOADED:
            raise Refused(*LARGE)
        return message

    return counted


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receive function that replays a body, then passes through."""
    waiting: list[Message] = [{"type": "http.request", "body": body}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _set_length(scope: Scope, length: int) -> None:
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name not in (b"content-length", b"transfer-encoding", b"content-type")
    ]
    scope["headers"] = [*headers, (b"content-length", str(length).encode()), (b"content-type", b"application/json")]
