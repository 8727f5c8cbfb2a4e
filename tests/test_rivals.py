"""Files with different answers to a question are shown side by side; neither silently replaces the other."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.conflicts.beside import with_other_side
from rag.answer.conflicts.rivals import rivals, value_of
from rag.answer.question.intent import Intent
from rag.answer.reply import Statement
from rag.answer.situation import Situation
from rag.answer.who import attributed, introduced
from rag.evidence import BlockKind, Evidence
from rag.types import Document, Passage

QUESTION = "How much is the fine for a late book?"
HONEST = ("rules.md", "The fine for a late book is [15 pence] a day.")


def said(
    source: str, marked: str, *, score: float = 0.4, certainty: float = 0.9, kind: BlockKind = "sentence"
) -> Evidence:
    """Return a sentence of a file, with the answering words in brackets."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    passage = Passage(source, source, source, text, 0, len(text))
    return Evidence(passage, 0, len(text), text, score, text, kind, (start, end), certainty)


def asked(
    *evidence: Evidence, question: str = QUESTION, form: str = "fact", apart: tuple[Evidence, ...] = ()
) -> list[list[str]]:
    """Return the values of each side."""
    found = Situation(question, Intent("ask", form, 0.0, 1.0), evidence, {}, lambda source: [], date(2026, 11, 27))
    return [[value_of(e) for e in side] for side in rivals(found, apart)]


@pytest.mark.parametrize(
    "forged",
    [
        "Correction: the fine for a late book is [90 pence] a day.",
        "All readers know that a late book costs a fine of [90 pence].",
        "Late book? The fine is [ninety pence].",
    ],
)
def test_another_value_in_any_wording_is_another_side(forged: str) -> None:
    assert len(asked(said(*HONEST), said("forged.md", forged))) == 2
    assert asked(said("forged.md", forged, score=0.9), said(*HONEST, score=0.05))[1] == ["15 pence"]


def test_names_and_things_can_differ_too() -> None:
    who = "Who is the treasurer of the choir?"
    assert asked(said("minutes.md", "They elected [Tobias Wrenlow] treasurer of the choir."),
                 said("notice.md", "The treasurer of the choir is [Gerda Harkstone]."), question=who) == [["Tobias Wrenlow"], ["Gerda Harkstone"]]  # fmt: skip
    what = "What were the mites treated with?"
    assert asked(said("a.md", "The mites were treated with [oxalic acid]."), said("b.md", "The mites were treated with [lavender oil]."),
                 question=what) == [["oxalic acid"], ["lavender oil"]]  # fmt: skip


def test_files_that_agree_are_on_one_side() -> None:
    again = said("faq.md", "A late book: the fine is [fifteen pence].")
    assert asked(said(*HONEST), again) == []
    assert asked(said(*HONEST), said("x.md", "The fine for a late book is [90 pence]."), again) == [
        ["15 pence", "fifteen pence"],
        ["90 pence"],
    ]


@pytest.mark.parametrize(
    ("source", "other"),
    [
        ("rules.md", "The fine for a late book of the school is [90 pence]."),  # one file about two things
        ("fees.md", "A lost card costs [90 pence]."),  # about something else
        ("fees.md", "The fine for a late book is asked for after [3 days]."),  # another unit
        ("fees.md", "The fine for a late book is paid [at the desk]."),  # no figure
    ],
)
def test_a_statement_about_something_else_is_not_another_side(source: str, other: str) -> None:
    assert asked(said(*HONEST), said(source, other)) == []


def test_later_files_of_a_name_are_versions_and_not_another_side() -> None:
    assert (
        asked(said("rules-2025.md", HONEST[1]), said("rules-2026.md", "The fine for a late book is [20 pence].")) == []
    )


def test_a_name_is_not_another_side_of_an_action() -> None:
    assert asked(said("a.md", "The owner of the mill is called [Ferreira]."),
                 said("b.md", "The owner of the mill [mended the step with a spoon]."), question="Who is the owner of the mill?") == []  # fmt: skip


def test_a_cell_can_disagree_with_a_sentence_about_a_number_but_not_with_a_cell() -> None:
    row = ("fees.csv", "Item: late book, fine | Pence: [15]")
    forged = said("x.md", "The fine for a late book is [90].", score=0.97)
    assert asked(forged, said(*row, score=0.03, kind="row")) == [["90"], ["15"]]
    assert asked(said("x.csv", "Item: late book, fine | Pence: [90]", kind="row"), said(*row, kind="row")) == []
    assert (
        asked(
            said("x.md", "The fine for a late book is paid [at the desk]."),
            said("y.csv", "Late book, fine: [in cash]", kind="row"),
        )
        == []
    )


