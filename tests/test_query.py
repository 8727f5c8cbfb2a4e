"""What a question asks of a table is computed where the table accounts for every word of the question."""

from __future__ import annotations

import pytest

from rag.answer.answer import calculated
from rag.answer.compute import compute
from rag.answer.query.quoted import priced_in_words
from rag.answer.query.stated import of_two_numbers
from rag.answer.query.two import two_rows
from rag.answer.query.wish import asks_for_a_number
from rag.answer.reply import write
from rag.answer.summary.summary import sum_up
from tests.situations import loaded, passages, situation

LOANS = {
    "library-loans.csv": """Reader,Branch,Weekday,Books,Overdue
Ana Prieto,Harbour,Tue,4,no
Bo Lindqvist,Harbour,Sat,11,yes
Cem Aydin,Hill,Sat,2,no
Dora Weiss,Mill Lane,Tue,7,yes
"""
}
TOOLS = {
    "tools.csv": """Tool,Kind,Day rate (£),On hand,Minimum
Hammer drill,electric,9.00,3,4
Belt sander,electric,7.50,6,2
Hand saw,hand tools,1.20,1,5
"""
}
TOURS = {
    "tours.html": """<h1>Guided tours</h1><table><tr><th>Tour</th><th>Length</th><th>Seats</th><th>Sold</th></tr>
<tr><td>Old town</td><td>2 hours</td><td>20</td><td>20</td></tr>
<tr><td>Crypt</td><td>1 hour</td><td>12</td><td>7</td></tr></table>"""
}
MONTHS = {
    "visitors-2029.csv": "Month,House,Visitors,Schools\n"
    + "".join(
        f"{month},{house},{number},{number // 50}\n"
        for month, north, south in (("January", 120, 80), ("February", 150, 60), ("March", 90, 200))
        for house, number in (("North", north), ("South", south))
    )
}


def said(question: str, form: str, files: dict[str, str]) -> str:
    """Return the computed reply without its markers."""
    return " / ".join(sentence.text for sentence in write(compute(situation(question, form, files))).sentences)


@pytest.mark.parametrize(
    ("question", "form", "files", "expected"),
    [
        ("how many readers come on a Saturday?", "count", LOANS, "2: Bo Lindqvist, Cem Aydin."),
        ("how many people are at Harbour", "count", LOANS, "2: Ana Prieto, Bo Lindqvist."),
        ("how many books has Cem borrowed?", "count", LOANS, ""),
        ("how many books are there at Harbour altogether?", "sum", LOANS, "15 (4 + 11)."),
        ("how many readers are overdue?", "count", LOANS, "2: Bo Lindqvist, Dora Weiss."),
        ("how many readers are not overdue", "count", LOANS, "2: Ana Prieto, Cem Aydin."),
        ("which reader has most books at Harbour?", "extreme", LOANS, "Bo Lindqvist (Books: 11)."),
        ("how many tools are below the minimum", "count", TOOLS, "2: Hammer drill, Hand saw."),
        ("how many hand saws are we short of the minimum?", "fact", TOOLS, "4 (5 − 1)."),
        ("by how much is the hand saw below its minimum", "difference", TOOLS, "4 (5 − 1)."),
        ("what does the cheapest electric tool cost?", "extreme", TOOLS, "Belt sander (7.50 £)."),
        ("how many tours are sold out?", "count", TOURS, "1: Old town."),
        ("how many seats are left on the crypt tour", "count", TOURS, "5 (12 − 7)."),
        ("which month had most visitors in the north house?", "extreme", MONTHS, "February (Visitors: 150)."),
        ("visitors in the south house, January to March, total?", "sum", MONTHS, "340 (80 + 60 + 200)."),
        ("average number of visitors in the north house", "average", MONTHS, "120 (360 / 3)."),
        ("average number of visitors in the east house", "average", MONTHS, ""),
    ],
)
def test_rows_and_columns_are_those_that_the_words_mean(
    question: str, form: str, files: dict[str, str], expected: str
) -> None:
    assert said(question, form, files) == expected


ZOO = {
    "zoo.html": """<h1>Zoo prices</h1><table><tr><th>Ticket</th><th>Adult</th><th>Child 4–15</th></tr>
<tr><td>Zoo</td><td>14.00</td><td>7.50</td></tr><tr><td>Zoo and aquarium</td><td>19.00</td><td>11.00</td></tr></table>"""
}
PLANTS = {
    "plants.md": """# Plants

| Plant | Each | From ten pieces, each |
|---|---|---|
| Lavender | €3.20 | €2.90 |
| Thyme | €2.50 | €2.10 |
"""
}
OATS = {
    "mill.md": """# Mill shop

| Flour | Sack | Half |
|---|---|---|
| Oat flour | €12.00 | €6.50 |
| Rice flour | €20.00 | €11.00 |
"""
}


