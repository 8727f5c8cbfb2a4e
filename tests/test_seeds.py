"""The shipped documents answer a newcomer's first questions, with the real embedded models."""

from __future__ import annotations

import re

import pytest

from rag import Rag, build
from tests.conftest import ROOT

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Rag:
    index = tmp_path_factory.mktemp("shipped") / "index"
    report = build(ROOT / "seeds", index)
    assert report.skipped == ()
    assert report.duplicates >= 3  # the newsletter repeats the briefing
    return Rag.open(index)


@pytest.mark.parametrize(
    ("question", "gold", "source"),
    [
        ("How many North Koreans work in Russia?", "10,000", "russia-north-korea-briefing.md"),
        ("Who wrote the commentary on Russia and North Korea?", "Ramani", "russia-north-korea-briefing.md"),
        ("When did South Korea leave the Rajin-Hasan project?", "March 2016", "russia-north-korea-briefing.md"),
        ("What does rag verify do?", "checksum", "privacy-and-troubleshooting.md"),
    ],
)
def test_a_newcomers_question_is_answered_with_its_source(shipped: Rag, question: str, gold: str, source: str) -> None:
    answer = shipped.ask(question)
    assert not answer.abstained
    assert gold in answer.text
    assert source in {place.source for citation in answer.citations for place in citation.passage.places}
    check_laws(shipped, answer.text, answer)


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "Who won the 2018 World Cup?", "How do I bake bread?"]
)
def test_a_question_without_an_answer_in_the_documents_is_refused(shipped: Rag, question: str) -> None:
    answer = shipped.ask(question)
    assert answer.abstained
    assert answer.citations == ()
    assert answer.hits


def test_the_same_question_has_the_same_answer(shipped: Rag) -> None:
    question = "How does Siberian fuel reach North Korea?"
    assert shipped.ask(question) == shipped.ask(question)


def check_laws(rag: Rag, text: str, answer: object) -> None:
    from rag import Answer

    assert isinstance(answer, Answer)
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    assert sorted(markers) == sorted(citation.marker for citation in answer.citations)
    for citation in answer.citations:
        assert rag.documents[citation.passage.source].text[citation.start : citation.end] == citation.quote
        assert (ROOT / "seeds" / citation.passage.source).read_text(encoding="utf-8")[
            citation.start : citation.end
        ] == citation.quote
