"""Splits a document into passages that fit an encoder's window.

Laws: `document.text[p.start:p.end] == p.text`; heading and text of a passage together fit the window, so that nothing
is lost to truncation; every letter and digit of a segment that is neither heading nor noise is in exactly one passage;
no passage crosses a heading or a page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import TypeAlias

from rag.language.invisible import without_invisible
from rag.language.sentences import sentences
from rag.split.ids import MAX_CHARACTERS, text_id
from rag.split.join import joined_to_the_one_before
from rag.types import SILENT, Continued, Document, Passage, Place, Segment

SPLITTER_VERSION = "7"  # changes whenever the same document would give other passages
HEADING_ROOM = 48  # tokens kept free for the heading path, which is prepended to the text when it is embedded
SPECIAL_TOKENS = 4  # what an encoder adds around a text, and the line break between heading and text
GROUP_TOKENS = 96  # list items and table rows are gathered up to here: about the length of a paragraph
HEADING_JOIN = " › "
ROW_LABEL = re.compile(rf"{HEADING_JOIN}row (\d+)\Z")  # how loaders of sheets and records end a row's heading path

Span: TypeAlias = tuple[int, int]
Measure: TypeAlias = Callable[[str], int]


def split_document(document: Document, *, window: int, measure: Measure) -> list[Passage]:
    """Return the passages of a document in their order; ValueError if the window is too small to hold any text.

    A Continued one is joined to the one before it after duplicates are folded (`join_neighbours`).
    """
    limit = window - HEADING_ROOM - SPECIAL_TOKENS
    if limit < 16:
        raise ValueError(
            f"a window of {window} tokens is too small; it takes at least {HEADING_ROOM + SPECIAL_TOKENS + 16}"
        )
    passages: list[Passage] = []
    headings: dict[str, str] = {}
    groups = list(_groups(document, min(limit, GROUP_TOKENS), measure))
    together = joined_to_the_one_before(document, groups, limit=limit, measure=measure)
    for i, (group, _) in enumerate(groups):
        path = _path_of(group)
        if path not in headings:
            headings[path] = _fit_heading(path, measure)
        for start, end in _pieces(document.text, group[0].start, group[-1].end, limit, measure):
            passages.append(_passage(Continued if i in together else Passage, document, start, end, headings[path]))
    return passages


def embedded_text(passage: Passage) -> str:
    """Return the text to embed for a passage: heading path, if any, then text, without invisible characters."""
    text = without_invisible(passage.text)
    return f"{passage.heading}\n{text}" if passage.heading else text


def _groups(document: Document, size: int, measure: Measure) -> Iterator[tuple[list[Segment], int]]:
    """Yield the segments that belong together, and their tokens: a paragraph, a list with its introduction, rows of a table."""
    group: list[Segment] = []
    tokens = 0
    for segment in document.segments or (Segment(0, len(document.text), "paragraph"),):
        if segment.kind in SILENT:
            if group:
                yield group, tokens
            group = []
            continue
        count = measure(document.text[segment.start : segment.end])
        if group and (tokens + count > size or not _belongs(document, group[-1], segment)):
            yield group, tokens
            group = []
        tokens = (tokens if group else 0) + count
        group.append(segment)
    if group:
        yield group, tokens


def _path_of(group: list[Segment]) -> str:
    """Return the heading path of segments read together; for rows of a sheet it names the first and last."""
    first, last = ROW_LABEL.search(group[0].heading), ROW_LABEL.search(group[-1].heading)
    if first is None or last is None or first[1] == last[1]:
        return group[0].heading
    return f"{group[0].heading[: first.start()]}{HEADING_JOIN}rows {first[1]}–{last[1]}"


def _parent(segment: Segment) -> str:
    """Return the heading path without the number of a row."""
    return ROW_LABEL.sub("", segment.heading) if segment.kind == "row" else segment.heading


def _belongs(document: Document, before: Segment, segment: Segment) -> bool:
    """Return True if a segment is read together with the one before it."""
    if _parent(before) != _parent(segment) or _page(document, before.start) != _page(document, segment.start):
        return False
    if before.kind == segment.kind:
        return segment.kind in ("item", "row", "code")
    introduces = document.text.endswith((":", "："), 0, before.end)
    return introduces and before.kind == "paragraph" and segment.kind in ("item", "row", "code")


def _pieces(text: str, start: int, end: int, limit: int, measure: Measure) -> Iterator[Span]:
    """Yield spans of at most `limit` tokens that cover the span, cut between lines or sentences where that is possible."""
    start, end = _stripped(text, start, end)
    if start >= end:
        return
    if end - start <= MAX_CHARACTERS and measure(text[start:end]) <= limit:
        if any(character.isalnum() for character in text[start:end]):
            yield start, end
        return
    atoms = list(_atoms(text, start, end, limit, measure))
    share = _even_share([count for _, _, count in atoms], limit)
    piece_start, piece_end, tokens = atoms[0]
    for atom_start, atom_end, count in atoms[1:]:
        if tokens + count > share or atom_end - piece_start > MAX_CHARACTERS:
            yield from _whole(text, piece_start, piece_end)
            piece_start, tokens = atom_start, 0
        piece_end, tokens = atom_end, tokens + count
    yield from _whole(text, piece_start, piece_end)


def _even_share(counts: list[int], limit: int) -> int:
    """Return the tokens of each piece, from half the limit to the limit, so that the last one is not too short."""
    total = sum(counts)
    pieces = -(-total // limit)
    return min(limit, -(-total // pieces) + max(counts) // 2)


def _atoms(text: str, start: int, end: int, limit: int, measure: Measure) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, tokens) of the smallest units: sentences, or parts of one that is too long."""
    for first, last in sentences(text[start:end]):
        yield from _cut(text, start + first, start + last, limit, measure)


