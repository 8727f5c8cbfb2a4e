"""A comparison shows the rows asked for, whole and cited."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.forms.compare import compare
from rag.answer.query.two import two_rows
from rag.answer.reply import write
from tests.situations import situation

ROWS = [f"| Part {n} | {n} | {n + 1} |" for n in range(1, 11)]
PLANS = {"plans.md": "\n".join(["# Plans", "", "| | Basic | Pro |", "|---|---|---|", *ROWS, "| Price | 5 | 9 |", ""])}


def test_the_row_asked_for_is_shown_wherever_it_stands() -> None:
    found = situation("Compare the price of Basic and Pro", "compare", PLANS)
    assert write(compare(found)).text == "| | Basic | Pro |\n|---|---|---|\n| Price | 5 | 9 [1] |"


def test_rows_that_are_left_out_are_told() -> None:
    text = write(compare(situation("Compare Basic and Pro", "compare", PLANS))).text
    assert text.splitlines()[0] == "| (8 of 11 rows) | Basic | Pro |"


def test_a_row_that_cannot_be_cited_is_not_compared() -> None:
    found = replace(situation("Compare the price of Basic and Pro", "compare", PLANS), library=lambda source: [])
    replies = compare(replace(found, evidence=found.evidence[:1]))
    assert all(statement.evidence for statement in replies if statement.layout != "head")


def test_a_bar_inside_a_compared_cell_begins_no_column() -> None:
    files = {"a.md": "| | Basic | Pro |\n|---|---|---|\n| Colour | red \\| blue | green |\n"}
    assert write(compare(situation("Compare Basic and Pro", "compare", files))).text.endswith(
        "| Colour | red / blue | green [1] |"
    )


STOVES = {
    "stoves.md": """# Stoves

## Tile stove

It holds the heat for ten hours. Wood of 33 cm fits in. It needs a chimney of its own.

## Pellet stove

It starts by itself within eight minutes. A sack of 15 kg lasts two days. It needs a socket.
"""
}


def test_what_is_said_of_each_of_two_things_stands_under_its_name() -> None:
    text = write(compare(situation("tile stove or pellet stove, what is the difference?", "compare", STOVES))).text
    assert text.splitlines() == [
        "- Tile stove: It holds the heat for ten hours. Wood of 33 cm fits in. It needs a chimney of its own [1] [2] [3].",
        "- Pellet stove: It starts by itself within eight minutes. A sack of 15 kg lasts two days. It needs a socket [4] [5] [6].",
    ]


def test_of_each_of_two_things_only_that_is_told_which_was_asked() -> None:
    text = write(compare(situation("tile stove vs pellet stove, what wood or sack fits?", "compare", STOVES))).text
    assert "socket" not in text
    assert "33 cm" in text


def test_a_sentence_that_tells_both_is_enough() -> None:
    files = {
        "firm.txt": "Drivers get 28 days of holiday, clerks get 26.\n\nDrivers begin at six. Clerks begin at eight.\n"
    }
    best = "Drivers get 28 days"
    text = write(compare(situation("holiday of drivers and clerks compared", "compare", files, best))).text
    assert text == "Drivers get 28 days of holiday, clerks get 26 [1]."


KITES = {
    "a-stock.csv": "Kite,Group,Price EUR,In stock,Maker\nSwift Day,Kites,49,12,own\nSwift Storm,Kites,89,3,own\nTail,Parts,4,80,own\n",
    "data.md": """# Data of the kites

| | Swift Day | Swift Storm |
|---|---|---|
| Span | 150 cm | 180 cm |
| Weight | 180 g | 260 g |
| Wind | 10 to 25 km/h | 20 to 55 km/h |
| Line | 30 m | 45 m |
| Frame | fibreglass | carbon |
| Age | from 8 years | from 14 years |
""",
}


def test_two_things_are_compared_by_the_table_that_says_most_of_both() -> None:
    found = situation("Compare the Swift Day and the Swift Storm", "compare", KITES)
    assert not two_rows(found)
    assert "| Span | 150 cm | 180 cm" in write(compare(found)).text
    priced = write(two_rows(situation("Compare the prices of Swift Day and Swift Storm", "compare", KITES))).text
    assert "| Swift Day | Kites | 49 |" in priced


LONG = {
    "courses.md": """# Courses

## Pottery course

The pottery course lasts eight evenings. Bring an apron. The fee of the pottery course is 95 pounds. Who pays the fee before May
gets a mug that the teacher has made herself, in a colour of their choice, with their name.

## Weaving course

The weaving course lasts five evenings. Looms are provided. The fee of the weaving course is 60 pounds. Who pays the fee
before May gets a ball of wool that the teacher has spun herself, in a colour of their choice, and a shuttle.
"""
}


def test_what_is_said_of_each_side_is_short_and_only_of_what_is_compared() -> None:
    text = write(compare(situation("fee of the pottery course compared with the weaving course", "compare", LONG))).text
    assert text.splitlines() == [
        "- The fee of the pottery course is 95 pounds [1].",
        "- The fee of the weaving course is 60 pounds [2].",
    ]
