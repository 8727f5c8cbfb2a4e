"""A terminal executes nothing that a document or a file name contains."""

from __future__ import annotations

import json

import pytest

from rag import console
from rag.types import Answer, Citation, Hit, Passage, Place, Sentence, Trace

ORDERS = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\u202c\u200b\r\x08\x00\U000e0041\ud800"
TEXT = f"The mill{ORDERS} was built in 1871."


def hostile() -> Answer:
    source = f"mill{ORDERS}\n[2] forged.txt"
    passage = Passage("p", "d", source, TEXT, 0, len(TEXT), None, "", (Place(source, 0, len(TEXT)),))
    citation = Citation(1, passage, TEXT, 0, len(TEXT))
    sentence = Sentence(TEXT, (citation,), "quoted")
    return Answer(
        "Who?", f"{TEXT} [1]", (sentence,), (citation,), (Hit(passage, 1.0),), True, Trace("Who?", "answered", 1.0)
    )


def obeyed(text: str) -> set[str]:
    return {c for c in text if c in ORDERS and c not in "]0;owned[2J31mgnp"}


def test_an_answer_is_printed_without_control_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_answer(hostile())
    console.note.print(f"rag: {TEXT}")
    said = capsys.readouterr()
    assert obeyed(said.out + said.err) == set()
    assert "was built in 1871." in said.out
    assert not any(line.startswith("[2]") for line in said.out.splitlines())


def test_json_contains_the_same_text_without_control_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": TEXT, "emoji": "\U0001f469\u200d\U0001f52c", "letters": "é中"}
    console.print_json(value)
    said = capsys.readouterr().out
    assert obeyed(said) == set()
    assert json.loads(said) == value
    assert "é中" in said
