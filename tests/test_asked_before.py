"""What stands under a document's own question answers one that is like it."""

from __future__ import annotations

import pytest

from rag.answer.compose import compose
from rag.answer.forms.asked_before import is_like
from rag.answer.reply import write
from rag.answer.restating import restating
from tests.situations import situation

PAGE = """# Questions about the hut

## Do I need to bring sheets?

No. The warden lends some. Sleeping bags are not enough, though.

## Is there a phone?

On the landing of the Upper Hut, free of charge. The Lower Hut has none.
"""


def test_a_documents_own_no_comes_before_the_sentence_that_is_read_best() -> None:
    found = situation(
        "Must I bring my own sheets?", "yes-no", {"faq.md": PAGE}, "Sleeping bags", polarity=(0.1, 0.86, 0.04)
    )
    said = write(compose(found)).text
    assert said.startswith("No. The warden lends some")


def test_under_the_same_question_the_sentence_about_the_named_one_answers() -> None:
    found = situation(
        "Is there a phone in the Lower Hut?", "yes-no", {"faq.md": PAGE}, "The Lower Hut", polarity=(0.01, 0.98, 0.01)
    )
    assert write(compose(found)).text == "No: The Lower Hut has none [1]."
    assert restating(found) == found


@pytest.mark.parametrize(
    ("question", "like"),
    [
        ("Do we have to bring sheets?", True),
        ("Can I bring sheets?", False),
        ("Do I need to bring a lamp for the stairs?", False),
    ],
)
def test_questions_are_alike_if_both_are_about_a_duty_and_the_same_things(question: str, like: bool) -> None:
    assert is_like(question, "Do I need to bring sheets?") == like
