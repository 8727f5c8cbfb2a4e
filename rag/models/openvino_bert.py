"""Runs a BERT encoder on the CPU with OpenVINO.

`rag.models.bert_graph` defines the computation and its precision; `benchmarks/embedding.py` measures its error (cosine
to float32 above 0.99) and speed. One group of texts runs per core. A text is padded to a multiple of PAD tokens and
batched only with texts of equal padded length: its vector never depends on its neighbours.
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

PAD = 16  # tokens; each length compiles a graph, so few lengths are best; 8 is no faster, 1 slower
TOGETHER = 4  # texts per group; 1 is a sixth slower, 8 no faster
GROUP = (
    "64"  # activations that share a scale if a model's ranges are unknown; 32 is a third slower, 384 half as accurate
)
QUEUE = 2  # groups per core: one running, one waiting


class _Text(NamedTuple):
    number: int
    ids: Sequence[int]
    types: Sequence[int]


class Bert:
    """A compiled encoder; safe to call from several threads."""

    def __init__(
        self, weights: Weights, config: Mapping[str, Any], *, ranges: Ranges | None = None, pooled: bool = False
    ) -> None:
        """Compile; `config` is the model's config.json, `weights` returns float32 tensors by checkpoint name.

        `pooled` returns the mean of a text's tokens, for many texts, instead of all tokens, for a few.
        """
        import openvino

        core = openvino.Core()
        native = "BF16" in core.get_property(
            "CPU", "OPTIMIZATION_CAPABILITIES"
        )  # such a processor also has 8-bit dot products (VNNI)
        graph = Graph(weights, config, (ranges or {}) if native else {}, pooled=pooled)
        self._many, self._pooled = cores(), pooled
        self._idle: list[Any] = []  # reused requests: creating one takes milliseconds
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
        """Load a checkpoint from its folder; tensors in `trained` replace those of the same name."""
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
        """Yield each text's index with its last layer, (t, d) float32, or its mean (d,), as soon as ready.

        Texts are consumed while earlier ones are computed. No callbacks are used: a worker waiting for one deadlocks
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
    """Yield groups of TOGETHER texts of equal padded length, then the remaining texts, longest first."""
    waiting: dict[int, list[_Text]] = {}
    for number, (ids, types) in enumerate(texts):
        length = _filled_length(ids)
        group = waiting.setdefault(length, [])
        group.append(_Text(number, ids, types))
        if len(group) == TOGETHER:
            yield waiting.pop(length)
    yield from (group for _, group in sorted(waiting.items(), reverse=True))


def _longest_first(texts: Iterable[Tokens]) -> Iterator[Sequence[_Text]]:
    """Yield each text by itself, longest first, to keep all cores busy."""
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
    """Return the prefix that a model's settings require before every text; empty for most."""
    settings = _read(folder / "config_sentence_transformers.json")
    return str((settings.get("prompts") or {}).get(settings.get("default_prompt_name")) or "")


def _read(file: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return read


def tokenizer_of(folder: Path) -> Tokenizer:
    """Return a model's tokenizer without truncation or padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def whole(text: str) -> str:
    """Return a text with "?" for each lone surrogate, which tokenizers reject; the length is unchanged."""
    return text.encode("utf-8", "replace").decode("utf-8")


def fits(folder: Path) -> bool:
    """Return True if this module supports the model in a folder."""
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
    """Return how many cores this process may use; OMP_NUM_THREADS lowers it, as in other libraries."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return min(allowed, max(1, int(wanted))) if wanted.isdecimal() else allowed
