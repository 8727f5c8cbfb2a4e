"""Finds text that rendered Markdown does not show: comments, and hidden, white, tiny or transparent HTML elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.types import Segment

HIDING = (
    r"(?<=[\s\"'])hidden(?=[\s>=])|aria-hidden\s*=\s*[\"']?true|display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?(?![.\d])|"
    r"font-size\s*:\s*(?:0|1px|0?\.\d+)(?![.\d])|(?<!-)color\s*:\s*(?:white|transparent|#fff(?:fff)?)\b|color\s*=\s*[\"']?(?:white|#fff(?:fff)?)\b"
)
CONCEALED = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(\w+)\b(?=[^<>]*(?:{HIDING}))[^<>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
WORD = re.compile(r"\w{2,}")
MARKS = 3  # words from which a comment is text; shorter ones are directives (toc, markdownlint-disable)


def with_concealed(text: str, segments: Sequence[Segment]) -> Iterator[Segment]:
    """Yield the segments, splitting off concealed parts as hidden segments."""
    for segment in segments:
        body = text[segment.start : segment.end]
        if segment.kind in ("code", "noise") or "<" not in body:
            yield segment
            continue
        at = 0
        for match in CONCEALED.finditer(body):
            yield from _part(segment, body, at, match.start())
            hides = len(WORD.findall(match[0])) > MARKS
            yield replace(
                segment,
                start=segment.start + match.start(),
                end=segment.start + match.end(),
                kind="hidden" if hides else "noise",
            )
            at = match.end()
        yield from _part(segment, body, at, len(body))


def _part(segment: Segment, body: str, start: int, end: int) -> Iterator[Segment]:
    """Yield the part of a segment between two offsets, stripped, if it has any text."""
    part = body[start:end]
    first, last = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
    if any(character.isalnum() for character in part):
        yield replace(segment, start=segment.start + first, end=segment.start + last)
