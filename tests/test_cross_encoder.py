"""The scores computed from the hidden states are those of the trained model, and spans point into the passage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from rag.models.cross_encoder import (
    CUT_OFF,
    MOST_OPENING,
    MOST_QUESTION,
    READERS,
    WEIGHTS,
    Row,
    cut_question,
    reading,
    trained_tensors,
)

WIDTH, TOKENS = 16, 14


def tiny_base() -> dict[str, np.ndarray]:
    """Return a base with random weights, in the format of `training.reader_prepare`."""
    from training.reader_net import NAMES

    chance = np.random.default_rng(2)
    config = {
        "hidden_size": WIDTH,
        "layer_norm_eps": 1e-12,
        "intermediate_size": 32,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
    }
    base = {"config": np.frombuffer(json.dumps(config).encode(), np.uint8)}
    for table, rows in (("word", 40), ("position", 32), ("token_type", 2)):
        base[f"embeddings.{table}_embeddings.weight"] = chance.normal(size=(rows, WIDTH)).astype(np.float32)
    shapes = {"wide": (32, WIDTH), "narrow": (WIDTH, 32), "norm": (WIDTH,), "last": (WIDTH,)}
    for mine, theirs in [*NAMES.items(), ("norm", "")]:
        name = f"encoder.layer.0.{theirs}" if theirs else "embeddings.LayerNorm"
        shape = shapes.get(mine, (WIDTH, WIDTH))
        base[f"{name}.weight"] = chance.normal(size=shape).astype(np.float32) * 0.2
        base[f"{name}.bias"] = chance.normal(size=shape[:1]).astype(np.float32) * 0.2
    return base


def test_a_reading_equals_that_of_the_trained_model(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.reader import save
    from training.reader_net import Batch, Reader, best_span
    from training.reader_ship import whole

    torch.manual_seed(4)
    model = Reader(tiny_base()).eval()
    torch.nn.init.normal_(model.attend.weight)
    row = Row(
        [1, *range(5, 16), 2, 2],
        [0] * 5 + [1] * 9,
        [(6, 9), (9, 13), (0, 0)],
        [(-1, -1)] * 6 + [(3 * i, 3 * i + 2) for i in range(7)] + [(-1, -1)],
    )
    inside = np.full(TOKENS, 2)
    inside[6:9], inside[9:13] = 0, 1
    batch = Batch(
        np.array([row.ids]), np.array([row.types]), np.array([TOKENS]), np.array([5]), inside, np.array([0, 0])
    )
    with torch.no_grad():
        head, token = model(batch.to("cpu"))
        hidden = model.hidden(batch.to("cpu"))[0].numpy()
    save(model, tmp_path, "tiny")
    heads = whole([tmp_path / "tiny-1.safetensors"], tmp_path)
    found = reading(hidden, row, [(0, 8), (9, 20), (30, 40)], heads)
    assert found.scores[:2] == pytest.approx(head[:, 0].numpy(), abs=0.02)  # half precision
    assert found.polarity[:2] == pytest.approx(torch.softmax(head[:, 1:4], 1).numpy(), abs=0.01)
    for (start, end, share), (a, b), none in zip(found.answers, row.blocks, head[:, 4], strict=False):
        i, j, wanted = best_span(token[a:b, 0].numpy(), token[a:b, 1].numpy(), float(none))
        assert (start, end) == (row.offsets[a + i][0], row.offsets[a + j][1])
        assert share == pytest.approx(wanted, abs=0.01)
    assert (found.scores[2], found.answers[2]) == (CUT_OFF, (30, 30, 0.0))


def test_a_stored_difference_restores_the_trained_weights(tmp_path: Path) -> None:
    from training.reader_ship import shipped

    chance = np.random.default_rng(3)
    base = {"layer.weight": chance.normal(size=(6, 8)).astype(np.float32)}
    trained = {
        "encoder.layer.weight": base["layer.weight"] + chance.normal(size=(6, 8)).astype(np.float32) * 0.01,
        "inner.bias": np.array([0.5, -2], np.float32),
    }
    save_file(base, tmp_path / "model.safetensors")
    save_file(shipped(trained, base), tmp_path / "w.safetensors")
    found = trained_tensors(tmp_path / "w.safetensors", tmp_path)
    assert found["inner.bias"].tolist() == [0.5, -2]
    change = np.abs(trained["encoder.layer.weight"] - base["layer.weight"]).max()
    assert np.abs(found["encoder.layer.weight"] - trained["encoder.layer.weight"]).max() < change / 13


def test_every_reader_of_the_catalogue_has_its_weights() -> None:
    assert [name for name in READERS.values() if not (WEIGHTS / name).is_file()] == []


def test_a_long_question_keeps_its_beginning_and_its_end() -> None:
    assert cut_question(list(range(5)), 5) == [0, 1, 2, 3, 4]
    cut = cut_question(list(range(200)), MOST_QUESTION)
    assert len(cut) == MOST_QUESTION
    assert cut[:MOST_OPENING] == list(range(MOST_OPENING))
    assert cut[MOST_OPENING:] == list(range(200 - MOST_QUESTION + MOST_OPENING, 200))
