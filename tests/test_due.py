"""A day that follows from a date and a length of time is computed beside the sentence that gives both."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.forms.dated import upcoming
from rag.answer.forms.due import due
from rag.answer.question.intent import Intent
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.types import Document, Passage


def asked(question: str, *texts: str, form: str = "fact") -> Situation:
    """Return a question with sentences of one file, each half as likely as the one before."""
    evidence = []
    for n, text in enumerate(texts):
        passage = Passage(str(n), "a.md", "a.md", text, 0, len(text))
        evidence.append(Evidence(passage, 0, len(text), text, 0.5**n, text))
    documents = {"a.md": Document("a", "a.md", "", "\n".join(texts))}
    return Situation(
        question, Intent("ask", form, 0.0, 1.0), tuple(evidence), documents, lambda s: [], date(2026, 11, 27)
    )


@pytest.mark.parametrize(
    ("question", "text", "day"),
    [
        ("when must the lift be checked next?", "It is checked every three years, last on 31 March 2024.", "31 March 2027"),
        ("when is the boiler due again?", "Serviced every second month, last time 31 December 2026.", "28 February 2027"),
        ("when does it have to be swept again", "Swept yearly; the last time was 4 May 2026.", "4 May 2027"),
        ("when does the lease end?", "It begins on 1 January 2018 and runs for ten years.", "31 December 2027"),
        ("until when is the pass good?", "The pass of 3 June 2026 is valid for 6 weeks.", "14 July 2026"),
    ],
)  # fmt: skip
def test_the_day_is_told_after_the_sentence(question: str, text: str, day: str) -> None:
    reply = due(asked(question, text))
    assert reply[0].text == text
    assert reply[1].text.endswith(f"{day}.")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("when was the last check?", "It is checked every three years, last on 31 March 2024."),
        ("how often is it checked?", "It is checked every three years, last on 31 March 2024."),
        ("when must it be checked next?", "It is checked every three years."),
        ("when did the lease begin?", "It begins on 1 January 2018 and runs for ten years."),
    ],
)
def test_nothing_is_computed_that_is_not_asked_or_not_certain(question: str, text: str) -> None:
    assert not due(asked(question, text))


def test_the_next_day_is_one_of_what_is_asked_about() -> None:
    shop = "The shop is open on Saturdays."
    assert upcoming(asked("when is the shop open next?", shop, "Next meeting: 1 December 2026."))[0].text == shop
    texts = ["Next meeting: 1 December 2026.", "a", "b", "c", "d", "Bonfire on 5 December 2026."]
    assert upcoming(asked("when is the next bonfire?", *texts))[0].text == texts[-1]
