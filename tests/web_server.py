"""Serves the page with the small engine, in a thread, on a free port; shared by the tests of the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from rag.errors import ModelUnavailable
from rag.types import Message
from rag.web import build_app
from rag.web.server import listen
from rag.web.session.generators import Models
from rag.web.session.preferences import Model
from rag.web.session.stop import StopSign
from tests.web_double import SmallHouse

HARBOUR = """# Harbour guide

## When does the ferry leave?

The ferry to Aland leaves at 7 in the morning from pier 4. Tickets for the ferry cost 12 euros and are sold on board.

## Storms

In a storm the harbour closes when the wind reaches 25 metres per second. The harbour master was Elsa Lind until 1998. \
The lighthouse is stated twice in this guide.
"""
QUESTION = "When does the ferry to Aland leave, and what do tickets for the ferry cost?"
NAME = "0123456789abcdef"  # of a conversation
ARABIC = "تغادر العبارة في الساعة السابعة صباحا من الرصيف الرابع.\n"


@dataclass(frozen=True)
class Served:
    """A running server, with its house."""

    url: str
    house: SmallHouse
    app: FastAPI
    conversations: Path


def small_house(folder: Path) -> SmallHouse:
    """Return a house with two documents in a seeds folder."""
    seeds = folder / "seeds"
    seeds.mkdir()
    (seeds / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (seeds / "arabic.txt").write_text(ARABIC, encoding="utf-8")
    return SmallHouse(seeds)


class SmallModel:
    """A Generator that yields one word."""

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        yield "ready"


def opened_double(model: Model, key: str) -> SmallModel:
    """Open any model except a missing one, and any server except one that is down or needs a key."""
    if model.name == "missing":
        raise ModelUnavailable(model.name, "it is neither a folder nor in the hub cache; run: hf download missing")
    if "dead" in model.address:
        raise ModelUnavailable(model.name, f"no server answers at {model.address}; start it, or correct the address")
    if "locked" in model.address and key != "open sesame":
        raise ModelUnavailable(model.name, f"the server at {model.address} refused (401); check model and key")
    return SmallModel()


def small_app(house: SmallHouse, conversations: Path) -> FastAPI:
    """Return the page's application for a house."""
    models = Models("small double", StopSign(), opened=opened_double)
    return build_app(
        house.open,
        house.build,
        seeds=house.seeds,
        conversations=conversations,
        suffixes=frozenset({".md", ".txt", ".pdf"}),
        models=models,
    )


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve an application while the context is open; yield its address."""
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the page with the test double while the context is open."""
    house = small_house(folder)
    app = small_app(house, folder / "conversations")
    with running(app) as url:
        try:
            yield Served(url, house, app, folder / "conversations")
        finally:
            house.engine.gate.set()
            house.build_gate.set()
