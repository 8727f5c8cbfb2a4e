"""Follows a name from the quotes to the source that tells of it.

Some questions have half of their answer in one document and half in another. Where the quotes leave part of the question
uncovered, the passages retrieved and those that a second search finds for the first quote are looked through for one whose
topic the question or a quote names; its best sentence becomes evidence too. Where nothing is missing, nothing is searched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answer.features import topic
from rag.answer.read import MOST_SHOWN
from rag.language import clues
from rag.types import Evidence, Hit, Passage, Reader

Search = Callable[[Sequence[str]], Sequence[Hit]]  # wordings → hits, best first

COVERED = (
    0.8  # share of the question's words that the quotes hold: from here on nothing is missing (benchmarks/ANSWERS.md)
)
SHORTEST_NAME = 4  # letters; shorter topics are named by chance


def follow(
    question: str, evidence: Sequence[Evidence], hits: Sequence[Hit], *, search: Search, reader: Reader
) -> tuple[tuple[Evidence, ...], Hit | None]:
    """Return the evidence with one sentence more and the hit that holds it; the evidence as it was, and None, if there is none."""
    if not evidence or coverage(question, evidence) >= COVERED:
        return tuple(evidence), None
    named = _named(question, evidence, hits) or _named(
        question, evidence, search([f"{question} {evidence[0].quote}", evidence[0].quote])
    )
    if named is None:
        return tuple(evidence), None
    reading = reader.read(question, [named])
    return (*evidence[: MOST_SHOWN - 1], *reading.evidence[:1]), named


def coverage(question: str, evidence: Sequence[Evidence]) -> float:
    """Return the share of the question's words that stand in the quotes or in the topics of their passages; 1 if it has none."""
    asked = clues.content(question)
    held = frozenset[str]().union(*(clues.content(f"{topic(e.passage)} {e.quote}") for e in evidence))
    return len(asked & held) / len(asked) if asked else 1.0


def _named(question: str, evidence: Sequence[Evidence], hits: Sequence[Hit]) -> Hit | None:
    """Return the first hit whose topic the question or a quote names, and none of the evidence has."""
    cited = {e.passage.source for e in evidence}
    known = {_name(e.passage) for e in evidence}
    said = "\n".join([question, *(e.quote for e in evidence)])
    for hit in hits:
        name = _name(hit.passage)
        if hit.passage.source not in cited and name not in known and _names(said, name):
            return hit
    return None


def _name(passage: Passage) -> str:
    """Return what a passage tells of: its innermost heading, without what stands in brackets at its end."""
    return re.sub(r"\s*\([^()]*\)$", "", topic(passage).rpartition(" › ")[2])


def _names(text: str, name: str) -> bool:
    """Tell whether a text holds a name as it is written; what has no capital is none."""
    if len(name) < SHORTEST_NAME or name == name.casefold():
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
