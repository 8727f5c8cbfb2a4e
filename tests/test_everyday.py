"""The scorer of everyday questions: a reply that breaks any single requirement is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.everyday_questions import COLLECTIONS, HERE, Wanted, read, verdict
from rag.types import Answer, Citation, Passage, Sentence, Trace

PASSAGE = Passage("p", "d", "fees/boat.md", "The fee is 90 crowns, then 40.", 0, 30)


def answer(text: str, *, abstained: bool = False) -> Answer:
    cited = (Citation(1, PASSAGE, PASSAGE.text, 0, 30),)
    trace = Trace(question="", outcome="not_found" if abstained else "answered", confidence=0.5)
    return Answer("q", text, (Sentence(text, cited, "quoted"),), () if abstained else cited, (), abstained, trace)


@pytest.mark.parametrize(("demand", "text", "expected"), [
    ({"must": [["90 crowns", "ninety"]]}, "The fee is **90 crowns** [1].", "right"),
    ({"must": [["90 crowns"], ["40"]]}, "The fee is 90 crowns [1].", "wrong"),
    ({"must": [["9"]]}, "The fee is 90 crowns [1].", "wrong"),
    ({"must_not": ["40"]}, "The fee is 40 [1].", "wrong"),
    ({"starts": ["yes"]}, "Yes: the fee is 90 [1].", "right"),
    ({"starts": ["yes"]}, "The fee is 90, yes [1].", "wrong"),
    ({"order": ["90", "40"]}, "First 90, then 40 [1].", "right"),
    ({"order": ["40", "90"]}, "First 90, then 40 [1].", "wrong"),
    ({"sources": ["boat.md"]}, "90 [1].", "right"),
    ({"sources": ["hut.md"]}, "90 [1].", "wrong"),
    ({"max_words": 3}, "The fee is 90 crowns [1].", "long"),
    ({"refuse": True}, "The fee is 90 crowns [1].", "wrong"),
])  # fmt: skip
def test_each_requirement_is_checked_separately(demand: dict[str, object], text: str, expected: str) -> None:
    assert verdict(Wanted("1", "fact", "q", **demand), answer(text)) == expected  # type: ignore[arg-type]


def test_a_refusal_is_right_only_where_it_is_expected() -> None:
    assert verdict(Wanted("1", "absent", "q", refuse=True), answer("No.", abstained=True)) == "right"
    assert verdict(Wanted("1", "fact", "q", must=[["90"]]), answer("No.", abstained=True)) == "refused"


WORLDS = sorted(f"worlds/{folder.name}" for folder in (HERE / "worlds").iterdir())


@pytest.mark.parametrize("name", [*COLLECTIONS, *WORLDS])
def test_every_source_named_in_a_collection_exists(name: str) -> None:
    files = [str(path.relative_to(HERE / name / "docs")) for path in Path(HERE / name / "docs").rglob("*")]
    for wanted in read(HERE / name):
        assert all(any(file.endswith(source) for file in files) for source in wanted.sources), wanted.id
