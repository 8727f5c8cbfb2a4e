"""The laws of postings: whatever is reused, merged or written to a file on the way, they are those of the texts."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.search import postings as counting
from rag.index.search.posting_runs import Kept, Runs
from rag.index.search.postings import count_terms, digest_of, languages_in
from rag.index.storage.generation import POSTINGS
from tests.small_index import Held, held

WORDS = "river salmon trout owl mouse tower garden winter stone bridge paper engine signal market der und 首都".split()
TEXT = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    (tmp_path / "objects").mkdir()
    with Runs(tmp_path) as runs:
        yield runs


def counted(texts: list[str], kept: Kept | None = None) -> dict[str, Held]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "objects").mkdir()
        with Runs(Path(folder)) as runs:
            return held(count_terms(texts, runs, kept=kept))


def assert_equal(some: dict[str, Held], others: dict[str, Held]) -> None:
    assert some.keys() == others.keys()
    for name in some:
        np.testing.assert_array_equal(some[name].values, others[name].values, err_msg=name)


def test_a_term_has_its_passages_and_its_count_in_each(runs: Runs) -> None:
    texts = ["An owl, an OWL.", "", "The river and the owls"]
    tables = {name: table.values.tolist() for name, table in held(count_terms(texts, runs)).items()}
    found = {}
    for i, term in enumerate(tables["terms"]):
        span = slice(tables["offsets"][i], tables["offsets"][i + 1])
        found[term] = list(zip(tables["rows"][span], tables["counts"][span], strict=True))
    stems = {"an": [(0, 2)], "owl": [(0, 2), (2, 1)], "the": [(2, 2)], "river": [(2, 1)], "and": [(2, 1)]}
    assert found == {digest_of(stem): rows for stem, rows in stems.items()}
    assert tables["terms"] == sorted(tables["terms"])
    assert tables["lengths"] == [4, 0, 5]


def test_a_word_repeated_more_often_than_a_byte_holds_counts_the_maximum(runs: Runs) -> None:
    assert held(count_terms(["owl " * 300], runs))["counts"].values.tolist() == [255]


def test_languages_are_counted(runs: Runs) -> None:
    assert languages_in(count_terms(["the owl and the mouse", "der und die", "the river"], runs)) == {
        "english": 2,
        "german": 1,
    }


@pytest.mark.parametrize("texts", [[], ["", "..."]])
def test_without_words_every_table_exists(texts: list[str], runs: Runs) -> None:
    tables = held(count_terms(texts, runs))
    assert set(tables) == set(POSTINGS)
    assert tables["offsets"].values.tolist() == [0]
    assert [len(tables[name]) for name in ("terms", "rows", "counts", "lengths")] == [0, 0, 0, len(texts)]


def test_tables_have_the_types_that_are_read() -> None:
    for name, table in counted(["an owl"]).items():
        assert table.values.dtype == np.dtype(POSTINGS[name])


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, max_size=12), st.integers(1, 5), st.integers(1, 20), st.integers(1, 6))
def test_runs_ranges_and_forgotten_stems_do_not_change_the_result(
    texts: list[str], chunk: int, together: int, words: int
) -> None:
    whole = counted(texts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(counting, "CHUNK", chunk)
        patched.setattr(counting, "TOGETHER", together)
        patched.setattr(counting, "WORDS", words)
        assert_equal(counted(texts), whole)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reuse_equals_counting_again(data: st.DataObject) -> None:
    old = data.draw(st.lists(TEXT, max_size=8))
    now = data.draw(st.lists(st.one_of(TEXT, st.integers(0, len(old) - 1) if old else TEXT), max_size=10))
    texts = [old[text] if isinstance(text, int) else text for text in now]
    rows = np.array([text if isinstance(text, int) else -1 for text in now], dtype=np.int64)
    assert_equal(counted(texts, Kept(counted(old), rows)), counted(texts))


def test_reused_passages_are_not_read_again() -> None:
    class Unread(list[str]):
        def __getitem__(self, row: int) -> str:  # type: ignore[override]
            assert row == 1
            return "a new trout"

    kept = Kept(counted(["an owl", "a river"]), np.array([1, -1, 0]))
    assert_equal(counted(Unread(["", "", ""]), kept), counted(["a river", "a new trout", "an owl"]))


def test_memory_does_not_grow_with_the_passages(tmp_path: Path) -> None:
    """Each passage adds only its length, its language and a posting of the most frequent term (merged as one)."""
    (tmp_path / "objects").mkdir()

    def most(count: int) -> int:
        texts = [" ".join(WORDS[(i * step) % len(WORDS)] for step in range(1, 9)) for i in range(count)]
        tracemalloc.start()
        with Runs(tmp_path) as runs:
            for _ in count_terms(texts, runs).parts():
                pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(counting, "CHUNK", 128)
        patched.setattr(counting, "TOGETHER", 1_024)
        most(1_024)  # caches: compiled patterns, stemmers
        assert (most(16_384) - most(4_096)) / (16_384 - 4_096) < 60


def test_the_file_is_removed_after_merging(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    with Runs(tmp_path) as runs:
        count_terms(["an owl"], runs)
        assert [file.name for file in (tmp_path / "objects").iterdir()] == ["runs.tmp"]
    assert not list((tmp_path / "objects").iterdir())
