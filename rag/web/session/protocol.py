"""Defines what answers the page's questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from rag.types import Answer, Document, Hit, Turn
from rag.web.session.contents import Contents
from rag.web.session.preferences import Preferences


class Engine(Protocol):
    """The interface that answers questions: a wrapper of `rag.Rag`, or a test double."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""

    @property
    def contents(self) -> Contents:
        """Return the passage counts of each document."""

    def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        """Yield a growing answer; the first has hits but no sentences, the last is final."""

    def search(self, question: str, *, k: int, sources: Sequence[str]) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first."""

    def hashes(self, answer: Answer) -> Mapping[str, str]:
        """Map the sources of an answer to the sha256 of their files in the index that answered."""
