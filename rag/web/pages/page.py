"""Holds what the page works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.web.pages.answering import Chat
from rag.web.session.conversations import Conversations
from rag.web.session.generators import Models
from rag.web.session.host import EngineHost


@dataclass(frozen=True, slots=True)
class Page:
    """What the page works with."""

    chat: Chat
    host: EngineHost
    store: Conversations
    seeds: Path
    suffixes: frozenset[str]
    models: Models
    shared: bool  # many people at one address: each browser has an owner of its own


def event_data(event: Any) -> dict[str, Any]:
    """Return what a click of ours carried; nothing if it carried something else."""
    data = event._data
    return data if isinstance(data, dict) else {}
