"""Stops the model in the middle of a sentence when the user says so, or when nobody is there to read it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Protocol

from rag.protocols import Generator
from rag.types import Message

PATIENCE = 30.0  # seconds: a page that is loaded again is back after two or three
UNREAD = 5.0  # seconds for a page that asked and never came for the answer
GRACE = 1.0  # seconds after which nothing more is computed for a page that was left, until it is back


class Stopped(Exception):
    """Raised inside an answer that its user has stopped."""


class Awaited(Protocol):
    """An answer that is being made."""

    @property
    def is_set(self) -> bool:
        """Return True if it should end."""

    def word(self) -> None:
        """Wait until it may be worded."""

    def rest(self) -> None:
        """Wait while nobody is there to read it; raise Stopped if nobody comes back."""


class Reader:
    """A page that waits for the answer in a conversation; it may be left, and come back."""

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
        """Return True if somebody reads, or has left only now."""
        left = self._left
        return left is None or time.monotonic() - left < GRACE

    def leave(self) -> None:
        """Note that the page was left."""
        self._left = time.monotonic()

    def stay(self, session: str, patience: float) -> None:
        """Note that this page reads on."""
        self.session, self._left, self._patience = session, None, patience

    def word(self) -> None:
        """Word it at once: nobody else is known here."""

    def rest(self) -> None:
        """Go on."""


class StopSign:
    """Remembers who waits for an answer, and whether they want it to end."""

    def __init__(self, patience: float = PATIENCE) -> None:
        """An answer that no page follows is kept for `patience` seconds: the page may be reloading."""
        self.closing = False
        self._patience = patience
        self._lock = threading.Lock()
        self._readers: list[Reader] = []
        self._open = Counter[str]()  # session → its streams
        self._now = ContextVar[Awaited | None]("now", default=None)  # the answer that this thread makes

    def begin(self, conversation: str, session: str = "") -> Reader:
        """Note that an answer in this conversation is waited for by the page with this session."""
        with self._lock:
            here = not session or self._open[session] > 0
            reader = Reader(self, conversation, session, patience=self._patience, here=here)
            self._readers.append(reader)
        self.make(reader)
        return reader

    def end(self, reader: Reader) -> None:
        """Note that a reader waits no longer."""
        with self._lock:
            self._readers.remove(reader)

    def make(self, answer: Awaited) -> None:
        """Note that this thread makes that answer from now on."""
        self._now.set(answer)

    @property
    def now(self) -> Awaited | None:
        """The answer that this thread makes."""
        return self._now.get()

    def listen(self, session: str) -> None:
        """Note that a page has opened its stream."""
        with self._lock:
            self._open[session] += 1
            for reader in self._of(session):
                reader.stay(session, self._patience)

    def leave(self, session: str) -> None:
        """Note that a page was left; its answers end if nobody comes back for them."""
        with self._lock:
            self._open[session] -= 1
            if self._open[session] <= 0:
                del self._open[session]
                for reader in self._of(session):
                    reader.leave()

    def stay(self, conversation: str, session: str) -> None:
        """Note that this page follows a conversation's answer from now on."""
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
        """Stop whatever is being answered: the server is closing."""
        self.closing = True

    @property
    def is_set(self) -> bool:
        """Return True if the answer that this thread makes should end."""
        now = self.now
        return self.closing or (now is not None and now.is_set)

    def _of(self, session: str) -> list[Reader]:
        return [reader for reader in self._readers if session and reader.session == session]


class StoppableGenerator:
    """A Generator that waits for its turn, and asks the sign before every piece of text, so that stopping takes one token.

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
    """What nobody has asked for is wanted until the server closes."""

    there = True

    def __init__(self, closing: threading.Event) -> None:
        self._closing = closing

    @property
    def is_set(self) -> bool:
        """Return True if the server closes."""
        return self._closing.is_set()
