"""Finds the place that the last answer is from: the passages that hold what it said, and who writes there.

A history holds texts only, so that any program can keep it; what was cited is found again by its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from rag.answer.markers import marks
from rag.answer.retrieve import Searchable
from rag.language.words import content_stems
from rag.types import Hit, Passage, Turn

MOST = 3  # statements of the answer that are looked for
NEAREST = 4  # passages that may hold a statement
HELD = 0.8  # share of a statement's words in its passage, with its heading
FEWEST = 2  # words of a statement that tell where it is from
RECENT = 3  # turns whose answers tell what is talked about
AROUND = 6  # passages of the document that are read, nearest to the cited one first
WRITES = re.compile(r"(?:^| › )(?P<name>[^›]{2,60}?) writes(?= ›|$)")


class Library(Searchable, Protocol):
    """What finding the place needs from an index."""

    def passages_of(self, source: str) -> Sequence[Passage]:
        """Return the passages of a document, in order."""


def cited_before(library: Library, history: Sequence[Turn]) -> list[Passage]:
    """Return the passages that hold what the last answer said, in its order; [] for a refusal."""
    found: dict[str, Passage] = {}
    for statement in _statements(history[-1].answer if history else "")[:MOST]:
        stems = content_stems(statement)
        if len(stems) < FEWEST:
            continue
        for hit in library.hits(library.matching(statement, NEAREST)):
            held = content_stems(f"{hit.passage.heading} {hit.passage.text}")
            if len(stems & held) >= HELD * len(stems):
                found.setdefault(hit.passage.id, hit.passage)
                break
    return list(found.values())


def last_cited(library: Library, history: Sequence[Turn]) -> list[Passage]:
    """Return the passages that the last answer of the recent turns rests on, if any of them rests on some."""
    return next(filter(None, (cited_before(library, [turn]) for turn in reversed(history[-RECENT:]))), [])


def _statements(answer: str) -> list[str]:
    """Return what stands before each marker of an answer."""
    told, at = [], 0
    for mark in marks(answer):
        told.append(answer[at : mark.start()])
        at = mark.end()
    return told


def near(library: Library, cited: Sequence[Passage]) -> list[Hit]:
    """Return the passages around the first cited one, nearest first, with the other cited ones."""
    if not cited:
        return []
    home = [passage for passage in library.passages_of(cited[0].source) if passage.source == cited[0].source]
    around = sorted(home, key=lambda passage: (abs(passage.start - cited[0].start), passage.start))[:AROUND]
    return [Hit(passage, 1.0) for passage in {p.id: p for p in (*around, *cited)}.values()]


def writer(cited: Sequence[Passage]) -> str:
    """Return who writes the first cited passage, as its heading says for a letter; "" if it says nobody."""
    found = WRITES.search(cited[0].heading) if cited else None
    return found["name"].strip() if found else ""
