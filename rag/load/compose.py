"""Composes blocks into one canonical text with exact offsets.

For formats without plain text (PDF, office files, tables): every block becomes one segment.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.errors import LoadError
from rag.load.parsed import Parsed, require_text
from rag.types import Segment, SegmentKind

MAX_TEXT = 20_000_000  # characters of one document; a zip bomb has more, a book of 5,000 pages less
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
KEPT_FORMAT_CHARACTERS = "\u200c\u200d"  # joiners in Persian, Hindi and emoji
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, item or row with its heading path and its 0-based page."""

    text: str
    kind: SegmentKind
    heading: str = ""
    page: int = 0


def compose(
    blocks: Iterable[Block], source: str, *, title: str = "", page_count: int = 0, page_labels: Sequence[str] = ()
) -> Parsed:
    """Join blocks, in order, into one text; LoadError if there is no text or too much."""
    parts: list[str] = []
    segments: list[Segment] = []
    pages: list[int] = []
    length = 0
    for block in blocks:
        body = clean(block.text)
        if not body:
            continue
        if segments:
            joint = _joint(segments[-1].kind, block.kind)
            parts.append(joint)
            length += len(joint)
        while len(pages) <= block.page < page_count:
            pages.append(length)
        if length + len(body) > MAX_TEXT:
            raise LoadError(source, f"it holds more than {MAX_TEXT:,} characters of text; split it")
        segments.append(Segment(length, length + len(body), block.kind, block.heading))
        parts.append(body)
        length += len(body)
    text = "".join(parts)
    require_text(text, source)
    pages += [length] * (page_count - len(pages))
    return Parsed(clean(title), text, tuple(segments), tuple(pages), tuple(page_labels))


def clean(text: str) -> str:
    """Return the text without invisible characters, with ligatures expanded and white space normalised."""
    text = text.translate(LIGATURES)
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _visible(character: str) -> str:
    if character in "\n\t" or character in KEPT_FORMAT_CHARACTERS:
        return character
    if character in "\r\v\f\x85\u2028\u2029":
        return "\n"
    return "" if unicodedata.category(character) in HIDDEN_CATEGORIES else character


def _joint(before: SegmentKind, after: SegmentKind) -> str:
    return "\n" if before == after and after in ("item", "row", "code", "noise", "hidden") else "\n\n"
