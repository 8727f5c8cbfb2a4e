"""What a question passes through: the models, and the question with its conversation and index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rag.answer.answer import Library
from rag.answer.question.intent import IntentHead
from rag.answer.retrieve import Holding, Searchable
from rag.answer.verify.verify import Verifier
from rag.language.spelling import Vocabulary
from rag.protocols import Encoder, Generator, Reader
from rag.types import Turn, Where


class Index(Library, Searchable, Holding, Vocabulary, Protocol):
    """What the whole path needs from an index."""

    @property
    def generation(self) -> int:
        """The number of the generation in use."""


@dataclass(frozen=True, slots=True)
class Stations:
    """The models that a question passes through."""

    encoder: Encoder
    reader: Reader
    intents: IntentHead
    verifier: Verifier
    generator: Generator | None
    threshold: float  # confidence of the reader below which a question is refused


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its conversation and index."""

    question: str
    earlier: Sequence[Turn]
    library: Index
    files: Sequence[str]  # that are searched
    where: Where
    k: int
    today: date
