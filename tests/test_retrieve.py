from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.answer.retrieve import DENSE_SHARE, NEAR, fuse, retrieve
from rag.types import Hit, Passage, Ranking
from tests.conftest import WordEncoder


def passage(id: str, text: str = "") -> Passage:
    return Passage(id, "doc", f"{id}.txt", text, 0, len(text))


A, B, C = passage("a", "ferry fares"), passage("b", "lighthouse keeper"), passage("c", "ferry timetable")


class TwoRankings:
    """A Searchable with known dense and lexical rankings, which counts the passages read."""

    passages = (A, B, C)

    def __init__(self) -> None:
        self.read = 0

    def nearest(self, vector: NDArray[np.float32], k: int, *, sources: Sequence[str] = (), **days: object) -> Ranking:
        return self._within([(0, 0.9), (1, 0.5)], sources)[:k]

    def matching(self, question: str, k: int, *, sources: Sequence[str] = (), **days: object) -> Ranking:
        return self._within([(1, 7.0), (2, 3.0)], sources)[:k]

    def naming(self, question: str, k: int, **where: object) -> Ranking:
        return []

    def hits(self, ranking: Ranking) -> list[Hit]:
        self.read += len(ranking)
        return [Hit(self.passages[row], score) for row, score in ranking]

    def _within(self, ranking: list[tuple[int, float]], sources: Sequence[str]) -> list[tuple[int, float]]:
        return [(row, score) for row, score in ranking if not sources or self.passages[row].source in sources]


def test_scaled_scores_are_summed_with_their_weights() -> None:
    fused = fuse([[(0, 0.9), (1, 0.8), (2, 0.5)]], [[(1, 7.0), (2, 3.0)]])
    assert [row for row, _ in fused] == [1, 0, 2]
    assert fused[0][1] == pytest.approx(DENSE_SHARE * 0.75 + (1 - DENSE_SHARE))
    assert fused[1][1] == pytest.approx(DENSE_SHARE)


def test_a_clear_lead_in_one_ranking_outweighs_a_small_one_in_the_other() -> None:
    dense, lexical = [(0, 0.71), (1, 0.70), (2, 0.10)], [(1, 9.0), (0, 2.0), (2, 1.0)]
    assert fuse([dense], [lexical])[0][0] == 1


def test_an_exact_match_ranks_first() -> None:
    assert [row for row, _ in fuse([[(0, 0.9), (1, 0.5)]], [[(0, 9.0)]], [(2, 1.0)])] == [0, 2, 1]
    assert fuse([[(0, 0.2), (1, 0.1)]], [[(0, 9.0)]], [(2, 1.0)])[0][0] == 2


def test_a_low_cosine_is_not_scaled_up_to_the_full_weight() -> None:
    fused = fuse([[(0, 0.25), (1, 0.1)]], [[(1, 7.0), (2, 3.0)]])
    assert [row for row, _ in fused] == [1, 0, 2]
    assert fused[1][1] == pytest.approx(DENSE_SHARE * 0.25 / NEAR)


def test_ties_are_broken_by_row_whatever_the_order_of_the_rankings() -> None:
    one, other = [(0, 1.0)], [(2, 1.0)]
    assert [row for row, _ in fuse([one, other], [])] == [row for row, _ in fuse([other, one], [])] == [0, 2]


def test_every_retriever_keeps_its_own_ranking(encoder: WordEncoder) -> None:
    found = retrieve(TwoRankings(), encoder, ["ferry"], k=2)
    assert found["dense"] == [(0, 0.9), (1, 0.5)]
    assert found["lexical"] == [(1, 7.0), (2, 3.0)]
    assert [row for row, _ in found["fused"]] == [0, 1]


def test_retrieval_reads_no_passage_from_the_disk(encoder: WordEncoder) -> None:
    index = TwoRankings()
    retrieve(index, encoder, ["ferry"], k=2)
    assert index.read == 0


def test_two_wordings_are_ranked_separately_and_fused(encoder: WordEncoder) -> None:
    one, two = (retrieve(TwoRankings(), encoder, wordings, k=3)["fused"] for wordings in (["ferry"], ["ferry", "boat"]))
    assert [row for row, _ in one] == [row for row, _ in two]
    assert [score for _, score in one] == pytest.approx([score for _, score in two])


def test_sources_restrict_the_ranking_to_their_files(encoder: WordEncoder) -> None:
    found = retrieve(TwoRankings(), encoder, ["ferry"], k=5, sources=["c.txt"])
    assert [row for row, _ in found["fused"]] == [2]
