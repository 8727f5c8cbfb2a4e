"""Defines an engine: the part of a build that can run on several machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rag.protocols import Encoder
from rag.split import split_document
from rag.types import Document, Passage, Skipped, Vectors

if TYPE_CHECKING:
    from rag.load import File, Parser

Made: TypeAlias = "tuple[Document, list[Passage]] | Skipped"


class Engine(Protocol):
    """Parses, splits and embeds; ids, passages and order of the results are the same for every engine."""

    def read(
        self, files: Iterable[File | Skipped], known: Callable[[File], bool]
    ) -> Iterator[tuple[File | Skipped, Callable[[], Made]]]:
        """Yield every file in its order, with a function that returns what it was parsed and split into.

        Files may be read ahead; those that are `known` are parsed only if that function is called.
        """

    def encode(self, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        """Yield the vectors of each batch of texts, in order: (len(batch), d) float32."""


def made(file: File, parser: Parser, encoder: Encoder) -> Made:
    """Parse and split one file; Skipped with the reason if it cannot be read."""
    from rag.load import parse

    document = parse(file, parser)
    return document if isinstance(document, Skipped) else (document, split(document, encoder))


def split(document: Document, encoder: Encoder) -> list[Passage]:
    """Split a document into passages that fit an encoder."""
    return split_document(document, window=encoder.window, measure=encoder.measure)
