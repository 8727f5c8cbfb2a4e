"""Names what a program asks: one collection of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from rag.types import Answer, Document, Hit, Turn


class Library(Protocol):
    """One collection of documents that answers."""

    @property
    def ready(self) -> bool:
        """Return True if a question would be answered at once."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        """Yield an answer that grows, the last one whole, as `rag.Rag.stream` does."""

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first, as `rag.Rag.search` does."""

    def address(self, source: str, start: int, end: int) -> str:
        """Return the address at which a person opens a span of a document, relative to the server's own."""


Libraries: TypeAlias = Callable[[], Mapping[str, Library]]  # by the name that a client calls the model by
