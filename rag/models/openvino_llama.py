"""Runs a Llama language model, built by `rag.models.llama_graph`, on the CPU with OpenVINO.

Activations are in 8 bits too, in groups as large as those of the weights; all else is in float32. Rejected guesses stay
in the key-value cache, masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.llama_graph import GROUP
from rag.models.openvino_bert import cores
from rag.models.release_memory import let_go
from rag.models.transformers_lm import came_true

Array = NDArray[Any]
Kept = tuple[list[int], list[Array]]  # tokens, and the keys and values of every layer

MASKED = np.finfo(np.float32).min  # added to masked scores
MASK_STEP = 64  # columns by which the mask grows: a new size at every step would allocate memory at every step


class Llama:
    """A compiled model; a `Writing` is one conversation, and only one at a time may compute."""

    def __init__(self, file: Path) -> None:
        import openvino

        self._compiled = openvino.Core().compile_model(str(file), "CPU", {
            "INFERENCE_PRECISION_HINT": "f32",
            "KV_CACHE_PRECISION": "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(GROUP),
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": cores(),
        })  # fmt: skip
        self.begin().read([0])  # repack the weights for the processor at load
        let_go(file.with_suffix(".bin"))

    def begin(self, kept: Kept | None = None) -> Writing:
        """Return an empty text, or one of the cached tokens."""
        return Writing(self._compiled.create_infer_request(), kept or ([], []))


class Writing:
    """A text as far as the model has read it."""

    forgets = True  # a wrong guess stays masked

    def __init__(self, request: Any, kept: Kept) -> None:
        import openvino

        self._request = request
        self._seen = np.ones(len(kept[0]), dtype=bool)  # positions in the cache that hold accepted tokens
        self._tokens = list(kept[0])
        for state, values in zip(request.query_state(), kept[1], strict=False):
            state.state = openvino.Tensor(values)

    def read(self, tokens: Sequence[int], guess: Sequence[int] = ()) -> list[int]:
        """Read tokens; return the most likely next one, and one more for each correct guess."""
        new = [*tokens, *guess]
        likeliest = self._logits(new, len(guess) + 1).argmax(axis=-1).tolist()
        true = came_true(guess, likeliest)
        right = len(tokens) + true
        self._tokens += new[:right]
        self._seen = np.concatenate([self._seen, np.arange(len(new)) < right])
        return list(likeliest[: true + 1])

    def kept(self) -> Kept:
        """Return a copy of the cache, to begin other texts with."""
        return list(self._tokens), [np.array(state.state.data) for state in self._request.query_state()]

    def _logits(self, new: Sequence[int], count: int) -> Array:
        """Compute the logits after each of the last `count` tokens: (count, vocabulary)."""
        known, here = len(self._seen), len(new)
        visible = np.zeros((here, -(-(known + here) // MASK_STEP) * MASK_STEP), dtype=bool)
        visible[:, :known], visible[:, known : known + here] = self._seen, np.tri(here, dtype=bool)
        self._request.infer({
            "tokens": np.array([new], dtype=np.int64),
            "places": np.arange(len(self._tokens), len(self._tokens) + here, dtype=np.int64)[None],
            "mask": np.where(visible, np.float32(0), MASKED).astype(np.float32)[None, None],
            "count": np.array([count], dtype=np.int64),
        })  # fmt: skip
        logits: Array = self._request.get_output_tensor(0).data[0]
        return logits
