from __future__ import annotations

import pytest

from rag.disagree import contradicting
from rag.types import Evidence, Passage

SAID = "The new harbour bridge cost 85 million crowns in total."


def evidence(quote: str, id: str) -> Evidence:
    return Evidence(Passage(id, "doc", f"{id}.txt", quote, 0, len(quote)), 0, len(quote), quote, 1.0)


@pytest.mark.parametrize(
    "other",
    [
        "The new harbour bridge cost 87 million crowns in total.",
        "In total the new harbour bridge cost 90 million crowns.",
    ],
)
def test_another_number_for_the_same_thing_is_a_contradiction(other: str) -> None:
    assert contradicting(evidence(SAID, "a"), [evidence(other, "b")]) == evidence(other, "b")


def test_a_denial_is_a_contradiction() -> None:
    one, other = "The harbour master approved the bridge plans.", "The harbour master never approved the bridge plans."
    assert contradicting(evidence(one, "a"), [evidence(other, "b")]) is not None


@pytest.mark.parametrize(
    "other",
    [
        SAID,
        "The old lighthouse cost 3 million crowns.",  # of something else
        "The new harbour bridge cost crowns in total.",  # says less
        "It cost 87 crowns.",  # too short to tell
    ],
)
def test_what_is_no_contradiction_is_left_alone(other: str) -> None:
    assert contradicting(evidence(SAID, "a"), [evidence(other, "b")]) is None


def test_a_passage_does_not_contradict_itself() -> None:
    other = "The new harbour bridge cost 87 million crowns in total."
    assert contradicting(evidence(SAID, "a"), [evidence(other, "a")]) is None
