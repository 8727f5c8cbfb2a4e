"""Holds the places for questions that wait or are being answered, and tells who finds none to come again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag.api.problem import Problem

QUEUE = 16  # most questions waiting or being answered; the next one is told to retry


class Places:
    """QUEUE places, each taken before any work is done."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(QUEUE)

    def take(self) -> Callable[[], None]:
        """Take a place, and return how to leave it; Problem if all are taken."""
        if not self._free.acquire(blocking=False):
            raise Problem(
                f"{QUEUE} questions wait already; ask again in a moment", status=429, code="rate_limit_exceeded"
            )
        return self._free.release

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place for a while; Problem if all are taken."""
        leave = self.take()
        try:
            yield
        finally:
            leave()
