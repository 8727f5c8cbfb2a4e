"""Small servers that each misbehave in one way; shared by the tests and benchmarks/doors.py."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
HANG = b"<hang>"


def chunk(**choice: Any) -> bytes:
    """Return one event of a stream."""
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


WORDS = chunk(delta={"content": "The mill"})
DONE = b"data: [DONE]\n\n"
ODD: dict[str, tuple[bytes, str]] = {
    "delta: null": (SSE + chunk(delta=None) + DONE, "does not speak OpenAI's protocol"),
    'choices: "abc"': (SSE + b'data: {"choices": "abc"}\n\n' + DONE, "does not speak OpenAI's protocol"),
    "choices: null": (SSE + b'data: {"choices": null}\n\n' + DONE, "does not speak OpenAI's protocol"),
    "no choices": (SSE + b'data: {"id": 1}\n\n' + DONE, "does not speak OpenAI's protocol"),
    "a list as content": (SSE + chunk(delta={"content": ["a"]}) + DONE, "does not speak OpenAI's protocol"),
    "a number as content": (SSE + chunk(delta={"content": 7}) + DONE, "does not speak OpenAI's protocol"),
    "a list for a chunk": (SSE + b"data: [1]\n\n" + DONE, "does not speak OpenAI's protocol"),
    "broken JSON": (SSE + b"data: {oops\n\n" + DONE, "does not speak OpenAI's protocol"),
    "JSON a thousand levels deep": (SSE + b"data: " + b"[" * 5_000 + b"\n\n", "does not speak OpenAI's protocol"),
    "plain JSON": (SSE.replace(b"text/event-stream", b"application/json") + b'{"choices": [{"message": {"content": "x"}}]}', "does not speak"),
    "a page": (SSE.replace(b"text/event-stream", b"text/html") + b"<html>Log in</html>", "does not speak OpenAI's protocol"),
    "an error in the stream": (SSE + WORDS + b'data: {"error": {"message": "out of memory"}}\n\n', "out of memory"),
    "an early close": (SSE + WORDS, "broke off before its answer ended"),
    "no byte at all": (b"", "broke off"),
    "no words": (SSE + DONE, "sent no text"),
    "another protocol": (b"220 mail.test ESMTP\r\n", "does not speak OpenAI's protocol"),
    "a redirect": (b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://evil.test/v1\r\nContent-Length: 0\r\n\r\n", "redirects to http://evil.test/v1, which is not followed"),
    "a refusal": (b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 35\r\n\r\n{"error": {"message": "no\\nsuch key"}}'[:200], "check model and key"),
    "a refusal of ten megabytes": (b"HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n" + b"x" * 10_000_000, "refused (500"),
    "a line of a megabyte": (SSE + b"data: " + b" " * 1_000_000, "more than it was asked for"),
    "ten megabytes of comments": (SSE + b": on\n" * 2_000_000, "more than it was asked for"),
    "ten megabytes of silence": (SSE + b"\n" * 10_000_000, "more than it was asked for"),
    "headers without an end": (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1_000_000, "broke off or does not speak"),
    "a broken length": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", "broke off"),
    "nothing, for ever": (HANG, "did not answer in time"),
    "half an answer, then nothing": (SSE + WORDS + HANG, "did not answer in time"),
}  # fmt: skip


@contextmanager
def odd(reply: bytes) -> Iterator[str]:
    """Serve one fixed reply to every client while the context is open; yield the address."""
    ended = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                answer(listening.accept()[0])

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(reply.removesuffix(HANG))
            if reply.endswith(HANG):
                ended.wait(60)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(2)
            while connection.recv(65_536):  # unread data would reset the connection
                pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
