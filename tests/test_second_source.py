"""What following a name from one source to another promises, in a small archive of a harbour town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag import Rag, build
from rag.answer.second_source import follow
from rag.types import Evidence, Hit, Passage

from .conftest import OverlapReader, WordEncoder

BRIDGE = "The harbour bridge was designed by Ingrid Solberg."
SOLBERG = "Ingrid Solberg grew up in the village of Orrevik. She kept bees."


def hit(text: str, heading: str) -> Hit:
    return Hit(Passage(heading, "d", f"{heading}.md", text, 0, len(text), heading=heading), 1.0)


def evidence(text: str, heading: str) -> Evidence:
    return Evidence(hit(text, heading).passage, 0, len(text), text, 1.0)


def nothing(wordings: Sequence[str]) -> Sequence[Hit]:
    return ()


QUOTED = (evidence(BRIDGE, "Harbour bridge"),)
ASKED = "In which village did the designer of the harbour bridge grow up?"


def test_a_name_in_the_quote_leads_to_the_source_about_it() -> None:
    person = hit(SOLBERG, "Ingrid Solberg")
    found, added = follow(ASKED, QUOTED, [], search=lambda wordings: [person], reader=OverlapReader())
    assert added == person
    assert [e.quote for e in found] == [BRIDGE, "Ingrid Solberg grew up in the village of Orrevik."]


def test_a_name_in_the_question_leads_there_without_another_search() -> None:
    def refuse(wordings: Sequence[str]) -> Sequence[Hit]:
        raise AssertionError("it stands among the hits")

    asked = "Are the harbour bridge and Ingrid Solberg both from Orrevik?"
    _, added = follow(asked, QUOTED, [hit(SOLBERG, "Ingrid Solberg")], search=refuse, reader=OverlapReader())
    assert added is not None


def test_nothing_is_searched_when_the_quotes_cover_the_question() -> None:
    def refuse(wordings: Sequence[str]) -> Sequence[Hit]:
        raise AssertionError("nothing is missing")

    found, added = follow("Who designed the harbour bridge?", QUOTED, [], search=refuse, reader=OverlapReader())
    assert (found, added) == (QUOTED, None)


@pytest.mark.parametrize(
    "heading",
    [
        "Harbour bridge",  # the source that is quoted already
        "village",  # no name
        "Sol",  # too short
        "Ingrid Solbergson",  # another one
        "Karin Falk",  # named by nobody
    ],
)
def test_a_source_that_nobody_names_is_not_added(heading: str) -> None:
    others = [hit("She grew up in the village of Orrevik.", heading)]
    assert follow(ASKED, QUOTED, [], search=lambda wordings: others, reader=OverlapReader()) == (QUOTED, None)


@pytest.mark.parametrize(
    ("heading", "source"),
    [
        ("Harbour bridge", "another.md"),  # tells of the same
        ("Ingrid Solberg", "Harbour bridge.md"),  # stands in the same file
    ],
)
def test_what_is_quoted_already_is_no_second_source(heading: str, source: str) -> None:
    other = Hit(replace(hit(SOLBERG, heading).passage, source=source), 1.0)
    asked = "In which village did the designer of the Harbour bridge grow up?"
    assert follow(asked, QUOTED, [other], search=nothing, reader=OverlapReader()) == (QUOTED, None)


def test_never_more_sentences_than_an_answer_shows() -> None:
    three = (*QUOTED, evidence("It is long.", "Harbour bridge"), evidence("It is old.", "Harbour bridge"))
    found, _ = follow(
        ASKED, three, [], search=lambda wordings: [hit(SOLBERG, "Ingrid Solberg")], reader=OverlapReader()
    )
    assert [e.passage.heading for e in found] == ["Harbour bridge", "Harbour bridge", "Ingrid Solberg"]


def test_an_answer_from_two_documents_cites_both_and_keeps_to_the_files_asked_for(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for name, title, text in (("bridge", "Harbour bridge", BRIDGE), ("person", "Ingrid Solberg", SOLBERG)):
        (seeds / f"{name}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    encoder = WordEncoder()
    build(seeds, tmp_path / "index", encoder=encoder)
    rag = Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None, threshold=0.1)
    answer = rag.ask(ASKED, k=1)
    assert {citation.passage.source for citation in answer.citations} == {"bridge.md", "person.md"}
    for citation in answer.citations:
        text = rag.documents[citation.passage.source].text
        assert text[citation.start : citation.end] == citation.quote
        assert citation.passage in [hit.passage for hit in answer.hits]
    alone = rag.ask(ASKED, k=1, sources=["bridge.md"])
    assert {citation.passage.source for citation in alone.citations} == {"bridge.md"}
