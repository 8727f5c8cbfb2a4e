"""Runs a BERT encoder on the CPU with OpenVINO.

What is computed and in which precision is laid out in `rag.models.bert_graph`; `benchmarks/embedding.py` measures what that costs (cosine to
float32 above 0.99) and gives. As many groups of texts as there are cores run at a time. A text is padded to a
multiple of PAD tokens, and batched only with texts of equal padded length: its vector never depends on its
neighbours.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.models.bert_graph import Graph, Ranges, Weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Array = NDArray[Any]
Tokens = tuple[Sequence[int], Sequence[int]]  # ids and types, t each

PAD = 16  # tokens: each length compiles a graph, so there are few; 8 is no faster, 1 slower
TOGETHER = 4  # texts of a group; 1 is a sixth slower, 8 no faster
GROUP = (
    "64"  # activations that share a scale where a model's ranges are not known; 32 is a third slower, 384 half as near
)
QUEUE = 2  # groups for each core: one is computed, one waits


class _Text(NamedTuple):
    number: int
    ids: Sequence[int]
    types: Sequence[int]


class Bert:
    """A compiled encoder; safe to call from several threads."""

    def __init__(
        self, weights: Weights, config: Mapping[str, Any], *, ranges: Ranges | None = None, pooled: bool = False
    ) -> None:
        """Compile; `config` is the model's config.json, `weights` gives float32 tensors by the names of its checkpoint.

        `pooled` gives the mean of a text's tokens, for many texts, instead of its tokens, for a few.
        """
        import openvino

        core = openvino.Core()
        native = "BF16" in core.get_property(
            "CPU", "OPTIMIZATION_CAPABILITIES"
        )  # such a processor has 8-bit products (VNNI) too
        graph = Graph(weights, config, (ranges or {}) if native else {}, pooled=pooled)
        self._many, self._pooled = cores(), pooled
        self._idle: list[Any] = []  # requests, used again: to create one takes milliseconds
        self._compiled = core.compile_model(graph.model(), "CPU", {
            "INFERENCE_PRECISION_HINT": "bf16" if native else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP,
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": str(self._many),
            "INFERENCE_NUM_THREADS": self._many,
        })  # fmt: skip

    @classmethod
    def load(
        cls,
        folder: Path,
        trained: Mapping[str, Array] | None = None,
        *,
        ranges: Ranges | None = None,
        pooled: bool = False,
    ) -> Bert:
        """Load a checkpoint from its folder; tensors in `trained` take the place of those with the same name."""
        from safetensors import safe_open

        replaced = trained or {}
        with safe_open(folder / "model.safetensors", framework="np") as file:
            return cls(
                lambda name: replaced[name] if name in replaced else file.get_tensor(name),
                config_of(folder),
                ranges=ranges,
                pooled=pooled,
            )

    def run(self, texts: Iterable[Tokens]) -> Iterator[tuple[int, Array]]:
        """Yield each text's number with its last layer, (t, d) float32, or its mean (d,), as they are ready.

        Texts are taken while those before are computed. No callbacks are used: a worker waiting for one deadlocks
        with a thread that releases the model.
        """
        running: deque[tuple[Sequence[_Text], Any]] = deque()
        for group in _groups(texts) if self._pooled else _longest_first(texts):
            if len(running) == QUEUE * self._many:
                yield from self._results(*running.popleft())
            request = self._request()
            request.start_async(_filled(group))
            running.append((group, request))
        while running:
            yield from self._results(*running.popleft())

    def _request(self) -> Any:
        """Return an idle request; another thread may take the last idle one at any moment."""
        with contextlib.suppress(IndexError):
            return self._idle.pop()
        return self._compiled.create_infer_request()

    def _results(self, group: Sequence[_Text], request: Any) -> Iterator[tuple[int, Array]]:
        request.wait()
        rows: Array = request.get_output_tensor(0).data.copy()
        self._idle.append(request)
        for text, row in zip(group, rows, strict=True):
            yield text.number, row if self._pooled else row[: len(text.ids)]


def _groups(texts: Iterable[Tokens]) -> Iterator[Sequence[_Text]]:
    """Yield TOGETHER texts that are equally long once they are filled up; what is left over comes last, the longest first."""
    waiting: dict[int, list[_Text]] = {}
    for number, (ids, types) in enumerate(texts):
        length = _filled_length(ids)
        group = waiting.setdefault(length, [])
        group.append(_Text(number, ids, types))
        if len(group) == TOGETHER:
            yield waiting.pop(length)
    yield from (group for _, group in sorted(waiting.items(), reverse=True))


def _longest_first(texts: Iterable[Tokens]) -> Iterator[Sequence[_Text]]:
    """Yield each text by itself: all cores have something to do for the longest time."""
    numbered = [_Text(number, ids, types) for number, (ids, types) in enumerate(texts)]
    yield from ([text] for text in sorted(numbered, key=lambda text: -len(text.ids)))


def _filled_length(ids: Sequence[int]) -> int:
    return -(-len(ids) // PAD) * PAD


def _filled(group: Sequence[_Text]) -> list[Array]:
    """Return ids and types (b, t) and lengths (b,) of a group."""
    rows = np.zeros((2, len(group), _filled_length(group[0].ids)), dtype=np.int32)
    for row, text in enumerate(group):
        rows[:, row, : len(text.ids)] = text.ids, text.types
    return [rows[0], rows[1], np.array([len(text.ids) for text in group], dtype=np.int32)]


def config_of(folder: Path) -> Mapping[str, Any]:
    """Return a model's config.json; empty if there is none."""
    return _read(folder / "config.json")


def prompt_of(folder: Path) -> str:
    """Return what a model wants in front of every text, by its own settings; empty for most."""
    settings = _read(folder / "config_sentence_transformers.json")
    return str((settings.get("prompts") or {}).get(settings.get("default_prompt_name")) or "")


def _read(file: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return read


def tokenizer_of(folder: Path) -> Tokenizer:
    """Return a model's tokenizer, which cuts nothing off and pads nothing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def whole(text: str) -> str:
    """Return a text with "?" for each half of a character, which no tokenizer takes; as long as before."""
    return text.encode("utf-8", "replace").decode("utf-8")


def fits(folder: Path) -> bool:
    """Return True if the model in a folder is what is laid out here."""
    config = config_of(folder)
    return (
        (folder / "model.safetensors").is_file()
        and (folder / "tokenizer.json").is_file()
        and config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
