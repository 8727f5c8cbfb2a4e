"""The author of a document is found in its byline, or in the sentence about the author at its end."""

from __future__ import annotations

import pytest

from rag.answer.forms.author import author
from rag.answer.reply import write
from tests.situations import situation

BODY = "\n\n".join(
    f"Paragraph {n} tells how the tides of the bay are measured, and why the old gauge is kept. " * 3 for n in range(8)
)
ESSAY = f"# Tides of the bay\n\n{BODY}\n\nMara Lindqvist is a lecturer in hydrography at the harbour school.\n\n[Printed from the tide pages]\n"
SIGNED = f"# Tides of the bay\n\nBy Mara Lindqvist\n\n{BODY}\n"
MINUTES = f"# Minutes\n\nPresent: Ole Brandt, Ane Holm\n\n{BODY}\n\nOle Brandt is the chair until May.\n"


def told(question: str, **files: str) -> str:
    return write(author(situation(question, "fact", {f"{name}.md": text for name, text in files.items()}))).text


@pytest.mark.parametrize(
    "question", ["Who wrote it?", "who wrote the essay", "Who is the author of this text?", "author of this article"]
)
def test_the_sentence_about_the_author_is_at_the_end(question: str) -> None:
    assert told(question, essay=ESSAY) == "Mara Lindqvist is a lecturer in hydrography at the harbour school [1]."


def test_a_byline_is_at_the_beginning() -> None:
    assert told("Who wrote the essay?", essay=SIGNED) == "By Mara Lindqvist [1]"


def test_a_person_whom_the_document_tells_of_is_not_its_author() -> None:
    assert told("Who wrote the minutes?", minutes=MINUTES) == ""


def test_of_several_documents_the_named_one_counts() -> None:
    files = {"minutes": MINUTES, "essay": ESSAY}
    assert told("Who wrote the essay?", **files).startswith("Mara Lindqvist")
    assert told("Who wrote it?", **files) == ""


@pytest.mark.parametrize(
    "question", ["Who wrote the rule about dogs?", "Who wrote to the bank?", "When was it written?"]
)
def test_other_questions_are_left_to_the_reader(question: str) -> None:
    assert told(question, essay=ESSAY) == ""
