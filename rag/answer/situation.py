"""What a reply is made from: the question, what it asks for, and what was found for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answer.intent import Intent
from rag.types import Document, Evidence, Passage


@dataclass(frozen=True, slots=True)
class Situation:
    """A question that was understood and read for; evidence is best first and answers the question."""

    question: str
    intent: Intent
    evidence: tuple[Evidence, ...]
    documents: Mapping[str, Document]
    passages_of: Callable[[str], Sequence[Passage]]  # a source → its passages, in order
    today: date

    @property
    def best(self) -> Evidence:
        """The evidence that answers best."""
        return self.evidence[0]
