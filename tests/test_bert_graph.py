"""The graph computes what a BERT computes, in 8 bits, even if one input is an extreme outlier."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray

from rag.models import bert_graph
from rag.models.bert_graph import Graph
from rag.models.openvino_bert import Bert

WIDTH, INNER, WORDS, LONGEST, HEADS = 32, 128, 50, 40, 4
CONFIG = {
    "num_hidden_layers": 2, "num_attention_heads": HEADS, "hidden_size": WIDTH, "intermediate_size": INNER,
    "layer_norm_eps": 1e-12, "max_position_embeddings": LONGEST,
}  # fmt: skip
FAR = 7  # the outlier input of the last linear layers
Array = NDArray[Any]


def checkpoint(far: float) -> dict[str, Array]:
    """Return the tensors of a small BERT.

    Input FAR of the output layers, and its weights, are `far` times as large as the others.
    """
    chance = np.random.default_rng(1)

    def drawn(*shape: int) -> Array:
        return chance.standard_normal(shape).astype(np.float32) / np.sqrt(shape[-1])

    tensors = {f"embeddings.{name}_embeddings.weight": drawn(rows, WIDTH)
               for name, rows in (("word", WORDS), ("position", LONGEST), ("token_type", 2))}  # fmt: skip
    norms = ["embeddings.LayerNorm"]
    for number in range(2):
        layer = f"encoder.layer.{number}"
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        shapes = {**{f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")},
                  "attention.output.dense": (WIDTH, WIDTH), "intermediate.dense": (INNER, WIDTH), "output.dense": (WIDTH, INNER)}  # fmt: skip
        for name, shape in shapes.items():
            tensors |= {f"{layer}.{name}.weight": drawn(*shape), f"{layer}.{name}.bias": 0.1 * drawn(shape[0])}
        tensors[f"{layer}.intermediate.dense.weight"][FAR] *= far
        tensors[f"{layer}.output.dense.weight"][:, FAR] *= far
    for name in norms:
        tensors |= {
            f"{name}.weight": np.ones(WIDTH, dtype=np.float32),
            f"{name}.bias": np.zeros(WIDTH, dtype=np.float32),
        }
    return tensors


def normalised(x: Array) -> Array:
    return (x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True)


def computed(tensors: dict[str, Array], ids: list[int], types: list[int]) -> tuple[Array, dict[str, Array]]:
    """Compute by the definition in float64; return the last layer and the largest inputs of every linear layer."""
    from scipy.special import erf

    ranges: dict[str, Array] = {}

    def linear(x: Array, name: str) -> Array:
        ranges[name] = np.abs(x).max(axis=0)
        return x @ tensors[f"{name}.weight"].T.astype(np.float64) + tensors[f"{name}.bias"]

    def heads(x: Array) -> Array:
        return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)

    places = range(len(ids))
    x = normalised(sum(tensors[f"embeddings.{name}_embeddings.weight"][list(rows)].astype(np.float64)
                       for name, rows in (("word", ids), ("token_type", types), ("position", places))))  # fmt: skip
    for number in range(2):
        layer = f"encoder.layer.{number}"
        query, key, value = (heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(WIDTH / HEADS))
        seen = (scores / scores.sum(axis=-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(x), WIDTH)
        x = normalised(x + linear(seen, f"{layer}.attention.output.dense"))
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
        x = normalised(x + linear(inner, f"{layer}.output.dense"))
    return x, ranges


def nearness(one: Array, other: Array) -> float:
    """Return the lowest cosine of two matrices' rows."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(((one * other).sum(axis=1) / lengths).min())


IDS, TYPES = [1, *range(5, 25), 2], [0] * 9 + [1] * 13


FIXED = pytest.mark.skipif(
    "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
    reason="fixed scales are used only on processors with bfloat16",
)


@pytest.mark.parametrize(("known", "far"), [(True, 1.0), pytest.param(True, 12.0, marks=FIXED), (False, 1.0)])
def test_the_last_layer_equals_the_definition(known: bool, far: float) -> None:
    tensors = checkpoint(far)
    wanted, ranges = computed(tensors, IDS, TYPES)
    made = dict(Bert(tensors.__getitem__, CONFIG, ranges=ranges if known else None).run([(IDS, TYPES)]))[0]
    assert made.shape == wanted.shape
    assert nearness(made, wanted) > 0.995


def test_the_mean_covers_only_a_texts_own_tokens() -> None:
    tensors = checkpoint(1.0)
    texts = [(IDS[:length], TYPES[:length]) for length in (3, 5, 17, 22)]
    for each, mean in Bert(tensors.__getitem__, CONFIG, pooled=True).run(texts):
        wanted, _ = computed(tensors, *texts[each])
        assert nearness(mean[np.newaxis], wanted.mean(axis=0, keepdims=True)) > 0.995


@FIXED
def test_an_outlier_input_is_found_and_costs_the_others_no_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = checkpoint(12.0)
    wanted, ranges = computed(tensors, IDS, TYPES)
    graph = Graph(tensors.__getitem__, CONFIG, ranges, pooled=False)
    assert graph._far_out("encoder.layer.0.output.dense").tolist() == [FAR]
    assert Graph(tensors.__getitem__, CONFIG, {}, pooled=False)._far_out("encoder.layer.0.output.dense").size == 0

    def made() -> float:
        return nearness(dict(Bert(tensors.__getitem__, CONFIG, ranges=ranges).run([(IDS, TYPES)]))[0], wanted)

    apart = made()
    monkeypatch.setattr("rag.models.bert_graph.FAR", float("inf"))  # as if the outlier were not detected
    assert 1 - made() > 1.5 * (1 - apart)


def test_a_large_table_in_eight_bits_is_close_to_the_original_row_by_row() -> None:
    table = np.random.default_rng(5).normal(size=(bert_graph.ROWS + 3, 8)).astype(np.float16)
    steps, scales = bert_graph._in_eight_bits(table)
    assert (np.abs(steps * scales - table) <= scales / 2 + 1e-3).all()
    assert steps.dtype == np.int8
