"""Stops the model in mid-sentence on the user's request, or when no reader is left."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Protocol

from rag.protocols import Generator
from rag.types import Message

PATIENCE = 30.0  # seconds; a reloading page is back after two or three
UNREAD = 5.0  # seconds for a page that asked but never fetched the answer
GRACE = 1.0  # seconds after which computation for an abandoned page pauses until it is back


class Stopped(Exception):
    """Raised inside an answer that its user has stopped."""


class Awaited(Protocol):
    """An answer in progress."""

    @property
    def is_set(self) -> bool:
        """Return True if it should end."""

    def word(self) -> None:
        """Wait for the turn to word it."""

    def rest(self) -> None:
        """Wait while no reader is present; raise Stopped if none returns."""


class Reader:
    """A page that waits for the answer in a conversation; it may leave and come back."""

    def __init__(self, signs: StopSign, conversation: str, session: str, *, patience: float, here: bool) -> None:
        self.signs = signs
        self.conversation = conversation
        self.session = session
        self.stopped = False
        self._patience = patience if here else min(UNREAD, patience)
        self._left = None if here else time.monotonic()

    @property
    def is_set(self) -> bool:
        """Return True if the answer should end for this reader."""
        left = self._left
        return self.stopped or self.signs.closing or (left is not None and time.monotonic() - left >= self._patience)

    @property
    def there(self) -> bool:
        """Return True if the page is open, or has only just left."""
        left = self._left
        return left is None or time.monotonic() - left < GRACE

    def leave(self) -> None:
        """Record that the page has left."""
        self._left = time.monotonic()

    def stay(self, session: str, patience: float) -> None:
        """Record that this page is reading."""
        self.session, self._left, self._patience = session, None, patience

    def word(self) -> None:
        """Word it at once: there is no queue here."""

    def rest(self) -> None:
        """Do nothing."""


class StopSign:
    """Tracks who waits for an answer, and requests to stop it."""

    def __init__(self, patience: float = PATIENCE) -> None:
        """An answer without readers runs on for `patience` seconds, because the page may be reloading."""
        self.closing = False
        self._patience = patience
        self._lock = threading.Lock()
        self._readers: list[Reader] = []
        self._open = Counter[str]()  # session → number of its streams
        self._now = ContextVar[Awaited | None]("now", default=None)  # the answer that this thread computes

    def begin(self, conversation: str, session: str = "") -> Reader:
        """Record that the page of this session waits for an answer in this conversation."""
        with self._lock:
            here = not session or self._open[session] > 0
            reader = Reader(self, conversation, session, patience=self._patience, here=here)
            self._readers.append(reader)
        self.make(reader)
        return reader

    def end(self, reader: Reader) -> None:
        """Record that a reader no longer waits."""
        with self._lock:
            self._readers.remove(reader)

    def make(self, answer: Awaited) -> None:
        """Record that this thread now computes that answer."""
        self._now.set(answer)

    @property
    def now(self) -> Awaited | None:
        """The answer that this thread computes."""
        return self._now.get()

    def listen(self, session: str) -> None:
        """Record that a page has opened its stream."""
        with self._lock:
            self._open[session] += 1
            for reader in self._of(session):
                reader.stay(session, self._patience)

    def rereads(self, session: str) -> bool:
        """Return True if a page has more than one stream: the connection of an old one may be gone unnoticed."""
        return self._open[session] > 1

    def leave(self, session: str) -> None:
        """Record that a page has left; its answers end unless a reader returns."""
        with self._lock:
            self._open[session] -= 1
            if self._open[session] <= 0:
                del self._open[session]
                for reader in self._of(session):
                    reader.leave()

    def stay(self, conversation: str, session: str) -> None:
        """Record that this page now follows a conversation's answer."""
        with self._lock:
            for reader in self._readers:
                if conversation and reader.conversation == conversation:
                    reader.stay(session, self._patience)

    def stop(self, conversation: str) -> bool:
        """Stop this conversation's answer; return True if there was one to stop."""
        with self._lock:
            found = [one for one in self._readers if conversation and one.conversation == conversation]
            for reader in found:
                reader.stopped = True
        return bool(found)

    def stop_all(self) -> None:
        """Stop all answers: the server is closing."""
        self.closing = True

    @property
    def is_set(self) -> bool:
        """Return True if this thread's answer should end."""
        now = self.now
        return self.closing or (now is not None and now.is_set)

    def _of(self, session: str) -> list[Reader]:
        return [reader for reader in self._readers if session and reader.session == session]


class StoppableGenerator:
    """A Generator that waits for its turn and checks the stop sign before every token.

    `inner` is the model itself.
    """

    def __init__(self, inner: Generator, sign: StopSign) -> None:
        self.inner = inner
        self._sign = sign

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the inner generator's pieces; raise Stopped, with the model stopped, once the sign is set."""
        if self._sign.now:
            self._sign.now.word()
        pieces = self.inner.generate(messages)
        try:
            for piece in pieces:
                if self._sign.is_set:
                    raise Stopped
                if self._sign.now:
                    self._sign.now.rest()
                yield piece
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()


class UntilClosed:
    """Optional work, wanted until the server closes."""

    there = True

    def __init__(self, closing: threading.Event) -> None:
        self._closing = closing

    @property
    def is_set(self) -> bool:
        """Return True if the server closes."""
        return self._closing.is_set()
