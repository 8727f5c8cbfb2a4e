"""Finds text that rendered Markdown does not show: comments, and HTML elements that hide their content.

An element may begin in one block and end in another: all between is concealed. Code shows what is written in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from rag.load.hiding import Ground, declarations, ground_of, is_gone, is_unseen
from rag.types import Segment

MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<closes>/?)(?P<name>[a-z][\w-]*)(?P<attributes>(?:\s[^<>]*)?)/?>|\\[!-/:-@\[-`{-~]|`+",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=]+)))?")
CONTAINERS = frozenset(  # without an end, they last to the end of the text
    "address article aside blockquote body center details dialog div fieldset figure footer form header html main menu nav ol "
    "section table ul".split()
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # without content
BLOCK = re.compile(  # a block of HTML, inside which backticks and backslashes mean nothing
    rf"[ \t>]{{0,40}}(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]{{1,4}})?</?(?:{'|'.join(sorted(CONTAINERS))}|p|td|th|tr|li|d[dlt]|t(?:body|head|foot)|"
    r"caption|h[1-6]|summary|pre)(?=[\s/>])",
    re.IGNORECASE,
)
TICKS = re.compile(r"`+")
WORD = re.compile(r"\w{2,}")
MARKS = 3  # words from which a comment is text; shorter ones are directives (toc, markdownlint-disable)


class Tag(NamedTuple):
    """A tag of HTML, with the end of its block."""

    start: int
    end: int
    name: str
    closes: bool
    hides: bool
    in_block: bool
    limit: int


class Concealed(NamedTuple):
    """A span of the text that is not shown, and whether it says something."""

    start: int
    end: int
    says: bool


def shown(text: str, start: int, end: int, spans: Sequence[Concealed]) -> str:
    """Return a part of a text without what is concealed."""
    parts = []
    for span in spans[bisect_right(spans, start, key=lambda span: span.end) :]:
        if span.start >= end:
            break
        parts.append(text[start : max(start, span.start)])
        start = min(span.end, end)
    return "".join((*parts, text[start:end]))


def with_concealed(text: str, segments: Sequence[Segment], spans: Sequence[Concealed]) -> Iterator[Segment]:
    """Yield the segments, splitting off their concealed parts as hidden segments."""
    first = 0
    for segment in segments:
        while first < len(spans) and spans[first].end <= segment.start:
            first += 1
        last = first
        while last < len(spans) and spans[last].start < segment.end:
            last += 1
        yield from _cut(text, segment, spans[first:last]) if last > first else [segment]


def _cut(text: str, segment: Segment, spans: Sequence[Concealed]) -> Iterator[Segment]:
    """Yield the shown and the concealed parts of a segment."""
    at = segment.start
    for span in spans:
        yield from _part(text, segment, at, span.start)
        at = min(span.end, segment.end)
        kind = replace(segment, kind="hidden" if span.says and segment.kind != "noise" else "noise")
        yield from _part(text, kind, max(span.start, segment.start), at)
    yield from _part(text, segment, at, segment.end)


def _part(text: str, segment: Segment, start: int, end: int) -> Iterator[Segment]:
    """Yield the part of a segment between two offsets, stripped, if it has any text."""
    part = text[start:end]
    if any(character.isalnum() for character in part):
        yield replace(segment, start=start + len(part) - len(part.lstrip()), end=start + len(part.rstrip()))


def concealed(text: str, segments: Sequence[Segment]) -> list[Concealed]:
    """Return what a text conceals, in order, without what is inside another."""
    if "<" not in text:
        return []
    found: list[tuple[int, int]] = []
    tags: list[Tag] = []
    for segment in segments:
        for match in _markup(text, segment) if segment.kind != "code" else ():
            if match["name"] is None:
                found.append(match.span())
            elif match["name"].lower() not in VOID:
                tags.append(_tag(text, match, segment))
    partners = _partners(tags)
    for i, tag in enumerate(tags):
        if tag.hides:
            lasts = tag.name in CONTAINERS and tag.in_block
            found.append((tag.start, partners.get(i, len(text) if lasts else tag.limit)))
    spans: list[Concealed] = []
    for start, end in sorted(found):
        if not spans or start >= spans[-1].end:
            says = len(list(islice(WORD.finditer(text, start, end), MARKS + 1))) > MARKS
            spans.append(Concealed(start, end, says))
    return spans


def _markup(text: str, segment: Segment) -> Iterator[re.Match[str]]:
    """Yield the comments and tags of a segment, outside spans of code."""
    block = BLOCK.match(text, segment.start, segment.end) is not None
    runs: dict[int, list[int]] | None = None  # where runs of so many backticks begin
    at = segment.start
    while match := MARKUP.search(text, at, segment.end):
        at = match.end()
        if match[0].startswith("<"):
            yield match
        elif block:
            at = match.start() + 1
        elif match[0].startswith("`"):
            runs = _runs(text, segment) if runs is None else runs
            same = runs[len(match[0])]
            closing = bisect_left(same, at)
            at = same[closing] + len(match[0]) if closing < len(same) else at


def _runs(text: str, segment: Segment) -> dict[int, list[int]]:
    runs: dict[int, list[int]] = {}
    for run in TICKS.finditer(text, segment.start, segment.end):
        runs.setdefault(len(run[0]), []).append(run.start())
    return runs


def _tag(text: str, match: re.Match[str], segment: Segment) -> Tag:
    name, closes, written = match["name"].lower(), bool(match["closes"]), match["attributes"]
    in_block = BLOCK.match(text, segment.start, segment.end) is not None
    return Tag(
        *match.span(), name, closes, not closes and bool(written) and _hides(name, written), in_block, segment.end
    )


def _hides(name: str, written: str) -> bool:
    """Return True if a tag's attributes hide what is inside it."""
    attributes = {found[1].lower(): found[2] or found[3] or found[4] or "" for found in ATTRIBUTE.finditer(written)}
    styles = declarations(attributes.get("style", ""))
    return is_gone(attributes, styles) or is_unseen(ground_of(name, attributes, styles, Ground()))


def _partners(tags: Sequence[Tag]) -> dict[int, int]:
    """Return the end of the tag that closes each, by its number."""
    partners: dict[int, int] = {}
    open_tags: dict[str, list[int]] = {}
    for i, tag in enumerate(tags):
        if not tag.closes:
            open_tags.setdefault(tag.name, []).append(i)
        elif open_tags.get(tag.name):
            partners[open_tags[tag.name].pop()] = tag.end
    return partners
