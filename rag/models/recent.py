"""A batch function that caches its latest results."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """A thread-safe LRU cache over a batch function: missing keys are computed in one call.

    Only for values that depend on their own key alone, so that results do not depend on the cache.
    """

    def __init__(self, make: Callable[[list[Key]], Iterable[Value]], most: int) -> None:
        """`make` returns a value for each key, in order; the `most` last used values are kept."""
        self._make, self._most = make, most
        self._kept: dict[Key, Value] = {}  # the last used one is last
        self._lock = Lock()

    def __call__(self, keys: Sequence[Key]) -> list[Value]:
        """Return the value of every key."""
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        if new:
            found |= zip(new, self._make(new), strict=True)
        with self._lock:
            for key in found:
                self._kept.pop(key, None)
            self._kept |= found
            for key in list(self._kept)[: max(0, len(self._kept) - self._most)]:
                del self._kept[key]
        return [found[key] for key in keys]
