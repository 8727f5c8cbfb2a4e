from __future__ import annotations

import pytest

from rag.answer.followup import LONGEST_ANSWER, LONGEST_QUESTION, last_question, standalone, turns, wordings
from rag.answer.intent import Intent
from rag.answer.prompt import refusal
from rag.types import Turn
from training.conversations import checks

LEANING = Intent("ask", "fact", 0.9, 0.9)
ALONE = Intent("ask", "fact", 0.1, 0.9)
FERRY = [Turn("How much does the ferry to Lunde cost?", "The ferry to Lunde costs 9 euros [1].")]


def leaning(question: str) -> Intent:
    """Return a leaning intent for short questions, and thanks for thanks."""
    if question in ("thanks", "Hello"):
        return Intent("thanks", "fact", 0.9, 1)
    return LEANING if len(question.split()) < 7 else ALONE


def test_a_question_without_history_stays_as_it_is() -> None:
    assert standalone("Who pays for it?", [], LEANING) == "Who pays for it?"
    assert wordings("Who pays for it?", [], LEANING) == ["Who pays for it?"]


def test_a_question_about_a_new_topic_is_not_changed_by_the_history() -> None:
    history = [*FERRY, Turn("And the bus?", "The bus costs 3 euros [1].")]
    assert standalone("Which wine goes with trout?", history, ALONE) == "Which wine goes with trout?"
    assert wordings("Which wine goes with trout?", history, ALONE) == ["Which wine goes with trout?"]


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("how long does it take?", "How long does the ferry to Lunde take?"),
        ("and the bus?", "How much does the bus to Lunde cost?"),
        ("and to Varde?", "How much does the ferry to Varde cost?"),
        ("what about bikes?", "How much does the ferry to Lunde cost, bikes?"),
        ("who pays?", "Who pays, the ferry to Lunde?"),
    ],
)
def test_the_topic_is_carried_over(question: str, understood: str) -> None:
    assert standalone(question, FERRY, LEANING) == understood


def test_a_chain_of_follow_ups_is_resolved_from_its_first_question() -> None:
    history = [
        Turn("How much does the Alpino tent cost in the shop?", "240 euros [1]."),
        Turn("and the Borea?", "310 euros [1]."),
    ]
    assert (
        standalone("and the Cirro?", history, LEANING, understand=leaning)
        == "How much does the Cirro cost in the shop?"
    )
    asked = standalone(
        "which one is lighter?", [*history, Turn("thanks", "You are welcome!")], LEANING, understand=leaning
    )
    assert asked == "Which one is lighter, the Borea, the Alpino tent?"


@pytest.mark.parametrize(
    "answer",
    [
        "1. Count the till [1].\n2. Clean the fryer [1].\n3. Switch off the gas [1].",
        "- Count the till [1]\n- Clean the fryer [2]\n- Switch off the gas [3]",
        "| What | When |\n|---|---|\n| Count the till | now [1] |\n| Clean the fryer | then [2] |\n| Switch off the gas | last [3] |",
    ],
)
def test_the_second_one_refers_to_the_second_item_of_the_last_list(answer: str) -> None:
    history = [Turn("What are the steps to close the kiosk?", answer)]
    assert standalone("and what about the second one?", history, LEANING) == "Clean the fryer?"
    assert standalone("how do I do the last one?", history, LEANING) == "How do I do Switch off the gas?"
    assert standalone("the seventh one?", history, LEANING) != "?"


def test_a_topic_with_backslashes_is_carried_over_as_it_is() -> None:
    history = [Turn(r"Explain C:\docs\new", r"C:\docs\new is the folder of new files [1].")]
    assert standalone("How does it work?", history, LEANING, understand=leaning) == r"How does C:\docs\new work?"


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("Is there no one who can help?", "Is there no one who can help"),
        ("and no two of us?", "no two of us"),
        ("what is number 0?", "number 0"),
        ("what about no. 2?", "Kitchen"),
        ("who cleans no 2?", "Kitchen"),
        ("who cleans number two?", "Kitchen"),
    ],
)
def test_no_counts_items_only_before_a_figure(question: str, understood: str) -> None:
    history = [Turn("Which rooms are there?", "1. Hall [1].\n2. Kitchen [1].\n3. Attic [1].")]
    assert understood in standalone(question, history, LEANING)


