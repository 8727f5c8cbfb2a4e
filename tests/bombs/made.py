"""Defines what a bomb is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bomb:
    """One or several files made to harm; `verdict` is a pattern of the reason for skipping them, or "read"."""

    name: str
    make: Callable[[Path], object]  # writes the files into a folder
    verdict: str
    heavy: bool = False  # takes more than a second or two: used by the benchmark, not by the tests


def file(name: str, data: Callable[[], bytes | str], verdict: str, *, heavy: bool = False) -> Bomb:
    """Return a bomb that is one file with this content."""

    def make(folder: Path) -> None:
        content = data()
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    return Bomb(name, make, verdict, heavy)
