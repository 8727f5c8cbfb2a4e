"""A conversation in the terminal: follow-ups are resolved, a number opens a citation, JSON lines for programs."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from rag import ModelUnavailable, Rag, build
from rag.index import begin_collection, collections_of, documents_of, index_of
from rag.talk import talk
from rag.types import Answer
from tests.conftest import OverlapReader, WordEncoder

FERRY = (
    "# Ferry\n\nA single ticket for the island ferry costs 14 crowns.\n\n# Storms\n\nThe harbour closes in a storm.\n"
)
TICKET = "What does a single ticket for the island ferry cost?"


@pytest.fixture
def rag(tmp_path: Path) -> Rag:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "ferry.md").write_text(FERRY, encoding="utf-8")
    encoder = WordEncoder()
    build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    return Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)


def said(rag: Rag, monkeypatch: pytest.MonkeyPatch, *lines: str, json_lines: bool = False) -> bool:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return talk(rag, {}, json_lines=json_lines)


def test_a_number_opens_the_citation_in_its_document(
    rag: Rag, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said(rag, monkeypatch, "", TICKET, "1", "7", "/quit", "never asked")
    shown = capsys.readouterr()
    assert "costs 14 crowns [1]" in shown.out
    assert "# Ferry\n\nA single ticket for the island ferry costs 14 crowns.\n\n# Storms" in shown.out
    assert "has no citation 7; it has 1" in shown.err
    assert "never asked" not in shown.out


def test_each_answer_is_one_line_of_json(
    rag: Rag, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said(rag, monkeypatch, TICKET, "Who won the world cup?", json_lines=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["citations"][0]["quote"] == "A single ticket for the island ferry costs 14 crowns."
    assert second["abstained"]


@dataclass
class Failing:
    """A Rag whose server is down for one of the questions."""

    rag: Rag

    def ask(self, question: str, **how: Any) -> Answer:
        if question == "down?":
            raise ModelUnavailable("big", "no server answers; start it")
        return self.rag.ask(question, **how)


@pytest.mark.parametrize(
    ("line", "why"),
    [("x" * 9_000, "characters"), ("down?", "no server answers; start it"), ("9" * 9_000, "characters")],
)
def test_a_line_that_fails_is_named_and_the_next_one_is_answered(
    rag: Rag, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, why: str
) -> None:
    assert not said(cast(Rag, Failing(rag)), monkeypatch, TICKET, line, TICKET, json_lines=True)
    shown = capsys.readouterr()
    assert [json.loads(line)["abstained"] for line in shown.out.splitlines()] == [False, False]
    [told] = shown.err.splitlines()
    assert told.startswith("rag: line 2: ")
    assert why in told
    assert said(rag, monkeypatch, TICKET, json_lines=True)


def test_a_collection_is_found_by_its_name(tmp_path: Path) -> None:
    index = tmp_path / "index"
    begin_collection("Old letters", index)
    (tmp_path / "collections" / "stray").mkdir()
    assert collections_of(index) == [("Old letters", index_of("Old letters", index))]
    assert documents_of(index_of("Old letters", index)) == tmp_path / "collections" / "Old letters" / "documents"


def test_a_collection_remembers_its_folder(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.md").write_text(FERRY, encoding="utf-8")
    index = index_of("letters", tmp_path / "index")
    build(tmp_path / "letters", index, encoder=WordEncoder())
    assert collections_of(tmp_path / "index") == [("letters", index)]
    assert documents_of(index).resolve() == (tmp_path / "letters").resolve()


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a\\b", "x" * 61, "a\n", "/etc", " a"])
def test_a_name_is_a_single_visible_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        index_of(name, tmp_path / "index")
