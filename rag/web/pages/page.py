"""Defines what the page's handlers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import gradio as gr

from rag.site import Fetched
from rag.web import strings
from rag.web.pages.shelf import Collection, Shelf
from rag.web.session.conversations import LOCAL_OWNER, NAME, Conversation, Conversations, new_name
from rag.web.session.generators import Models

Visit: TypeAlias = Callable[[str], Fetched]


@dataclass(frozen=True, slots=True)
class Page:
    """The state that the page's handlers share."""

    shelf: Shelf
    store: Conversations
    suffixes: frozenset[str]
    models: Models
    shared: bool  # many people at one address: each browser has its own owner id
    visit: Visit | None = None  # fetches a web page by its address; None where that is off

    def at(self, memory: object) -> Collection:
        """Return the collection that a browser shows."""
        return self.shelf.at(memory.get("collection", "") if isinstance(memory, dict) else "")

    def who(self, memory: object) -> tuple[str, Conversation]:
        """Return the owner and the conversation of a page; the browser's data is validated."""
        said: Mapping[str, Any] = memory if isinstance(memory, dict) else {}
        owner, name = str(said.get("owner", "")), str(said.get("conversation", ""))
        if not self.shared:
            owner = LOCAL_OWNER
        elif not NAME.fullmatch(owner):
            owner = new_name()
        collection = self.at(memory).name
        try:
            shown = self.store.load(owner, name if NAME.fullmatch(name) else new_name())
        except OSError:  # it cannot be read now; under its name, an answer would replace it
            shown = Conversation(new_name())
        if shown.turns and shown.collection != collection:
            shown = Conversation(new_name())
        return owner, shown if shown.turns else self.new(collection, shown.id)

    def stored(self, owner: str, name: str) -> Conversation | None:
        """Return a stored conversation; None, and a message on the page, if it cannot be read now."""
        try:
            return self.store.load(owner, name)
        except OSError:
            gr.Warning(strings.TROUBLE)
            return None

    def new(self, collection: str, name: str = "") -> Conversation:
        """Return an empty conversation about a collection."""
        return Conversation(name or new_name(), collection=collection)


def memory_of(owner: str, conversation: Conversation) -> dict[str, str]:
    """Return the state that a browser stores."""
    return {"owner": owner, "conversation": conversation.id, "collection": conversation.collection}


def event_data(event: Any) -> dict[str, Any]:
    """Return the data of our click; nothing if it is malformed."""
    data = event._data
    return data if isinstance(data, dict) else {}


def number_of(value: object) -> int:
    """Return a small number from a click, 0 for anything else."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else 0


@contextmanager
def told() -> Iterator[None]:
    """Report on the page that a change could not be saved."""
    try:
        yield
    except OSError as error:
        gr.Warning(strings.NOT_CHANGED.format(reason=error.strerror or type(error).__name__))