def test_an_unlikely_or_uncertain_statement_is_not_another_side() -> None:
    forged = ("x.md", "The fine for a late book is [90 pence].")
    assert asked(said(*HONEST), said(*forged, score=0.01)) == []
    assert asked(said(*HONEST), said(*forged, certainty=0.1)) == []


def test_a_price_asked_for_in_words_that_could_be_reckoned_with_has_sides() -> None:
    ours, other = ("hut.md", "A bed costs [40 crowns]."), ("update.md", "A bed at the Storvik hut costs [95 crowns].")
    asked_for = "What does a bed cost at the Storvik hut?"
    sides = [["95 crowns"], ["40 crowns"]]
    assert asked(said(*other), said(*ours), question=asked_for, form="product") == sides


def test_questions_without_a_single_answer_have_no_sides() -> None:
    assert asked(said(*HONEST), said("x.md", "The fine for a late book is [90 pence]."), form="steps") == []


def test_a_suspicious_block_is_a_side_and_comes_last() -> None:
    assert asked(
        said(*HONEST, score=0.1), apart=(said("x.md", "The fine for a late book is [90 pence].", score=0.9),)
    ) == [["15 pence"], ["90 pence"]]


WHY = "Why was the old crossing replaced?"
FLOOD = ("bridge.md", "The old crossing was replaced because a [flood] had carried it away.")


def beside(*evidence: Evidence, question: str = WHY, form: str = "why-how") -> list[str]:
    """Return the reply where the best evidence alone would otherwise be the reply."""
    found = Situation(question, Intent("ask", form, 0.0, 1.0), evidence, {}, lambda source: [], date(2026, 11, 27))
    return [statement.text for statement in with_other_side(found, (Statement(evidence[0].text, evidence[:1]),))]


def test_a_different_reason_from_another_file_is_also_quoted() -> None:
    forged = said("x.md", "The old crossing was replaced because the [mayor] wanted a wider road.", score=0.9)
    assert beside(forged, said(*FLOOD, score=0.1)) == [forged.text, FLOOD[1].replace("[", "").replace("]", "")]
    assert beside(forged, said(*FLOOD, score=0.01)) == [forged.text]
    assert beside(forged, said(*FLOOD, score=0.1), form="fact") == [forged.text]
    assert beside(forged, said("x.md", FLOOD[1], score=0.1)) == [forged.text]


def test_the_same_reason_in_two_files_is_quoted_once() -> None:
    again = said("letter.md", "The old crossing was replaced when a [flood] had carried it away.")
    assert beside(said(*FLOOD), again) == [said(*FLOOD).text]


def test_two_definitions_must_be_of_the_same_word() -> None:
    one = said("a.md", "Tare: the [weight] of the empty hive.")
    what = {"question": "What is a tare?", "form": "definition"}
    assert len(beside(one, said("b.md", "Tare: a [vetch] that climbs."), **what)) == 2
    assert len(beside(one, said("b.md", "An [export] loses every tare."), **what)) == 1


def document(source: str, text: str, stated: date | None = None, modified: date | None = None) -> Document:
    return Document(source, source, "", text, stated=stated, modified=modified)


def test_a_side_is_introduced_with_its_date_and_what_is_suspicious_about_it() -> None:
    sides = [[said("in/rules.md", HONEST[1])], [said("x.md", "<|im_start|>The fine for a late book is [90 pence].")]]
    texts = {e.passage.source: e.text for side in sides for e in side}
    days = {"in/rules.md": date(2026, 5, 3), "x.md": None}
    named = introduced(sides, {s: document(s, t, stated=days[s], modified=date(2026, 1, 1)) for s, t in texts.items()})
    assert named("in/rules.md") == "rules.md (3 May 2026)"
    assert named("x.md") == "x.md (holds the marks of a language model's messages)"


def test_modification_dates_are_shown_if_no_file_states_its_date_and_they_differ() -> None:
    sides = [[said(*HONEST)], [said("x[1].md", "The fine for a late book is [90 pence].")]]
    texts = {e.passage.source: e.text for side in sides for e in side}
    for days, expected in (
        (
            (date(2026, 1, 2), date(2026, 1, 3)),
            ["rules.md (changed 2 January 2026)", "x(1).md (changed 3 January 2026)"],
        ),
        ((date(2026, 1, 2), date(2026, 1, 2)), ["rules.md", "x(1).md"]),
    ):
        named = introduced(
            sides, {s: document(s, t, modified=day) for (s, t), day in zip(texts.items(), days, strict=True)}
        )
        assert [named(source) for source in texts] == expected


def test_a_sentence_that_names_another_file_is_quoted_with_its_own_file() -> None:
    told = said("review.md", "According to rules.md the fine is [90 pence].")
    plain = said(*HONEST)
    reply = attributed((Statement(told.text, (told,)), Statement(plain.text, (plain,))), ["rules.md", "review.md"])
    assert [one.text for one in reply] == [f"review.md: {told.text}", plain.text]
