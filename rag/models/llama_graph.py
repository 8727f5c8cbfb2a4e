"""Builds a Llama language model as an OpenVINO graph.

The same computation as in transformers, with matrices in 8 bits and a scale for every 32 numbers of a row. All else is
in float32, because with bfloat16 copied names and numbers came out wrong (benchmarks/GENERATION.md). Keys and values
stay inside the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Callable[[str], NDArray[Any]]  # a tensor's name → its values

GROUP = 32  # numbers that share a scale, as in the embedded model's own file
LAYOUT = 3  # raised when the graph changes, which invalidates cached ones


def fits(config: Mapping[str, Any]) -> bool:
    """Return True if this module supports the model with this config.json."""
    rotary = config.get("rope_parameters") or {}
    return (
        config.get("model_type") == "llama"
        and config.get("hidden_act") == "silu"
        and rotary.get("rope_type") == "default"
        and not config.get("attention_bias")
        and not config.get("mlp_bias")
    )


def write(weights: Weights, config: Mapping[str, Any], file: Path) -> None:
    """Write a model's graph (.xml) with its weights (.bin); `weights` returns float32 by checkpoint name."""
    import openvino

    openvino.save_model(_Layout(weights, config).model(), file, compress_to_fp16=False)


class _Layout:
    """A checkpoint laid out as a graph."""

    def __init__(self, weights: Weights, config: Mapping[str, Any]) -> None:
        import openvino.opset15 as operations

        self._op: Any = operations
        self._weights = weights
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._shared = int(
            config["num_key_value_heads"]
        )  # heads of keys and values, each shared by several query heads (GQA)
        self._width = int(config.get("head_dim") or config["hidden_size"] // self._heads)
        self._head = "model.embed_tokens" if config.get("tie_word_embeddings") else "lm_head"
        self._epsilon = float(config["rms_norm_eps"])
        self._theta = float(config["rope_parameters"]["rope_theta"])
        self._kept: list[Any] = []

    def model(self) -> Any:
        """Return the graph: tokens and positions (1, t), mask (1, 1, t, seen + t or more), count → logits (1, count,
        vocabulary)."""
        import openvino
        from openvino import PartialShape, Type

        op = self._op
        tokens = op.parameter(PartialShape([1, -1]), Type.i64, name="tokens")
        places = op.parameter(PartialShape([1, -1]), Type.i64, name="places")
        mask = op.parameter(PartialShape([1, 1, -1, -1]), Type.f32, name="mask")
        count = op.parameter(PartialShape([1]), Type.i64, name="count")
        given = [tokens, places, mask, count]
        for each in given:
            each.output(0).set_names({each.get_friendly_name()})
        words = self._matrix("model.embed_tokens")
        hidden = op.gather(words, tokens, self._whole(0))
        turn = self._turn(places)
        mask = op.concat([mask] * (self._heads // self._shared), 2)  # heads with the same keys are adjacent
        for number in range(self._layers):
            hidden = self._layer(hidden, f"model.layers.{number}", turn, mask)
        last = op.slice(hidden, op.negative(count), self._whole([2**31 - 1]), self._whole([1]), self._whole([1]))
        head = words if self._head == "model.embed_tokens" else self._matrix(self._head)
        logits = op.matmul(self._normalised(last, "model.norm"), head, False, True)
        return openvino.Model([op.result(logits)], self._kept, given, "llama")

    def _layer(self, hidden: Any, name: str, turn: Any, mask: Any) -> Any:
        op, attention = self._op, f"{name}.self_attn"
        x = self._normalised(hidden, f"{name}.input_layernorm")
        sizes = [self._heads * self._width, self._shared * self._width, self._shared * self._width]
        joined = self._linear(x, *(f"{attention}.{part}_proj" for part in "qkv"))
        query, key, value = op.variadic_split(joined, self._whole(2), self._whole(sizes)).outputs()
        query, key = turn(self._split(query, self._heads)), turn(self._split(key, self._shared))
        keys = self._all(key, f"{name}.keys")
        values = self._all(self._split(value, self._shared), f"{name}.values")
        seen = op.transpose(self._attended(query, keys, values, mask), self._whole([0, 2, 1, 3]))
        hidden = op.add(
            hidden, self._linear(op.reshape(seen, self._whole([0, 0, sizes[0]]), True), f"{attention}.o_proj")
        )
        x = self._normalised(hidden, f"{name}.post_attention_layernorm")
        gate, up = op.split(
            self._linear(x, f"{name}.mlp.gate_proj", f"{name}.mlp.up_proj"), self._whole(2), 2
        ).outputs()
        return op.add(hidden, self._linear(op.multiply(op.swish(gate), up), f"{name}.mlp.down_proj"))

    def _turn(self, places: Any) -> Callable[[Any], Any]:
        """Return the rotary embedding of queries and keys by position (halves apart)."""
        op = self._op
        speeds = self._theta ** -(np.arange(0, self._width, 2, dtype=np.float32) / self._width)
        angles = op.multiply(op.unsqueeze(op.convert(places, "f32"), self._whole(2)), self._number(speeds[None, None]))
        angles = op.unsqueeze(op.concat([angles, angles], 2), self._whole(1))
        cosine, sine = op.cos(angles), op.sin(angles)

        def turned(x: Any) -> Any:
            first, second = op.split(x, self._whole(3), 2).outputs()
            across = op.concat([op.multiply(second, self._number(-1)), first], 3)
            return op.add(op.multiply(x, cosine), op.multiply(across, sine))

        return turned

    def _all(self, new: Any, name: str) -> Any:
        """Append new keys or values to the model's cache of the earlier steps."""
        from openvino import PartialShape, Type
        from openvino.op.util import Variable, VariableInfo

        op, info = self._op, VariableInfo()
        info.data_shape, info.data_type = PartialShape([1, self._shared, -1, self._width]), Type.f32
        info.variable_id = name
        variable = Variable(info)
        before = op.read_value(self._number(np.zeros((1, self._shared, 0, self._width))), variable)
        together = op.concat([before, new], 2)
        self._kept.append(op.assign(together, variable))
        return together

    def _attended(self, query: Any, keys: Any, values: Any, mask: Any) -> Any:
        """Return the attention output of each head: (1, heads, t, width).

        Two products and a softmax, because OpenVINO's own attention processes tokens one by one once there is a cache.
        """
        op = self._op
        together = op.reshape(query, self._whole([1, self._shared, -1, self._width]), False)
        together = op.multiply(together, self._number(self._width**-0.5))
        scores = op.add(op.matmul(together, self._as_many(keys, mask), False, True), mask)
        seen = op.matmul(op.softmax(scores, -1), self._as_many(values, mask), False, False)
        return op.reshape(seen, self._whole([1, self._heads, -1, self._width]), False)

    def _as_many(self, x: Any, mask: Any) -> Any:
        """Pad keys or values with zeros up to the number of columns of the mask."""
        op = self._op
        seen, wanted = (
            op.gather(op.shape_of(each), self._whole([axis]), self._whole(0)) for each, axis in ((x, 2), (mask, 3))
        )
        missing = op.concat([self._whole([0, 0]), op.subtract(wanted, seen), self._whole([0])], 0)
        return op.pad(x, self._whole([0, 0, 0, 0]), missing, "constant", self._number(0))

    def _split(self, x: Any, heads: int) -> Any:
        """(1, t, heads · width) → (1, heads, t, width)."""
        op = self._op
        apart = op.reshape(x, self._whole([0, 0, heads, self._width]), True)
        return op.transpose(apart, self._whole([0, 2, 1, 3]))

    def _normalised(self, x: Any, name: str) -> Any:
        op = self._op
        square = op.reduce_mean(op.power(x, self._number(2)), self._whole([-1]), True)
        length = op.sqrt(op.add(square, self._number(self._epsilon)))
        return op.multiply(
            op.multiply(x, op.divide(self._number(1), length)), self._number(self._weights(f"{name}.weight"))
        )

    def _linear(self, x: Any, *names: str) -> Any:
        return self._op.matmul(x, self._matrix(*names), False, True)

    def _matrix(self, *names: str) -> Any:
        """Return stacked matrices in 8 bits, each group of a row scaled from its minimum to its maximum."""
        op = self._op
        matrix = np.concatenate([self._weights(f"{name}.weight").astype(np.float32) for name in names])
        rows, width = matrix.shape
        groups = matrix.reshape(rows, -1, GROUP if width % GROUP == 0 else width)
        low, high = np.minimum(groups.min(-1, keepdims=True), 0), np.maximum(groups.max(-1, keepdims=True), 0)
        scale = np.maximum((high - low) / 255, 2.0**-24).astype(np.float16)  # the smallest positive float16
        zero = np.clip(np.round(-low / scale), 0, 255).astype(np.uint8)
        steps = np.clip(np.round(groups / scale) + zero, 0, 255).astype(np.uint8)
        exact = op.subtract(op.convert(op.constant(steps), "f16"), op.convert(op.constant(zero), "f16"))
        whole = op.reshape(op.multiply(exact, op.constant(scale)), self._whole([rows, width]), False)
        return op.convert(whole, "f32")

    def _whole(self, value: int | Sequence[int]) -> Any:
        return self._op.constant(np.array(value, dtype=np.int64))

    def _number(self, value: Any) -> Any:
        return self._op.constant(np.asarray(value, dtype=np.float32))
