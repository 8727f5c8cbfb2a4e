"""The Protocols of the parts you can replace: your own encoder, reader or generator is a class with these methods.

Nothing is registered or inherited: pass an object to `build` and `Rag.open`. `examples/own_encoder.py`, `own_reader.py` and
`own_generator.py` are such classes of some ten lines each, and are run by the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.evidence import Block, Reading
from rag.types import Message, Vectors


class Encoder(Protocol):
    """Turns texts into vectors; an index stores the fingerprint of its encoder, and refuses another one (IndexMismatch)."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and settings; equal fingerprints mean equal vectors."""

    @property
    def window(self) -> int:
        """The most tokens of one text that `encode` reads."""

    def measure(self, text: str) -> int:
        """Count the tokens of one text, as `encode` would read it without a window limit."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length row for each text: (len(texts), d) float32."""


class Reader(Protocol):
    """Finds the blocks that answer a question; a reading whose confidence is below the threshold is a refusal."""

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        """Score the blocks, in passage order, as evidence for the question; questions among them are only context."""


class Generator(Protocol):
    """Words text from messages; each sentence is shown only if it passes the check against the quotes."""

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield pieces of text as they are made, greedily; closing the iterator stops the model."""


def innermost(generator: Generator | None) -> Generator | None:
    """Return the model that a generator wraps in its attribute `inner`; the generator itself if it wraps none."""
    while (inner := getattr(generator, "inner", None)) is not None:
        generator = inner
    return generator
