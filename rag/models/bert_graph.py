"""Builds a BERT encoder as an OpenVINO graph.

The same computation as in transformers, with the weights of the linear layers in 8 bits, one scale per row. Activations
are in 8 bits too. If a model's ranges are known (the greatest input of every linear layer, measured by
`training/ranges.py`), their scale is static, so that a whole layer is computed in integers; otherwise OpenVINO
quantises dynamically. Shorter texts are padded and masked; the result for a text never depends on the other rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Weights = Callable[[str], Array]  # a tensor's name → its values
Ranges = Mapping[str, Array]  # a linear layer's name → the greatest absolute value of each of its inputs

STEPS = 127  # of 8 bits, to either side of zero
SMOOTH = 0.8  # share of an input's range moved into its weights (SmoothQuant, Xiao et al. 2023); best of 0.5 to 0.8
FAR = 4.0  # times the range of the RANKth input: a larger outlier would cost all other inputs their precision
RANK = 9  # a layer of the embedded encoder has at most two such inputs, caused by the first token (Sun et al. 2024)
LEAST_GELU = 0.17  # the function's minimum, below zero
TINY = 1e-6  # minimum of a range or weight, against division by zero
LARGE = 100_000  # rows of an embedding table, as of a multilingual model: 384 MB in float32
ROWS = 4_096  # rows of such a table converted at a time
MASKED = -1e4  # added to the scores of masked tokens; its exp is zero


class Graph:
    """A checkpoint as a graph."""

    def __init__(self, weights: Weights, config: Mapping[str, Any], ranges: Ranges, *, pooled: bool) -> None:
        """Take float32 `weights` by their checkpoint names, config.json, and `ranges`, if any.

        The graph's output is the last layer (b, t, d), or if `pooled` the mean of each text's tokens (b, d).
        """
        import openvino.opset15 as operations

        self._op: Any = operations
        self._weights, self._ranges, self._pooled = weights, ranges, pooled
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._width = int(config["hidden_size"])
        self._epsilon = float(config["layer_norm_eps"])

    def model(self) -> Any:
        """Return the graph: ids and types (b, t), lengths (b,) → the output."""
        import openvino

        op, whole = self._op, openvino.Type.i32
        ids, types = (op.parameter(openvino.PartialShape([-1, -1]), whole, name) for name in ("ids", "types"))
        lengths = op.parameter(openvino.PartialShape([-1]), whole, "lengths")
        places = op.range(self._number(0), op.gather(op.shape_of(ids), self._number(1), self._number(0)), self._number(1), "i32")  # fmt: skip
        inside = op.convert(op.less(places, op.unsqueeze(lengths, self._number(1))), "f32")  # (b, t): 1 for a token
        self._mask = op.unsqueeze(op.multiply(op.subtract(inside, self._value(1)), self._value(-MASKED)), op.constant(np.array([1, 2])))  # fmt: skip
        hidden = self._embedded(ids, types, places)
        for number in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{number}")
        if self._pooled:
            total = op.reduce_sum(op.multiply(hidden, op.unsqueeze(inside, self._number(2))), self._number(1))
            hidden = op.divide(total, op.unsqueeze(op.convert(lengths, "f32"), self._number(1)))
        return openvino.Model([hidden], [ids, types, lengths], "bert")

    def _embedded(self, ids: Any, types: Any, places: Any) -> Any:
        op = self._op
        parts = {"word": ids, "token_type": types, "position": places}
        # padding may have positions beyond the table: Gather returns zeros there, which are masked
        words, kinds, positions = (self._rows(f"embeddings.{name}_embeddings.weight", at) for name, at in parts.items())
        return self._normalised(op.add(op.add(words, kinds), positions), "embeddings.LayerNorm")

    def _rows(self, name: str, at: Any) -> Any:
        """Return rows of a table; a large one is stored in 8 bits with a scale per row, in a quarter of the memory."""
        op = self._op
        table = self._weights(name)
        if len(table) < LARGE:
            return op.gather(op.constant(table.astype(np.float32)), at, self._number(0))
        rows, scales = (op.gather(op.constant(part), at, self._number(0)) for part in _in_eight_bits(table))
        return op.multiply(op.convert(rows, "f32"), scales)

    def _layer(self, hidden: Any, name: str) -> Any:
        op = self._op
        together = self._linear(hidden, *(f"{name}.attention.self.{part}" for part in ("query", "key", "value")))
        parts = op.split(together, self._number(2), 3)
        query, key, value = (self._split(parts.output(number)) for number in range(3))
        seen = self._joined(op.scaled_dot_product_attention(query, key, value, self._mask))
        mixed = op.add(self._linear(seen, f"{name}.attention.output.dense"), hidden)
        hidden = self._normalised(mixed, f"{name}.attention.output.LayerNorm")
        return self._normalised(op.add(self._forward(hidden, name), hidden), f"{name}.output.LayerNorm")

    def _forward(self, hidden: Any, name: str) -> Any:
        """The two linear layers with GELU between them; outlier inputs of the second are multiplied separately, in float."""
        op, first, second = self._op, f"{name}.intermediate.dense", f"{name}.output.dense"
        far = self._far_out(second)
        inner = op.gelu(self._linear(hidden, first), "erf")
        outer = self._linear(inner, second, least=LEAST_GELU, apart=far)
        if far.size == 0:
            return outer
        weight, bias = (self._weights(f"{first}.{kind}")[far].astype(np.float32) for kind in ("weight", "bias"))
        alone = op.gelu(op.add(op.matmul(hidden, op.constant(weight), False, True), op.constant(bias)), "erf")
        column = self._weights(f"{second}.weight")[:, far].astype(np.float32)
        return op.add(outer, op.matmul(alone, op.constant(column), False, True))

    def _far_out(self, name: str) -> Array:
        """Return the outlier inputs of a linear layer, with their weights taken into account."""
        if name not in self._ranges:
            return np.zeros(0, dtype=np.int64)
        reach = self._ranges[name] * _reach(self._weights(f"{name}.weight"), axis=0)
        return np.flatnonzero(reach > FAR * np.sort(reach)[-RANK])

    def _linear(self, x: Any, *names: str, least: float | None = None, apart: Array | None = None) -> Any:
        """Return x times the weights of that name, concatenated with those of further names.

        `least` is the range of x below zero, None if symmetric; the inputs `apart` are left out.
        """
        op = self._op
        weight, bias = (np.concatenate([self._weights(f"{name}.{kind}") for name in names]).astype(np.float32, copy=False)
                        for kind in ("weight", "bias"))  # fmt: skip
        if names[0] in self._ranges:
            x = self._quantised(x, weight, self._ranges[names[0]].astype(np.float32), least, apart)
        scale = _reach(weight, axis=1)[:, np.newaxis] / STEPS  # a row's greatest weight maps to the last step
        weight /= scale
        steps = np.rint(weight, out=weight).astype(np.int8)
        matrix = op.multiply(op.convert(op.constant(steps), "f32"), op.constant(scale))
        return op.add(op.matmul(x, matrix, False, True), op.constant(bias))

    def _quantised(self, x: Any, weight: Array, range_: Array, least: float | None, apart: Array | None) -> Any:
        """Return x in 8 bits with one scale, after equalising its inputs; `weight` is changed to compensate."""
        op = self._op
        range_ = np.maximum(range_, TINY)
        if apart is not None and apart.size:
            weight[:, apart], range_[apart] = 0, np.median(range_)
        smooth = range_**SMOOTH / _reach(weight, axis=0) ** (1 - SMOOTH)
        weight *= smooth
        high = float((range_ / smooth).max())
        low = -high * (STEPS + 1) / STEPS
        if least is not None:  # zero stays exact
            size = (high + least / float(smooth.min())) / (2 * STEPS + 1)
            below = np.ceil(least / float(smooth.min()) / size)
            low, high = -below * size, (2 * STEPS + 1 - below) * size
        alike = op.multiply(x, op.constant((1 / smooth).astype(np.float32).reshape(1, 1, -1)))
        ends = [self._value(low), self._value(high)]
        return op.fake_quantize(alike, *ends, *ends, 2 * STEPS + 2)

    def _normalised(self, x: Any, name: str) -> Any:
        op = self._op
        centred = op.mvn(x, op.constant(np.array([-1])), True, self._epsilon, "inside_sqrt")
        return op.add(op.multiply(centred, self._constant(f"{name}.weight")), self._constant(f"{name}.bias"))

    def _split(self, x: Any) -> Any:
        """(b, t, d) → (b, heads, t, d / heads)."""
        op = self._op
        apart = op.reshape(x, op.constant(np.array([0, 0, self._heads, self._width // self._heads])), True)
        return op.transpose(apart, op.constant(np.array([0, 2, 1, 3])))

    def _joined(self, x: Any) -> Any:
        """(b, heads, t, d / heads) → (b, t, d)."""
        op = self._op
        return op.reshape(
            op.transpose(x, op.constant(np.array([0, 2, 1, 3]))), op.constant(np.array([0, 0, self._width])), True
        )

    def _constant(self, name: str) -> Any:
        return self._op.constant(self._weights(name).astype(np.float32))

    def _number(self, number: int) -> Any:
        return self._op.constant(np.int32(number))

    def _value(self, value: float) -> Any:
        return self._op.constant(np.float32(value))


def _in_eight_bits(table: Array) -> tuple[Array, Array]:
    """Return a table's 8-bit values and row scales, converted in chunks to save memory."""
    steps, scales = np.empty(table.shape, dtype=np.int8), np.empty((len(table), 1), dtype=np.float32)
    for first in range(0, len(table), ROWS):
        part = table[first : first + ROWS].astype(np.float32)
        scales[first : first + ROWS] = _reach(part, axis=1)[:, np.newaxis] / STEPS
        steps[first : first + ROWS] = np.rint(part / scales[first : first + ROWS])
    return steps, scales


def _reach(weight: Array, axis: int) -> Array:
    """Return the greatest absolute value along an axis."""
    reach: Array = np.maximum(np.maximum(weight.max(axis=axis), -weight.min(axis=axis)), TINY)
    return reach
