"""Reads the notes, comments and descriptions of pictures in OpenDocument files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rag.load.compose import Block, clean
from rag.load.office.open_tables import SHAPES
from rag.load.office.open_words import Speller
from rag.load.office.outline import Outline
from rag.load.office.package import attribute, child, children, descendants, local
from rag.load.tables.cells import flat


@dataclass(slots=True)
class Reader:
    """The state of reading a file."""

    outline: Outline
    speller: Speller
    objects: dict[str, Any] = field(default_factory=dict)  # embedded objects by name
    counted: dict[str, int] = field(default_factory=lambda: {"footnote": 0, "endnote": 0})
    number: str = ""  # of the item that begins here
    noted: dict[Any, tuple[str, ...]] = field(default_factory=dict)  # the headings of the comments on a sheet's cells
    unseen: set[Any] = field(default_factory=set)  # those on hidden cells
    is_sheet: bool = False
    source: str = ""


def noted(inner: Any, reader: Reader) -> Iterator[Block]:
    """Yield a note under its number, or a comment under its author."""
    if local(inner) == "note":
        kind = attribute(inner, "note-class") or "footnote"
        reader.counted[kind] = reader.counted.get(kind, 0) + 1
        yield from below(child(inner, "note-body"), reader, f"{kind} {reader.counted[kind]}")
        return
    author = author_of(inner)
    named = reader.noted.get(inner, (f"comment by {author}" if author else "comment",))
    for block in below(inner, reader, *named):
        yield replace(block, kind="hidden") if inner in reader.unseen else block


def author_of(note: Any) -> str:
    """Return the author of a comment."""
    return flat("".join(creator.text or "" for creator in children(note, "creator")))


def below(body: Any, reader: Reader, *names: str) -> Iterator[Block]:
    """Yield the paragraphs of a note under these names."""
    for paragraph in children(body, "p", "list"):
        text = clean(" ".join(reader.speller.shown(p) for p in descendants(paragraph, "p")))
        if text:
            yield Block(text, "paragraph", reader.outline.path(*names), reader.outline.page)


def described(element: Any, reader: Reader) -> Iterator[Block]:
    """Yield the alternative text of a picture; a single word is only its name."""
    text = clean("".join(element.itertext()))
    if local(element.getparent()) in SHAPES and len(text.split()) > 1:
        yield Block(text, "paragraph", reader.outline.path("picture"), reader.outline.page)
