"""Parses and embeds in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self

from rag.engines.engine import Made, made
from rag.protocols import Encoder
from rag.types import Skipped, Vectors

if TYPE_CHECKING:
    from rag.load import File


class Local:
    """An Engine that reads nothing ahead."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(
        self, files: Iterable[File | Skipped], known: Callable[[File], bool]
    ) -> Iterator[tuple[File | Skipped, Callable[[], Made]]]:
        from rag.load import Parser

        with Parser() as parser:
            for file in files:
                yield file, partial(made, file, parser, self._encoder)  # type: ignore[arg-type]  # called for files only

    def encode(self, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        return map(self._encoder.encode, batches)
