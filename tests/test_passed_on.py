"""The last answer is passed on as a letter or a notice, said shorter or longer, and its names can be pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Rag, Turn, build
from rag.answer.question.followup import standalone
from rag.answer.question.intent import Intent
from rag.answer.question.listed import names_listed, with_item, with_other
from rag.answer.request.letter import request_of
from rag.answer.request.passed_on import Passing, passing
from rag.answer.request.shortened import wants_it_shorter
from tests.conftest import OverlapReader, WordEncoder

LEANING = Intent("ask", "fact", 0.9, 1)
RULES = "# Sauna rules\n\n- Shower before the sauna. The water is cold.\n- No shoes in the sauna.\n- The sauna closes at ten.\n"
OVEN = "# Oven\n\nThe oven bakes at 240 degrees.\n\nIt needs two hours to get there.\n\nThe ash goes into the bucket.\n"


@pytest.fixture
def house(tmp_path: Path, encoder: WordEncoder) -> Rag:
    (tmp_path / "rules.md").write_text(RULES, encoding="utf-8")
    (tmp_path / "oven.md").write_text(OVEN, encoding="utf-8")
    build(tmp_path, tmp_path / "index", encoder=encoder)
    return Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)


@pytest.mark.parametrize(
    ("wish", "how"),
    [
        ("as an e-mail to Ines", Passing(False, "Ines", "")),
        ("please put this in a letter to the landlord", Passing(False, "the landlord", "")),
        ("turn it into a text message to Sam", Passing(False, "Sam", "")),
        ("send that to the caretaker for me, I was there on Sunday.", Passing(False, "the caretaker", "I was there on Sunday")),
        ("the same for the notice board", Passing(True, "", "")),
        ("make a poster for the door out of that", Passing(True, "", "")),
        ("put that into a table", None),
        ("write a message to Ines that I will be late", None),
        ("draft an e-mail to the bank asking for a new card", None),
        ("who do I write to about it?", None),
        ("what does it say on the notice board?", None),
    ],
)  # fmt: skip
def test_a_wish_to_pass_the_last_answer_on_is_understood(wish: str, how: Passing | None) -> None:
    assert passing(wish) == how


def test_the_last_answer_is_put_into_a_letter_with_its_citations(house: Rag) -> None:
    asked = "How hot is it when the oven bakes?"
    first = house.ask(asked)
    letter = house.ask("as an e-mail to Ines", history=[(asked, first.text)])
    assert "Dear Ines," in letter.text
    assert "240 degrees" in letter.text
    assert {c.quote for c in letter.citations} == {c.quote for c in first.citations}
    notice = house.ask("the same for the notice board", history=[(asked, first.text)])
    assert "Dear" not in notice.text
    assert "240 degrees" in notice.text


def test_without_an_answer_a_letter_is_written_from_the_words_of_the_wish(house: Rag) -> None:
    assert "Dear" in house.ask("write a letter to the bank asking for a new card").text


@pytest.mark.parametrize(
    ("wish", "shorter"),
    [
        ("just one sentence for the logbook", True),
        ("can you sum that up?", True),
        ("for the website, two lines", True),
        ("sum up the contract", False),
        ("summarise that letter", False),
        ("two sentences are missing, which?", False),
    ],
)
def test_a_wish_for_a_sentence_or_two_is_understood(wish: str, shorter: bool) -> None:
    assert wants_it_shorter(wish) == shorter


def test_more_about_it_is_what_follows_in_the_section(house: Rag) -> None:
    asked = "How hot is it when the oven bakes?"
    told = house.ask(asked).text
    more = house.ask("more details please", history=[(asked, told)]).text
    assert "the bucket" in more
    assert "the bucket" not in told


TWO = "Candidates to take over: Ada Lind and Bo Ruud."


def test_names_that_stand_side_by_side_are_a_list() -> None:
    assert names_listed(TWO) == ["Ada Lind", "Bo Ruud"]
    assert names_listed("We looked at the Cirro 3 for 90 crowns, the Nimbus 5 for 120 and liked both.") == [
        "the Cirro 3",
        "the Nimbus 5",
    ]
    assert names_listed("Ada Lind sings. The choir meets on Monday and Tuesday.") == []
    assert with_item("what does the second one want?", [TWO]) == "what does Bo Ruud want?"


def test_the_other_is_the_one_that_was_not_asked_about() -> None:
    last = "What does Bo Ruud want?"
    assert with_other("and the other?", last, [TWO, "Bo Ruud wants 50 crowns."]) == "What does Ada Lind want?"
    assert with_other("where does the other one live?", last, [TWO]) == "where does Ada Lind live?"
    assert with_other("and the other side?", last, [TWO]) == ""
    assert with_other("and the other?", "What is new?", [TWO]) == ""
    history = [Turn("Who could take over?", TWO), Turn("what does the second one want?", "50 crowns")]
    assert standalone("and the other?", history, LEANING, understand=lambda _: LEANING) == "What does Ada Lind want?"


@pytest.mark.parametrize(
    ("wish", "kind", "addressee", "content"),
    [
        ("please write Mrs Holm a short text message about the pottery course", "text message", "Mrs Holm", "the pottery course"),
        ("thanks. now write a letter to Ines about the oven", "letter", "Ines", "the oven"),
        ("send the caretaker an e-mail that the lift is stuck", "e-mail", "the caretaker", "the lift is stuck"),
        ("write me a letter to the bank asking for a card", "letter", "the bank", "a card"),
    ],
)  # fmt: skip
def test_a_letter_may_name_its_reader_first(wish: str, kind: str, addressee: str, content: str) -> None:
    request = request_of(wish)
    assert (request.kind, request.addressee, request.content) == (kind, addressee, content)


def test_a_letter_about_something_known_says_what_the_documents_say(house: Rag) -> None:
    assert "240 degrees" in house.ask("write Ines an e-mail about the oven that bakes").text
