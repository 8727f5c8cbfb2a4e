"""Reads a question together with a passage: which blocks answer it, in which words, and with yes or no.

The encoder's embeddings, and its lower layers where they were not trained, stay as they are; the trained layers and the heads come
from `rag/weights`. One pass gives every block of the passage a score, the best short answer inside it, and its polarity. 0 is the
score of "no block here answers", for all passages of a question alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.models import catalog, openvino_bert
from rag.models.recent import Remembered

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 320  # tokens of question, topic and passage together; the default splitter's passages are shorter
WEIGHTS = Path(__file__).parent.parent / "weights"
READERS = {  # the encoders on which a reader was trained, with its file
    catalog.DEFAULT_ENCODER: "reader.safetensors",
    catalog.MULTILINGUAL_ENCODER: "reader-multilingual.safetensors",
}
KEPT = 64  # passages, with their question, that are remembered: who reads further has read the first already
MOST_QUESTION, MOST_TOPIC = 80, 32  # tokens
MOST_OPENING = 8  # tokens that a longer question keeps of its beginning; what it asks stands at its end
MOST_ANSWER = 30  # tokens of a short answer
CUT_OFF = -20.0  # score of a block that lies behind the last token that is read
STEEP = 20.0  # bound on the exponent of an attention weight, in both directions

Array = NDArray[np.float32]
Heads = Mapping[str, Array]  # the trained tensors above the encoder, by name
Text = tuple[str, str, Sequence[tuple[int, int]]]  # topic, passage, spans of its blocks (characters)
Asked = tuple[str, str, str, tuple[tuple[int, int], ...]]  # a question with one


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What is read in one passage for a question, block by block."""

    scores: Array  # (n,): higher is better, 0 is "none of these answers"; comparable over all passages of one question
    answers: tuple[tuple[int, int, float], ...]  # each block's best short answer: span in the passage, its probability
    polarity: Array  # (n, 3): how likely the block answers a yes/no question with yes, with no, or does not say


class Row(NamedTuple):
    """One question with one passage, as tokens."""

    ids: list[int]
    types: list[int]  # 0 the question, 1 the passage
    blocks: list[tuple[int, int]]  # first token and the one after the last; (0, 0) if cut off
    offsets: list[tuple[int, int]]  # each token's span in the passage; (-1, -1) outside


class CrossEncoder:
    """Reads with the trained layers; the same on every call. The model is loaded at the first question."""

    def __init__(self, weights: Path, *, encoder: str = catalog.DEFAULT_ENCODER) -> None:
        """`weights` is a file that `training.reader` wrote for this encoder."""
        self.weights = weights
        self.folder = catalog.locate(encoder)
        self._loaded: tuple[Tokenizer, openvino_bert.Bert, Heads] | None = None
        self._prompt = openvino_bert.prompt_of(self.folder)
        self._lock = Lock()
        self._readings = Remembered(self._made, KEPT)

    @classmethod
    @cache
    def named(cls, weights: Path, *, encoder: str = catalog.DEFAULT_ENCODER) -> CrossEncoder:
        """Return the reader with these weights, the same one for the whole process."""
        return cls(weights, encoder=encoder)

    @classmethod
    def beside(cls, fingerprint: str) -> CrossEncoder:
        """Return the reader on the encoder that an index was built with, or the default one where none was trained on it."""
        name = fingerprint.partition("@")[0]
        encoder = name if name in READERS else catalog.DEFAULT_ENCODER
        return cls.named(WEIGHTS / READERS[encoder], encoder=encoder)

    def read(self, question: str, texts: Sequence[Text]) -> list[PassageReading]:
        """Return a reading for each text; the scores of all of them are weighed against each other and against 0."""
        return self._readings([(question, topic, passage, tuple(spans)) for topic, passage, spans in texts])

    def _made(self, asked: Sequence[Asked]) -> Iterator[PassageReading]:
        """Yield the readings of passages that are not remembered."""
        tokenizer, encoder, heads = self._model()
        rows = [row(tokenizer, self._prompt + question, (topic, text, spans)) for question, topic, text, spans in asked]
        hidden = dict(encoder.run((each.ids, each.types) for each in rows))
        for number, (each, (*_, spans)) in enumerate(zip(rows, asked, strict=True)):
            yield reading(hidden[number], each, spans, heads)

    def _model(self) -> tuple[Tokenizer, openvino_bert.Bert, Heads]:
        with self._lock:
            if self._loaded is None:
                trained = trained_tensors(self.weights, self.folder)
                layers = {
                    name.removeprefix("encoder."): value
                    for name, value in trained.items()
                    if name.startswith("encoder.")
                }
                heads = {name: value for name, value in trained.items() if not name.startswith("encoder.")}
                ranges = catalog.ranges_of(self.weights)
                encoder = openvino_bert.Bert.load(self.folder, layers, ranges=ranges)
                self._loaded = openvino_bert.tokenizer_of(self.folder), encoder, heads
            return self._loaded


