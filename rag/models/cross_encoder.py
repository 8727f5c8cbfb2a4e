"""Reads a question together with a passage, in the embedded encoder with trained upper layers.

The encoder's embeddings and lower layers stay as they are; the upper layers and the head come from `rag/weights`. One pass
gives a score for every sentence of the passage; 0 is the score of "no sentence here answers".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.models import catalog, openvino_bert
from rag.models.recent import Remembered

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FROZEN_LAYERS = 3  # of six; with the embeddings three quarters of the weights, and they need not be shipped
LONGEST = 320  # tokens of question, heading and passage together; the default splitter's passages are shorter
KEPT = 64  # passages, with their question, whose scores are remembered: who reads further has read the first already
MOST_QUESTION, MOST_TOPIC = 64, 32  # tokens

Heads = Mapping[str, NDArray[np.float32]]  # the trained tensors above the encoder, by name
Text = tuple[str, str, Sequence[tuple[int, int]]]  # topic, passage, spans of its sentences
Asked = tuple[str, str, str, tuple[tuple[int, int], ...]]  # a question with one


class Row(NamedTuple):
    """One question with one passage, as tokens."""

    ids: list[int]
    types: list[int]  # 0 the question, 1 the passage
    sentences: list[tuple[int, int]]  # first token and the one after the last; (0, 0) if cut off
    offsets: list[tuple[int, int]]  # each token's span in the passage; (-1, -1) outside


class JointScorer:
    """Scores sentences with the trained layers; the same on every call. The model is loaded at the first question."""

    def __init__(self, weights: Path, *, encoder: str = catalog.DEFAULT_ENCODER) -> None:
        self.weights = weights
        self.folder = catalog.locate(encoder)
        self._loaded: tuple[Tokenizer, openvino_bert.Bert, Heads] | None = None
        self._lock = Lock()
        self._scores = Remembered(self._made, KEPT)

    def score(self, question: str, texts: Sequence[Text]) -> NDArray[np.float32]:
        """Return the score of every sentence, passage after passage: (sentences,) float32."""
        found = self._scores([(question, topic, passage, tuple(spans)) for topic, passage, spans in texts])
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)

    def _made(self, asked: Sequence[Asked]) -> Iterator[NDArray[np.float32]]:
        """Yield the scores of each passage's sentences."""
        tokenizer, encoder, heads = self._model()
        rows = [row(tokenizer, question, (topic, passage, spans)) for question, topic, passage, spans in asked]
        hidden = dict(encoder.run((each.ids, each.types) for each in rows))
        yield from (sentence_scores(hidden[number], each, heads) for number, each in enumerate(rows))

    def _model(self) -> tuple[Tokenizer, openvino_bert.Bert, Heads]:
        with self._lock:
            if self._loaded is None:
                from safetensors.numpy import load_file

                trained = {name: value.astype(np.float32) for name, value in load_file(self.weights).items()}
                layers = {
                    name.removeprefix("encoder."): v for name, v in trained.items() if name.startswith("encoder.")
                }
                heads = {name: value for name, value in trained.items() if not name.startswith("encoder.")}
                encoder = openvino_bert.Bert.load(self.folder, layers, ranges=catalog.ranges_of(self.weights))
                self._loaded = openvino_bert.tokenizer_of(self.folder), encoder, heads
            return self._loaded


def sentence_scores(hidden: NDArray[np.float32], row: Row, heads: Heads) -> NDArray[np.float32]:
    """Return the scores of a passage's sentences (sentences,), from its hidden states (tokens, d).

    A sentence is the mean of its tokens, the question the mean of its own, as the encoder was made for; their scaled cosine
    is where learning began, and a small network over both adds what it learnt.
    """
    from scipy.special import erf

    if not row.sentences:
        return np.zeros(0, dtype=np.float32)
    pooled = np.stack([hidden[first:last].sum(axis=0) / max(1, last - first) for first, last in row.sentences])
    whole = np.broadcast_to(hidden[0], pooled.shape)
    asked = hidden[: len(row.types) - sum(row.types)].mean(axis=0)
    inner = np.concatenate([pooled, whole, pooled * asked], axis=1) @ heads["inner.weight"].T + heads["inner.bias"]
    inner *= 0.5 * (1 + erf(inner / np.sqrt(2)))  # GELU
    learnt = inner @ heads["outer.weight"][0] + heads["outer.bias"][0]
    lengths = np.linalg.norm(pooled, axis=1) * np.linalg.norm(asked)
    cosine = pooled @ asked / np.maximum(lengths, 1e-8)
    scores: NDArray[np.float32] = (learnt + heads["scale"][0] * cosine + heads["scale"][1]).astype(np.float32)
    return scores


def row(tokenizer: Tokenizer, question: str, text: Text) -> Row:
    """Tokenise one question with one passage: [CLS] question [SEP] topic: passage [SEP]."""
    about, passage, spans = text
    first, last = tokenizer.encode("").ids  # [CLS] [SEP]
    asked = tokenizer.encode(openvino_bert.whole(question), add_special_tokens=False).ids[:MOST_QUESTION]
    head = (
        tokenizer.encode(openvino_bert.whole(f"{about}:"), add_special_tokens=False).ids[:MOST_TOPIC] if about else []
    )
    room = LONGEST - len(asked) - len(head) - 3
    body = tokenizer.encode(openvino_bert.whole(passage), add_special_tokens=False)
    before = len(asked) + len(head) + 2
    ids = [first, *asked, last, *head, *body.ids[:room], last]
    types = [0] * (len(asked) + 2) + [1] * (len(ids) - len(asked) - 2)
    offsets = body.offsets[:room]
    tokens = []
    for start, end in spans:
        inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
        tokens.append((before + inside[0], before + inside[-1] + 1) if inside else (0, 0))
    return Row(ids, types, tokens, [(-1, -1)] * before + offsets + [(-1, -1)])
