"""Parses and embeds in a worker process of a cluster, which loads the encoder once.

Every worker must have this version of the parser and the splitter, and the encoder with the same weights: otherwise
its passages or vectors would differ from those of the others.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from rag.engines.engine import Made, made
from rag.errors import RagError
from rag.load import PARSER_VERSION, File, Parser
from rag.models.encoder import SentenceEncoder
from rag.protocols import Encoder
from rag.split import SPLITTER_VERSION
from rag.types import Vectors

VERSIONS = f"{PARSER_VERSION}.{SPLITTER_VERSION}"


@dataclass(frozen=True, slots=True)
class Order:
    """What a build asks of its workers."""

    encoder: Encoder | str  # the name of a model, or an object of the user's own
    fingerprint: str
    versions: str = VERSIONS


class Worker:
    """A process of a cluster, ready for one order."""

    def __init__(self, order: Order) -> None:
        """Find the encoder; RuntimeError, which every machine can unpickle, if the worker does not fit the order."""
        if order.versions != VERSIONS:
            raise RuntimeError(_said("it has another version of cited-rag; install the same one on every machine"))
        try:
            self.encoder = SentenceEncoder.named(order.encoder) if isinstance(order.encoder, str) else order.encoder
        except RagError as error:
            raise RuntimeError(_said(str(error))) from None
        if self.encoder.fingerprint != order.fingerprint:
            raise RuntimeError(_said(f"its encoder is {self.encoder.fingerprint}, not {order.fingerprint}"))
        self._parser = Parser()  # its process ends with this one

    def parse(self, files: Sequence[File]) -> list[Made]:
        """Parse and split files, in order."""
        return [made(file, self._parser, self.encoder) for file in files]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts."""
        try:
            return self.encoder.encode(texts)
        except RagError as error:
            raise RuntimeError(_said(str(error))) from None


def _said(reason: str) -> str:
    return f"the worker on {socket.gethostname()} failed: {reason}"