def trained_tensors(weights: Path, encoder: Path) -> dict[str, Array]:
    """Return the tensors of a weights file in float32; `NAME+` is what differs from the encoder's own tensor.

    Such a difference has 4 bits a number, two in a byte, from -7 to 7 times the factor of its row (`NAME+#`).
    """
    from safetensors import safe_open
    from safetensors.numpy import load_file

    read = load_file(weights)
    made = {name: value.astype(np.float32) for name, value in read.items() if not name.endswith(("+", "#"))}
    with safe_open(encoder / "model.safetensors", framework="np") as base:
        for name in (name for name in read if name.endswith("+")):
            steps = np.stack([read[name] & 15, read[name] >> 4], axis=2).reshape(len(read[name]), -1)
            own = base.get_tensor(name.removeprefix("encoder.").removesuffix("+")).astype(np.float32)
            made[name.removesuffix("+")] = own + (steps.astype(np.float32) - 8) * read[f"{name}#"].astype(np.float32)
    return made


def reading(hidden: Array, row: Row, spans: Sequence[tuple[int, int]], heads: Heads) -> PassageReading:
    """Read the blocks of a passage off its hidden states (tokens, d).

    A block is the mean of its tokens and their mean weighted by attention, the question the mean of its own. The scaled cosine of
    the two means is where learning began; a small network over both, their product and the first token adds what it learnt.
    """
    if not spans:
        return PassageReading(np.zeros(0, np.float32), (), np.zeros((0, 3), np.float32))
    asked = hidden[: len(row.types) - sum(row.types)].mean(axis=0)
    raised = np.exp(np.clip(hidden @ heads["attend.weight"][0] + heads["attend.bias"][0], -STEEP, STEEP))[:, np.newaxis]
    mean = np.stack([hidden[a:b].sum(axis=0) / max(1, b - a) for a, b in row.blocks])
    seen = np.stack([(hidden[a:b] * raised[a:b]).sum(axis=0) / max(1e-9, raised[a:b].sum()) for a, b in row.blocks])
    joined = np.concatenate([mean, seen, np.broadcast_to(hidden[0], mean.shape), mean * asked], axis=1)
    out = _gelu(joined @ heads["inner.weight"].T + heads["inner.bias"]) @ heads["outer.weight"].T + heads["outer.bias"]
    lengths = np.linalg.norm(mean, axis=1) * np.linalg.norm(asked)
    scores = out[:, 0] + heads["scale"][0] * (mean @ asked / np.maximum(lengths, 1e-8)) + heads["scale"][1]
    inside = np.array([b > a for a, b in row.blocks])
    ends = hidden @ heads["span.weight"].T + heads["span.bias"]
    found = zip(row.blocks, spans, out[:, 4], strict=True)
    answers = tuple(_answer(ends, row, block, span, float(none)) for block, span, none in found)
    polarity = np.where(inside[:, np.newaxis], _softmax(out[:, 1:4]), np.array([0, 0, 1]))
    return PassageReading(np.where(inside, scores, CUT_OFF).astype(np.float32), answers, polarity.astype(np.float32))


def _answer(
    ends: Array, row: Row, block: tuple[int, int], span: tuple[int, int], none: float
) -> tuple[int, int, float]:
    """Return a block's most likely short answer, where it starts and ends in the passage; `none` is the score of having none."""
    first, last = block
    if first == last:
        return span[0], span[0], 0.0
    shares = _softmax(np.concatenate([ends[first:last], np.full((1, 2), none)]).T)
    start, end = shares[:, :-1]
    both = np.triu(start[:, np.newaxis] * end) - np.triu(np.ones((last - first,) * 2), MOST_ANSWER)
    i, j = divmod(int(both.argmax()), last - first)
    return max(span[0], row.offsets[first + i][0]), min(span[1], row.offsets[first + j][1]), float(both[i, j])


def _softmax(values: NDArray[np.floating]) -> NDArray[np.floating]:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: NDArray[np.floating] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _gelu(values: Array) -> Array:
    from scipy.special import erf

    made: Array = values * 0.5 * (1 + erf(values / np.sqrt(2)))
    return made


def row(tokenizer: Tokenizer, question: str, text: Text) -> Row:
    """Tokenise one question with one passage: [CLS] question [SEP] topic: passage [SEP]."""
    about, passage, spans = text
    first, last = tokenizer.encode("").ids  # [CLS] [SEP]
    asked = cut_question(_tokens(tokenizer, question), MOST_QUESTION)
    head = _tokens(tokenizer, f"{about}:")[:MOST_TOPIC] if about else []
    room = LONGEST - len(asked) - len(head) - 3
    body = tokenizer.encode(openvino_bert.whole(passage), add_special_tokens=False)
    before = len(asked) + len(head) + 2
    ids = [first, *asked, last, *head, *body.ids[:room], last]
    types = [0] * (len(asked) + 2) + [1] * (len(ids) - len(asked) - 2)
    offsets = body.offsets[:room]
    blocks = []
    for start, end in spans:
        inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
        blocks.append((before + inside[0], before + inside[-1] + 1) if inside else (0, 0))
    return Row(ids, types, blocks, [(-1, -1)] * before + offsets + [(-1, -1)])


def _tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(openvino_bert.whole(text), add_special_tokens=False).ids
    return ids


def cut_question(ids: list[int], most: int) -> list[int]:
    """Return a question of `most` tokens at most: its end, behind its first few ones."""
    return ids if len(ids) <= most else ids[:MOST_OPENING] + ids[MOST_OPENING - most :]
