from __future__ import annotations

import pytest

from rag.followup import standalone
from rag.types import Turn

HISTORY = [Turn("Who built the lighthouse on Skarholm?", "Ingrid Solberg.")]


def test_a_question_without_history_stays_as_it_is() -> None:
    assert standalone("Who pays for it?", []) == "Who pays for it?"


@pytest.mark.parametrize(
    "question",
    ["And who pays for it?", "What about the harbour?", "In which year?", "How tall is that tower?"],
)
def test_a_leaning_question_carries_the_last_one(question: str) -> None:
    assert standalone(question, HISTORY) == f"{question} Who built the lighthouse on Skarholm?"


def test_a_question_with_words_of_its_own_stays_as_it_is() -> None:
    question = "When does the ferry from Vinterhavn leave on Sundays?"
    assert standalone(question, HISTORY) == question


def test_the_latest_turn_comes_first() -> None:
    history = [Turn("Where is Vinterhavn?", "North."), *HISTORY]
    assert standalone("And how old is it?", history).index("lighthouse") < standalone(
        "And how old is it?", history
    ).index("Vinterhavn")
