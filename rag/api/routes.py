"""Serves OpenAI's protocol, search, health and metrics to clients with a key."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.api.answering import Desk, Gone, told_as_problems
from rag.api.asked import asked, searched
from rag.api.completion import WAITING, Head, first, rest, trouble, whole
from rag.api.found import block
from rag.api.keys import Keys
from rag.api.library import Libraries
from rag.api.metrics import KIND, Metrics
from rag.api.problem import Problem

BODY = 256 * 1024  # bytes of a request: a long conversation
PATIENCE = 30.0  # seconds to receive a body
HEARTBEAT = 10.0  # seconds between keep-alive comments of a stream
STARTED = int(time.time())
T = TypeVar("T")
AS_IT_COMES = {"cache-control": "no-cache", "x-accel-buffering": "no"}  # keeps proxies from buffering a stream
LEFT = 499  # the status, as nginx counts it, of a request whose client hung up
NO_KEY = "no valid key; send one that rag key made as: Authorization: Bearer KEY"


def api(libraries: Libraries, keys: Keys | None, *, listed: bool = True) -> FastAPI:
    """Return the application; `keys` None requires no key, `listed` adds the source list to every answer."""
    desk = Desk(libraries, Metrics())
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Counting, metrics=desk.metrics)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Gone, _left)
    app.add_exception_handler(HTTPException, _http_problem)

    def may(request: Request) -> None:
        if keys is not None and not keys.accepts(request.headers.get("authorization", "")):
            raise Problem(NO_KEY, status=401, code="invalid_api_key")

    @app.get("/health")
    def health() -> Response:
        ready = next(iter(libraries().values())).ready  # the others open on first use
        return _json({"status": "ok" if ready else "not ready"}, 200 if ready else 503)

    kept = APIRouter(dependencies=[Depends(may)])
    _add_lists(kept, desk)
    _add_questions(kept, desk, listed)
    app.include_router(kept)
    return app


def _add_lists(router: APIRouter, desk: Desk) -> None:
    """Add the routes for models, health and metrics."""

    @router.get("/metrics")
    def metrics() -> Response:
        with told_as_problems():
            return Response(desk.metrics.text(_gauges(desk.libraries)), media_type=KIND)

    @router.get("/v1/models")
    def models() -> Response:
        return _json({"object": "list", "data": [_model(name) for name in desk.libraries()]})

    @router.get("/v1/models/{name:path}")
    def model(name: str) -> Response:
        return _json(_model(desk.library(name)[0]))


def _add_questions(router: APIRouter, desk: Desk, listed: bool) -> None:
    """Add the routes for answers and searches."""

    @router.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        wanted = asked(await _body(request), listed=listed)
        name, library = await asyncio.to_thread(desk.library, wanted.model)
        head, base, gone = Head(name), str(request.base_url).rstrip("/"), threading.Event()
        if wanted.stream:
            chunks = partial(rest, head, wanted, library, base)
            making = desk.begin(partial(desk.answer, library, wanted, chunks, gone.is_set))
            events = _events(head, making, gone)
            return StreamingResponse(events, media_type="text/event-stream", headers=AS_IT_COMES)
        body = partial(whole, head, wanted, library, base)
        told = await _awaited(request, desk.begin(partial(desk.answer, library, wanted, body, gone.is_set)), gone)
        return _json(told)

    @router.post("/v1/search")
    async def search(request: Request) -> Response:
        wanted = searched(await _body(request))
        name, library = await asyncio.to_thread(desk.library, wanted.model)
        results = await desk.begin(partial(desk.search, library, wanted, str(request.base_url).rstrip("/")))
        more = {"blocks": [block(one) for one in results]} if wanted.blocks else {}
        return _json({"object": "search", "model": name, "results": results, **more})


class Counting:
    """ASGI middleware that counts requests by route, so that clients cannot create labels."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        def count(status: int) -> None:
            nonlocal begun
            begun = True
            self.metrics.requested(getattr(scope.get("route"), "path", "other"), status)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, counted if scope["type"] == "http" else send)
        except Exception:
            if scope["type"] == "http" and not begun:
                count(500)  # the server's answer to it
            raise


async def _awaited(request: Request, making: asyncio.Future[T], gone: threading.Event) -> T:
    """Return what is being made for a request; Gone if its client hangs up before, which stops the model."""
    leaving = asyncio.ensure_future(_until_left(request))
    both: set[asyncio.Future[Any]] = {making, leaving}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            raise Gone
        return making.result()
    finally:
        gone.set()
        leaving.cancel()
        making.add_done_callback(_heard)


async def _until_left(request: Request) -> None:
    """Return once the client of a request, whose body was read, hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _events(head: Head, making: asyncio.Future[list[bytes]], gone: threading.Event) -> AsyncIterator[bytes]:
    """Yield the stream of one answer; disconnecting stops the model."""
    try:
        yield first(head)
        while not (await asyncio.wait({making}, timeout=HEARTBEAT))[0]:
            yield WAITING
        for event in making.result():
            yield event
    except Problem as problem:
        yield trouble(problem.body)
    finally:
        gone.set()
        making.add_done_callback(_heard)


def _heard(making: asyncio.Future[Any]) -> None:
    """Retrieve the result of an abandoned answer, usually Gone."""
    if not making.cancelled() and not isinstance(making.exception(), (Problem, Gone, type(None))):
        making.result()


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request; Problem if it is not one, or too large."""
    try:
        value = json.loads(await asyncio.wait_for(_read(request), PATIENCE))
    except (ValueError, RecursionError) as error:
        raise Problem("the body is not JSON; send an object with messages, or with a query") from error
    except (TimeoutError, ClientDisconnect) as error:
        raise Problem("the body did not arrive; send it again", status=408) from error
    if not isinstance(value, dict):
        raise Problem("the body is not a JSON object; send one with messages, or with a query")
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))  # type: ignore[no-any-return]


async def _read(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            raise Problem(f"the body is larger than {BODY // 1024} KB; send fewer messages", status=413)
    return body


def _gauges(libraries: Libraries) -> dict[str, dict[str, float]]:
    there = libraries()
    ready = {name: float(library.ready) for name, library in there.items()}
    documents = {name: float(len(library.documents)) for name, library in there.items() if library.ready}
    return {"rag_ready": ready, "rag_documents": documents}


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": STARTED, "owned_by": "rag"}


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status, media_type="application/json")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response


async def _left(request: Request, error: Exception) -> Response:
    return Response(status_code=LEFT)


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = "nothing is served at" if error.status_code == 404 else "the request is not one for"
    return Problem(
        f"{what} {request.url.path[:100]}; the API is /v1/chat/completions, /v1/search and /v1/models",
        status=error.status_code,
    ).response
