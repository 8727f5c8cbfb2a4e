"""Law 9: a computed value can be recomputed from its cited cells; a value that no table contains is not computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from rag.answer.compute import compute
from rag.answer.reply import Reply, Written, write
from rag.types import Passage
from tests.situations import situation

STORE = {
    "store.csv": "Item,Kind,Price EUR,In stock,Maker\nOar,Gear,35.5,12,Holm\nLife jacket,Safety,80,0,Brand\n"
    "Flare,Safety,24.5,7,Holm\nAnchor,Gear,140,3,Voss\n",
    "boats.md": "# Boats\n\n| | Tern | Gull |\n|---|---|---|\n| Length | 4.2 m | 6 m |\n| Weight | 90 kg | 240 kg |\n",
    "rides.csv": "Month,North,South\nMay,10,20\nJune,0,25\nJuly,30,5\n",
}


def computed(question: str, form: str, files: dict[str, str] | None = None) -> Written:
    return write(compute(situation(question, form, files or STORE)))


def cited_numbers(written: Written, column: str) -> list[Decimal]:
    """Return the numbers of a column in the cited rows."""
    found = (re.search(rf"{column}: ([\d.]+)", citation.quote) for citation in written.citations)
    return [Decimal(match[1]) for match in found if match]


def test_the_maximum_is_taken_from_the_column_that_the_adjective_refers_to() -> None:
    assert computed("What is the most expensive item in the store?", "extreme").text == "Anchor (140 EUR) [1]."
    assert computed("Which is the cheapest item?", "extreme").text == "Flare (24.5 EUR) [1]."
    assert computed("Which is heavier, the Tern or the Gull?", "compare").text == "Gull (240 kg) [1]."


def test_a_table_that_lacks_a_name_of_the_question_computes_nothing() -> None:
    assert computed("Which item by Holm is the cheapest?", "extreme").text == "Flare (24.5 EUR) [1]."
    assert computed("Is Sandvik or Brask cheaper?", "extreme").text == ""
    assert computed("How many rides did Sandvik give in the North in total?", "sum").text == ""
    assert computed("How many rides were there in the North in total by August?", "sum").text.startswith("40 (")


def test_a_table_without_the_requested_kind_computes_nothing() -> None:
    prices = {
        "visit.md": "# Visit\n\n| Ticket | Price |\n|---|---|\n| Grown-up | £6.50 |\n| Child | £3 |\n| Year card | £22 |\n"
    }
    assert computed("What did a student ticket cost?", "list", prices).text == ""
    assert computed("Which is the cheapest ticket?", "extreme", prices).text == "Child (£3) [1]."
    assert "Grown-up: £6.50" in computed("What do all tickets cost?", "list", prices).text


def test_this_year_is_not_a_column_name() -> None:
    fees = {"fees.md": "# Fees\n\n| Member | A year |\n|---|---|\n| Full | £48 |\n| Joint | £66 |\n"}
    assert computed("Which boat was the slowest this year?", "extreme", fees).text == ""
    assert computed("Which member pays most a year?", "extreme", fees).text == "Joint (£66) [1]."


def test_a_sum_equals_that_of_the_cited_cells() -> None:
    written = computed("How many rides were there in the North in total?", "sum")
    assert written.text.startswith("40 (10 + 30) [1]")
    assert sum(cited_numbers(written, "North")) == 40


def test_the_passages_of_many_cited_rows_are_read_once() -> None:
    rows = "".join(f"Oar {number},{number}\n" for number in range(1, 201))
    found = situation("How many oars are there?", "count", {"oars.csv": f"Oar,Price EUR\n{rows}"})
    read: list[str] = []

    def library(source: str) -> Sequence[Passage]:
        read.append(source)
        return found.library(source)

    written = write(compute(replace(found, library=library)))
    assert written.text.startswith("200 [1]")
    assert [citation.quote for citation in written.citations][198:] == [
        "Oar: Oar 199 | Price EUR: 199",
        "Oar: Oar 200 | Price EUR: 200",
    ]
    assert len(read) < 5


def test_a_row_is_summed_across_columns_of_one_kind() -> None:
    assert computed("How many rides in May altogether, rides of all boats?", "sum").text == "30 (10 + 20) [1]."


def test_an_average_covers_only_the_requested_things() -> None:
    written = computed("What is the average price of safety items?", "average")
    prices = cited_numbers(written, "Price EUR")
    assert prices == [Decimal(80), Decimal("24.5")]
    assert written.text.startswith("52.25 EUR (104.5 / 2)")
    assert sum(prices) / 2 == Decimal("52.25")


def test_several_things_cost_the_sum_of_their_prices() -> None:
    written = computed("What do 2 oars and 3 flares cost?", "product")
    assert written.text == "144.5 EUR (2 × 35.5 + 3 × 24.5) [1] [2]."


def test_a_difference_is_between_the_two_named_things() -> None:
    assert computed("How much more does the anchor cost than the flare?", "difference").text == (
        "115.5 EUR (140 − 24.5) [1] [2]."
    )


def test_rows_are_filtered_by_a_condition() -> None:
    assert computed("Which item is out of stock?", "which-rows").text == "Life jacket [1]."
    over = computed("Which items cost more than 50 euros?", "which-rows")
    assert [sentence.text for sentence in over.sentences] == ["Life jacket", "Anchor"]
    assert [s.text for s in computed("Which items cost at least 80 euros?", "which-rows").sentences] == [
        "Life jacket",
        "Anchor",
    ]


def test_rows_are_counted_and_cited_one_by_one() -> None:
    written = computed("How many items are from the maker Holm?", "count")
    assert written.text == "2: Oar, Flare [1] [2]."


def test_distinct_values_of_a_column_are_listed() -> None:
    assert [s.text for s in computed("Which makers are there?", "which-rows").sentences] == ["Holm", "Brand", "Voss"]


def test_a_table_has_the_requested_rows_and_columns() -> None:
    assert computed("the price of safety items", "table").text == (
        "| Item | Price EUR |\n|---|---|\n| Life jacket | 80 [1] |\n| Flare | 24.5 [2] |"
    )


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("What is the most beautiful flower?", "extreme"),
        ("How many sailors drowned in the storm?", "count"),
        ("What do 3 lanterns cost?", "product"),
        ("Which items cost more than 500 euros?", "which-rows"),
    ],
)
def test_a_value_that_no_table_contains_is_not_computed(question: str, form: str) -> None:
    reply: Reply = compute(situation(question, form, STORE))
    assert reply == ()


def test_every_value_cites_its_rows() -> None:
    for question, form in (("average price of gear", "average"), ("most expensive item", "extreme")):
        for statement in compute(situation(question, form, STORE)):
            assert statement.evidence
            assert all(e.quote for e in statement.evidence)


CODES = {"parts.csv": "No.,Part,Price EUR\nP-101,Rope,12\nP-102,Hook,3\nP-103,Sail,90\n"}
HUTS = {"huts.csv": "hut,holder,heating\n1,Ane,yes\n2,Bo,no\n3,Kim,no\n"}


def test_things_are_listed_by_name_and_not_by_number() -> None:
    assert computed("What do 2 ropes and 1 sail cost?", "product", CODES).text == "114 EUR (2 × 12 + 1 × 90) [1] [2]."
    assert computed("Which part is the cheapest?", "extreme", CODES).text == "Hook (3 EUR) [1]."


def test_things_that_lack_something_are_counted_by_its_column() -> None:
    assert computed("How many huts have no heating?", "count", HUTS).text.startswith("2")
    assert computed("How many huts without heating are there?", "count", HUTS).text.startswith("2")


def test_amounts_of_money_are_not_counted() -> None:
    assert computed("How many price meetings of the store were there?", "count").text == ""


def test_a_thing_that_is_not_in_the_table_is_not_compared() -> None:
    assert computed("Which of the choirs is the most expensive?", "extreme").text == ""
    assert computed("Which choir has the highest price?", "extreme").text == ""


def test_meetings_are_counted_by_their_minutes() -> None:
    minutes = {f"minutes/2030-0{n}-10-board.md": f"# Board, 10.{n}.2030\n\nThe pier is closed.\n" for n in (1, 2, 3)}
    assert computed("How many board meetings have there been this year?", "count", minutes).text.startswith("3 [1]")


STALLS = "Market,Goods,Crates\nQuay,Plums,12\nQuay,Pears,31\nHill,Plums,7\nHill,Pears,5\n"


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many pears were sold at the Quay?", "31 [1]."),
        ("How many plums were sold on the Hill?", "7 [1]."),
        ("How many plums were sold?", "19 (12 + 7) [1] [2]."),
    ],
)
def test_a_number_is_that_of_the_row_in_which_all_names_of_the_question_stand(question: str, number: str) -> None:
    found = situation(question, "count", {"sales.csv": STALLS})
    assert write(compute(found)).text == number