@pytest.mark.parametrize(
    ("question", "files", "expected"),
    [
        (
            "two adults and three children for the aquarium, what's that altogether?",
            ZOO,
            "71.00 (2 × 19.00 + 3 × 11.00).",
        ),
        ("what do 2 adults and a dog pay at the aquarium?", ZOO, ""),
        ("how much are 4 lavenders", PLANTS, "12.80 € (4 × 3.20)."),
        ("how much are 12 lavenders and 3 thymes?", PLANTS, "42.30 € (12 × 2.90 + 3 × 2.50)."),
        ("half a rice flour and two oat flours, what does that cost", OATS, "35.00 € (1 × 11.00 + 2 × 12.00)."),
    ],
)
def test_things_are_priced_by_row_or_by_column(question: str, files: dict[str, str], expected: str) -> None:
    assert said(question, "sum", files) == expected


PHONES = {
    "phones.md": """# Phones

| Phone | Weight g | Price € | Battery |
|---|---|---|---|
| Ola 3 | 180 | 299 | 4,000 mAh |
| Ola 4 | 165 | 349 | 4,500 mAh |
| Rumi | 210 | 199 | 5,000 mAh |
"""
}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("is the Rumi heavier than the Ola 4?", "Yes: Rumi (Weight g: 210), Ola 4 (Weight g: 165)."),
        ("Is the Ola 3 dearer than the Ola 4?", "No: Ola 4 (349 €), Ola 3 (299 €)."),
        ("which is cheaper, Rumi or Ola 4?", "Rumi (199 €), Ola 4 (349 €)."),
        ("is the Rumi tougher than the Ola 4?", ""),
    ],
)
def test_two_rows_are_compared_by_what_the_comparative_means(question: str, expected: str) -> None:
    assert said(question, "yes-no", PHONES) == expected


def test_two_rows_that_are_named_stand_side_by_side() -> None:
    reply = two_rows(situation("difference between the two Olas", "compare", PHONES))
    assert [s.text for s in reply] == [
        "| Phone | Weight g | Price € | Battery |",
        "| Ola 3 | 180 | 299 | 4,000 mAh |",
        "| Ola 4 | 165 | 349 | 4,500 mAh |",
    ]


def test_a_change_since_last_year_is_not_the_difference_of_two_columns() -> None:
    fares = {"fares.csv": "Line,Adult,Adult return\nHarbour,3.00,5.50\nHill,2.00,3.50\n"}
    assert said("by how much has the adult fare to Harbour gone up since last year?", "difference", fares) == ""


def test_which_oven_is_not_asked_of_a_table_of_people_who_use_it() -> None:
    staff = {"staff.csv": "Name,Hours,Can also\nJo Brand,7,oven\nKit Marsh,30,van\n"}
    assert said("which oven is quicker?", "extreme", staff) == ""


def test_a_table_alone_has_no_points_to_sum_up() -> None:
    document = loaded("visitors-2029.csv", MONTHS["visitors-2029.csv"])
    assert sum_up("summarise the visitors of 2029", document, passages(document)) == ()


def test_a_sum_is_a_number_and_no_summary() -> None:
    assert asks_for_a_number("sum of the schools from January to March")
    assert not asks_for_a_number("sum up the most important points of the report")


STEPS = {
    "diary.txt": """GREENHOUSE DIARY

The heating used 310 kWh in March, in April it was 190 kWh. The gas was cheaper as well.

The frame was 640 euros, the glass 85 euros on top. Nobody has paid the glazier.

The roof took about 30 hours, the floor 12 hours.
"""
}


@pytest.mark.parametrize(
    ("question", "form", "best", "expected"),
    [
        ("by how much did the heating go down from March to April?", "difference", "310 kWh",
         "120 kWh (310 − 190): The heating used 310 kWh in March, in April it was 190 kWh."),
        ("what did the frame and the glass cost together?", "sum", "640 euros",
         "725 euros (640 + 85): The frame was 640 euros, the glass 85 euros on top."),
        ("what did the frame and the door cost together?", "sum", "640 euros", ""),
        ("how many more hours did the roof take than the floor?", "difference", "30 hours", ""),  # about
        ("what did the heating use?", "fact", "310 kWh", ""),
    ],
)  # fmt: skip
def test_two_numbers_that_a_sentence_states_are_compared_or_added(
    question: str, form: str, best: str, expected: str
) -> None:
    assert " / ".join(s.text for s in of_two_numbers(situation(question, form, STEPS, best))) == expected


def test_a_number_that_a_sentence_states_of_all_is_not_replaced_by_the_rows_of_a_table() -> None:
    files = {
        "tours.md": "# Tours\n\nWe have led 340 tours since 1998.\n\n| Tour | Hours |\n|---|---|\n| Fort | 2 |\n| Mill | 3 |\n"
    }
    assert write(compute(situation("how many tours have you led so far?", "count", files, "340 tours"))).text == ""


