"""Defines the interface of a collection that programs ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from rag.types import Answer, Document, Hit, Turn


class Library(Protocol):
    """One collection of documents."""

    @property
    def ready(self) -> bool:
        """Return True if questions can be answered without waiting."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        """Yield a growing answer, the last one complete, like `rag.Rag.stream`."""

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first, like `rag.Rag.search`."""

    def address(self, source: str, start: int, end: int) -> str:
        """Return the URL, relative to the server's, that shows a span of a document."""


Libraries: TypeAlias = Callable[[], Mapping[str, Library]]  # by model name
