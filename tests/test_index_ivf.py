"""The laws of approximate search: almost the exact results, the same after every build, with or without mmap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest

from rag.errors import IndexCorrupt
from rag.index import Index, IndexWriter
from rag.index.search import index as searching
from rag.index.search.flat import exact
from rag.index.writing import writer as writing
from rag.types import Hit, Vectors
from tests.small_index import FINGERPRINT, split

ROWS = 4_000
LIMIT = 1_000  # rows above which lists are built here
DIMENSION = 32


def vectors(count: int, seed: int) -> Vectors:
    """Return unit vectors in clusters, like those of texts."""
    dice = np.random.default_rng(seed)
    middles = np.random.default_rng(0).standard_normal((50, DIMENSION))
    rows = middles[dice.integers(0, 50, count)] + 0.6 * dice.standard_normal((count, DIMENSION))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def built(path: Path, count: int = ROWS) -> Path:
    texts = [f"passage number {i}" for i in range(ROWS)]
    parts = [split(f"{i % 4}/{i}.txt", text) for i, text in enumerate(texts)]
    chosen = parts[:count]
    with IndexWriter(path, FINGERPRINT, versions="1") as writer:
        documents = {part[0].source: part[0] for part in chosen}
        plan = writer.plan(documents, [part[1][0] for part in chosen])
        new = [texts.index(plan.texts[row]) for row in writer.missing(plan.keys)]
        if new:
            rows = vectors(ROWS, 1)
            writer.add_vectors([texts[row] for row in new], rows[new])
        writer.publish(plan)
    return path


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (writing, searching):
        monkeypatch.setattr(room, "EXACT_LIMIT", LIMIT)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "EXACT_LIMIT", LIMIT)
        return built(tmp_path_factory.mktemp("lists") / "index")


def rows_of(index: Index, hits: list[Hit]) -> list[str]:
    return [hit.passage.source for hit in hits]


def agreement(index: Index, k: int = 10, questions: Vectors | None = None, **where: list[str]) -> float:
    """Return the share of the true k nearest that the index finds for 100 unseen questions."""
    shared = 0
    allowed = index._rows({"sources": where["sources"]}) if where else None
    for question in vectors(100, 2) if questions is None else questions:
        truth, _ = exact(index._dense._matrix, question, k, allowed)
        found = index.search(question, k, **where)
        shared += len({index.passages[int(row)].source for row in truth} & {hit.passage.source for hit in found})
    return shared / (100 * k)


def test_the_recall_is_measured_stored_and_true(path: Path) -> None:
    index = Index.open(path)
    assert index.manifest.search == "lists"
    assert index.manifest.recall >= 0.98
    assert 0 < index.manifest.probes < len(index._dense._lists._sound)
    assert agreement(index) >= 0.97


def test_the_recall_holds_for_questions_as_far_from_passages_as_real_ones(path: Path) -> None:
    rows, dice = vectors(ROWS, 1), np.random.default_rng(7)
    one, other, third = dice.integers(0, ROWS, (3, 100))
    aside = rows[other] - rows[third]
    questions = rows[one] + 1.2 * aside / np.linalg.norm(aside, axis=1, keepdims=True)
    questions = (questions / np.linalg.norm(questions, axis=1, keepdims=True)).astype(np.float32)
    assert agreement(Index.open(path), questions=questions) >= 0.98


def test_scores_are_the_exact_cosines(path: Path) -> None:
    index = Index.open(path)
    for question in vectors(20, 3):
        for hit in index.search(question, 5):
            row = int(hit.passage.text.split()[-1])
            assert hit.score == pytest.approx(float(vectors(ROWS, 1)[row] @ question), abs=2e-6)


def test_a_filter_keeps_the_recall(path: Path) -> None:
    index = Index.open(path)
    for sources in (["1"], ["0", "1", "2"]):  # few rows are compared exactly; more go through the lists
        hits = index.search(vectors(1, 4)[0], 50, sources=sources)
        assert {hit.passage.source[0] for hit in hits} <= set(sources)
        assert agreement(index, sources=sources) >= 0.97


def test_building_on_an_existing_index_equals_building_from_scratch(path: Path, tmp_path: Path) -> None:
    grown = built(built(tmp_path / "grown", ROWS - 700))
    first, second = Index.open(path), Index.open(grown)
    assert second.generation == 2
    for role in ("vectors", "lists", "centroids", "passages", "words.rows"):
        assert first.manifest.files[role] == second.manifest.files[role]


def test_without_mmap_the_answers_are_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapped = Index.open(path)
    monkeypatch.delattr(faiss, "OnDiskInvertedLists")
    copied = Index.open(path)
    for question in vectors(30, 5):
        assert copied.search(question, 10) == mapped.search(question, 10)


@pytest.mark.parametrize("role", ["lists", "centroids", "lists.offsets", "vectors"])
def test_a_flipped_bit_never_reaches_faiss(role: str, path: Path) -> None:
    file = path / "objects" / Index.open(path).manifest.files[role].sha256
    data = file.read_bytes()
    expected = Index.open(path).search(vectors(1, 6)[0], 10)

    def searched(change: Callable[[bytearray], None]) -> object:
        changed = bytearray(data)
        change(changed)
        file.write_bytes(changed)
        try:
            return Index.open(path).search(vectors(1, 6)[0], 10)
        except IndexCorrupt as error:
            return error.file.split(" ")[0]
        finally:
            file.write_bytes(data)

    outcomes = [
        searched(lambda changed, at=at: changed.__setitem__(at, changed[at] ^ 0x81))
        for at in range(0, len(data), len(data) // 40)
    ]  # type: ignore[misc]
    assert all(outcome in (f"objects/{file.name}", expected) for outcome in outcomes)
    assert f"objects/{file.name}" in outcomes
    assert searched(lambda changed: changed.__delitem__(slice(len(data) // 2, None))) == f"objects/{file.name}"
