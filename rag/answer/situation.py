"""What a reply is made from: the question, what it asks for, and what was found for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answer.intent import Intent
from rag.evidence import Evidence
from rag.language.dates import mentions
from rag.types import Document, Passage


@dataclass(frozen=True, slots=True)
class Situation:
    """A question that was understood and read for; evidence is best first and answers the question."""

    question: str
    intent: Intent
    evidence: tuple[Evidence, ...]
    documents: Mapping[str, Document]
    library: Callable[[str], Sequence[Passage]]  # a source → the passages that stand in it, in order
    today: date
    sources: tuple[str, ...] = ()  # files in the order in which they were found, more than were read

    @property
    def best(self) -> Evidence:
        """The evidence that answers best."""
        return self.evidence[0]

    def passages_of(self, source: str) -> list[Passage]:
        """Return the passages that begin in a document, in order; one that was folded into another document's is none of them."""
        return [passage for passage in self.library(source) if passage.source == source]


def day_of(evidence: Evidence, documents: Mapping[str, Document]) -> date | None:
    """Return the day that the heading, title or file name above a piece of evidence states."""
    document = documents[evidence.passage.source]
    for text in (*reversed(evidence.passage.heading.split(" › ")), document.title, evidence.passage.source):
        days = [mention for mention in mentions(text.replace("_", " ")) if mention.year]
        if days:
            return days[0].last_day(days[0].year or 0)
    return document.stated
