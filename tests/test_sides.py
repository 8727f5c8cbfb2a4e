"""A yes/no question gets the answer of the part of the sentence that it is about."""

from __future__ import annotations

import pytest

from rag.answer.compose import compose
from rag.answer.reply import write
from rag.answer.restating import restating
from rag.answer.sides import told
from tests.situations import situation

SIDES = (
    ("May I pay with a voucher?", "Vouchers are accepted; coins are not.", "yes"),
    ("Do you take coins?", "Vouchers are accepted; coins are not.", "no"),
    ("May we dance in the chapel?", "Dancing is fine everywhere except in the chapel.", "no"),
    ("Is dancing in the garden fine?", "Dancing is fine everywhere except in the chapel.", "yes"),
    ("Are bells allowed?", "Instruments are forbidden, apart from bells and drums.", "yes"),
    ("Are instruments allowed?", "Instruments are forbidden, apart from bells and drums.", "no"),
    ("Can I fry eggs in the tea room?", "The tea room may be used for cold meals, not for frying.", "no"),
    ("Can I bring the rental date forward to June?", "You can move the date to May, but not to June.", "no"),
    ("May I light a lamp in the barn?", "Lamps are ours to light, so please bring none into the barn.", "no"),
    ("Can I ride without a helmet?", "Riding is allowed only with a helmet.", "no"),
    ("Do I have to pay for the towel?", "Guests of the hotel do not pay for a towel.", "no"),
    ("Is it forbidden to whistle in the hall?", "You may sing in the hall, but not whistle.", "yes"),
    ("Do I have to ask before I keep a goat?", "Goats may be kept without asking.", "no"),
    ("Do I need a key for the barn?", "The barn can be entered without a key.", "no"),
    ("Do I need a lamp for the barn?", "The barn must not be entered without a lamp.", "yes"),
    ("May I bring a kettle?", "Toasters are allowed; irons are not.", ""),
)


@pytest.mark.parametrize(("question", "text", "answer"), SIDES)
def test_the_part_that_the_question_is_about_answers(question: str, text: str, answer: str) -> None:
    assert told(question, text) == answer


MIXED = "Vouchers are accepted; coins are not.\n"


@pytest.mark.parametrize(
    ("question", "text", "polarity", "reply"),
    [
        ("May I pay with a voucher?", MIXED, (0.2, 0.8, 0.0), "Yes: Vouchers are accepted; coins are not [1]."),
        ("May I bring a cheque?", MIXED, (0.2, 0.8, 0.0), "Vouchers are accepted; coins are not [1]."),
        ("Are guests welcome?", "No guests stay in the loft.\n", (0.7, 0.3, 0.0), "No guests stay in the loft [1]."),
        ("May I row to Holm?", "Boats may be rowed only to Ness.\n", (0.8, 0.2, 0.0), "Boats may be rowed only to Ness [1]."),
        ("Can I row here?", "Boats may be rowed only to Ness.\n", (0.3, 0.7, 0.0), "Boats may be rowed only to Ness [1]."),
    ],
)  # fmt: skip
def test_yes_or_no_is_left_out_where_the_sentence_may_say_the_other(
    question: str, text: str, polarity: tuple[float, float, float], reply: str
) -> None:
    found = situation(question, "yes-no", {"a.txt": text}, text.strip(), polarity=polarity)
    assert write(compose(found)).text == reply


def test_a_sentence_that_opens_with_another_no_gets_its_yes() -> None:
    text = "No date is fixed; meanwhile the cart may be lent to the choir.\n"
    found = situation(
        "May the cart be lent to the choir?", "yes-no", {"a.txt": text}, "No date", polarity=(0.3, 0.7, 0)
    )
    assert write(compose(found)).text == f"Yes: {text.strip().rstrip('.')} [1]."


def test_a_block_that_says_only_what_is_asked_answers_though_the_reader_is_not_sure() -> None:
    files = {"a.txt": "The harbour is old. We do not lend oars.\n"}
    found = situation(
        "Can you lend my son oars?", "yes-no", files, "The harbour", "We do not", polarity=(0.01, 0.98, 0.01)
    )
    plain = restating(found)
    assert plain is not None
    assert plain.best.text == "We do not lend oars."


@pytest.mark.parametrize("text", ["We do not lend oars to Bergen.", "Bergen has none."])
def test_a_block_that_says_more_or_nothing_but_a_name_does_not(text: str) -> None:
    found = situation("Are there oars in Bergen?", "yes-no", {"a.txt": text}, text, polarity=(0.01, 0.98, 0.01))
    assert restating(found) is None
