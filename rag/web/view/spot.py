"""Resolves a card of an answer to a span of a source."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer, Document


@dataclass(frozen=True, slots=True)
class Spot:
    """A span of a source; `quote` is its text when answered."""

    source: str
    start: int
    end: int
    quote: str
    page: int | None = None


def spot(answer: Answer, key: str) -> Spot | None:
    """Return the span of a card's key: `c2` is citation 2, anything else the id of a passage."""
    for citation in answer.citations:
        if key == f"c{citation.marker}":
            return Spot(citation.passage.source, citation.start, citation.end, citation.quote, citation.page)
    for hit in answer.hits:
        passage = hit.passage
        if key == passage.id:
            return Spot(passage.source, passage.start, passage.end, passage.text, passage.page)
    return None


def page_of(document: Document, start: int) -> int | None:
    """Return the page at an offset, None if the document has no pages."""
    return sum(first <= start for first in document.pages) or None
