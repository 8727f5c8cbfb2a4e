"""Runs long work in a thread; every page can follow its progress, even after a reload."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from contextvars import copy_context
from typing import Generic, TypeVar

Step = TypeVar("Step")
_END, _LEFT = object(), object()


class Left(Exception):
    """Raised in a follower whose page has left; the work continues."""


class Running(Generic[Step]):
    """At most one task runs per key; `work` runs a function in the background."""

    def __init__(self, work: Callable[[Callable[[], None]], None]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._now: dict[Hashable, Step | None] = {}
        self._followers: dict[Hashable, list[queue.Queue[object]]] = {}

    def begin(self, key: Hashable, steps: Callable[[], Iterator[Step]]) -> Iterator[Step] | None:
        """Run `steps` to the end, even without followers; return an iterator over them, None if the key is in use."""
        with self._lock:
            if key in self._now:
                return None
            self._now[key], self._followers[key] = None, []
        followed = self.follow(key)
        context = copy_context()  # includes the user's language
        try:
            self._work(lambda: context.run(self._run, key, steps()))
        except RuntimeError:  # no thread is left
            self._end(key)
            raise
        return followed

    def follow(self, key: Hashable) -> Iterator[Step]:
        """Return an iterator over the current and further steps; empty if nothing runs."""
        steps: queue.Queue[object] = queue.Queue()
        with self._lock:
            if key not in self._now:
                return iter(())
            if self._now[key] is not None:
                steps.put(self._now[key])
            self._followers[key].append(steps)
        return _to_the_end(steps)

    def wait(self, key: Hashable) -> None:
        """Wait until nothing runs under this key, or its page has left."""
        with suppress(Left):
            for _ in self.follow(key):
                pass

    def leave(self, key: Hashable) -> None:
        """Send no further step to current followers, so that a page does not return to what it has left."""
        with self._lock:
            for follower in self._followers.get(key, ()):
                follower.put(_LEFT)
            if key in self._followers:
                self._followers[key] = []

    def runs(self, key: Hashable) -> bool:
        """Return True if something runs under this key."""
        return key in self._now

    def _run(self, key: Hashable, steps: Iterator[Step]) -> None:
        try:
            for step in steps:
                with self._lock:
                    self._now[key] = step
                    self._tell(key, step)
        finally:
            self._end(key)

    def _end(self, key: Hashable) -> None:
        with self._lock:
            self._tell(key, _END)
            del self._now[key], self._followers[key]

    def _tell(self, key: Hashable, step: object) -> None:
        for follower in self._followers[key]:
            follower.put(step)


def _to_the_end(steps: queue.Queue[object]) -> Iterator[Step]:
    while (step := steps.get()) is not _END:
        if step is _LEFT:
            raise Left
        yield step  # type: ignore[misc]  # whatever is no end is a step
