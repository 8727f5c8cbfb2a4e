"""Lets a loader request more time and memory than the default for a file.

Loaders in the main process have no limits; the sandboxed child process sets `asked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Bounds:
    """The callback for more: a function of seconds of processor time and bytes of memory."""

    asked: Callable[[int, int], None] | None = None


BOUNDS = Bounds()


def more(seconds: int, memory: int = 0) -> None:
    """Request more processor time and memory from now on."""
    if BOUNDS.asked:
        BOUNDS.asked(seconds, memory)
