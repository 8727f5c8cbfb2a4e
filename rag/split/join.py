"""Gathers short neighbouring paragraphs into one passage.

A short paragraph alone tells an encoder little. Groups are found for each document by itself, and a change inside one
paragraph leaves the other groups as they are: a run of paragraphs that is too long is cut near its middle, where the
hash of the opening words is lowest, and so are its parts. Paragraphs are joined only after duplicates were folded, so
that a repeated paragraph stays one passage with all its places.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import accumulate, pairwise

from rag.split.ids import MAX_CHARACTERS, text_id
from rag.split.lazy import Lazy, Passages
from rag.types import Continued, Document, Passage, Place, Segment

GATHERED = 200  # tokens of a passage that is gathered; benchmarks/CHUNKING.md: token recall rises up to here
MARGIN = 0.34  # share of a run at either end where it is never cut, so that no part is tiny
OPENING = 3  # words that identify a paragraph; changes after them do not matter


def joined_to_the_one_before(
    document: Document, groups: Sequence[tuple[Sequence[Segment], int]], *, limit: int, measure: Callable[[str], int]
) -> set[int]:
    """Return the groups (segments, tokens), by index, that are read together with the group before them.

    These are adjacent single paragraphs of one heading and one page; a group has at most `limit` and at most GATHERED
    tokens.
    """
    size = min(limit, GATHERED)
    around = measure("")  # tokens counted for every text, even an empty one
    together: set[int] = set()
    for first, last in _runs(document, groups):
        spans = [(segments[0].start, segments[0].end) for segments, _ in groups[first:last]]
        tokens = list(accumulate((count - around for _, count in groups[first:last]), initial=0))

        def fits(a: int, b: int, spans: Sequence[tuple[int, int]] = spans, tokens: Sequence[int] = tokens) -> bool:
            start, end = spans[a][0], spans[b - 1][1]
            short = tokens[b] - tokens[a] <= size and end - start <= MAX_CHARACTERS
            return short and measure(document.text[start:end]) <= size

        keys = [_key(document.text[start:end]) for start, end in spans]
        parts = _parts(keys, fits, 0, last - first)
        together |= {first + i for a, b in parts for i in range(a + 1, b)}
    return together


def join_neighbours(passages: Passages, documents: Mapping[str, Document]) -> Sequence[Passage]:
    """Return the passages, joining those that are read together and occur in one place each.

    `document.text[p.start:p.end] == p.text` still holds. `documents` maps each source to its document. Only Continued
    passages, and those before them, are computed here.
    """
    firsts = array("q")  # of the passages that are joined
    before: Passage | None = None  # if already computed
    for number in range(len(passages)):
        passage = passages[number] if number and passages.continued[number] else None
        if passage is None or not _stand_together(before or passages[number - 1], passage, documents):
            firsts.append(number)
        before = passage

    def joined(at: int) -> Passage:
        first = passages[firsts[at]]
        last = (firsts[at + 1] if at + 1 < len(firsts) else len(passages)) - 1
        if last == firsts[at]:
            return _plain(first)
        end = passages[last].end
        body = documents[first.source].text[first.start : end]
        place = Place(first.source, first.start, end)
        return replace(_plain(first), id=text_id(body), text=body, end=end, places=(place,))

    return Lazy(len(firsts), joined)


def _runs(document: Document, groups: Sequence[tuple[Sequence[Segment], int]]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each run of groups that are adjacent paragraphs."""
    first = 0
    for i, ((before, _), (after, _)) in enumerate(pairwise(groups), start=1):
        if not _are_neighbours(document, before, after):
            if i - first > 1:
                yield first, i
            first = i
    if len(groups) - first > 1:
        yield first, len(groups)


def _are_neighbours(document: Document, before: Sequence[Segment], after: Sequence[Segment]) -> bool:
    if len(before) + len(after) > 2 or before[0].kind != "paragraph" or after[0].kind != "paragraph":
        return False
    if before[0].heading != after[0].heading or _is_between(document.text, before[0].end, after[0].start):
        return False
    return bisect_right(document.pages, before[0].start) == bisect_right(document.pages, after[0].start)


def _is_between(text: str, start: int, end: int) -> bool:
    return any(character.isalnum() for character in text[start:end])


def _parts(keys: Sequence[bytes], fits: Callable[[int, int], bool], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of the parts of a run, each of which fits or is one paragraph."""
    waiting = [(first, last)]
    while waiting:
        a, b = waiting.pop()
        if b - a < 2 or fits(a, b):
            yield a, b
            continue
        margin = max(1, int((b - a) * MARGIN))
        at = min(range(a + margin, max(a + margin + 1, b - margin)), key=keys.__getitem__)
        waiting += [(at, b), (a, at)]


def _key(text: str) -> bytes:
    opening = " ".join(text.split(None, OPENING)[:OPENING]).casefold()
    return blake2b(opening.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _stand_together(before: Passage, passage: Passage, documents: Mapping[str, Document]) -> bool:
    if (
        not isinstance(passage, Continued)
        or before.source != passage.source
        or max(len(before.places), len(passage.places)) > 1
    ):
        return False
    text = documents[passage.source].text
    return before.end <= passage.start and not _is_between(text, before.end, passage.start)


def _plain(passage: Passage) -> Passage:
    """Return the passage as a plain one, no longer Continued."""
    if not isinstance(passage, Continued):
        return passage
    return Passage(*(getattr(passage, name) for name in Passage.__slots__))
