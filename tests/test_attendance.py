"""Who was at a meeting is told by the line of its minutes that lists them."""

from __future__ import annotations

import pytest

from rag.answer.overlap import Shown, bonus

MEETING = "Board, 3 May 2030"
PRESENT, EXCUSED = "Present: Ane Holm, Bo Lind (minutes)", "Apologies: Cai Dahl"


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("who was at the board meeting in May?", PRESENT),
        ("Who attended the meeting of the board?", PRESENT),
        ("who came to the meeting", PRESENT),
        ("who was missing at the May meeting", EXCUSED),
        ("who couldn't come to the meeting?", EXCUSED),
    ],
)
def test_a_line_of_those_present_or_excused_answers_who_was_there(question: str, line: str) -> None:
    other = next(text for text in (PRESENT, EXCUSED) if text != line)
    texts = (line, other, "Bo was at the harbour.")
    added = bonus(question, [Shown(MEETING, text, False) for text in texts])
    assert added[0] >= added[1] + 1
    assert added[0] >= added[2] + 1


def test_a_question_about_something_else_adds_nothing_to_these_lines() -> None:
    first, second = bonus("who paid for the boat?", [Shown(MEETING, PRESENT, False), Shown(MEETING, EXCUSED, False)])
    assert first == second
