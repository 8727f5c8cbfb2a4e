"""A small OpenAI-compatible server on the loopback address: it embeds texts, and records its requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.conftest import WordEncoder
from tests.http_server import posted_to

SAID = (
    "data: "
    + json.dumps({"choices": [{"index": 0, "delta": {"content": "Nothing."}, "finish_reason": "stop"}]})
    + "\n\ndata: [DONE]\n\n"
)


def embedded(texts: list[str]) -> list[dict[str, Any]]:
    """Return embeddings as a server may send them: not normalised, and in any order."""
    vectors = 3 * WordEncoder().encode(texts)
    return [{"object": "embedding", "index": i, "embedding": row.tolist()} for i, row in enumerate(vectors)][::-1]


@dataclass
class ModelServer:
    """The server's behaviour and its recorded requests."""

    embed: Callable[[list[str]], list[dict[str, Any]]] = embedded
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append({**body, "path": handler.path, "key": handler.headers["Authorization"]})
        if self.status != 200:
            said = json.dumps({"error": {"message": "input is\ntoo long"}})
        elif handler.path.endswith("/embeddings"):
            said = json.dumps({"object": "list", "model": body["model"], "data": self.embed(body["input"])})
        else:
            said = SAID
        handler.send_response(self.status)
        handler.end_headers()
        handler.wfile.write(said.encode())


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Run the server while the context is open."""
    with posted_to(ModelServer()) as state:
        yield state
