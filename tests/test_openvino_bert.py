"""Texts are computed in batches of equal length, and the result for a text does not depend on its batch."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rag import models
from rag.models import catalog
from rag.models.encoder import FastModel
from rag.models.openvino_bert import PAD, TOGETHER, Bert, Tokens, _groups
from tests.test_bert_graph import CONFIG, LONGEST, WORDS, checkpoint, computed, nearness


def tokens(*lengths: int) -> list[Tokens]:
    chance = random.Random(1)
    return [([chance.randrange(WORDS) for _ in range(length)], [0] * length) for length in lengths]


@pytest.fixture(scope="module")
def pooled() -> Bert:
    return Bert(checkpoint(1.0).__getitem__, CONFIG, pooled=True)


def test_a_batch_is_full_or_the_rest() -> None:
    long, short = PAD + 1, PAD
    texts = tokens(short, long, *[short] * TOGETHER, long)
    made = [[text.number for text in group] for group in _groups(texts)]
    assert made == [[0, *range(2, TOGETHER + 1)], [1, TOGETHER + 2], [TOGETHER + 1]]


def test_a_mean_does_not_depend_on_its_batch(pooled: Bert) -> None:
    texts = tokens(*[5] * 6, 4, 8, PAD, PAD + 1, *range(1, LONGEST + 1))
    together = dict(pooled.run(texts))
    assert sorted(together) == list(range(len(texts)))
    for number, text in enumerate(texts):
        assert np.array_equal(together[number], dict(pooled.run([text]))[0])


def test_a_text_as_long_as_the_position_limit_is_computed(pooled: Bert) -> None:
    assert LONGEST % PAD  # padding would exceed the limit
    texts = tokens(LONGEST)
    wanted, _ = computed(checkpoint(1.0), *texts[0])
    assert nearness(dict(pooled.run(texts))[0][np.newaxis], wanted.mean(axis=0, keepdims=True)) > 0.995


def test_several_threads_get_the_same_as_one(pooled: Bert) -> None:
    texts = tokens(*range(1, 30))
    alone = dict(pooled.run(texts))
    with ThreadPoolExecutor(4) as threads:
        for made in threads.map(lambda _: dict(pooled.run(texts)), range(8)):
            assert all(np.array_equal(made[number], mean) for number, mean in alone.items())


def test_a_request_taken_by_another_thread_is_replaced_by_a_new_one(
    pooled: Bert, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Taken(list[object]):
        def __bool__(self) -> bool:
            return True  # as it was a moment ago

    alone = dict(pooled.run(tokens(5)))[0]
    monkeypatch.setattr(pooled, "_idle", Taken())
    assert np.array_equal(dict(pooled.run(tokens(5)))[0], alone)


@pytest.mark.model
def test_the_ranges_of_both_embedded_models_are_known_and_no_others() -> None:
    encoder = models.locate(models.DEFAULT_ENCODER) / "model.safetensors"
    reader = catalog.RANGES.with_name("reader.safetensors")
    for weights in (encoder, reader):
        ranges = catalog.ranges_of(weights)
        assert sorted(ranges) == sorted(
            f"encoder.layer.{number}.{name}"
            for number in range(6)
            for name in ("attention.self.query", "attention.output.dense", "intermediate.dense", "output.dense")
        )
        assert all((most > 0).all() for most in ranges.values())
    assert catalog.ranges_of(catalog.RANGES) == {}


@pytest.mark.model
def test_a_batch_gives_the_vectors_that_each_text_has_alone() -> None:
    model = FastModel(models.locate(models.DEFAULT_ENCODER))
    texts = [f"Sentence {number} says that the mill of {1700 + number} stands." for number in range(40)] + ["Why?"] * 5
    assert np.array_equal(model.encode(texts), np.concatenate([model.encode([text]) for text in texts]))
