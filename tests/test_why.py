"""A question for the reason is answered with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.compose import compose
from rag.answer.forms.why import gives_reason
from rag.answer.reply import write
from rag.answer.situation import Situation
from tests.situations import situation


def said(found: Situation) -> str:
    return write(compose(found)).text


def test_the_next_sentence_often_gives_the_reason() -> None:
    text = "# Ferry\n\nThe last boat leaves at nine. The crew goes home by train. Tickets cost 4 crowns.\n"
    found = situation("Why does the last boat leave so early?", "why-how", {"a.md": text}, "The last boat")
    assert said(found) == "The last boat leaves at nine [1]. The crew goes home by train [2]."


def test_a_sentence_that_gives_a_reason_is_not_left_out_for_a_likelier_one_that_gives_none() -> None:
    text = (
        "# Ferry\n\nThe blue pier is closed to cars.\n\n## Piers\n\nCars are kept off because its planks are rotten.\n"
    )
    found = situation("Why may no cars go there?", "why-how", {"a.md": text}, "The blue pier", "Cars are kept off")
    scores = (0.6, 0.25)
    found = replace(found, evidence=tuple(replace(e, score=s) for e, s in zip(found.evidence, scores, strict=True)))
    assert "because its planks are rotten" in said(found)


def test_lines_of_a_list_give_no_reason_for_the_line_before() -> None:
    text = "# Keys\n\nThe mast key is with Ane now.\nBoat shed: Bo.\nOil store: Cai.\n"
    found = situation("Why is the key not on its hook?", "why-how", {"a.md": text}, "The mast key")
    assert said(found) == "The mast key is with Ane now [1]."


def test_how_something_is_done_is_told_to_the_end_of_the_paragraph() -> None:
    text = "# Ferry\n\nWaiting cars stand in lane 2. They get a slip with a number. The mate calls the numbers.\n"
    found = situation("How are cars taken on board?", "why-how", {"a.md": text}, "Waiting cars")
    assert (
        said(found)
        == "Waiting cars stand in lane 2 [1]. They get a slip with a number [2]. The mate calls the numbers [3]."
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It is shut because it leaks.", True),
        ("It is shut, since nobody swept it.", True),
        ("It has been shut since 9 July.", False),
        ("It has been shut since Monday.", False),
        ("It was too cold, so we stopped.", True),
        ("It is shut.", False),
    ],
)
def test_what_gives_a_reason_is_told_by_its_words(text: str, reason: bool) -> None:
    assert gives_reason(text) is reason
