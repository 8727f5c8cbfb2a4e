"""The compiled encoder gives the vectors of sentence-transformers, whatever else is in the batch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag import models
from rag.models.encoder import FastModel, LibraryModel, SentenceEncoder, fits

NEAR = 0.99  # cosine to float32; measured: at least 0.997
TEXTS = [
    "How long is the Rhine?",
    "The Rhine rises in the Alps. It is 1,230 kilometres long, and its mouth lies in the Netherlands.",
    "莱茵河发源于阿尔卑斯山。",
    "Der Zug fährt um 8 Uhr ab; Überraschungen sind möglich.",
    "word " * 600,  # longer than the window
    "",
    "\ud800 half a character",
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.named(models.DEFAULT_ENCODER)


def changed_copy(folder: Path, file: str, **changes: object) -> Path:
    shutil.copytree(models.locate(models.DEFAULT_ENCODER), folder)
    read = json.loads((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(json.dumps(read | changes), encoding="utf-8")
    return folder


@pytest.mark.model
def test_vectors_equal_those_of_the_library(encoder: SentenceEncoder) -> None:
    texts = TEXTS[:-1]
    library = LibraryModel(encoder.folder)
    vectors = encoder.encode(texts)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors * library.encode(texts)).sum(axis=1).min() >= NEAR
    assert [encoder.measure(text) for text in texts] == [library.measure(text) for text in texts]
    assert encoder.window == library.window == 256


@pytest.mark.model
def test_a_vector_does_not_depend_on_its_neighbours(encoder: SentenceEncoder) -> None:
    texts = TEXTS[:-1]
    together = encoder.encode(texts)
    assert np.array_equal(together, np.concatenate([encoder.encode([text]) for text in texts]))
    assert np.array_equal(together[::-1], encoder.encode(texts[::-1]))
    assert encoder.encode([]).shape == (0, together.shape[1])


@pytest.mark.model
def test_text_that_is_not_valid_unicode_is_embedded_anyway(encoder: SentenceEncoder) -> None:
    assert np.isfinite(encoder.encode(TEXTS)).all()
    assert encoder.measure(TEXTS[-1]) > 2


@pytest.mark.model
def test_only_supported_models_are_compiled(tmp_path: Path) -> None:
    assert fits(models.locate(models.DEFAULT_ENCODER))
    assert not fits(changed_copy(tmp_path / "a", "config.json", hidden_act="relu"))
    assert not fits(changed_copy(tmp_path / "b", "config.json", model_type="mpnet"))
    pooling = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}
    assert not fits(changed_copy(tmp_path / "c", "1_Pooling/config.json", **pooling))
    assert not fits(tmp_path / "nothing")


@pytest.mark.model
def test_every_other_model_runs_in_the_library(tmp_path: Path) -> None:
    folder = changed_copy(tmp_path / "tanh", "config.json", hidden_act="gelu_new")
    other = SentenceEncoder(str(folder))
    vectors = other.encode(TEXTS[:2])
    assert isinstance(other._loaded(), LibraryModel)
    assert isinstance(SentenceEncoder(models.DEFAULT_ENCODER)._loaded(), FastModel)
    assert (vectors * SentenceEncoder(models.DEFAULT_ENCODER, library=True).encode(TEXTS[:2])).sum(axis=1).min() > 0.98


def test_one_string_is_not_a_sequence_of_texts() -> None:
    with pytest.raises(ValueError, match="sequence of texts"):
        SentenceEncoder.named(models.DEFAULT_ENCODER).encode("text")


@pytest.mark.model
@pytest.mark.timeout(60)
def test_a_model_can_be_released_right_after_its_last_text() -> None:
    for _ in range(8):  # a callback per text could hang the release
        FastModel(models.locate(models.DEFAULT_ENCODER)).encode(TEXTS[:4])