CIRCUS = {
    "circus.txt": "CIRCUS NIGHT\n\nSeats are 9.50 for adults and 4.25 for children.\n\nPopcorn is 3 euros, lemonade 2 euros.\n"
}


@pytest.mark.parametrize(
    ("question", "best", "expected"),
    [
        ("3 adults and 2 children for the circus, how much is that?", "Seats are",
         "37.00 (3 × 9.50 + 2 × 4.25): Seats are 9.50 for adults and 4.25 for children."),
        ("two lemonades and four popcorn, what does that cost?", "Popcorn is",
         "16 € (2 × 2 + 4 × 3): Popcorn is 3 euros, lemonade 2 euros."),
        ("3 adults and 2 dogs for the circus, how much is that?", "Seats are", ""),
        ("3 adults and 2 children for the opera, how much is that?", "Seats are", ""),
    ],
)  # fmt: skip
def test_things_are_priced_by_the_sentence_that_prices_each(question: str, best: str, expected: str) -> None:
    assert " / ".join(s.text for s in priced_in_words(situation(question, "sum", CIRCUS, best))) == expected


def test_a_column_of_years_has_no_mean_where_another_is_named() -> None:
    bells = {"organs.csv": "Organ,Built,Weight kg\nNorth,1771,300\nSouth,1902,500\n"}
    assert said("average weight of the organs that were built", "average", bells) == "400 kg (800 / 2)."


def test_the_biggest_expense_is_not_the_biggest_income() -> None:
    books = {"books.csv": "Item,2029\nDonations,900\nHeating,-300\nMusic,-120\n"}
    assert said("what was the biggest expense in 2029?", "extreme", books) == ""
    assert said("total income in 2029", "sum", books) == ""


def test_a_row_is_named_by_its_number_after_what_the_table_calls_its_things() -> None:
    bells = {"bells.csv": "Bell,Weight kg\nTreble,281\n5,498\nTenor,640\n"}
    assert said("is the tenor heavier than bell 5?", "yes-no", bells) == "Yes: Tenor (640 kg), 5 (498 kg)."


def test_words_of_the_title_choose_no_row() -> None:
    rooms = {"rooms.html": "<h1>Village hall: rooms</h1><table><tr><th>Room</th><th>Fee</th></tr><tr><td>Main hall</td><td>£9</td></tr>"
             "<tr><td>Kitchen</td><td>£4</td></tr></table>"}  # fmt: skip
    assert said("how many rooms are there in the village hall?", "count", rooms) == "2: Main hall, Kitchen."


def test_what_was_asked_is_computed_whatever_wording_was_read() -> None:
    read = situation("qué colmena gave mayoría miel", "extreme", MONTHS)
    asked = "which month had most visitors in the north house?"
    assert [s.text for s in calculated(read, asked)] == ["February (Visitors: 150)."]


MARKS = {
    "swimming.csv": "Swimmer,Weekday,Trainer,Points,Pool\nAda Kern,Fri,Moss,31,grand\nBo Reed,Fri,Hill,44,small\nCy Lane,Mon,Moss,27,grand\n"
}


@pytest.mark.parametrize(
    ("question", "form", "expected"),
    [
        ("who got the best points", "extreme", "Bo Reed (Points: 44)."),
        ("how many swimmers swim on a Friday?", "count", "2: Ada Kern, Bo Reed."),
        ("how many swimmers have the grand pool?", "count", "2: Ada Kern, Cy Lane."),
        ("how many swimmers drown on a Friday?", "count", ""),
    ],
)
def test_persons_and_the_verb_of_what_they_are_called_are_understood(question: str, form: str, expected: str) -> None:
    assert said(question, form, MARKS) == expected


BOATS = {"boats.html": "<h1>Boat hire</h1><table><tr><th>Boat</th><th>Per hour</th><th>Whole day</th></tr><tr><td>Canoe</td><td>£6</td>"
         "<td>£20</td></tr><tr><td>Pedal boat</td><td>£9</td><td>£50</td></tr></table>"}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is a canoe for three hours?", "18 £ (3 × 6)."),
        ("what is a canoe for five hours?", ""),  # the whole day is cheaper
        ("what is a canoe for three nights?", ""),
        ("what is a canoe with a guide for three hours?", ""),
    ],
)
def test_a_thing_is_priced_for_several_hours_by_its_column(question: str, expected: str) -> None:
    assert said(question, "product", BOATS) == expected


def test_what_a_sentence_states_of_a_part_goes_before_the_rows_of_a_table() -> None:
    files = {
        "barges.md": "# Barges\n\nNine barges have a stove.\n\n| Barge | Heating |\n|---|---|\n| Ada | stove |\n| Bea | gas |\n| Cora | stove |\n"
    }
    assert write(compute(situation("how many barges have a stove?", "count", files, "Nine barges"))).text == ""
    assert write(compute(situation("how many barges have gas?", "count", files, "Nine barges"))).text.startswith(
        "1: Bea"
    )
