"""What is written in a question's own language is not beaten by its rough English wording."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.draft import Draft
from rag.answer.own_language import own_first, read_surest
from rag.evidence import Block, Evidence, Reading
from rag.split.blocks import blocks_of
from rag.types import Hit
from tests.situations import loaded, passages

RULES = "Das Boot darf nicht in der Bucht liegen, wenn es von der Insel kommt.\n"
BIRDS = "Die Vögel auf der Insel sind nicht zu stören, und der Hund ist an der Leine.\n"
TABLE = "| Pier | Colour | Day |\n|---|---|---|\n| North | red | Monday |\n| South | blue | Friday |\n"
BAY = "| Place | Colour |\n|---|---|\n| A boat in the bay | red |\n"
QUESTION = "Darf mein Boot in die Bucht?"
ENGLISH = "May my boat in the bay?"
FILES = {"regeln.md": RULES, "insel.md": BIRDS, "piers.md": TABLE, "bay.md": BAY}


class Sure:
    """A reader that finds a word first, and is surer in one wording than in the other."""

    def __init__(self, **found: tuple[str, float]) -> None:
        self.found = found

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        first, sure = self.found["own" if question == QUESTION else "english"]
        found = sorted(blocks, key=lambda block: first not in block.text)
        return Reading(tuple(Evidence.of(block, 0.9**n) for n, block in enumerate(found)), sure)


def read(reader: Sure, english: str = ENGLISH, *, judges: bool = True) -> tuple[str, str]:
    """Return the wording that was read most surely, and its first block."""
    draft = Draft(QUESTION, QUESTION, 1)
    draft.english = english
    documents = {source: loaded(source, text) for source, text in FILES.items()}
    blocks = [b for document in documents.values() for p in passages(document) for b in blocks_of(document, p)]
    asked, reading, _ = read_surest(draft, blocks, reader, documents, 0.5, (), judges=judges)
    return asked, reading.evidence[0].text


def test_a_sure_answer_in_the_own_language_is_not_beaten_by_the_rough_wording() -> None:
    assert read(Sure(own=("Bucht", 0.6), english=("boat", 0.9))) == (QUESTION, RULES.strip())
    assert read(Sure(own=("Bucht", 0.4), english=("boat", 0.9)))[0] == ENGLISH


def test_what_lacks_the_content_words_may_be_beaten() -> None:
    assert read(Sure(own=("Hund", 0.6), english=("boat", 0.9)))[0] == ENGLISH


@pytest.mark.parametrize(("judges", "wording"), [(True, QUESTION), (False, ENGLISH)])
def test_a_row_without_the_words_of_the_rough_wording_says_neither_yes_nor_no(judges: bool, wording: str) -> None:
    assert read(Sure(own=("Hund", 0.3), english=("North", 0.9)), judges=judges)[0] == wording


def test_a_wording_with_words_that_are_not_english_is_worth_less() -> None:
    surer = Sure(own=("Hund", 0.6), english=("boat", 0.9))
    assert read(surer, "May my Bucht in the bay?")[0] == "May my Bucht in the bay?"  # the documents have it
    draft = Draft("Darf mein Kanu in die Bucht?", "Darf mein Kanu in die Bucht?", 1)
    draft.english = "May my Kanu in the bay?"
    document = loaded("insel.md", BIRDS)
    blocks = [block for passage in passages(document) for block in blocks_of(document, passage)]
    found = Sure(own=("", 0.0), english=("Hund", 0.0))
    found.read = lambda question, blocks: Reading(  # type: ignore[method-assign]
        (Evidence.of(blocks[0], 0.9),), 0.6 if question == draft.standalone else 0.9
    )
    assert read_surest(draft, blocks, found, {"insel.md": document}, 0.5, (), judges=False)[0] == draft.standalone


def test_a_passage_in_the_own_language_with_the_words_is_read_first() -> None:
    hits = [Hit(passages(loaded(source, text))[0], 0.5) for source, text in reversed(FILES.items())]
    assert own_first(QUESTION, hits)[0].passage.source == "regeln.md"
    assert own_first("May my boat in the bay?", hits) == hits
