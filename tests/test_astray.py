"""What is beside the point is refused: another year, an empty cell, a person whom nothing judges."""

from __future__ import annotations

import pytest

from rag.answer.astray import astray
from tests.situations import situation

HIRE = "Boat,Per hour,Per day\nCanoe,9,40\nRaft,14,60\nPunt,12,\n"
JUDGED = "Mrs Bell runs the choir. Mr Okoro was praised by all pupils.\n"


@pytest.mark.parametrize(
    ("question", "best", "wrong"),
    [
        ("What does a punt cost per day?", "Punt", True),
        ("What does a punt cost per hour?", "Punt", False),
        ("What does a canoe cost per day?", "Canoe", False),
        ("What does a punt cost?", "Punt", False),
    ],
)
def test_an_empty_cell_is_not_filled_with_its_neighbour(question: str, best: str, wrong: bool) -> None:
    assert astray(situation(question, "fact", {"hire.csv": HIRE}, best)) == wrong


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("What did the canoe cost in 2019?", True),
        ("What does the canoe cost in 2022?", False),
        ("What does the canoe cost?", False),
    ],
)
def test_a_file_of_another_year_does_not_answer(question: str, wrong: bool) -> None:
    assert astray(situation(question, "fact", {"hire-2022.csv": HIRE}, "Canoe")) == wrong


def test_a_file_of_one_year_may_tell_of_another() -> None:
    text = "The canoe cost 7 in 2019. Now it costs 9.\n"
    assert not astray(situation("What did the canoe cost in 2019?", "fact", {"report-2022.txt": text}, "The canoe"))


@pytest.mark.parametrize(
    ("question", "best", "wrong"),
    [
        ("Is Mrs Bell a good teacher?", "Mrs Bell", True),
        ("Is Mr Okoro a good teacher?", "Mr Okoro", False),
        ("Is Mrs Bell nice?", "Mrs Bell", True),
        ("Does Mrs Bell run the choir?", "Mrs Bell", False),
    ],
)
def test_nobody_is_judged_by_what_is_no_judgement(question: str, best: str, wrong: bool) -> None:
    assert astray(situation(question, "yes-no", {"a.txt": JUDGED}, best)) == wrong
