"""Scores the probability that a statement follows from its cited blocks, with the embedded encoder and trained layers.

All six layers come from `rag/weights/check.safetensors`, in 8 bits with a scale per row; the embeddings are the
encoder's own. Training and figures: `training/wording/`, `rag/weights/CHECK.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models import catalog, openvino_bert
from rag.models.recent import Remembered

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "check.safetensors"
MOST_QUESTION, MOST_CLAIM, LONGEST = 48, 112, 288  # tokens, as in training
KEPT = 64  # cached scores of statements

Array = NDArray[np.float32]
Asked = tuple[str, str, tuple[str, ...]]  # question, statement, blocks with their headings


class EntailmentModel:
    """Scores statements deterministically. The model is loaded on first use."""

    def __init__(self, weights: Path = WEIGHTS, *, encoder: str = catalog.DEFAULT_ENCODER) -> None:
        self.weights = weights
        self.folder = catalog.locate(encoder)
        self._loaded: tuple[Tokenizer, openvino_bert.Bert, Mapping[str, Array]] | None = None
        self._lock = Lock()
        self._scores = Remembered(self._made, KEPT)

    def score(self, question: str, claim: str, blocks: Sequence[str]) -> float:
        """Return the probability that the statement follows from the blocks."""
        return float(self.scores([(question, claim, tuple(blocks))])[0])

    def scores(self, asked: Sequence[Asked]) -> list[float]:
        """Return the score of each statement."""
        return [float(value[0]) for value in self._scores(asked)]

    def _made(self, asked: Sequence[Asked]) -> Iterator[Array]:
        tokenizer, encoder, heads = self._model()
        rows = [row(tokenizer, *each) for each in asked]
        hidden = dict(encoder.run((ids, types) for ids, types, _ in rows))
        yield from (
            np.array([_probability(hidden[i], span, heads)], dtype=np.float32) for i, (_, _, span) in enumerate(rows)
        )

    def _model(self) -> tuple[Tokenizer, openvino_bert.Bert, Mapping[str, Array]]:
        with self._lock:
            if self._loaded is None:
                trained = unpacked(self.weights)
                layers = {k.removeprefix("encoder."): v for k, v in trained.items() if k.startswith("encoder.")}
                heads = {k: v for k, v in trained.items() if not k.startswith("encoder.")}
                encoder = openvino_bert.Bert.load(self.folder, layers, ranges=catalog.ranges_of(self.weights))
                self._loaded = openvino_bert.tokenizer_of(self.folder), encoder, heads
            return self._loaded


def unpacked(weights: Path) -> dict[str, Array]:
    """Return the tensors of a file in float32; the rows of an 8-bit matrix are multiplied by its "NAME.scale"."""
    from safetensors.numpy import load_file

    state = load_file(weights)
    scaled = {name.removesuffix(".scale") for name in state if name.endswith(".scale")}
    return {
        name: value.astype(np.float32) * (state[f"{name}.scale"][:, None] if name in scaled else np.float32(1))
        for name, value in state.items()
        if not name.endswith(".scale")
    }


def row(
    tokenizer: Tokenizer, question: str, claim: str, blocks: Sequence[str]
) -> tuple[list[int], list[int], tuple[int, int]]:
    """Return ids, types and the span of the statement: [CLS] question [SEP] statement [SEP] block [SEP] block [SEP] ..."""
    texts = [openvino_bert.whole(text) for text in (question, claim, *blocks)]
    asked, said, *shown = (encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False))
    first, last = tokenizer.encode("").ids  # [CLS] [SEP]
    ids = [first, *asked[:MOST_QUESTION], last]
    begin = len(ids)
    ids += [*said[:MOST_CLAIM], last]
    end = len(ids) - 1
    types = [0] * len(ids)
    for block in shown:
        ids += [*block[: max(0, LONGEST - len(ids) - 1)], last]
    ids = ids[:LONGEST]
    return ids, types + [1] * (len(ids) - len(types)), (begin, end)


def _probability(hidden: Array, span: tuple[int, int], heads: Mapping[str, Array]) -> float:
    """Return the probability from the last layer (t, d): first token, statement mean, and least certain words."""
    from scipy.special import erf

    said = hidden[slice(*span)]
    if not len(said):
        return 0.0
    doubts = said @ heads["token.weight"][0] + heads["token.bias"][0]
    share = np.exp(doubts - doubts.max())
    worst = share @ said / share.sum()
    joined = np.concatenate([hidden[0], said.mean(axis=0), worst])
    inner = heads["inner.weight"] @ joined + heads["inner.bias"]
    inner *= 0.5 * (1 + erf(inner / np.sqrt(2)))  # GELU
    return float(1 / (1 + np.exp(-(heads["outer.weight"][0] @ inner + heads["outer.bias"][0]))))
