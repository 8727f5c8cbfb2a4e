"""Formats search results, and reads a document around a place, so that a model can explore by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from typing_extensions import TypedDict

from rag.api.cited import name_of
from rag.api.library import Library
from rag.types import Document, Hit

PLACE = re.compile(r"(?P<source>.+)#(?P<start>\d{1,12})-(?P<end>\d{1,12})", re.DOTALL)
MOST = 20_000  # characters read of the place itself; passages are shorter
AROUND = 20_000  # characters read before and after a place: ten pages on each side


class Found(TypedDict):
    """One passage found; `id` opens its document at this place."""

    id: str
    title: str
    url: str
    text: str
    source: str
    start: int
    end: int
    page: int | None
    heading: str
    score: float


class Opened(TypedDict):
    """A document's text, whole or around a place; `text` is the file's text from `start` to `end`."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, str]


def found(hit: Hit, library: Library, base: str = "") -> Found:
    """Return a hit for other programs."""
    passage = hit.passage
    return Found(
        id=f"{passage.source}#{passage.start}-{passage.end}",
        title=name_of(passage.source, passage.page),
        url=base + library.address(passage.source, passage.start, passage.end),
        text=passage.text,
        source=passage.source,
        start=passage.start,
        end=passage.end,
        page=passage.page,
        heading=passage.heading,
        score=round(float(hit.score), 6),
    )


def block(one: Found) -> dict[str, object]:
    """Return a passage as a `search_result` block of Claude's Messages API, which the model can cite."""
    return {
        "type": "search_result",
        "source": one["url"],
        "title": one["title"],
        "content": [{"type": "text", "text": one["text"]}],
        "citations": {"enabled": True},
    }


def opened(id: str, library: Library, base: str = "", *, around: int = AROUND, most: int = MOST) -> Opened:
    """Return the text of a document around the place of an id, of which `most` characters are read; a bare source is read from its start.

    Raises a one-line ValueError for an invalid place.
    """
    document, start, end = _place(id, library.documents)
    first, last = max(0, start - around), min(len(document.text), min(end, start + most) + around)
    return Opened(
        id=id,
        title=document.title or name_of(document.source, None),
        text=document.text[first:last],
        url=base + library.address(document.source, start, end),
        metadata={
            "source": document.source,
            "start": str(first),
            "end": str(last),
            "characters": str(len(document.text)),
            "sha256": document.sha256,
        },
    )


def _place(id: str, documents: Mapping[str, Document]) -> tuple[Document, int, int]:
    """Return the document of an id, with the span in it."""
    if id in documents:
        return documents[id], 0, 0
    match = PLACE.fullmatch(id)
    if match is None or match["source"] not in documents:
        raise ValueError(f"no document is called {id!r:.200}; take an id from search")
    document = documents[match["source"]]
    start, end = int(match["start"]), int(match["end"])
    if not start <= end <= len(document.text):
        raise ValueError(
            f"{id!r:.200} lies outside the document, which has {len(document.text):,} characters; search again"
        )
    return document, start, end
