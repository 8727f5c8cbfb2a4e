"""Puts what the documents say of one of two things beside what they say of the other: whole stretches, not one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from rag.answer.query.matching import widened
from rag.answer.query.sides import Sides, sides_of
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.measures import column_words
from rag.language.words import content_stems
from rag.split.blocks import blocks_of

MOST_SAID = 25  # words of what is said of one side on what is compared
MOST_OF_ALL = 48  # the same where nothing is said of it in as many words
MOST_FILES = 12
SURE = 0.3  # of the best score: what the reader finds of a sentence that tells both sides
Said: TypeAlias = tuple[list[Evidence], list[Evidence], list[Evidence]]  # of the one, of the other, of both


def contrast(found: Situation, *, least: int = 0) -> Reply:
    """Return what is said of each of the two things a question compares; () unless something is said of both.

    `least` is how many words of the subject must be said of each.
    """
    sides = sides_of(found.question)
    if sides is None:
        return ()
    sources = list(dict.fromkeys([*(e.passage.source for e in found.evidence), *found.sources]))[:MOST_FILES]
    told = [said for source in sources if all((said := _said(found, source, sides))[:2])]
    if not told:
        return ()
    best = _in_one_section(max(told, key=lambda said: _score(said)))
    shared = [e for e in best[2] if e.score >= SURE * found.best.score and len(e.text.split()) <= MOST_OF_ALL]
    if shared:  # one sentence tells both
        is_short = sum(len(e.text.split()) for e in shared[:2]) <= MOST_OF_ALL
        return tuple(Statement(e.text, (e,)) for e in shared[: 1 + is_short])
    reply: list[Statement] = []
    hits = [_hits(own, sides, column_words(found.question)) for own in best[:2]]
    most = MOST_SAID if any(map(any, hits)) else MOST_OF_ALL
    for own, telling, side in zip(best[:2], hits, (sides.one, sides.other), strict=False):
        chosen = _chosen(own, telling, most=most)
        if max(len(sides.subject & widened(content_stems(e.text))) for e in chosen) < least:
            return ()
        reply.append(Statement(_told(chosen, side), tuple(chosen), layout="bullet"))
    return tuple(reply)


def _told(chosen: Sequence[Evidence], side: frozenset[str]) -> str:
    """Return what is said of a side, after the heading above it if only that names the side."""
    text = " ".join(e.text for e in chosen)
    heading = chosen[0].passage.heading.rpartition(" › ")[2]
    return f"{heading}: {text}" if not _names(text, side) and _names(heading, side) else text


def _in_one_section(said: Said) -> Said:
    """Return what one section says of both, if one does; the likeliest if several do."""
    headings = {e.passage.heading for e in said[0]} & {e.passage.heading for e in said[1]}
    within = [([e for e in own if e.passage.heading == h] for own in said) for h in sorted(headings)]
    parts: list[Said] = [(one, other, both) for one, other, both in within]
    return max(parts, key=lambda part: _score(part), default=said)


def _score(said: Sequence[Sequence[Evidence]]) -> float:
    """Return how likely the reader finds what is said of either side; the poorer side counts most."""
    sums = [sum(e.score for e in own) for own in said[:2]]
    return min(sums) + 0.5 * max(sums)


def _said(found: Situation, source: str, sides: Sides) -> Said:
    """Return the sentences and items of a file that are about the one, about the other, and about both."""
    told: Said = ([], [], [])
    before: Evidence | None = None
    owner: int | None = None
    text = found.documents[source].text
    for block in _blocks(found, source):
        goes_on = before is not None and "\n\n" not in text[before.end : block.start]
        owner = _owner(block, sides, owner if goes_on and owner != 2 else None)
        before = block
        if owner is not None and block.text.rstrip()[-1:] not in "?:":
            told[owner].append(block)
    return told


def _blocks(found: Situation, source: str) -> Iterator[Evidence]:
    read = {e.start: e for e in found.evidence if e.passage.source == source}
    for passage in found.passages_of(source):
        for block in blocks_of(found.documents[source], passage):
            if block.kind in ("sentence", "item"):
                yield read.get(block.start) or Evidence.of(block)


def _owner(block: Evidence, sides: Sides, going_on: int | None) -> int | None:
    """Return 0 for a block about the one, 1 for the other, 2 for both, None for neither."""
    in_text = [_names(block.text, side) for side in (sides.one, sides.other)]
    above = [_names(block.passage.heading.rpartition(" › ")[2], side) for side in (sides.one, sides.other)]
    of_heading = above.index(True) if sum(above) == 1 else None
    if all(in_text) or (any(in_text) and of_heading is not None and not in_text[of_heading]):
        return 2
    if any(in_text):
        return in_text.index(True)
    return of_heading if of_heading is not None else going_on


def _names(text: str, side: frozenset[str]) -> bool:
    """Return True if a text names a side: by all of two words, by all but one of more."""
    held = len(side & content_stems(text))
    return held >= (len(side) if len(side) < 3 else len(side) - 1)


def _chosen(own: Sequence[Evidence], hits: Sequence[int], *, most: int) -> list[Evidence]:
    """Return what is said of a side on the subject, else its beginning, in order and within the words of one side."""
    lengths = [len(e.text.split()) for e in own]
    order = sorted(range(len(own)), key=lambda i: (-hits[i], any(hits) and lengths[i] > most, i))
    chosen: list[int] = []
    left = most
    for i in order:
        if chosen and (lengths[i] > left or (any(hits) and not hits[i])):
            break
        chosen.append(i)
        left -= lengths[i]
    return [own[i] for i in sorted(chosen)]


def _hits(own: Sequence[Evidence], sides: Sides, cues: frozenset[str]) -> list[int]:
    """Return how much each block says of the subject.

    `cues` are words of units and measures that the question's adjectives mean: "dearer" means pounds.
    """
    return [len(sides.subject & widened(content_stems(e.text))) + _measures(e.text, cues) for e in own]


def _measures(text: str, cues: frozenset[str]) -> bool:
    """Return True if a text states a number in a unit that is meant."""
    return bool(re.search(r"\d", text)) and bool(cues & {*re.findall(r"[^\W\d_]+|[€$£]", text.casefold())})
