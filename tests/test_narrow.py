"""Evidence is narrowed to the column, the rows and the code that a question names."""

from __future__ import annotations

import pytest

from rag.answer.compose import compose
from rag.answer.narrow import excluded, for_others, narrowed
from rag.answer.situation import Situation
from tests.situations import situation

COLUMNS = "# Boats\n\n| Boat | Crew | Everybody else |\n|---|---|---|\n| Dinghy, a day | 20 crowns | 35 crowns |\n| Sauna | free | 9 crowns |\n"
ROWS = "# Sauna\n\n| Who | Fee |\n|---|---|\n| Crew | 4 crowns |\n| Guests | 9 crowns |\n"


def said(found: Situation) -> str:
    return " ".join(statement.text for statement in compose(narrowed(found)))


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("What is the dinghy for my cousin who is not a member?", {"member"}),
        ("What do non-members pay?", {"member"}),
        ("What if I'm not an apprentice?", {"apprentic"}),
        ("What do members pay?", set()),
    ],
)
def test_the_group_that_is_left_out_is_found(question: str, stems: set[str]) -> None:
    assert excluded(question) == stems


def test_the_column_of_the_others_is_read() -> None:
    found = situation(
        "How much is the dinghy a day for somebody who isn't crew?", "fact", {"a.md": COLUMNS}, "20 crowns"
    )
    assert "35 crowns" in said(found)
    assert "20 crowns" not in said(found)


def test_the_row_of_the_group_itself_is_read_last() -> None:
    found = situation("How much is the sauna if I am not crew?", "fact", {"a.md": ROWS}, "4 crowns", "9 crowns")
    assert said(found) == "Guests – Fee: 9 crowns"


def test_a_question_about_the_group_is_read_as_before() -> None:
    found = situation("How much is the dinghy a day for crew?", "fact", {"a.md": COLUMNS}, "20 crowns")
    assert "20 crowns" in said(found)
    assert for_others(found) is found


def test_rows_that_are_not_named_are_not_added() -> None:
    found = situation("How much is the sauna for crew?", "fact", {"a.md": COLUMNS}, "Sauna", "20 crowns")
    assert "Dinghy" not in said(found)


def test_both_rows_that_are_named_are_shown() -> None:
    found = situation("What is the dinghy a day, with the sauna, for guests?", "fact", {"a.md": COLUMNS}, "35 crowns")
    assert "35 crowns" in said(found)
    assert "9 crowns" in said(found)


def test_the_value_of_another_code_is_not_shown() -> None:
    text = "Change KR-4 costs 60 crowns.\n\nChange KR-9 costs 40 crowns.\n"
    found = situation("What does KR-9 cost?", "fact", {"a.txt": text}, "60 crowns", "40 crowns")
    assert "60" not in said(found)
    assert "40 crowns" in said(found)
