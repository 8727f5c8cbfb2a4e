"""A question in a conversation is read in several ways, and what the documents answer decides between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Rag, Turn, build
from rag.answer.question.followup import may_lean, other_wordings
from rag.answer.question.fragments import is_fragment
from rag.answer.question.intent import Intent
from rag.answer.question.place import last_cited
from rag.answer.question.references import about, fits
from rag.answer.question.topics import topic_of
from rag.answer.readings import Way, chosen
from rag.types import Hit
from tests.conftest import OverlapReader, WordEncoder

LEANING, ALONE = Intent("ask", "fact", 0.9, 1), Intent("ask", "fact", 0.0, 1)
FILES = {
    "kiln.md": "# Kiln\n\nThe kiln reaches 1,240 degrees.\n\nFiring the kiln lasts nine hours.\n\nThe warden keeps the key.\n",
    "boat.md": "# Boat\n\nThe boat has a warden, and a long key.\n",
}


@pytest.fixture
def studio(tmp_path: Path, encoder: WordEncoder) -> Rag:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    build(tmp_path, tmp_path / "index", encoder=encoder)
    return Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)


def hits(studio: Rag, *sources: str) -> list[Hit]:
    return [Hit(passage, 1.0) for source in sources for passage in studio.index.passages_of(source)]


def test_the_reading_is_answered_that_reaches_what_most_reach(studio: Rag) -> None:
    every = hits(studio, "kiln.md", "boat.md")
    ways = [Way("a boat?", every, 1.0), Way("kiln degrees?", every, 1.0), Way("which degrees?", every, 1.0)]
    way = chosen(ways, (), reader=studio.reader, documents=studio.documents)
    assert way is not None
    assert way.question == "kiln degrees?"
    assert chosen([], (), reader=studio.reader, documents=studio.documents) is None
    assert chosen([Way("?", [], 1.0)], (), reader=studio.reader, documents=studio.documents) is None


def test_what_stands_near_the_last_answer_counts_more_than_what_stands_elsewhere(studio: Rag) -> None:
    kiln, boat = hits(studio, "kiln.md"), hits(studio, "boat.md")
    ways = [Way("warden of the boat?", boat, 1.0, afar=0.1), Way("warden of the kiln?", kiln, 0.9)]
    for near, question in ((kiln, "warden of the kiln?"), (boat, "warden of the boat?")):
        way = chosen(ways, [hit.passage.id for hit in near], reader=studio.reader, documents=studio.documents)
        assert way is not None
        assert way.question == question


def test_a_pronoun_is_also_read_as_an_earlier_topic() -> None:
    history = [Turn("How hot is the kiln?", "1,240 degrees [1]."), Turn("What does the warden keep?", "The key [1].")]
    assert other_wordings("how long does it last?", history, "How long does the warden last?") == [
        "How long does the warden last?",
        "How long does the kiln last?",
    ]
    assert other_wordings("and if it rains?", history[:1], "If the kiln rains?") == [
        "If the kiln rains?",
        "How hot is the kiln, and if it rains?",
    ]


def test_she_is_the_person_known_and_no_other_topic() -> None:
    history = [Turn("Who keeps the key?", "The warden, Ida Brandt [1]."), Turn("How hot is the kiln?", "1,240 [1].")]
    assert other_wordings("does she live here?", history, "Does Ida Brandt live here?") == [
        "Does Ida Brandt live here?"
    ]


def test_a_fragment_has_one_reading() -> None:
    history = [Turn("How hot is the kiln?", "1,240 degrees [1].")]
    assert other_wordings("and the boat?", history, "How hot is the boat?") == ["How hot is the boat?"]


@pytest.mark.parametrize(
    ("question", "intent", "may"),
    [
        ("does the warden keep it?", ALONE, True),
        ("wardens?", ALONE, True),
        ("how hot does the kiln get?", ALONE, False),
        ("how hot does the kiln get?", LEANING, True),
    ],
)
def test_what_points_back_or_is_no_sentence_may_lean(question: str, intent: Intent, may: bool) -> None:
    assert may_lean(question, intent) == may


def test_it_is_one_and_they_are_several() -> None:
    assert fits("what do they cost?", "the kilns")
    assert not fits("what do they cost?", "the kiln")
    assert fits("what does it cost?", "the kiln")
    assert not fits("what does it cost?", "the kilns")
    assert not fits("what does it cost?", "")


@pytest.mark.parametrize(
    ("question", "wording"),
    [
        ("how much is it?", "How much is the kiln?"),
        ("and where do they stand?", "Where do the kiln stand?"),
        ("who has the key?", "Who has the key, the kiln?"),
    ],
)
def test_a_topic_takes_the_place_of_the_pronoun(question: str, wording: str) -> None:
    assert about(question, "the kiln") == wording


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What would a new one cost?", ""),
        ("What is that a year?", ""),
        ("Which did they take in the end?", ""),
        ("Who counts as a guest?", "a guest"),
        ("Who fires the kiln in the end?", "the kiln"),
    ],
)
def test_times_and_stand_ins_are_no_topics(question: str, topic: str) -> None:
    assert topic_of(question, of_phrases_only=True) == topic


def test_a_question_that_names_nothing_keeps_the_topics_before_it() -> None:
    history = [Turn("How hot is the kiln?", "1,240 degrees [1]."), Turn("What would a new one cost?", "900 [1].")]
    assert "Who sells the kiln?" in other_wordings("who sells it?", history, "Who sells it?")


def test_the_place_of_the_last_answer_is_that_of_the_last_one_with_sources(studio: Rag) -> None:
    told = Turn("How long does firing last?", "Firing the kiln lasts nine hours [1].")
    assert [p.source for p in last_cited(studio.index, [told, Turn("thanks", "You are welcome!")])] == ["kiln.md"]
    assert last_cited(studio.index, [Turn("thanks", "You are welcome!")]) == []


def test_what_is_asked_next_is_answered_from_the_same_place(studio: Rag) -> None:
    history = [Turn("How long does firing the kiln last?", "Firing the kiln lasts nine hours [1].")]
    assert {c.passage.source for c in studio.ask("who keeps the key of it?", history=history).citations} == {"kiln.md"}
    assert is_fragment("wardens?")


def test_what_is_named_as_known_is_also_looked_for_near_the_last_answer(tmp_path: Path, encoder: WordEncoder) -> None:
    (tmp_path / "cabin.md").write_text(
        "# Cabin\n\nThe cabin costs 90 crowns.\n\nThe bond is 8 crowns.\n", encoding="utf-8"
    )
    for n in range(12):
        (tmp_path / f"{n}.md").write_text(f"# Loan {n}\n\nThe bond of loan {n} is paid back.\n", encoding="utf-8")
    build(tmp_path, tmp_path / "index", encoder=encoder)
    rag = Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)
    asked = "is the bond paid back?"
    assert "cabin.md" not in {hit.passage.source for hit in rag.ask(asked).hits}
    history = [Turn("What does the cabin cost?", "The cabin costs 90 crowns [1].")]
    assert "cabin.md" in {hit.passage.source for hit in rag.ask(asked, history=history).hits}


def test_where_it_was_read_is_said_by_name(studio: Rag) -> None:
    history = [Turn("How long does firing the kiln last?", "Firing the kiln lasts nine hours [1].")]
    assert "kiln.md" in studio.ask("where did you read that?", history=history).text
