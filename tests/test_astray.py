"""What is beside the point is refused: another year, an empty cell, a person whom nothing judges."""

from __future__ import annotations

import pytest

from rag.answer.astray import astray, strays_from
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


PIER = "# Pier\n\nThe ferry master is Bo Lund. The harbour budget is 70,000 crowns.\n"


@pytest.mark.parametrize(
    ("typed", "question", "form", "best", "confidence", "wrong"),
    [
        ("does she sing?", "Does Bo Lund sing?", "yes-no", "The ferry master", 0.4, True),
        ("does she sing?", "Does Bo Lund sing?", "yes-no", "The ferry master", 0.9, False),
        ("is she the master?", "Is Bo Lund the master?", "yes-no", "The ferry master", 0.4, False),
        ("and Bo Lund?", "Does Bo Lund sing?", "yes-no", "The ferry master", 0.4, False),
        ("what does it cost?", "What does the second kiosk cost?", "fact", "The harbour budget", 0.5, True),
        ("what does it cost?", "What does the harbour cost?", "fact", "The harbour budget", 0.5, False),
        ("was kostet er?", "Was kostet der Kiosk am Ufer?", "fact", "The harbour budget", 0.5, False),
    ],
)
def test_a_follow_up_is_not_answered_by_what_names_neither_it_nor_its_topic(
    typed: str, question: str, form: str, best: str, confidence: float, wrong: bool
) -> None:
    assert strays_from(typed, situation(question, form, {"pier.md": PIER}, best), confidence) == wrong