def _cut(text: str, start: int, end: int, limit: int, measure: Measure) -> Iterator[tuple[int, int, int]]:
    """Halve a span at white space near its middle until each part fits."""
    waiting = [(start, end)]
    while waiting:
        first, last = _stripped(text, *waiting.pop())
        if first >= last:
            continue
        if last - first <= MAX_CHARACTERS:
            count = measure(text[first:last])
            if count <= limit or last - first < 2:
                yield first, last, count
                continue
        middle = _cut_point(text, first, last)
        waiting += [(middle, last), (first, middle)]


def _cut_point(text: str, start: int, end: int) -> int:
    """Return where to cut: at white space near the middle, else in the middle; a letter keeps its combining marks."""
    middle = (start + end) // 2
    reach = min((end - start) // 4, 200)
    space = max(text.rfind(" ", middle - reach, middle + reach), text.rfind("\n", middle - reach, middle + reach))
    if space > start:
        return space + 1
    joined = middle
    while joined < middle + reach and JOINED.match(text, joined):
        joined += 1
    return joined if joined < middle + reach else middle  # no letter has that many combining marks


JOINED = re.compile(
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u093a-\u094f\u0e31-\u0e4e\u200c-\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]"
)


def _whole(text: str, start: int, end: int) -> Iterator[Span]:
    if any(character.isalnum() for character in text[start:end]):
        yield start, end


def _fit_heading(path: str, measure: Measure) -> str:
    """Shorten a heading path to its limit: first drop the middle parts, then cut the ends of the remaining words."""
    parts = path.split(HEADING_JOIN)
    while measure(HEADING_JOIN.join(parts)) > HEADING_ROOM and len(parts) > 2:
        del parts[1]
    fitted = HEADING_JOIN.join(parts)
    while measure(fitted) > HEADING_ROOM:
        longest = max(parts, key=len)
        if len(longest) < 2:
            return ""
        parts[parts.index(longest)] = longest[: min(len(longest) * 3 // 4, MAX_CHARACTERS)].rstrip()
        fitted = HEADING_JOIN.join(parts)
    return fitted


def _passage(kind: type[Passage], document: Document, start: int, end: int, heading: str) -> Passage:
    text = document.text[start:end]
    return kind(
        text_id(text), document.id, document.source, text, start, end, _page(document, start), heading,
        (Place(document.source, start, end),),
    )  # fmt: skip


def _page(document: Document, offset: int) -> int | None:
    return bisect_right(document.pages, offset) if document.pages else None


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
