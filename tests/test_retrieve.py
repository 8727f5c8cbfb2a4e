from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.answer.retrieve import DENSE_SHARE, NEAR, fuse, retrieve
from rag.types import Hit, Passage
from tests.conftest import WordEncoder


def passage(id: str, text: str = "") -> Passage:
    return Passage(id, "doc", f"{id}.txt", text, 0, len(text))


A, B, C = passage("a", "ferry fares"), passage("b", "lighthouse keeper"), passage("c", "ferry timetable")


class TwoRankings:
    """A Searchable whose dense and lexical rankings are known."""

    def search(self, vector: NDArray[np.float32], k: int, *, sources: Sequence[str] = (), **days: object) -> list[Hit]:
        return [Hit(p, s) for p, s in ((A, 0.9), (B, 0.5)) if not sources or p.source in sources][:k]

    def search_text(self, question: str, k: int, *, sources: Sequence[str] = (), **days: object) -> list[Hit]:
        return [Hit(p, s) for p, s in ((B, 7.0), (C, 3.0)) if not sources or p.source in sources][:k]

    def search_exact(self, question: str, k: int, **where: object) -> list[Hit]:
        return []


def test_stretched_scores_are_summed_by_their_shares() -> None:
    fused = fuse([[Hit(A, 0.9), Hit(B, 0.8), Hit(C, 0.5)]], [[Hit(B, 7.0), Hit(C, 3.0)]])
    assert [hit.passage.id for hit in fused] == ["b", "a", "c"]
    assert fused[0].score == pytest.approx(DENSE_SHARE * 0.75 + (1 - DENSE_SHARE))
    assert fused[1].score == pytest.approx(DENSE_SHARE)


def test_a_lead_in_one_ranking_outweighs_a_hair_in_the_other() -> None:
    dense = [Hit(A, 0.71), Hit(B, 0.70), Hit(C, 0.10)]
    lexical = [Hit(B, 9.0), Hit(A, 2.0), Hit(C, 1.0)]
    assert fuse([dense], [lexical])[0].passage.id == "b"


def test_what_holds_exactly_what_was_asked_for_stands_first() -> None:
    fused = fuse([[Hit(A, 0.9), Hit(B, 0.5)]], [[Hit(A, 9.0)]], [Hit(C, 1.0)])
    assert [hit.passage.id for hit in fused] == ["a", "c", "b"]
    assert fuse([[Hit(A, 0.2), Hit(B, 0.1)]], [[Hit(A, 9.0)]], [Hit(C, 1.0)])[0].passage.id == "c"


def test_what_is_near_to_nothing_is_not_stretched_to_the_full_share() -> None:
    fused = fuse([[Hit(A, 0.25), Hit(B, 0.1)]], [[Hit(B, 7.0), Hit(C, 3.0)]])
    assert [hit.passage.id for hit in fused] == ["b", "a", "c"]
    assert fused[1].score == pytest.approx(DENSE_SHARE * 0.25 / NEAR)


def test_ties_go_by_id_whatever_the_order_of_the_rankings() -> None:
    one, other = [Hit(A, 1.0)], [Hit(C, 1.0)]
    assert (
        [h.passage.id for h in fuse([one, other], [])] == [h.passage.id for h in fuse([other, one], [])] == ["a", "c"]
    )


def test_every_station_keeps_its_own_ranking(encoder: WordEncoder) -> None:
    found = retrieve(TwoRankings(), encoder, ["ferry"], k=2)
    assert [(hit.passage.id, hit.score) for hit in found["dense"]] == [("a", 0.9), ("b", 0.5)]
    assert [(hit.passage.id, hit.score) for hit in found["lexical"]] == [("b", 7.0), ("c", 3.0)]
    assert [hit.passage.id for hit in found["fused"]] == ["a", "b"]


def test_two_wordings_are_ranked_each_for_itself_and_fused_together(encoder: WordEncoder) -> None:
    one, two = (retrieve(TwoRankings(), encoder, wordings, k=3)["fused"] for wordings in (["ferry"], ["ferry", "boat"]))
    assert [hit.passage.id for hit in one] == [hit.passage.id for hit in two]
    assert [hit.score for hit in one] == pytest.approx([hit.score for hit in two])


def test_sources_keep_to_their_files(encoder: WordEncoder) -> None:
    found = retrieve(TwoRankings(), encoder, ["ferry"], k=5, sources=["c.txt"])
    assert [hit.passage.id for hit in found["fused"]] == ["c"]
