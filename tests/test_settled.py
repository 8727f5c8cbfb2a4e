"""The limits of a statement settle a yes/no question about an age, an amount or a number."""

from __future__ import annotations

import pytest

from rag.answer.compose import compose
from rag.answer.reply import write
from rag.answer.settled import settled
from tests.situations import situation

LIMITS = (
    ("Is my 15-year-old allowed to row by himself?", "Rowers from 16 may take a boat out alone.", "no"),
    ("My niece is 17, may she row alone?", "Rowers from 16 may take a boat out alone.", "yes"),
    ("Can my son, 9, go into the sauna by himself?", "Guests under 14 must be accompanied by an adult.", "no"),
    ("Can my son, 15, go into the sauna by himself?", "Guests under 14 must be accompanied by an adult.", "yes"),
    ("May I hang up four posters?", "Each club may hang up three posters at most.", "no"),
    ("May I hang up two posters?", "Each club may hang up three posters at most.", "yes"),
    ("Is a trunk of 34 kg accepted?", "Trunks up to 30 kg are accepted.", "no"),
    ("Is a trunk of 29 kilos accepted?", "Trunks up to 30 kg are accepted.", "yes"),
    ("Can I hand back the key two days before?", "Keys can be handed back up to 12 hours before the end.", "yes"),
    ("Can I hand back the key an hour before?", "Keys can be handed back up to 12 hours before the end.", "no"),
    ("Do I have to register for a stay of four days?", "Registration is needed from the seventh day on.", "no"),
    ("Do I have to register for a stay of nine days?", "Registration is needed from the seventh day on.", "yes"),
    ("Does the crane work at force 6?", "The crane does not work above force 5.", "no"),
    ("Does the crane work at force 4?", "The crane does not work above force 5.", "yes"),
    ("Is the course open to class 3?", "The course is open to classes 5 and 6.", "no"),
    ("Is the course open to class 6?", "The course is open to classes 5 and 6.", "yes"),
    ("Do I have to pay, my girl is 5?", "Entry is free for children up to 6.", "no"),
    ("Do I have to pay, my girl is 8?", "Entry is free for children up to 6.", "yes"),
    ("May a boat carry 30 litres of petrol?", "No boat may carry more than 20 litres of petrol.", "no"),
    ("May a boat carry 15 litres of petrol?", "No boat may carry more than 20 litres of petrol.", "yes"),
    ("Is it forbidden to store 3 litres of paint?", "Up to 5 litres of paint may be stored.", "no"),
    ("Can I keep a present worth £60?", "Presents worth more than £50 must be reported.", ""),
    ("Can my 10-year-old come in?", "Children under 12 only come in with a helmet.", ""),
)  # fmt: skip


@pytest.mark.parametrize(("question", "text", "answer"), LIMITS)
def test_a_number_of_the_question_is_compared_with_the_limit(question: str, text: str, answer: str) -> None:
    told = settled(question, text)
    assert told is not None
    assert told.answer == answer


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("May I bring three friends?", "Two towels per guest are free."),
        ("Can I come at all?", "Guests from 16 may come."),
        ("Is the room free for two weeks?", "The room sleeps up to 4."),
        ("Can I pay 20 euros now?", "The hall has been closed since 2019."),
    ],
)
def test_a_number_of_another_kind_settles_nothing(question: str, text: str) -> None:
    assert settled(question, text) is None


def test_the_sentence_that_speaks_of_the_number_comes_before_the_one_that_does_not() -> None:
    text = "The red course is open to classes 1 and 2. It is not open to class 5 and above.\n"
    found = situation(
        "Is the red course open to class 6?", "yes-no", {"a.txt": text}, "The red course", "It is not open",
        polarity=(0.7, 0.2, 0.1),
    )  # fmt: skip
    assert write(compose(found)).text == "No: It is not open to class 5 and above [1]."


def test_a_reader_that_overlooks_a_limit_is_corrected() -> None:
    found = situation(
        "May I hang up four posters?", "yes-no", {"a.txt": "Each club may hang up three posters at most.\n"},
        "three posters", polarity=(0.95, 0.04, 0.01),
    )  # fmt: skip
    assert write(compose(found)).text == "No: Each club may hang up three posters at most [1]."


def test_a_limit_that_does_not_settle_the_question_is_shown_without_yes_or_no() -> None:
    found = situation(
        "Can I keep a present worth £60?", "yes-no", {"a.txt": "Presents worth more than £50 must be reported.\n"},
        "must be reported", polarity=(0.95, 0.04, 0.01),
    )  # fmt: skip
    assert write(compose(found)).text == "Presents worth more than £50 must be reported [1]."
