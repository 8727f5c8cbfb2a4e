"""Questions about a household guide, with the real encoder and reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Rag, build
from tests.conftest import ScriptedGenerator

GUIDE = """# Mountain hut guide

## Equipment

Every hut keeps an emergency box. The emergency box contains:

- two wool blankets
- a signal lamp with spare batteries
- a first aid kit
- a map of the Falken valley

The box is checked in spring.

## Opening hours

The Falken hut is open from June to September. Dogs are not allowed in the sleeping rooms. Guests may cook in the kitchen until nine in
the evening.

## How to report a fire

1. Ring the bell at the door.
2. Wake all guests and lead them to the helipad.
3. Call the valley station on channel four.
"""


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Rag:
    folder = tmp_path_factory.mktemp("guide")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "guide.md").write_text(GUIDE, encoding="utf-8")
    build(folder / "seeds", folder / "index")
    return Rag.open(folder / "index", generator=None)


def test_a_list_is_shown_whole_and_in_order(guide: Rag) -> None:
    answer = guide.ask("What does the emergency box contain?")
    assert [sentence.text for sentence in answer.sentences] == [
        "two wool blankets",
        "a signal lamp with spare batteries",
        "a first aid kit",
        "a map of the Falken valley",
    ]


def test_steps_are_numbered_and_each_has_its_citation(guide: Rag) -> None:
    answer = guide.ask("How do I report a fire?")
    assert answer.text == (
        "1. Ring the bell at the door [1].\n"
        "2. Wake all guests and lead them to the helipad [2].\n"
        "3. Call the valley station on channel four [3]."
    )


@pytest.mark.parametrize(
    ("question", "deciding"),
    [
        ("Are dogs allowed in the sleeping rooms?", "Dogs are not allowed in the sleeping rooms."),
        ("Is the Falken hut open in July?", "The Falken hut is open from June to September."),
    ],
)
def test_a_yes_or_no_question_gets_the_deciding_sentence(guide: Rag, question: str, deciding: str) -> None:
    assert guide.ask(question).citations[0].quote == deciding


def test_a_summary_is_made_of_the_documents_own_sentences(guide: Rag) -> None:
    answer = guide.ask("Summarise this document")
    text = guide.documents["guide.md"].text
    assert len(answer.sentences) > 1
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)


def test_what_the_guide_does_not_say_is_refused(guide: Rag) -> None:
    answer = guide.ask("Who won the football world cup?")
    assert answer.abstained
    assert answer.citations == ()


def test_no_model_is_called_when_the_reader_refuses(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "guide.md").write_text(GUIDE, encoding="utf-8")
    build(tmp_path / "seeds", tmp_path / "index")
    model = ScriptedGenerator("Dogs are not allowed in the sleeping rooms [1].")
    rag = Rag.open(tmp_path / "index", generator=model)
    assert rag.ask("Who won the football world cup?").abstained
    assert model.asked == []
    assert not rag.ask("Are dogs allowed in the sleeping rooms?").abstained
    assert len(model.asked) == 1
