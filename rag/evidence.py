"""What a reader takes and returns: blocks of passages, and blocks as evidence for a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rag.types import Passage

# a question is read as context, and is never an answer
BlockKind: TypeAlias = Literal["sentence", "item", "row", "code", "question"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a passage that can be read aloud as an answer: `document.text[start:end] == quote`."""

    passage: Passage
    start: int
    end: int
    quote: str
    text: str  # as the reader sees it: without markup, a row with its column names
    kind: BlockKind
    offsets: tuple[int, ...] = field(
        repr=False, default=()
    )  # offset of each character of text in the document, -1 for none


@dataclass(frozen=True, slots=True)
class Evidence:
    """A block scored for a question, with the answer found in it: `document.text[start:end] == quote`."""

    passage: Passage
    start: int
    end: int
    quote: str
    score: float  # share of the likelihood of all blocks read, 0 to 1
    text: str = ""  # as it is read
    kind: BlockKind = "sentence"
    answer: tuple[int, int] = (0, 0)  # the shortest span of text that answers; empty if there is none
    certainty: float = 0.0  # of that span, 0 to 1
    polarity: tuple[float, float, float] = (0.0, 0.0, 1.0)  # probabilities of yes, no, and neither
    offsets: tuple[int, ...] = field(repr=False, compare=False, default=())

    @classmethod
    def of(cls, block: Block, score: float = 0.0) -> Evidence:
        """Return a block as evidence with a score and no answer."""
        return cls(
            block.passage, block.start, block.end, block.quote, score, block.text, block.kind, offsets=block.offsets
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's result: every block it scored, best first, and the confidence that they answer the question."""

    evidence: tuple[Evidence, ...]
    confidence: float  # 0 to 1; compared with the refusal threshold
