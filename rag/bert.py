"""Runs a BERT encoder on the CPU with OpenVINO.

The same mathematics as the library's own, laid out as a graph: weights of the linear layers in 8 bits, one scale a row; activations
in 8 bits where they are multiplied, in bfloat16 elsewhere if the processor has it. `benchmarks/embedding.py` measures what that
costs (cosine to float32 above 0.99) and gives. Every text runs alone, as long as it is and without padding, as many at a
time as there are cores: so a text's vector never depends on what stands beside it.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Array = NDArray[Any]
Weights = Callable[[str], Array]  # a tensor's name → its values
Tokens = tuple[Sequence[int], Sequence[int]]  # ids and types, t each

GROUP = "64"  # activations that share a scale; 32 is a third slower, 384 no faster and half as near
QUEUE = 2  # requests for each core: one computes, one waits


class Bert:
    """A compiled encoder; safe to call from several threads."""

    def __init__(self, weights: Weights, config: Mapping[str, Any]) -> None:
        """Compile; `config` is the model's config.json, `weights` gives float32 tensors by the names of its checkpoint."""
        import openvino

        core = openvino.Core()
        native = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self._many = cores()
        self._compiled = core.compile_model(_Layout(weights, config).model(), "CPU", {
            "INFERENCE_PRECISION_HINT": "bf16" if native else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP,
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": str(self._many),
            "INFERENCE_NUM_THREADS": self._many,
        })  # fmt: skip

    @classmethod
    def load(cls, folder: Path, trained: Mapping[str, Array] | None = None) -> Bert:
        """Load a checkpoint from its folder; tensors in `trained` take the place of those with the same name."""
        from safetensors import safe_open

        replaced = trained or {}
        with safe_open(folder / "model.safetensors", framework="np") as file:
            return cls(lambda name: replaced[name] if name in replaced else file.get_tensor(name), config_of(folder))

    def hidden(self, texts: Iterable[Tokens]) -> Iterator[Array]:
        """Yield the last layer of every text, in order: (t, d) float32 each; texts are taken while those before are computed."""
        running: deque[Any] = (
            deque()
        )  # no callback: a worker that waits to run one hangs a thread that lets go of the model
        for ids, types in texts:
            if len(running) < QUEUE * self._many:
                request = self._compiled.create_infer_request()
            else:
                request = running.popleft()
                yield _result(request)
            request.start_async([np.array([ids], dtype=np.int32), np.array([types], dtype=np.int32)])
            running.append(request)
        yield from map(_result, running)


def _result(request: Any) -> Array:
    request.wait()
    hidden: Array = request.get_output_tensor(0).data[0].copy()
    return hidden


def config_of(folder: Path) -> Mapping[str, Any]:
    """Return a model's config.json; empty if there is none."""
    file = folder / "config.json"
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
    """Tell whether the model in a folder is what is laid out here."""
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


class _Layout:
    """A checkpoint laid out as a graph."""

    def __init__(self, weights: Weights, config: Mapping[str, Any]) -> None:
        import openvino.opset15 as operations

        self._op: Any = operations
        self._weights = weights
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._width = int(config["hidden_size"])
        self._epsilon = float(config["layer_norm_eps"])

    def model(self) -> Any:
        """Return the graph: ids and types (1, t) → hidden states (1, t, d)."""
        import openvino

        op, shape = self._op, openvino.PartialShape([1, -1])
        ids, types = (op.parameter(shape, openvino.Type.i32, name) for name in ("ids", "types"))
        hidden = self._embedded(ids, types)
        for number in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{number}")
        return openvino.Model([hidden], [ids, types], "bert")

    def _embedded(self, ids: Any, types: Any) -> Any:
        op = self._op
        zero, one = op.constant(np.int64(0)), op.constant(np.int64(1))
        places = op.range(zero, op.gather(op.shape_of(ids), one, zero), one, "i64")
        parts = {"word": ids, "token_type": types, "position": places}
        tables = {name: self._constant(f"embeddings.{name}_embeddings.weight") for name in parts}
        words, kinds, positions = (op.gather(tables[name], rows, zero) for name, rows in parts.items())
        return self._normalised(op.add(op.add(words, kinds), positions), "embeddings.LayerNorm")

    def _layer(self, hidden: Any, name: str) -> Any:
        op = self._op
        together = self._linear(hidden, *(f"{name}.attention.self.{part}" for part in ("query", "key", "value")))
        parts = op.split(together, op.constant(np.int64(2)), 3)
        query, key, value = (self._split(parts.output(number)) for number in range(3))
        seen = self._joined(op.scaled_dot_product_attention(query, key, value, causal=False))
        mixed = op.add(self._linear(seen, f"{name}.attention.output.dense"), hidden)
        hidden = self._normalised(mixed, f"{name}.attention.output.LayerNorm")
        inner = op.gelu(self._linear(hidden, f"{name}.intermediate.dense"), "erf")
        return self._normalised(op.add(self._linear(inner, f"{name}.output.dense"), hidden), f"{name}.output.LayerNorm")

    def _linear(self, x: Any, *names: str) -> Any:
        """x times the weights of that name, and of further names side by side."""
        op = self._op
        weight, bias = (np.concatenate([self._weights(f"{name}.{kind}") for name in names]).astype(np.float32)
                        for kind in ("weight", "bias"))  # fmt: skip
        scale = np.abs(weight).max(axis=1, keepdims=True) / 127  # a row's greatest weight is 127 steps
        steps = np.round(weight / np.maximum(scale, np.finfo(np.float32).tiny)).astype(np.int8)
        matrix = op.multiply(op.convert(op.constant(steps), "f32"), op.constant(scale))
        return op.add(op.matmul(x, matrix, False, True), op.constant(bias))

    def _normalised(self, x: Any, name: str) -> Any:
        op = self._op
        centred = op.mvn(x, op.constant(np.array([-1])), True, self._epsilon, "inside_sqrt")
        return op.add(op.multiply(centred, self._constant(f"{name}.weight")), self._constant(f"{name}.bias"))

    def _split(self, x: Any) -> Any:
        """(1, t, d) → (1, heads, t, d / heads)."""
        op = self._op
        apart = op.reshape(x, op.constant(np.array([0, 0, self._heads, self._width // self._heads])), True)
        return op.transpose(apart, op.constant(np.array([0, 2, 1, 3])))

    def _joined(self, x: Any) -> Any:
        """(1, heads, t, d / heads) → (1, t, d)."""
        op = self._op
        return op.reshape(
            op.transpose(x, op.constant(np.array([0, 2, 1, 3]))), op.constant(np.array([0, 0, self._width])), True
        )

    def _constant(self, name: str) -> Any:
        return self._op.constant(self._weights(name).astype(np.float32))
