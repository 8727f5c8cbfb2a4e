"""Chooses how a question in a conversation is read: as asked, or with what was said before in one of several ways.

No rule knows for sure what "it" is, or whether a question leans at all. So every reading is tried on the documents, and
what they answer with together, best near the place of the last answer, decides which of them is answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.answer.answer import blocks_of_hits
from rag.evidence import Evidence, Reading
from rag.protocols import Reader
from rag.types import Document, Hit

AT_HAND = 1.5  # times the vote for what stands near the last answer's place
VOTING = 5  # pieces of evidence of a reading that get its vote


@dataclass(frozen=True, slots=True)
class Way:
    """A way to understand a question, with the passages to read for it."""

    question: str
    hits: Sequence[Hit]
    weight: float  # of its votes
    afar: float = 1.0  # times its votes for what stands elsewhere than the last answer


def chosen(
    ways: Sequence[Way], near: Collection[str], *, reader: Reader, documents: Mapping[str, Document]
) -> Way | None:
    """Return the surest way to reach what most ways reach; None if none reaches anything.

    `near` are the ids of the passages near the last answer's place.
    """
    read = [(way, reader.read(way.question, blocks_of_hits(way.hits, documents))) for way in ways if way.hits]
    read = [(way, reading) for way, reading in read if reading.evidence]
    votes = _votes(read, near)
    best = max(votes, key=lambda place: (votes[place], place), default=None)
    able = [(way, reading) for way, reading in read if _place(reading.evidence[0]) == best]
    return max(able, key=lambda pair: pair[1].confidence)[0] if able else None


def _votes(read: Sequence[tuple[Way, Reading]], near: Collection[str]) -> Mapping[tuple[str, int], float]:
    """Return the votes for what some reading puts first, by its place."""
    votes: dict[tuple[str, int], float] = defaultdict(float)
    for way, reading in read:
        for evidence in reading.evidence[:VOTING]:
            here = AT_HAND if evidence.passage.id in near else way.afar
            votes[_place(evidence)] += way.weight * here * reading.confidence * evidence.score
    firsts = {_place(reading.evidence[0]) for _, reading in read}
    return {place: votes[place] for place in firsts}


def _place(evidence: Evidence) -> tuple[str, int]:
    return evidence.passage.id, evidence.start
