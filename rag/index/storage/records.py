"""Converts documents and passages to JSON values and back, without loss."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from rag.split.fold import Fingerprint
from rag.types import Continued, Document, Passage, Place, Segment

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
OWN = 1  # means that a passage has only its own place


@dataclass(frozen=True, slots=True)
class Split:
    """The split of a document, before folding; prints[i] is the fingerprint of passages[i]."""

    passages: list[Passage]
    prints: list[Fingerprint]


def encoded(value: object) -> bytes:
    """Return one line of JSON; equal values give equal bytes."""
    return _JSON.encode(value).encode("utf-8", "surrogatepass") + b"\n"


def decoded(line: bytes) -> Any:
    """Return the value of one line of JSON."""
    return json.loads(line.decode("utf-8", "surrogatepass"))


def document_record(document: Document, split: Split | None) -> dict[str, object]:
    """Return everything of a document except its text, with its split."""
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "pages": document.pages,
        "labels": document.page_labels,
        "segments": [[part.start, part.end, part.kind, part.heading] for part in document.segments],
        "sha256": document.sha256,
        "stated": document.stated and document.stated.isoformat(),
        "modified": document.modified and document.modified.isoformat(),
        "parsed": split and [split_record(passage) for passage in split.passages],
        "prints": split and split.prints,
    }


def document_of(record: dict[str, Any], text: str) -> Document:
    """Return the document that a record describes."""
    return Document(
        record["id"],
        record["source"],
        record["title"],
        text,
        tuple(record["pages"]),
        tuple(record["labels"]),
        tuple(Segment(*part) for part in record["segments"]),
        record["sha256"],
        _day(record.get("stated")),
        _day(record.get("modified")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def split_of(record: dict[str, Any], document: Document) -> Split | None:
    """Return the split of a document, or None if it was not stored."""
    if record["parsed"] is None:
        return None
    passages = [
        (Continued if continued else Passage)(
            id_, document.id, document.source, document.text[start:end], start, end, page, heading,
            places_of(places, document.source, start, end),
        )
        for id_, start, end, page, heading, places, *continued in record["parsed"]
    ]  # fmt: skip
    return Split(passages, [Fingerprint(*digests) for digests in record["prints"]])


def split_record(passage: Passage) -> list[object]:
    """Return what is needed, besides its document, to restore a passage."""
    return [
        passage.id, passage.start, passage.end, passage.page, passage.heading, places_record(passage), *[1] * isinstance(passage, Continued),
    ]  # fmt: skip


def places_record(passage: Passage) -> object:
    """Return a passage's places, in short form if it has only its own."""
    own = (passage.source, passage.start, passage.end)
    return OWN if passage.places == (own,) else passage.places


def places_of(record: Any, source: str, start: int, end: int) -> tuple[Place, ...]:
    """Return the places in a record."""
    if record == OWN:
        return (Place(source, start, end),)
    return tuple(Place(*place) for place in record)


def renamed(document: Document, split: Split | None, source: str, document_id: str) -> tuple[Document, Split | None]:
    """Return a document and its passages as read from the same file under another source."""
    old = document.source
    title = PurePosixPath(source).stem if document.title == PurePosixPath(old).stem else document.title
    moved = replace(document, id=document_id, source=source, title=title)
    if split is None:
        return moved, None
    passages = [
        replace(
            passage,
            document_id=document_id,
            source=source,
            places=tuple(place._replace(source=source) if place.source == old else place for place in passage.places),
        )
        for passage in split.passages
    ]
    return moved, Split(passages, split.prints)
