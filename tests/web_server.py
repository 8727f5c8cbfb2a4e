"""Serves the page around the small engine, in a thread, on a free port; shared by the tests of the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from rag.web import build_app
from rag.web.server import listen
from tests.web_double import SmallHouse

HARBOUR = """# Harbour guide

## When does the ferry leave?

The ferry to Aland leaves at 7 in the morning from pier 4. Tickets for the ferry cost 12 euros and are sold on board.

## Storms

In a storm the harbour closes when the wind reaches 25 metres per second. The harbour master was Elsa Lind until 1998. \
The lighthouse is stated twice in this guide.
"""
ARABIC = "تغادر العبارة في الساعة السابعة صباحا من الرصيف الرابع.\n"


@dataclass(frozen=True)
class Served:
    """A server that runs, with the house behind it."""

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


def small_app(house: SmallHouse, conversations: Path) -> FastAPI:
    """Return the page's application around a house."""
    return build_app(
        house.open,
        house.build,
        seeds=house.seeds,
        conversations=conversations,
        suffixes=frozenset({".md", ".txt", ".pdf"}),
        model="small double",
    )


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the page for the length of the block."""
    house = small_house(folder)
    app = small_app(house, folder / "conversations")
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", house, app, folder / "conversations")
    finally:
        house.engine.gate.set()
        house.build_gate.set()
        server.should_exit = True
        thread.join(10)
