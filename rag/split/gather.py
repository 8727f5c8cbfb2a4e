"""Gathers short neighbouring paragraphs into one passage.

A short paragraph alone says little to an encoder, and five of them are little to read. What stands in several places is left
alone, so that every place keeps folding into one passage; this runs after duplicates are folded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from rag.split.passages import text_id, text_limit
from rag.types import Document, Passage, Place

SHORT = 0.4  # of the window: a paragraph with fewer tokens is gathered with its neighbour; see benchmarks/chunking.py


def gather_short(
    passages: Sequence[Passage], documents: Iterable[Document], *, window: int, measure: Callable[[str], int]
) -> list[Passage]:
    """Return the passages with short neighbours of one section joined as far as the window reaches.

    Joined are paragraphs only, of one heading and one page, with nothing between them, that stand in one place each; at least
    one of two is short. `document.text[p.start:p.end] == p.text` holds as before.
    """
    texts = {document.id: document for document in documents}
    limit, short = text_limit(window), int(SHORT * window)
    gathered: list[Passage] = []
    tokens = 0
    for passage in passages:
        document = texts[passage.document_id]
        count = measure(passage.text)
        before = gathered[-1] if gathered else None
        if (
            before
            and min(tokens, count) < short
            and tokens + count <= limit
            and _are_neighbours(before, passage, document)
        ):
            gathered[-1] = _joined(before, passage, document)
            tokens += count
        else:
            gathered.append(passage)
            tokens = count
    return gathered


def _are_neighbours(before: Passage, passage: Passage, document: Document) -> bool:
    """Tell whether two passages are paragraphs of one section that stand next to each other and nowhere else."""
    if before.document_id != passage.document_id or before.heading != passage.heading or before.page != passage.page:
        return False
    if len(before.places) > 1 or len(passage.places) > 1 or before.end > passage.start:
        return False
    if any(character.isalnum() for character in document.text[before.end : passage.start]):
        return False
    return _kind(document, before.start) == _kind(document, passage.start) == "paragraph"


def _kind(document: Document, offset: int) -> str:
    at = bisect_right(document.segments, offset, key=lambda segment: segment.start) - 1
    return document.segments[at].kind if at >= 0 else "paragraph"


def _joined(before: Passage, passage: Passage, document: Document) -> Passage:
    text = document.text[before.start : passage.end]
    place = Place(passage.source, before.start, passage.end)
    return Passage(
        text_id(text),
        passage.document_id,
        passage.source,
        text,
        before.start,
        passage.end,
        before.page,
        before.heading,
        (place,),
    )