def test_he_and_she_refer_to_the_person_named_in_the_question_or_answer() -> None:
    asked = [Turn("Who directs the choir of the town?", "The choir is directed by Ilse Brandhorst [1].")]
    assert standalone("where does she live?", asked, LEANING) == "Where does Ilse Brandhorst live?"
    named = [Turn("When did Mr Adeyemi order the forty chairs?", "On 3 June [1].")]
    assert standalone("what's his number?", named, LEANING) == "What is Mr Adeyemi’s number?"


def test_another_question_word_repeats_the_last_question() -> None:
    history = [Turn("When does the swimming course start?", "On 4 May [1].")]
    assert standalone("and where?", history, LEANING) == "Where does the swimming course start?"


def test_after_a_refusal_only_the_question_is_carried_over() -> None:
    refused = [Turn("Where does the harbour master live?", refusal("not_found"))]
    assert standalone("how old is he?", refused, LEANING) == "How old is the harbour master?"
    assert not any("find" in wording for wording in wordings("how old is he?", refused, LEANING))


def test_a_leaning_question_is_also_searched_with_the_last_turn() -> None:
    assert wordings("how long does it take?", FERRY, LEANING) == [
        "How long does the ferry to Lunde take?",
        "how long does it take? How much does the ferry to Lunde cost? The ferry to Lunde costs 9 euros.",
    ]


def test_a_marker_with_two_numbers_is_no_part_of_what_was_said() -> None:
    history = [Turn("How much does the ferry to Lunde cost?", "The ferry to Lunde costs 9 euros [1, 2].")]
    assert wordings("how long does it take?", history, LEANING)[1].endswith("costs 9 euros.")


def test_small_talk_is_not_a_topic() -> None:
    assert standalone("who pays?", [Turn("Hello", "Hello!")], LEANING, understand=leaning) == "who pays?"
    assert last_question([Turn("Hello", "Hello!")], understand=leaning) is None


def test_the_last_question_is_the_standalone_one() -> None:
    history = [*FERRY, Turn("and the bus?", "The bus costs 3 euros [1]."), Turn("thanks", "You are welcome!")]
    assert last_question(history, understand=leaning) == "How much does the bus to Lunde cost?"


def test_long_turns_are_truncated() -> None:
    (_, carried) = wordings("Why?", [Turn("q" * 5_000, "a" * 5_000)], LEANING, understand=lambda q: ALONE)
    assert carried == f"Why? {'q' * LONGEST_QUESTION} {'a' * LONGEST_ANSWER}"


def test_an_empty_turn_adds_nothing() -> None:
    assert wordings("Why is that?", [Turn("", "")], LEANING) == ["Why is that?"]


def test_pairs_are_accepted_as_turns() -> None:
    assert turns([("Where?", "Here."), FERRY[0]]) == [Turn("Where?", "Here."), FERRY[0]]


def test_our_own_conversations_are_resolved() -> None:
    found = [check.fault(standalone(check.question, check.history)) for check in checks("dev")]
    assert found.count("") >= 0.85 * len(found)


def test_a_turn_about_the_program_ends_the_topic_before_it() -> None:
    about_itself = Turn("How do I add my own documents?", "1. Drop files anywhere on the page.")

    def known(question: str) -> Intent:
        return Intent("what-can-you-do", "steps", 0, 1) if question == about_itself.question else leaning(question)

    history = [*FERRY, about_itself]
    assert wordings("and remove them again?", history, LEANING, understand=known) == ["and remove them again?"]
    thanked = [*FERRY, Turn("thanks", "You are welcome!")]
    assert "ferry" in wordings("and how long does it take?", thanked, LEANING, understand=known)[0]
