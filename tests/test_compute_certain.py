"""A computed reply is whole and certain: what cannot be computed with certainty is not computed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.compute import compute
from rag.answer.reply import Written, write
from rag.split.fold import drop_duplicates
from rag.split.lazy import Passages
from rag.types import Passage
from tests.situations import passages, situation


def table(*rows: str) -> dict[str, str]:
    return {"shop.csv": "\n".join(rows) + "\n"}


def computed(question: str, form: str, files: dict[str, str]) -> Written:
    return write(compute(situation(question, form, files)))


def said(question: str, form: str, *rows: str) -> str:
    """Return the computed reply from a table, without its markers."""
    written = computed(question, form, table(*rows))
    return " / ".join(sentence.text for sentence in written.sentences)


PRICES = ("Item,Price EUR", "Lamp,5", "Chair,20", "Desk,30")


@pytest.mark.parametrize("heads", [("Cost EUR", "Cost EUR"), ("Cost EUR", "Price EUR")])
def test_a_row_of_a_folded_copy_is_cited_where_it_stands_or_nothing_is_computed(heads: tuple[str, str]) -> None:
    files = {
        f"{name}.md": f"# Items\n\n| Item | {head} |\n|---|---|\n| Lamp | 10 |\n| Chair | 30 |\n"
        for name, head in zip("ab", heads, strict=True)
    }
    found = situation("What is the total cost of the items?", "sum", files)
    home, copy = (passages(found.documents[source]) for source in files)
    folded = list(drop_duplicates(Passages.of([*home, *copy])))
    if heads[0] != heads[1]:  # equal rows under other heads are not the same
        own = {p.source: p.places for p in copy}
        folded = [replace(p, places=(*p.places, *own["b.md"])) for p in home]

    def library(source: str) -> list[Passage]:
        return [p for p in folded if any(place.source == source for place in p.places)]

    reply = compute(replace(found, library=library, sources=("b.md",), evidence=()))
    if heads[0] != heads[1]:
        assert reply == ()
    else:
        written = write(reply)
        assert written.text == "40 EUR (10 + 30) [1] [2]."
        assert [c.passage.source for c in written.citations] == ["a.md", "a.md"]
        assert [found.documents["a.md"].text[c.start : c.end] for c in written.citations] == [
            "| Lamp | 10 |",
            "| Chair | 30 |",
        ]


@pytest.mark.parametrize("label", ["Total", "TOTAL (3 items)", "Summe", "Grand total:"])
def test_a_total_is_not_a_thing(label: str) -> None:
    rows = ("Item,Price EUR", "Lamp,10", "Chair,20", "Desk,30", f"{label},60")
    assert said("What is the total price of all items?", "sum", *rows) == "60 EUR (10 + 20 + 30)."
    assert said("What is the average price of the items?", "average", *rows) == "20 EUR (60 / 3)."
    assert said("Which is the most expensive item?", "extreme", *rows) == "Desk (30 EUR)."
    assert said("How many items are there?", "count", *rows) == "3: Lamp, Chair, Desk."


def test_a_last_row_that_adds_up_every_column_is_not_a_thing() -> None:
    rows = ("Item,Price EUR,In stock", "Lamp,10,3", "Chair,20,4", "All items,30,7")
    assert said("Which is the most expensive item?", "extreme", *rows) == "Chair (20 EUR)."
    assert said("Which is the most expensive item?", "extreme", "Item,Price EUR", "Lamp,10", "Chair,20", "Desk,30") == (
        "Desk (30 EUR)."
    )


def test_a_column_of_totals_is_not_added_to_its_addends() -> None:
    rides = {"rides.csv": "Month,North,South,Total\nMay,10,20,30\nJune,1,2,3\n"}
    assert computed("How many rides in May altogether?", "sum", rides).text == "30 (10 + 20) [1]."


@pytest.mark.parametrize(
    ("question", "form", "expected"),
    [
        ("Which items cost no more than 20 euros?", "which-rows", "Lamp / Chair"),
        ("Which items cost not more than 20 euros?", "which-rows", "Lamp / Chair"),
        ("How many items cost no less than 20 euros?", "count", "2: Chair, Desk."),
        ("Which items cost more than 10 and less than 25 euros?", "which-rows", "Chair."),
        ("Which items don't cost more than 20 euros?", "which-rows", ""),
        ("How many items cost between 10 and 25 euros?", "count", ""),
        ("How many items, except the lamp, cost more than 3 euros?", "count", ""),
        ("How many items do not cost 20 euros?", "count", ""),
        ("Which items cost more than 20 kg?", "which-rows", ""),
    ],
)
def test_every_bound_is_applied_as_it_is_negated(question: str, form: str, expected: str) -> None:
    assert said(question, form, *PRICES) == expected


STOCK = ("Item,Price EUR,In stock", "Lamp,0,3", "Chair,20,0", "Desk,30,8")


def test_what_is_not_used_up_is_not_what_is() -> None:
    assert said("Which items are out of stock?", "which-rows", *STOCK) == "Chair."
    assert said("Which items are not out of stock?", "which-rows", *STOCK) == "Lamp / Desk"
    assert said("Which items are sold out?", "which-rows", *STOCK) == "Chair."
    assert said("Which items are sold out?", "which-rows", *(row.rsplit(",", 1)[0] for row in STOCK)) == ""


WEIGHTS = ("Part,Weight", "Alpha,500 g", "Beta,2 kg", "Gamma,90 g")


def test_numbers_are_compared_in_one_unit() -> None:
    assert said("Which part is the heaviest?", "extreme", *WEIGHTS) == "Beta (2 kg)."
    assert said("How much heavier is Beta than Alpha?", "difference", *WEIGHTS) == "1,500 g (2,000 − 500)."
    assert said("Which parts weigh more than 0.4 kg?", "which-rows", *WEIGHTS) == "Alpha / Beta"
    assert said("What is the total weight of the parts?", "sum", *WEIGHTS) == "2,590 g (500 + 2,000 + 90)."


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("What is the average price of the items?", "average"),
        ("Which is the most expensive item?", "extreme"),
        ("What is the total price of the items?", "sum"),
        ("What is the price difference between the lamp and the chair?", "difference"),
        ("How many items cost more than 5?", "count"),
        ("What do 2 lamps and 1 chair cost?", "product"),
    ],
)
def test_amounts_of_several_currencies_are_not_computed(question: str, form: str) -> None:
    assert said(question, form, "Item,Price", "Lamp,10 EUR", "Chair,20 USD", "Desk,30 CHF") == ""


def test_great_numbers_in_words_are_numbers() -> None:
    towns = ("Town,Population", "Arden,3 million", "Brook,500 thousand", "Crane,1.2 million")
    assert said("Which town has the most inhabitants?", "extreme", *towns) == "Arden (3 million)."
    funds = ("Fund,Amount", "Arden,€3m", "Brook,€500k", "Crane,€40k")
    assert said("Which fund has the highest amount?", "extreme", *funds) == "Arden (€3m)."


def test_three_decimals_are_no_thousands() -> None:
    doses = ("Dose,Weight g", "A,0.125", "B,0.5", "C,1.250")
    assert said("What is the total weight of the doses?", "sum", *doses) == "1.875 (0.125 + 0.5 + 1.25)."
    comma = ("Dose;Weight g", "A;0,125", "B;0,5", "C;1,250")
    assert said("What is the total weight of the doses?", "sum", *comma) == "1.875 (0.125 + 0.5 + 1.25)."


def test_a_point_before_three_digits_is_undecided_without_a_sign_of_what_it_is() -> None:
    assert said("Which part is the heaviest?", "extreme", "Part,Weight", "A,1.250", "B,3.100", "C,980") == ""
    money = ("Part,Price", "A,1.250 €", "B,3.100 €", "C,980 €")
    assert said("Which part is the most expensive?", "extreme", *money) == "B (3.100 €)."
    shown = ("Part;Weight;Length", "A;1.250;2,5", "B;3.100;7,5", "C;980;1,5")
    assert said("What is the total weight of the parts?", "sum", *shown) == "5,330 (1,250 + 3,100 + 980)."


@pytest.mark.parametrize(
    ("question", "rows", "expected"),
    [
        ("Which runner was the fastest?", ("Runner,Time", "Al,41", "Bo,38", "Cy,55"), "Bo (Time: 38)."),
        ("Which runner was the slowest?", ("Runner,Time", "Al,41", "Bo,38", "Cy,55"), "Cy (Time: 55)."),
        ("Which boat is the fastest?", ("Boat,Speed", "Al,41", "Bo,38", "Cy,55"), "Cy (Speed: 55)."),
        ("Which boat is the fastest?", ("Boat,Berths", "Al,41", "Bo,38", "Cy,55"), ""),
        ("Who is the oldest member?", ("Member,Born", "Al,1961", "Bo,1947", "Cy,1999"), "Bo (Born: 1947)."),
        ("Who is the youngest member?", ("Member,Born", "Al,1961", "Bo,1947", "Cy,1999"), "Cy (Born: 1999)."),
        ("Who is the oldest member?", ("Member,Age", "Al,61", "Bo,47", "Cy,99"), "Cy (Age: 99)."),
        ("Who is the oldest member?", ("Member,Fee EUR", "Al,61", "Bo,47", "Cy,99"), ""),
        ("Which is the oldest building?", ("Building,Built", "Ash,1901", "Oak,1888", "Elm,1999"), "Oak (Built: 1888)."),
        ("Which is the newest building?", ("Building,Built", "Ash,1901", "Oak,1888", "Elm,1999"), "Elm (Built: 1999)."),
        (
            "Which issue is the latest?",
            ("Issue,Date", "Ash,May 2024", "Oak,August 2024", "Elm,June 2023"),
            "Oak (August 2024).",
        ),
        ("Which issue is the latest?", ("Issue,Date", "Ash,2024", "Oak,August 2024", "Elm,June 2023"), ""),
    ],
)
def test_the_direction_of_an_order_depends_on_the_column(question: str, rows: tuple[str, ...], expected: str) -> None:
    assert said(question, "extreme", *rows) == expected


FOUR = ("Item,Price EUR", "Lamp,5", "Chair,20", "Desk,30", "Sofa,90", "Bench,20")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the second most expensive item?", "Desk (30 EUR)."),
        ("What is the 2nd most expensive item?", "Desk (30 EUR)."),
        ("What is the second cheapest item?", ""),  # two cost 20
        ("What are the two most expensive items?", "Sofa (90 EUR) / Desk (30 EUR)"),
        ("What are the top 3 most expensive items?", ""),  # the third is one of two
        ("What are the 4 most expensive items?", "Sofa (90 EUR) / Desk (30 EUR) / Chair (20 EUR) / Bench (20 EUR)"),
        ("What is the ninth cheapest item?", ""),
        ("Which are the cheapest and the most expensive item?", ""),
        ("What is the cheapest item over 10 euros?", ""),
    ],
)
def test_the_places_of_an_order_are_those_asked_for(question: str, expected: str) -> None:
    assert said(question, "extreme", *FOUR) == expected


def test_all_that_share_the_first_place_are_told() -> None:
    rows = [f"{name},7" for name in ("Ape", "Bee", "Cat", "Dog", "Elk")]
    written = computed("Which item is the most expensive?", "extreme", table("Item,Price EUR", *rows, "Fox,3"))
    assert len(written.sentences) == 5


def test_years_are_no_numbers_and_no_units() -> None:
    joined = ("Member,Joined", "Ann,2018", "Ben,2019", "Cid,2023")
    assert said("How many members joined in total?", "sum", *joined) == ""
    assert said("How many members joined in 2019?", "count", *joined) == "1: Ben."
    assert said("How many members are there in all?", "sum", "Club,Members (2024)", "Ash,100", "Oak,250") == (
        "350 (100 + 250)."
    )


UNKNOWN = ("Item,Price EUR", "Lamp,10", "Chair,30", "Desk,unknown")


def test_a_value_that_is_unknown_is_not_left_out_silently() -> None:
    assert said("What is the total price of the items?", "sum", *UNKNOWN) == ""
    assert said("What is the average price of the items?", "average", *UNKNOWN) == ""
    assert said("How many items cost more than 5 euros?", "count", *UNKNOWN) == ""
    assert said("Which is the most expensive item?", "extreme", *UNKNOWN) == (
        "Chair (30 EUR), of the 2 of 3 that state it."
    )


NAMES = [f"{first}{second}" for first in ("Ba", "Ce", "Di", "Fo", "Gu", "Ho") for second in "bcdfghklmn"]


def test_all_matches_are_listed_or_their_number_is_told() -> None:
    some = [f"{name},{n}" for n, name in enumerate(NAMES[:30], 1)]
    assert len(computed("Which items cost more than 10 euros?", "which-rows", table(PRICES[0], *some)).sentences) == 20
    many = [f"{name},{n}" for n, name in enumerate(NAMES, 1)]
    written = computed("Which items cost more than 10 euros?", "which-rows", table(PRICES[0], *many))
    assert written.sentences[0].text == "40 of 50."
    assert len(written.sentences) == 41


def test_a_thing_with_several_rows_is_counted_once() -> None:
    orders = ("Customer,Order EUR", "Ann,150", "Ann,300", "Ben,120", "Cid,20", *(f"X{n},1" for n in range(20)))
    assert said("How many customers have orders over 100 euros?", "count", *orders) == "2: Ann, Ben."
    assert said("Which customers have orders over 100 euros?", "which-rows", *orders) == "Ann / Ben"


def test_a_bar_inside_a_cell_begins_no_column() -> None:
    files = {"a.md": "| Item | Colour |\n|---|---|\n| Lamp | red \\| blue |\n| Chair | green |\n"}
    assert computed("the colour of the items", "table", files).text == (
        "| Item | Colour |\n|---|---|\n| Lamp | red / blue [1] |\n| Chair | green [2] |"
    )


def test_columns_that_are_left_out_are_told() -> None:
    rows = ("Item,Aa,Bb,Cc,Dd,Ee", "Lamp,a,b,c,d,e", "Chair,f,g,h,i,j")
    text = computed("all items", "table", table(*rows)).text
    assert text.splitlines()[0] == "| Item (4 of 5 columns) | Aa | Bb | Cc | Dd |"
