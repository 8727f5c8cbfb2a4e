"""Stops the model in the middle of a sentence when the user says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

from rag.protocols import Generator
from rag.types import Message

PATIENCE = 30.0  # seconds: a page that is loaded again is back after two or three


class Stopped(Exception):
    """Raised inside an answer that its user has stopped."""


class StopSign:
    """Remembers which conversation is being answered, and whether its user wants that to end.

    One question is answered at a time, by whoever holds `turn`, so there is one sign.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        """An answer that no page follows goes on for `patience` seconds: the page may be reloading."""
        self.turn = threading.Lock()
        self._patience = patience
        self._lock = threading.Lock()
        self._answering = ""
        self._session = ""
        self._left: float | None = None  # when its page was left
        self._stopped = False

    def begin(self, conversation: str, session: str = "") -> None:
        """Note that this conversation is being answered now, for the page with this session."""
        with self._lock:
            self._answering, self._session, self._left, self._stopped = conversation, session, None, False

    def end(self) -> None:
        """Note that nothing is being answered."""
        self.begin("")

    def leave(self, session: str) -> None:
        """Note that a page was left; its answer ends if nobody comes back for it."""
        with self._lock:
            if session and session == self._session:
                self._left = time.monotonic()

    def stay(self, conversation: str, session: str) -> None:
        """Note that this page follows a conversation's answer from now on."""
        with self._lock:
            if conversation and conversation == self._answering:
                self._session, self._left = session, None

    def stop(self, conversation: str) -> bool:
        """Stop this conversation's answer; return True if there was one to stop."""
        with self._lock:
            self._stopped = self._stopped or (bool(conversation) and conversation == self._answering)
            return self._stopped

    def stop_all(self) -> None:
        """Stop whatever is being answered: the server is closing."""
        with self._lock:
            self._stopped = True

    @property
    def is_set(self) -> bool:
        """Return True if the answer that is being made should end."""
        left = self._left
        return self._stopped or (left is not None and time.monotonic() - left >= self._patience)


class StoppableGenerator:
    """A Generator that asks the sign before every piece of text, so that stopping takes one token."""

    def __init__(self, inner: Generator, sign: StopSign) -> None:
        self._inner = inner
        self._sign = sign

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the inner generator's pieces; raise Stopped, with the model stopped, once the sign is set."""
        pieces = self._inner.generate(messages)
        try:
            for piece in pieces:
                if self._sign.is_set:
                    raise Stopped
                yield piece
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
