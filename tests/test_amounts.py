"""A year's amount is twelve times the monthly amount that answers; a cost covers all that a question asks for."""

from __future__ import annotations

import pytest

from rag.answer.compute import compute
from rag.answer.reply import write
from rag.answer.tables.amounts import per_year
from tests.situations import situation


def yearly(question: str, text: str) -> str:
    return write(per_year(situation(question, "sum", {"a.txt": f"{text}\n"}, text.rstrip(".")))).text.partition(". ")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rent is 500 euros a month.", "6,000 euros (12 × 500)"),
        ("With a notice of 3 months the rent is 500 euros a month.", "6,000 euros (12 × 500)"),
        ("The rent is €1,200 per month, due within 14 days.", "14,400 € (12 × 1,200)"),
        ("The monthly rent is 500 euros, with 2 months as a deposit.", "6,000 euros (12 × 500)"),
        ("The monthly rent is 500 euros, payable in advance by the fifth of each month.", "6,000 euros (12 × 500)"),
        ("The rent of the flat is paid each month within 5 days.", ""),
        ("The rent is 400 to 500 euros a month.", ""),
        ("The rent is 500 euros a month for members, 700 euros a month for others.", ""),
        ("The rent is 500 euros a month or 5,500 euros a year.", ""),
    ],
)
def test_a_yearly_amount_is_twelve_times_the_amount_for_a_month(text: str, expected: str) -> None:
    assert yearly("What is the rent per year?", text) == expected


def test_a_monthly_amount_of_something_else_is_not_multiplied() -> None:
    assert yearly("What does the director earn in total per year?", "Parking costs 30 euros a month.") == ""


def test_a_yearly_amount_waits_for_evidence_that_is_sure() -> None:
    text = "Parking costs 30 euros a month."
    found = situation("What does parking cost per year?", "sum", {"a.txt": f"{text}\n"}, text[:-1])
    assert compute(found) == ()  # computed before the threshold is compared


TICKETS = {"tickets.csv": "Ticket,Price EUR\nAdult,12\nChild,5\nChild under 8,2\nFamily,unknown\n"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What do 2 adult and 3 child tickets cost?", "39 EUR (2 × 12 + 3 × 5) [1] [2]."),
        ("What do 2 adult and 3 dog tickets cost?", ""),
        ("What do 2 adult tickets and a dog ticket cost?", ""),
        ("What do 2 adult tickets and the dog cost?", ""),
        ("What do 2 adult tickets and 1 family ticket cost?", ""),
        ("What do 2 adult tickets for 3 days cost?", ""),
        ("What do 2 adult tickets cost?", "24 EUR (2 × 12) [1]."),
    ],
)
def test_a_cost_covers_everything_asked_for(question: str, expected: str) -> None:
    assert write(compute(situation(question, "product", TICKETS))).text == expected
