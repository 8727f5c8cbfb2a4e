"""Sums and differences over the rows and columns that a question names; what may be of another row is not computed."""

from __future__ import annotations

import pytest

from rag.answer.compute import compute
from rag.answer.reply import write
from rag.language.column_names import unit_at_end
from tests.situations import situation

VATS = (
    "vat,cellar,filled,spring_kg,autumn_kg,leaks\nV1,north,2025,14,30,2\nV2,north,2024,20,21,7\nV3,south,2025,9,40,1\n"
)
COSTS = (
    "item,planned_eur,paid_eur,firm\nMast,9000,6500,Orla Spars\nHull paint,1200,400,Brill\nHull paint extra,-200,0,Brill\n"
    "Engine,7000,7450,Motorhaus\n"
)
HIRE = (
    "# Hiring the loft\n\n| | Crew | All others |\n|---|---|---|\n| An hour | €8 | €14 |\n| Half a day, until 14:00 | €30 | €52 |\n"
    "| Whole day, 8:00 to 22:00 | €55 | €95 |\n| Deposit, returned after a day | €70 | €70 |\n| Stove, extra, per booking | €6 | €9 |\n"
)
FILES = {"vats.csv": VATS, "refit.csv": COSTS, "loft.md": HIRE}


def computed(question: str, form: str) -> str:
    return write(compute(situation(question, form, FILES))).text


def test_an_amount_spread_over_seasons_is_summed() -> None:
    assert computed("which vat gave most cider this year", "extreme") == "V3 (49 kg: spring 9 + autumn 40) [1]."
    assert computed("which vat gave most cider in spring", "extreme") == "V2 (20 kg) [1]."
    assert computed("which vat had most visitors", "extreme") == ""


def test_a_column_is_named_without_its_unit() -> None:
    assert computed("cider in the autumn pressing, all vats together", "sum").startswith("91 kg (30 + 21 + 40) [1]")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is still to be paid to Orla Spars?", "2,500 EUR (9,000 − 6,500) [1]."),
        ("how much is left of the budget for the mast?", "2,500 EUR (9,000 − 6,500) [1]."),
        ("what do we still owe Brill?", "600 EUR (1,000 − 400) [1] [2]."),
        ("how much do we still owe the sailmaker?", ""),
        ("how much do we still owe Brill for the anchor?", ""),
        ("what is still to be paid for the engine?", "Nothing: 7,450 EUR of 7,000 EUR are spent [1]."),
    ],
)
def test_what_is_left_is_the_planned_less_the_paid_amount_of_the_rows_named(question: str, expected: str) -> None:
    assert computed(question, "list") == expected


def test_a_job_comes_to_the_planned_amounts_of_its_rows() -> None:
    assert computed("what does the whole Brill job come to, the extra included?", "sum") == (
        "1,000 EUR (1,200 − 200) [1] [2]."
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what do crew save on a full day in the loft", "40 € (95 − 55) [1]."),
        ("what does the crew save on half a day", "22 € (52 − 30) [1]."),
        ("what do crew save on a boat", ""),
    ],
)
def test_a_saving_is_the_difference_within_the_row_that_is_named(question: str, expected: str) -> None:
    assert computed(question, "difference") == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("I'm not crew, what do three hours cost?", "42 € (3 × 14) [1]."),
        ("three hours with the stove for crew, how much is that", "30 € (3 × 8 + 6) [1] [2]."),
        ("what do three hours cost?", ""),  # whose price?
        ("what do two hours with a piano cost for crew?", ""),
        ("what do crew pay for one hour", ""),
        ("what do crew pay for five hours", ""),  # half a day costs less
    ],
)
def test_several_hours_cost_so_many_times_the_price_of_one_with_the_extras_named(question: str, expected: str) -> None:
    assert computed(question, "product") == expected


def test_a_saving_is_a_difference_whatever_form_is_read() -> None:
    assert computed("what do crew save on a whole day in the loft", "compare") == "40 € (95 − 55) [1]."


def test_two_things_are_not_compared_by_a_table_that_names_neither() -> None:
    assert computed("which of the two boats is cheaper?", "compare") == ""
    assert computed("which item is cheaper?", "extreme") == ""


def test_more_paid_than_planned_is_not_what_is_left() -> None:
    nothing = "Nothing: 7,450 EUR of 7,000 EUR are spent [1]."
    assert computed("how much money is left for the engine", "difference") == nothing


def test_which_tree_is_not_answered_with_a_month() -> None:
    files = {
        "trees.csv": "tree,early_kg,late_kg\nT1,12,31\nT2,20,8\n",
        "harvest.csv": "month,plums_kg,helpers\nJuly,90,3\nAugust,310,9\nSeptember,40,2\n",
    }
    assert write(compute(situation("which tree gave most plums this year", "extreme", files))).text == ""
    assert write(compute(situation("which month gave most plums", "extreme", files))).text == "August (310 kg) [1]."


def test_a_size_in_the_name_of_a_column_is_not_the_unit_of_its_numbers() -> None:
    files = {
        "flour.md": "# Flour\n\n| Kind | 5 kg | 25 kg |\n|---|---|---|\n| Rye | 6.60 | 30.00 |\n| Oat | 9.90 | 44.50 |\n| Corn | 8.10 | 39.00 |\n"
    }
    assert "30.00 kg" not in write(compute(situation("Rye flour, all sizes", "list", files))).text
    assert unit_at_end("25 kg") == ""
    assert write(compute(situation("which of the two flours keeps longer?", "compare", files))).text == ""


def test_numbers_of_something_else_are_not_added_to_a_count() -> None:
    files = {"walks.csv": "Month,Walks,Guide\nMay,12,Ann\nJune,9,Ben\n"}
    found = situation("how many walks were called off in the season", "count", files)
    assert write(compute(found)).text == ""
    assert write(compute(situation("how many walks in May and June", "count", files))).text.startswith("21 (12 + 9)")
    bees = situation("how many litres live in V2?", "count", FILES)
    assert write(compute(bees)).text == ""
