"""The engine follows the preferences: strict or lenient, worded or quoted; it also counts the contents of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag import Rag, build
from rag.evidence import Evidence, Reading
from rag.types import Hit, Vectors
from rag.web import strings
from rag.web.session.conversations import KeptTurn
from rag.web.session.engine import OpenIndex
from rag.web.session.generators import Models
from rag.web.session.preferences import Preferences
from rag.web.session.stop import StopSign
from rag.web.start import folder_of
from rag.web.view import render
from tests.conftest import OverlapReader, ScriptedGenerator, WordEncoder

QUESTION = "What does a single ticket cost?"
WORDED = "A single ticket costs 14 crowns."


@dataclass
class UnsureReader:
    """Reads as the double does, with a fixed confidence."""

    confidence: float = 0.4

    def read(self, question: str, hits: list[Hit]) -> Reading:
        found: tuple[Evidence, ...] = OverlapReader().read(question, hits).evidence
        return Reading(found, self.confidence)


@pytest.fixture
def engine(seeds: Path, tmp_path: Path, encoder: WordEncoder) -> OpenIndex:
    (seeds / "empty.pdf").write_bytes(b"%PDF-1.4\n")
    build(seeds, tmp_path / "index", encoder=encoder)
    rag = Rag.open(tmp_path / "index", encoder=encoder, reader=UnsureReader(), generator=None, threshold=0.5)
    generator = ScriptedGenerator(WORDED)
    return OpenIndex(rag, Models("scripted", StopSign(), opened=lambda model, key: generator))


def last(engine: OpenIndex, preferences: Preferences) -> KeptTurn:
    *_, answer = engine.stream(QUESTION, history=[], preferences=preferences)
    return KeptTurn(answer, "now")


def test_strict_refuses_a_near_miss(engine: OpenIndex) -> None:
    turn = last(engine, Preferences(quotes=True))
    assert turn.answer.abstained
    shown = render.done(turn, 1)
    assert turn.answer.text in shown
    assert strings.NOT_VERIFIED in shown


def test_lenient_quotes_a_near_miss_and_says_that_it_is_not_an_answer(engine: OpenIndex) -> None:
    turn = last(engine, Preferences(lenient=True, quotes=True))
    assert {sentence.verdict for sentence in turn.answer.sentences} == {"quoted"}
    assert all(sentence.citations for sentence in turn.answer.sentences)
    for citation in turn.answer.citations:
        assert engine.documents[citation.passage.source].text[citation.start : citation.end] == citation.quote
    page = render.done(turn, 1)
    assert strings.NEAR in page
    assert strings.VERDICT_NEAR_WHY in page.replace("&#x27;", "'")


def test_lenient_still_refuses_what_no_document_mentions(engine: OpenIndex) -> None:
    engine._rag.reader = UnsureReader(0.2)
    assert last(engine, Preferences(lenient=True, quotes=True)).answer.abstained


def test_lenient_changes_nothing_where_the_documents_answer(engine: OpenIndex) -> None:
    engine._rag.reader = UnsureReader(0.9)
    assert last(engine, Preferences(lenient=True)).answer == last(engine, Preferences()).answer


def test_quotes_are_never_reworded(engine: OpenIndex) -> None:
    engine._rag.reader = UnsureReader(0.9)
    assert {s.verdict for s in last(engine, Preferences(quotes=True)).answer.sentences} == {"quoted"}


def test_each_document_has_counts_of_passages_and_duplicates_and_skipped_files_are_listed(engine: OpenIndex) -> None:
    contents = engine.contents
    assert sum(contents.passages.values()) - sum(contents.folded.values()) == len(engine._rag.index.passages)
    assert set(contents.passages) == {"ferry.md", "news.txt"}
    assert sum(contents.folded.values()) == 1  # the paragraph that both contain
    assert list(contents.skipped) == ["empty.pdf"]


def test_no_model_is_opened_again_for_a_question(engine: OpenIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened() -> None:
        raise AssertionError("a second check was opened")

    monkeypatch.setattr("rag.pipeline.Verifier.named", opened)
    assert last(engine, Preferences(lenient=True)).answer.sentences
    assert engine._with(None, 0.1).intents is engine._with(None, 0.2).intents


class Meanwhile:
    """An encoder during whose first work something else happens."""

    def __init__(self, encoder: WordEncoder, happens: Callable[[], object]) -> None:
        self._encoder, self._happens = encoder, [happens]

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        while self._happens:
            self._happens.pop()()
        return self._encoder.encode(texts)


def test_an_answer_during_which_a_generation_is_published_has_the_hashes_of_its_own(
    engine: OpenIndex, seeds: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    file = seeds / "ferry.md"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()

    def publish() -> None:
        file.write_text(file.read_text(encoding="utf-8") + "\nThe last ferry leaves at 22:10.\n", encoding="utf-8")
        build(seeds, tmp_path / "index", encoder=encoder)

    engine._rag.encoder = Meanwhile(encoder, publish)  # type: ignore[assignment]  # all of the protocol
    kept = last(engine, Preferences())
    assert kept.answer.trace.generation == 1
    assert engine.hashes(kept.answer)["ferry.md"] == digest


def test_the_page_keeps_to_a_folder_that_is_away(seeds: Path, tmp_path: Path, encoder: WordEncoder) -> None:
    build(seeds, tmp_path / "index", encoder=encoder)
    seeds.rename(tmp_path / "elsewhere")
    assert folder_of(tmp_path / "index", None).resolve() == seeds  # no other documents may take its place in the index
