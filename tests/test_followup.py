from __future__ import annotations

import pytest

from rag.answer.followup import LONGEST_ANSWER, LONGEST_QUESTION, leans_on_history, standalone, turns, wordings
from rag.answer.prompt import refusal
from rag.types import Turn

HISTORY = [Turn("Who built the lighthouse on Skarholm?", "Ingrid Solberg built it [1].")]
LONGER = [Turn("Where is Vinterhavn?", "In the north [1]."), *HISTORY]


def test_a_question_without_history_stays_as_it_is() -> None:
    assert standalone("Who pays for it?", []) == "Who pays for it?"
    assert wordings("Who pays for it?", []) == ["Who pays for it?"]


@pytest.mark.parametrize(
    "question",
    ["And who pays for it?", "What about the harbour?", "In which year?", "How tall is that tower?"],
)
def test_a_leaning_question_carries_the_last_one(question: str) -> None:
    assert standalone(question, HISTORY) == f"{question} Who built the lighthouse on Skarholm?"


def test_a_question_with_words_of_its_own_stays_as_it_is() -> None:
    question = "When does the ferry from Vinterhavn leave on Sundays?"
    assert not leans_on_history(question)
    assert standalone(question, HISTORY) == question


def test_a_short_question_that_names_what_it_is_about_stays_as_it_is() -> None:
    assert standalone("Who won the 2018 World Cup?", HISTORY) == "Who won the 2018 World Cup?"


def test_the_latest_turn_comes_first() -> None:
    asked = standalone("And how old is it?", LONGER)
    assert asked == "And how old is it? Who built the lighthouse on Skarholm? Where is Vinterhavn?"


def test_every_question_is_searched_for_as_asked_and_with_what_was_said_last() -> None:
    for question in ("And how old is it?", "When does the ferry from Vinterhavn leave on Sundays?"):
        assert wordings(question, LONGER) == [
            question,
            f"{question} Who built the lighthouse on Skarholm? Ingrid Solberg built it. Where is Vinterhavn?",
        ]


def test_only_the_last_turns_are_carried() -> None:
    assert "zeppelin" not in " ".join(wordings("How old is it?", [Turn("Which zeppelin?", "None."), *LONGER]))
    assert "zeppelin" not in standalone("How old is it?", [Turn("Which zeppelin?", "None."), *LONGER])


def test_the_words_of_a_refusal_are_not_searched_for() -> None:
    refused = [Turn("Where is Vinterhavn?", refusal("not_found"))]
    assert wordings("And Skarholm?", refused) == ["And Skarholm?", "And Skarholm? Where is Vinterhavn?"]
    disagreed = [Turn("Where is Vinterhavn?", f"{refusal('disagree')} It is in the north [1].")]
    assert wordings("And Skarholm?", disagreed)[1] == "And Skarholm? Where is Vinterhavn? It is in the north."


def test_long_turns_are_cut() -> None:
    (_, carried) = wordings("Why?", [Turn("q" * 5_000, "a" * 5_000)])
    assert carried == f"Why? {'q' * LONGEST_QUESTION} {'a' * LONGEST_ANSWER}"


def test_an_empty_turn_adds_nothing() -> None:
    assert wordings("Why is that?", [Turn("", "")]) == ["Why is that?"]


def test_pairs_are_taken_for_turns() -> None:
    assert turns([("Where?", "Here."), HISTORY[0]]) == [Turn("Where?", "Here."), HISTORY[0]]
