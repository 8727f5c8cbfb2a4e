"""The place that the last answer is from: found again by its words, read first, and known for who writes there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Rag, Turn, build
from rag.answer.question.followup import asks_of_the_last, last_turn, standalone
from rag.answer.question.intent import Intent
from rag.answer.question.place import cited_before, near, writer
from rag.answer.request.rewrite import in_simple_words
from tests.conftest import OverlapReader, WordEncoder

MAIL = (
    "From: Rune Aas <rune@aas.example>\nTo: boats@club.example\nSubject: shed\nDate: Tue, 12 Mar 2030 08:00:00 +0000\n\n"
    "The boards are too wet, so the painting of the shed has stopped. The painter hopes for sun on Friday.\n"
)
FILES = {
    "resin.md": "# Slow resin\n\nSlow resin sets in winter.\n\nIts temperature is 5 to 15 degrees.\n",
    "heater.md": "# Heater\n\nSlow resin heater: the temperature in winter is 40 degrees.\n",
    "shed.eml": MAIL,
}


@pytest.fixture
def club(tmp_path: Path, encoder: WordEncoder) -> Rag:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    build(tmp_path, tmp_path / "index", encoder=encoder)
    return Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)


def test_what_the_last_answer_cited_is_found_by_its_words(club: Rag) -> None:
    history = [Turn("which resin?", "Slow resin sets in winter [1]. The boards are too wet [2].")]
    assert [passage.source for passage in cited_before(club.index, history)] == ["resin.md", "shed.eml"]
    assert (
        cited_before(club.index, [Turn("which resin?", "I could not find an answer to this in the documents.")]) == []
    )
    assert cited_before(club.index, [Turn("which resin?", "The moon is made of green cheese [1].")]) == []
    assert {hit.passage.source for hit in near(club.index, cited_before(club.index, history)[:1])} == {"resin.md"}


def test_the_writer_of_a_cited_letter_is_known(club: Rag) -> None:
    told = [Turn("what about the shed?", "The boards are too wet, so the painting of the shed has stopped [1].")]
    assert writer(cited_before(club.index, told)) == "Rune Aas"
    assert writer(cited_before(club.index, [Turn("which resin?", "Slow resin sets in winter [1].")])) == ""


def test_he_is_who_wrote_the_cited_letter_unless_the_question_names_somebody() -> None:
    leaning = Intent("ask", "fact", 0.9, 1)
    asked = Turn("why has the painting stopped?", "The painter waits for sun [1].")
    assert standalone("when is he back?", [asked], leaning, written_by=lambda _: "Rune Aas") == "When is Rune Aas back?"
    named = Turn("Who painted the shed?", "Torvald Moe painted it [1].")
    assert standalone("where is he?", [named], leaning, written_by=lambda _: "Rune Aas") == "Where is Torvald Moe?"


def test_more_of_the_last_topic_is_looked_for_where_the_last_answer_is_from(club: Rag) -> None:
    history = [Turn("which resin sets in winter?", "Slow resin sets in winter [1].")]
    alone = club.ask("What is the temperature of slow resin in winter?")
    assert alone.citations[0].passage.source == "heater.md"
    answer = club.ask("at what temperature?", history=history)
    assert {citation.passage.source for citation in answer.citations} == {"resin.md"}


@pytest.mark.parametrize(
    ("question", "of_the_last"),
    [
        ("for how long?", True),
        ("at what temperature", True),
        ("who signed it?", True),
        ("why has she stopped?", True),
        ("what does the heater cost?", False),
        ("and the heater?", False),
    ],
)
def test_only_a_question_that_names_nothing_is_asked_of_the_last_place(question: str, of_the_last: bool) -> None:
    assert asks_of_the_last(question) == of_the_last


def test_a_changed_form_repeats_the_last_turn_with_what_was_said_before_it() -> None:
    history = [
        Turn("Which resin?", "Slow resin [1]."),
        Turn("at what temperature", "5 to 15 [1]."),
        Turn("thanks", "Welcome!"),
    ]
    assert last_turn(history) == (history[1], history[:1])
    assert last_turn([]) is None


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("explain like I'm ten what slow resin is", "What slow resin is?"),
        ("Explain it to me like a five-year-old: how does the heater work?", "How does the heater work?"),
        ("please explain in simple words what the deposit is for", "What the deposit is for?"),
        ("explain the heater", ""),
        ("explain that more simply", ""),
    ],
)
def test_what_is_to_be_explained_in_simple_words_is_asked(question: str, asked: str) -> None:
    assert in_simple_words(question) == asked
