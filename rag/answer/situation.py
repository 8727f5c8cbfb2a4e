"""The input of a reply: the question, what it asks for, and the evidence found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answer.question.intent import Intent
from rag.evidence import Evidence
from rag.language.dates import mentions
from rag.types import Document, Passage


@dataclass(frozen=True, slots=True)
class Situation:
    """An analysed question with the evidence that answers it, best first."""

    question: str
    intent: Intent
    evidence: tuple[Evidence, ...]
    documents: Mapping[str, Document]
    library: Callable[[str], Sequence[Passage]]  # source → its passages, in order
    today: date
    sources: tuple[str, ...] = ()  # files in the order found, more than were read
    files: Collection[str] | None = None  # that are searched, None for all documents
    asked: str = ""  # the question in the language in which it was asked, if `question` is worded in another one

    @property
    def best(self) -> Evidence:
        """The evidence that answers best."""
        return self.evidence[0]

    def passages_of(self, source: str) -> list[Passage]:
        """Return the passages of a document, in order, without those folded into another document."""
        return [passage for passage in self.library(source) if passage.source == source]


def day_of(evidence: Evidence, documents: Mapping[str, Document]) -> date | None:
    """Return the date in the heading, title or file name of a piece of evidence."""
    document = documents[evidence.passage.source]
    for text in (*reversed(evidence.passage.heading.split(" › ")), document.title, evidence.passage.source):
        days = [mention for mention in mentions(text.replace("_", " ")) if mention.year]
        if days:
            return days[0].last_day(days[0].year or 0)
    return document.stated
