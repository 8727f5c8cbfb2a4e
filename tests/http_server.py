"""A web server on the loopback address, for one test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol, TypeVar


class Answering(Protocol):
    """What answers posts, and is told its address."""

    url: str

    def answer(self, handler: BaseHTTPRequestHandler) -> None: ...


State = TypeVar("State", bound=Answering)


@contextmanager
def posted_to(state: State) -> Iterator[State]:
    """Let a state answer every post while the context is open; its address ends in /v1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.answer(self)

    with listening(Handler) as address:
        state.url = f"{address}/v1"
        yield state


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve with a handler, and yield the address: http://127.0.0.1:PORT."""

    class Quiet(handler):  # type: ignore[misc,valid-type]
        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
