"""Defines a loader's result: the text of one file, with its structure.

A loader takes (bytes, source) and returns Parsed, or raises LoadError with one clear reason. The text is never empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from rag.errors import LoadError
from rag.types import Segment

HEADING_JOIN = " › "
MAX_REASON = 200  # characters of an error's message
NO_TEXT = "it holds no text"
WIKI_HEADING = re.compile(r"((?:= ?)+)([^=\s][^=]{0,118}?) ?(?: ?=)+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The canonical text of one file with its segments; `title` is empty if the file has none."""

    title: str
    text: str
    segments: tuple[Segment, ...]
    pages: tuple[int, ...] = ()
    page_labels: tuple[str, ...] = ()
    stated: date | None = None  # the date stated in the file


Loader: TypeAlias = Callable[[bytes, str], Parsed]


def heading_path(headings: Iterable[str]) -> str:
    """Join headings, outermost first, skipping empty ones and repetitions of the previous one."""
    path: list[str] = []
    for heading in headings:
        clean = " ".join(heading.split())
        if clean and (not path or path[-1].casefold() != clean.casefold()):
            path.append(clean)
    return HEADING_JOIN.join(path)


def require_text(text: str, source: str, reason: str = NO_TEXT) -> None:
    """Raise LoadError unless the text has a letter or digit."""
    if not any(character.isalnum() for character in text):
        raise LoadError(source, reason)


@contextmanager
def with_advice(advice: str) -> Iterator[None]:
    """Add what to do to the reason of a file without text."""
    try:
        yield
    except LoadError as error:
        if error.reason != NO_TEXT or not advice:
            raise
        raise LoadError(error.source, f"{NO_TEXT}{advice}") from error


def reason_of(error: Exception) -> str:
    """Return why a loader failed, in one line, whatever it raised."""
    if isinstance(error, LoadError):
        return " ".join(error.reason.split())  # XML parsers write messages of several lines
    if isinstance(error, MemoryError):
        return "parsing it takes more memory than there is; split it"
    if isinstance(error, RecursionError):
        return "it nests too deeply"
    said = " ".join(str(error).split())[:MAX_REASON]
    return f"it cannot be parsed ({type(error).__name__}{': ' if said else ''}{said})"


def heading_level(text: str) -> tuple[int, str]:
    """Return the level of a heading line, 1 unless it is marked as `== deeper ==`, and its words."""
    wiki = WIKI_HEADING.fullmatch(text)
    return (wiki[1].count("="), wiki[2].strip()) if wiki else (1, text)
