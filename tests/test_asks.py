"""What a question asks is told apart from what it tells, and each thing asked is answered by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from rag.answer.doubt import together
from rag.answer.draft import Draft
from rag.answer.question.asks import Ask, asks_apart, asks_of, is_vague, wordings_of
from rag.answer.question.intent import Intent, IntentHead
from rag.answer.reply import Reply, Statement
from rag.answer.several import Part, asks_no_summary, joined, parts_of
from rag.answer.situation import Situation
from rag.evidence import Block, Evidence, Reading
from rag.types import Passage
from tests.situations import situation

TOLD = "Our choir sings in the chapel on the 4th and my uncle, who is in a wheelchair, wants to come."


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (f"{TOLD} How does he get in, and what does a seat cost?", ["How does he get in", "what does a seat cost?"]),
        (f"{TOLD} Is there a ramp and whom do I call?", ["Is there a ramp", "whom do I call?"]),
        ("the harp has a broken string, whom do I call and from when is he there?", ["whom do I call", "from when is he there?"]),
        ("My aunt asks me when the concert begins and whether she has to stand.", ["when the concert begins", "whether she has to stand."]),
        ("We lost the score. What do we do? And until when must we pay?", ["What do we do?", "until when must we pay?"]),
        ("I was told that the hall is closed in May, is that so?", ["I was told that the hall is closed in May is that so?"]),
        ("Do we lose the deposit, or what do you keep?", ["Do we lose the deposit, or what do you keep?"]),
        ("When I arrived, nobody was there. Can you check that for me?", ["When I arrived, nobody was there. Can you check that for me?"]),
        ("the conductor", ["the conductor"]),
        ("Wann beginnt das Konzert und wer singt?", ["Wann beginnt das Konzert und wer singt?"]),
    ],
)  # fmt: skip
def test_what_is_asked_is_told_apart_from_what_is_told(question: str, asked: list[str]) -> None:
    assert [ask.asked for ask in asks_of(question)] == asked


def test_each_thing_asked_is_read_with_what_is_told_and_alone() -> None:
    first, second = asks_of(f"{TOLD} How does he get in, and what does a seat cost?")
    assert first.wordings == [f"{TOLD} How does he get in", "How does he get in"]
    assert second.wordings == [f"{TOLD} what does a seat cost?", "what does a seat cost?"]


def test_a_sentence_that_is_asked_about_is_told_for_what_else_is_asked() -> None:
    first, second = asks_of("My aunt brings her dog into the choir. Is that all right? And who pays for the seat?")
    assert first == Ask("My aunt brings her dog into the choir. Is that all right?", "")
    assert second == Ask("who pays for the seat?", "My aunt brings her dog into the choir.")
    assert first.of_what_is_told
    assert not second.of_what_is_told


def test_a_short_question_is_read_as_it_is() -> None:
    assert wordings_of("Hi there, when does the concert begin?") == ["Hi there, when does the concert begin?"]
    assert not asks_apart("Hi there, when does the concert begin?", "fact")
    assert not asks_apart("Which seat is cheaper, and by how much?", "difference")
    assert asks_apart("What does a seat cost, and who sells it? And where do I sit?", "fact")
    assert asks_apart(f"{TOLD} He brings his dog, too. Is that all right? And who pays for the seat?", "fact")


class Told:
    """A Reader with a share for each text, by question; the rest of 1 is for "none of these"."""

    def __init__(self, **shares: dict[str, float]) -> None:
        self.shares = shares

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        found = [Evidence.of(block, self.shares[question].get(block.text, 0.0)) for block in blocks]
        found.sort(key=lambda evidence: -evidence.score)
        return Reading(tuple(found), found[0].score)


def block(text: str) -> Block:
    return Block(Passage(text, "f", "f.md", text, 0, len(text)), 0, len(text), text, text, "sentence")


def test_a_block_that_is_likely_in_both_wordings_comes_first() -> None:
    blocks = [block(text) for text in ("of what is asked", "of what is told", "of both")]
    reader = Told(
        alone={"of what is asked": 0.6, "of both": 0.3}, whole={"of what is told": 0.5, "of both": 0.4}
    )  # fmt: skip
    reading = together(reader, ["whole", "alone"], blocks)
    assert reading.evidence[0].text == "of both"
    assert reading.confidence == 0.6
    assert sum(evidence.score for evidence in reading.evidence) < 1


HOUSE = {"house.md": "# Chapel\n\nA ramp is at the north door.\n\nThe porter has the key.\n\nSeats cost 9 euros.\n"}


def answering(*answers: tuple[str, str, float]) -> list[Part]:
    """Return the parts of a question: each thing asked, the text that answers it, and the confidence."""
    told = {asked: (text, sure) for asked, text, sure in answers}

    def answer(own: Draft, ask: Ask, share: float) -> tuple[Reply, Situation | None]:
        text, own.confidence = told[ask.asked]
        if own.confidence < 0.4 * share:
            return (), None
        found = situation(ask.asked, "fact", HOUSE, text)
        return (Statement(found.best.text, (found.best,)),), found

    return parts_of(Draft("q", "q", 1), [Ask(asked, "") for asked in told], answer)


def test_each_part_is_answered_and_what_nothing_answers_is_named() -> None:
    reply = joined(answering(("Is there a ramp?", "A ramp is", 0.9), ("Who sings?", "Seats", 0.1)))
    assert [s.text for s in reply] == [
        "A ramp is at the north door.",
        "On “Who sings” I found nothing in the documents.",
    ]
    assert [len(s.evidence) for s in reply] == [1, 0]


def test_nothing_is_answered_if_no_part_is() -> None:
    assert joined(answering(("Is there a ramp?", "A ramp is", 0.1), ("Who sings?", "Seats", 0.1))) == ()


def test_a_file_that_answers_one_part_answers_another_already_at_half_the_threshold() -> None:
    reply = joined(answering(("Is there a ramp?", "A ramp is", 0.9), ("What is it?", "Seats", 0.25)))
    assert [s.text for s in reply] == ["A ramp is at the north door.", "Seats cost 9 euros."]


def test_what_two_parts_say_is_said_once() -> None:
    reply = joined(answering(("Is there a ramp?", "A ramp is", 0.9), ("Where?", "A ramp is", 0.9)))
    assert [s.text for s in reply].count("A ramp is at the north door.") == 1


def test_a_second_likely_sentence_shares_a_word_with_the_question_or_follows_the_first() -> None:
    first, second = "The organ was tuned by a pupil.", "The porter has the plans."

    def told(question: str, text: str) -> list[str]:
        found = situation(question, "fact", {"a.md": f"# Loft\n\n{text}\n"}, first, second)
        part = Part(Ask(question, ""), Draft("q", "q", 1), (Statement(first, (found.best,)),), found)
        return [statement.text for statement in joined([part])]

    assert told("When was it tuned?", f"{first}\n\n{second}") == [first]
    assert told("When was it tuned, and where are the plans?", f"{first}\n\n{second}") == [first, second]
    assert told("When was it tuned?", f"{first} {second}") == [first, second]


def test_what_is_asked_beside_a_story_is_vague_if_it_names_nothing() -> None:
    assert is_vague(f"{TOLD} What could we have forgotten?")
    assert not is_vague(f"{TOLD} What does a seat cost?")
    assert not is_vague("What is it?")
    assert not is_vague("if somebody rings at night, how much is it?")


class Acts:
    """An intent head that takes whatever holds "minutes" for a wish for a summary."""

    def of(self, question: str, *, in_conversation: bool) -> Intent:
        return Intent("summarise" if "minutes" in question else "ask", "fact", 0.0, 1.0)


def test_a_story_that_sounds_like_a_wish_for_a_summary_is_none_unless_one_is_asked_for() -> None:
    story = "I was going to read the minutes of our choir on the train but my bag was stolen with everything in it and"
    assert asks_no_summary(f"{story} I forgot which day we sing, can you look it up?", cast(IntentHead, Acts()))
    assert not asks_no_summary(f"{story} now I am late. What do the minutes say?", cast(IntentHead, Acts()))
    assert not asks_no_summary("What do the minutes say?", cast(IntentHead, Acts()))
