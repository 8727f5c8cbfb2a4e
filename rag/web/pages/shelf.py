"""Manages the collections of the page: each is a folder of documents with its own index, host and chat."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from rag.load.walk import DEMONSTRATION
from rag.types import Progress
from rag.web import strings
from rag.web.pages.answering import Chat
from rag.web.session.conversations import Conversations
from rag.web.session.host import EngineHost
from rag.web.session.lanes import Lanes
from rag.web.session.protocol import Engine
from rag.web.session.rebuild import Report
from rag.web.session.stop import StopSign
from rag.web.session.watch import changes
from rag.web.view.library import folder


@dataclass(frozen=True, slots=True)
class Opening:
    """The arguments for opening a collection; the one that the chat was started with has no name."""

    name: str
    seeds: Path
    open_engine: Callable[[], Engine]
    build: Callable[[Progress], Report]
    answers: Callable[[str], bool] = lambda question: True
    watched: bool = False  # a saved file is read at once


Find: TypeAlias = Callable[[], Sequence[Opening]]
Make: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Collection:
    """An opened collection."""

    name: str
    seeds: Path
    host: EngineHost
    chat: Chat

    @property
    def demonstration(self) -> bool:
        """Return True if all documents are the bundled ones, which are kept apart from a user's own."""
        try:
            came = (self.seeds / DEMONSTRATION).read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return set(folder(self.seeds)) <= set(came)

    @property
    def label(self) -> str:
        """The displayed name."""
        return self.name or (strings.DEMONSTRATION if self.demonstration else self.seeds.resolve().name)

    @property
    def removed(self) -> Path:
        """The folder for removed documents."""
        seeds = Path(os.path.abspath(self.seeds))  # "." has no name
        return seeds.with_name(f"{seeds.name}-removed")


def _opening(collection: Collection) -> Collection:
    collection.host.start()
    return collection


class Shelf:
    """The collections, opened on first use."""

    def __init__(self, find: Find, store: Conversations, sign: StopSign, make: Make | None = None) -> None:
        """`find` lists the current collections, at least one; `make` creates an empty one, ValueError if it cannot."""
        self._find = find
        self._make = make
        self._store = store
        self._sign = sign
        self._lanes = Lanes()
        self._opening = threading.Lock()
        self._opened: dict[str, Collection] = {}

    @property
    def can_make(self) -> bool:
        """Return True if new collections can be created."""
        return self._make is not None

    def all(self) -> list[Collection]:
        """Return every collection; unused ones are not open yet."""
        return [self._collection(opening) for opening in self._find()]

    def at(self, name: object) -> Collection:
        """Return the collection of that name, or the first; it opens in the background."""
        every = self.all()
        return _opening(next((one for one in every if one.name == name), every[0]))

    def named(self, name: object) -> Collection | None:
        """Return the collection of that name, or None if it is gone; it opens in the background."""
        found = next((one for one in self.all() if one.name == name), None)
        return _opening(found) if found else None

    def make(self, name: str) -> Collection:
        """Create a collection, or return the one of this name; ValueError with a readable message."""
        if self._make is None:
            raise ValueError(strings.COLLECTION_NONE)
        if not name or not any(one.name == name for one in self.all()):
            self._make(name)
        return self.at(name)

    def close(self, seconds: float) -> bool:
        """Stop the background work; return True if it ended in time."""
        ended = [one.host.close(seconds) for one in [*self._opened.values()]]
        return all(ended)

    def leave(self) -> None:
        """Signal the background work to stop."""
        for one in [*self._opened.values()]:
            one.host.leave()

    def _collection(self, opening: Opening) -> Collection:
        with self._opening:
            if opening.name not in self._opened:
                watching = partial(changes, opening.seeds) if opening.watched else None
                host = EngineHost(opening.open_engine, opening.build, opening.answers, watching, self._lanes)
                chat = Chat(host, self._store, self._sign, self._lanes)
                self._opened[opening.name] = Collection(opening.name, opening.seeds, host, chat)
            return self._opened[opening.name]
