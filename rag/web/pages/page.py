"""Holds what the page works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.web.pages.shelf import Collection, Shelf
from rag.web.session.conversations import LOCAL_OWNER, NAME, Conversation, Conversations, new_name
from rag.web.session.generators import Models


@dataclass(frozen=True, slots=True)
class Page:
    """What the page works with."""

    shelf: Shelf
    store: Conversations
    suffixes: frozenset[str]
    models: Models
    shared: bool  # many people at one address: each browser has an owner of its own

    def at(self, memory: object) -> Collection:
        """Return the collection that a browser looks at."""
        return self.shelf.at(memory.get("collection", "") if isinstance(memory, dict) else "")

    def who(self, memory: object) -> tuple[str, Conversation]:
        """Return whose page it is, and the conversation it shows; what a browser says is checked."""
        said: Mapping[str, Any] = memory if isinstance(memory, dict) else {}
        owner, name = str(said.get("owner", "")), str(said.get("conversation", ""))
        if not self.shared:
            owner = LOCAL_OWNER
        elif not NAME.fullmatch(owner):
            owner = new_name()
        collection = self.at(memory).name
        shown = self.store.load(owner, name if NAME.fullmatch(name) else new_name())
        if shown.turns and shown.collection != collection:
            shown = Conversation(new_name())
        return owner, shown if shown.turns else self.new(collection, shown.id)

    def new(self, collection: str, name: str = "") -> Conversation:
        """Return an empty conversation about a collection."""
        return Conversation(name or new_name(), collection=collection)


def memory_of(owner: str, conversation: Conversation) -> dict[str, str]:
    """Return what a browser has to remember of what it shows."""
    return {"owner": owner, "conversation": conversation.id, "collection": conversation.collection}


def event_data(event: Any) -> dict[str, Any]:
    """Return what a click of ours carried; nothing if it carried something else."""
    data = event._data
    return data if isinstance(data, dict) else {}


def number_of(value: object) -> int:
    """Return a small number that a click carried, 0 for anything else."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else 0
