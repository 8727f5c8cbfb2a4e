"""What counts as a contradiction, and how many files support each side."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Answer, Rag, build
from rag.answer.answer import quote_sides
from rag.answer.conflicts.contradictions import sides, tally
from rag.answer.reply import write
from rag.evidence import BlockKind, Evidence
from rag.types import Hit, Passage
from rag.web.view.render import answer_body
from tests.conftest import OverlapReader, WordEncoder

SAID = "The new harbour bridge cost 85 million crowns in total."
OTHER = "The new harbour bridge cost 87 million crowns in total."


def evidence(quote: str, id: str) -> Evidence:
    return Evidence(Passage(id, "doc", f"{id}.txt", quote, 0, len(quote)), 0, len(quote), quote, 1.0)


def quotes(*said: str) -> list[list[str]]:
    """Return the sides of the first sentence against the others, with each sentence in its own passage."""
    found = [evidence(quote, str(i)) for i, quote in enumerate(said)]
    return [[e.quote for e in side] for side in sides(found[0], found[1:], [])]


@pytest.mark.parametrize(
    "other",
    [
        OTHER,
        "In total the new harbour bridge cost 90 million crowns.",
    ],
)
def test_another_number_for_the_same_thing_is_a_contradiction(other: str) -> None:
    assert quotes(SAID, other) == [[SAID], [other]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The harbour master approved the bridge plans.",
            "The harbour master never approved the bridge plans.",
        ),
        (
            "The new bridge across the harbour opened on 3 May 2019.",
            "The new bridge across the harbour opened on 3 June 2019.",
        ),
        (
            "The harbour water had -2 degrees at the northern pier.",
            "The harbour water had 2 degrees at the northern pier.",
        ),
    ],
)
def test_a_denial_a_date_and_a_sign_are_contradictions(one: str, other: str) -> None:
    assert quotes(one, other) == [[one], [other]]


@pytest.mark.parametrize(
    "other",
    [
        SAID,
        "The old lighthouse cost 3 million crowns.",  # about something else
        "The new harbour bridge cost crowns in total.",  # says less
        "In 2019 the new harbour bridge cost 85 million crowns in total.",  # says more
        "It cost 87 crowns.",  # too short to decide
    ],
)
def test_a_compatible_statement_is_not_a_contradiction(other: str) -> None:
    assert quotes(SAID, other) == []


def test_two_years_with_a_number_each_are_two_events() -> None:
    one = "In 2019 the harbour of Skarholm sent off 85 ships with timber."
    assert quotes(one, one.replace("2019", "2020").replace("85", "87")) == []
    assert quotes(one, one.replace("85", "87")) != []


PERIOD = "The notice period of this agreement is {} months to the end of a quarter."


def placed(quote: str, source: str, heading: str = "", kind: BlockKind = "sentence") -> Evidence:
    passage = Passage(f"{source} {heading} {quote}", source, source, quote, 0, len(quote), None, heading)
    return Evidence(passage, 0, len(quote), quote, 1.0, quote, kind)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("agreement-huber.md", "Agreement with A. Huber"), ("agreement-moser.md", "Agreement with B. Moser")),
        (("report-2024.md", "Yearly report"), ("report-2025.md", "Yearly report")),
        (("rules-v1.md", ""), ("rules-v2.md", "")),
        (("rules_old.txt", ""), ("rules.txt", "")),
        (("a.md", "Terms 2024 › Notice"), ("b.md", "Terms 2025 › Notice")),
        (("all.md", "All › Full time"), ("all.md", "All › Part time")),
    ],
)
def test_contracts_years_versions_and_sections_do_not_contradict_each_other(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert sides(placed(PERIOD.format(3), *one), [placed(PERIOD.format(6), *other)], []) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("handbook.md", "Staff handbook › Notice"), ("letter.txt", "")),
        (("handbook.md", "Staff handbook"), ("faq.md", "Staff questions")),
        (("00001.txt", ""), ("00002.txt", "")),
        (("all.md", "All › Notice"), ("all.md", "All › Notice")),
    ],
)
def test_different_texts_about_the_same_subject_contradict_each_other(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert len(sides(placed(PERIOD.format(3), *one), [placed(PERIOD.format(6), *other)], [])) == 2


def test_rows_of_a_table_never_contradict_each_other() -> None:
    row = "Bolt of the stern ladder, galvanised steel: {} Nm"
    some = [placed(row.format(12), "bolts.md", kind="row"), placed(row.format(15), "bolts.md", kind="row")]
    assert sides(some[0], some[1:], []) == ()
    piped = "| stern ladder | galvanised steel | bolt | {} Nm |"
    assert sides(placed(piped.format(12), "a.md"), [placed(piped.format(15), "b.md")], []) == ()


def test_two_names_mean_two_things() -> None:
    said = "The pilot boat {} is moored at the northern pier with {} ropes."
    assert sides(placed(said.format("Ragna", 4), "a.txt"), [placed(said.format("Sigrid", 6), "b.txt")], []) == ()
    assert len(sides(placed(said.format("Ragna", 4), "a.txt"), [placed(said.format("Ragna", 6), "b.txt")], [])) == 2


def test_a_passage_does_not_contradict_itself() -> None:
    assert sides(evidence(SAID, "a"), [evidence(OTHER, "a")], []) == ()


def test_equal_statements_are_on_one_side() -> None:
    again = "In total the new harbour bridge cost 87 million crowns."
    assert quotes(SAID, OTHER, SAID + " ", again) == [[SAID, SAID + " "], [OTHER, again]]


def test_a_sentence_read_once_counts_for_every_passage_that_contains_it() -> None:
    passage = Passage("c", "doc", "c.txt", f"They built it. {OTHER}", 40, 55 + len(OTHER))
    (_, other) = sides(evidence(SAID, "a"), [evidence(OTHER, "b")], [Hit(passage, 1.0)])
    assert [(e.passage.id, e.start, e.end, e.quote) for e in other] == [
        ("b", 0, len(OTHER), OTHER),
        ("c", 55, 55 + len(OTHER), OTHER),
    ]


def asked(folder: Path, encoder: WordEncoder, question: str, **texts: str) -> tuple[Rag, Answer]:
    """Return an index of files with these texts, and its answer."""
    seeds = folder / "seeds"
    seeds.mkdir()
    for name, text in texts.items():
        (seeds / f"{name}.txt").write_text(text, encoding="utf-8")
    build(seeds, folder / "index", encoder=encoder)
    rag = Rag.open(folder / "index", encoder=encoder, reader=OverlapReader(), generator=None)
    return rag, rag.ask(question)


VOTE = "About {} % of the members of the rowing club voted for the new boathouse in spring.\n"
QUESTION = "What share of the rowing club voted for the new boathouse?"


def test_the_answer_states_which_files_say_which_and_how_many(tmp_path: Path, encoder: WordEncoder) -> None:
    rag, answer = asked(
        tmp_path, encoder, QUESTION,
        minutes=VOTE.format(85), letter=VOTE.format(87), paper=VOTE.format(87), other="The kitchen is open on Sundays.\n",
    )  # fmt: skip
    assert answer.trace.outcome == "disagree"
    assert "Found stated in 3 files: " in answer.text
    assert sorted(answer.text.split(": ", 1)[1].split(". ")[0].split(", ")) == ["minutes.txt says 85 %", "two say 87 %"]
    for c in answer.citations:
        assert rag.documents[c.passage.source].text[c.start : c.end] == c.quote


def test_files_that_say_it_in_another_paragraph_also_count(tmp_path: Path, encoder: WordEncoder) -> None:
    _, answer = asked(
        tmp_path, encoder, QUESTION,
        minutes=VOTE.format(85), letter=VOTE.format(87),
        paper=f"The rain fell hard on the river that evening. {VOTE.format(87)}",
    )  # fmt: skip
    assert tally(answer.sentences).startswith("Found stated in 3 files: ")
    assert "two say 87 %" in answer.text
    assert [c.marker for c in answer.citations] == [1, 2, 3]
    assert sorted(len(sentence.citations) for sentence in answer.sentences) == [1, 2]


def test_a_denial_is_counted_as_a_side(tmp_path: Path, encoder: WordEncoder) -> None:
    _, answer = asked(
        tmp_path, encoder, "Was the new boathouse approved by the members of the rowing club?",
        minutes="The members of the rowing club approved the new boathouse.\n",
        letter="The members of the rowing club never approved the new boathouse.\n",
    )  # fmt: skip
    assert "Found stated in 2 files: " in answer.text
    assert "minutes.txt says so" in answer.text
    assert "letter.txt denies it" in answer.text


def test_a_file_that_says_both_counts_as_one_file(tmp_path: Path, encoder: WordEncoder) -> None:
    _, answer = asked(tmp_path, encoder, QUESTION, minutes=f"Vote\n\n{VOTE.format(85)}\nVote\n\n{VOTE.format(87)}")
    assert "One file says both: 8" in answer.text


@pytest.mark.parametrize("wish", ["shorter please", "simpler please"])
def test_a_contradiction_keeps_all_sides_in_any_form(tmp_path: Path, encoder: WordEncoder, wish: str) -> None:
    rag, answer = asked(
        tmp_path, encoder, QUESTION, minutes=VOTE.format(85), letter=VOTE.format(87), paper=VOTE.format(89)
    )
    again = rag.ask(wish, history=[(QUESTION, answer.text)])
    assert [sentence.text for sentence in again.sentences] == [sentence.text for sentence in answer.sentences]
    assert len(again.sentences) == 3


def test_the_page_shows_the_counts_with_every_quote(tmp_path: Path, encoder: WordEncoder) -> None:
    _, answer = asked(
        tmp_path, encoder, QUESTION, minutes=VOTE.format("$85"), letter=VOTE.format("$87"), paper=VOTE.format("$87")
    )
    page = answer_body(answer)
    assert "Found stated in 3 files: two say $87 %" in page
    assert page.count("<button") == len(answer.citations) == 2


def test_an_unfinished_answer_counts_no_files(tmp_path: Path, encoder: WordEncoder) -> None:
    rag, _ = asked(tmp_path, encoder, QUESTION, minutes=VOTE.format(85), letter=VOTE.format(87))
    growing = [answer for answer in rag.stream(QUESTION) if len(answer.sentences) == 1]
    assert [tally(answer.sentences) for answer in growing] == [""]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("The bridge of the harbour cost 85 million crowns.", "85 million crowns"),
        ("The bridge of the harbour cost $85 in all.", "$85"),
        ("The bridge of the harbour was 85% rust in all.", "85%"),
        ("The bridge of the harbour opened on 3 May 2019.", "3 May 2019"),
        ("The bridge of the harbour has twelve lamps.", "twelve lamps"),
        ("The water of the harbour bridge had −2 °C then.", "−2 °C"),
    ],
)
def test_a_number_is_shown_with_its_unit(said: str, label: str) -> None:
    quoted = write(quote_sides([[evidence(said, "a")], [evidence("The bridge of the harbour cost 7.", "b")]])).sentences
    assert tally(quoted) == f"Found stated in 2 files: a.txt says {label}, b.txt says 7."
