"""Lets a loader ask for more time and memory than a file is given, where it knows that its work takes more.

Nothing bounds a loader in the program's own process; the child process that parses strangers' files sets `asked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Bounds:
    """Who is asked for more: a function of seconds of processor time and bytes of memory."""

    asked: Callable[[int, int], None] | None = None


BOUNDS = Bounds()


def more(seconds: int, memory: int = 0) -> None:
    """Ask for more processor time and memory from now on."""
    if BOUNDS.asked:
        BOUNDS.asked(seconds, memory)
