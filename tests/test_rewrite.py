from __future__ import annotations

import pytest

from rag.answer.compose import compose
from rag.answer.question.intent import Intent
from rag.answer.reply import Statement, write
from rag.answer.request.letter import facts_of, letter, request_of
from rag.answer.request.rewrite import (
    Wanted,
    as_list,
    as_table,
    cannot_translate,
    cells,
    language_wanted,
    shorter,
    simpler,
    wanted,
    wants_points,
    whole_list,
)
from rag.evidence import Evidence
from rag.types import Passage, Turn
from tests.situations import situation

HISTORY = [Turn("How long is the notice period for the garage?", "Three months [1].")]
ALONE = Intent("ask", "fact", 0.1, 1)


def statement(text: str, layout: str = "text") -> Statement:
    passage = Passage("p", "d", f"{text}.md", text, 0, len(text))
    return Statement(text, (Evidence(passage, 0, len(text), text, 1.0),), layout=layout)  # type: ignore[arg-type]


def wish(act: str, leans: float = 0.9) -> Intent:
    return Intent(act, "fact", leans, 1)


def test_a_request_about_the_last_answer_asks_its_question_again() -> None:
    again = wanted(wish("shorter"), "shorter please", HISTORY, understand=lambda q: ALONE)
    assert again == Wanted(HISTORY[0].question, again=True)


@pytest.mark.parametrize(
    ("act", "question", "subject"),
    [
        ("as-table", "make a table of the parking rates", "the parking rates"),
        ("as-table", "Show all interest rates in a table", "all interest rates"),
        ("as-table", "parking rates as a table please", "parking rates"),
        ("as-list", "make a checklist of the closing duties", "the closing duties"),
        ("translate", "Translate the house rules into Turkish", "the house rules"),
    ],
)
def test_a_standalone_request_has_its_own_subject(act: str, question: str, subject: str) -> None:
    assert wanted(wish(act, leans=0.1), question, HISTORY, understand=lambda q: ALONE) == Wanted(subject, again=False)


def test_without_an_answer_there_is_nothing_to_shorten() -> None:
    assert wanted(wish("shorter"), "shorter", []) is None


def test_simpler_removes_asides() -> None:
    reply = (
        statement("The fee is 12 euros (since the last change of the rules)."),
        statement("The pool – the old one – is open."),
    )
    assert [s.text for s in simpler(reply)] == ["The fee is 12 euros.", "The pool is open."]
    assert simpler(()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "The pool is open every day (not on Mondays).",
        "Dogs may run free – except in the hall – all year.",
        "The fee is 12 euros (9 euros for children).",
        "Guests sleep in the hut (if the warden agrees).",
        "Das Bad ist täglich offen (montags nicht).",
        "Guests may stay – they must sign in – until noon.",
    ],
)
def test_simpler_keeps_an_aside_that_limits_its_sentence(text: str) -> None:
    assert simpler((statement(text),))[0].text == text


def test_simpler_keeps_the_sentence_that_answers() -> None:
    found = situation(
        "When did it burn?", "fact", {"a.txt": "The tower is old. Ole built it. It burnt in 1911.\n"}, "1911"
    )
    reply = tuple(Statement(e.text, (e,)) for e in sorted(found.evidence, key=lambda e: e.start))
    assert [s.text for s in simpler(reply, found)] == ["Ole built it.", "It burnt in 1911."]


LONG = "The old ferry hall beside the harbour, which was to be pulled down by the town, was bought by the rowing club for {}.\n"


def test_shorter_is_the_phrase_of_the_sentence_that_is_shown() -> None:
    found = situation("What did it cost?", "why-how", {"a.txt": LONG.format("41,000 crowns")}, "41,000 crowns")
    assert [s.text for s in shorter(compose(found), found)] == ["41,000 crowns."]


def test_shorter_keeps_what_another_piece_of_evidence_says() -> None:
    files = {"a.txt": LONG.format("41,000 crowns"), "b.txt": "The hall was bought by the town.\n"}
    found = situation("What did it cost?", "fact", files, "41,000 crowns", "bought by the town")
    counted = (Statement("2.", (found.best, found.evidence[1]), "supported"),)
    other = (Statement(found.evidence[1].text, (found.evidence[1],)),)
    both = tuple(Statement(e.text, (e,)) for e in found.evidence[:2])
    yes = (Statement(f"Yes: {found.best.text}", (found.best,), "supported"),)
    named = (Statement(f"a.txt: {found.best.text}", (found.best,)),)
    for reply in (counted, other, both, yes, named):
        assert shorter(reply, found) == reply


def test_shorter_keeps_the_sentence_that_answers() -> None:
    found = situation("When did it burn?", "why-how", {"a.txt": "The tower is old. It burnt in 1911.\n"}, "It burnt")
    reply = tuple(Statement(e.text, (e,)) for e in sorted(found.evidence, key=lambda e: e.start))
    assert [s.text for s in shorter(reply, found)] == ["The tower is old.", "It burnt in 1911."]
    found = situation(
        "When did it burn?", "why-how", {"a.txt": "The tower is old. The tower burnt in 1911.\n"}, "The tower burnt"
    )
    reply = tuple(Statement(e.text, (e,)) for e in sorted(found.evidence, key=lambda e: e.start))
    assert [s.text for s in shorter(reply, found)] == ["The tower burnt in 1911."]


def test_a_year_in_brackets_is_not_an_aside() -> None:
    assert simpler((statement("It was built by Kos (1908)."),))[0].text == "It was built by Kos (1908)."


def test_simpler_is_at_most_two_sentences() -> None:
    assert len(simpler(tuple(statement(f"Sentence {n}.") for n in range(5)))) == 2


def test_a_list_has_a_marker_on_every_item() -> None:
    text = write(as_list((statement("One."), statement("Two.")))).text
    assert text == "- One [1].\n- Two [2]."


def test_steps_stay_numbered() -> None:
    assert write(as_list((statement("Open it.", "step"), statement("Close it.", "step")))).text.startswith("1. Open it")


def test_rows_become_a_table_with_one_header() -> None:
    rows = (statement("Zone: A | Fee EUR: 2"), statement("Zone: B | Fee EUR: 3.50"))
    assert write(as_table(rows)).text == "| Zone | Fee EUR |\n|---|---|\n| A | 2 [1] |\n| B | 3.50 [2] |"


def test_sentences_become_numbered_rows() -> None:
    assert write(as_table((statement("One."), statement("Two.")))).text.splitlines()[2:] == [
        "| 1 | One. [1] |",
        "| 2 | Two. [2] |",
    ]


def test_cells_are_read_only_from_rows() -> None:
    assert cells("Zone: A | Fee: 2") == [("Zone", "A"), ("Fee", "2")]
    assert cells("Note: this is a sentence.") == []


def test_the_target_language_is_recognised_and_the_refusal_names_it() -> None:
    assert language_wanted("auf Deutsch bitte") == "German"
    assert language_wanted("translate that") is None
    assert cannot_translate("in German please").startswith("I cannot translate into German")


@pytest.mark.parametrize(
    ("question", "kind", "addressee", "how", "content"),
    [
        ("Write an email to the council asking for a new bin", "email", "the council", "asking for", "a new bin"),
        ("write a short announcement that the pool is closed", "announcement", "", "that", "the pool is closed"),
        ("Draft a letter to Mrs Novak about the noise", "letter", "Mrs Novak", "about", "the noise"),
        ("write a mail to the bank asking whether the card has arrived", "mail", "the bank", "asking whether", "the card has arrived"),
    ],
)  # fmt: skip
def test_a_writing_request_is_split_into_its_parts(
    question: str, kind: str, addressee: str, how: str, content: str
) -> None:
    request = request_of(question)
    assert (request.kind, request.addressee, request.how, request.content) == (kind, addressee, how, content)


def test_a_letter_has_a_subject_a_greeting_the_request_and_a_close() -> None:
    text = write(letter(request_of("Write an email to the council asking for a new bin"))).text
    assert text == (
        "**Subject:** New bin\n\nDear council,\n\nI would like to ask you for a new bin.\n\n"
        "Thank you and kind regards\n(your name)"
    )


def test_an_announcement_cites_the_facts_of_the_documents() -> None:
    facts = (statement("The pool is closed from 2 to 9 May."),)
    written = write(letter(request_of("write an announcement that the pool is closed"), facts))
    assert written.text == "**Pool is closed**\n\nThe pool is closed. The pool is closed from 2 to 9 May [1]." or (
        written.text == "**Pool is closed**\n\nThe pool is closed.\n\nThe pool is closed from 2 to 9 May [1]."
    )
    assert [c.quote for c in written.citations] == ["The pool is closed from 2 to 9 May."]


@pytest.mark.parametrize(
    ("question", "looked_up"),
    [
        ("draft an email to Aas asking for confirmation of the new launch day", "What is the new launch day?"),
        (
            "Write a letter to the yard requesting a written confirmation of our berth number",
            "What is our berth number?",
        ),
        ("write an email to the council asking for a new bin", ""),
        ("Write a note that the launch has been moved", "The launch has been moved"),
    ],
)
def test_what_a_letter_asks_to_confirm_is_looked_up(question: str, looked_up: str) -> None:
    assert request_of(question).looked_up == looked_up


def test_a_text_message_is_for_its_addressee() -> None:
    request = request_of("write a text message to the harbour master that I come at 2")
    assert (request.addressee, request.content) == ("the harbour master", "I come at 2")


LAUNCH = (
    "From: Ida Moe <ida@club.example>\nTo: all@club.example\nSubject: launch MOVED\nDate: Tue, 12 Mar 2030 08:00:00 +0000\n\n"
    "Dear all,\n\nThe crane is broken. New day: Saturday 6 April at 09:30. Place as in every year. Bring gloves.\n\nIda\n"
)


def test_a_notice_tells_day_time_and_place_and_no_header_of_a_mail() -> None:
    found = situation("The launch has been moved", "fact", {"launch.eml": LAUNCH}, "Subject: launch MOVED")
    request = request_of("a short notice that the launch has been moved")
    header = (Statement(found.best.text, (found.best,)),)
    written = write(letter(request, facts_of(request, header, found)))
    assert "Saturday 6 April at 09:30" in written.text
    assert "Place as in every year" in written.text
    assert "From:" not in written.text
    assert len(written.citations) == 2


def test_a_letter_has_the_one_fact_that_is_to_be_confirmed() -> None:
    found = situation(
        "What is the new launch day?",
        "fact",
        {"a.txt": "The crane is broken. The new launch day is 6 April.\n"},
        "6 April",
    )
    request = request_of("draft an email to Aas asking for confirmation of the new launch day")
    reply = tuple(Statement(e.text, (e,)) for e in found.evidence[::-1])
    assert [said.text for said in facts_of(request, reply, found)] == ["The new launch day is 6 April."]


STEPS = "# Burns\n\n1. Cool the hand. Use water, no ice.\n2. Take off the ring.\n3. Cover it. A clean cloth will do.\n\n# Cuts\n\nPress on it.\n"


def test_the_list_that_is_named_is_shown_whole_in_as_many_points_as_are_asked_for() -> None:
    found = situation("burnt people", "list", {"aid.md": STEPS}, "Take off the ring")
    told = [said.text for said in whole_list(found, "turn the list for burnt people into three short bullet points")]
    assert told == ["Cool the hand.", "Take off the ring.", "Cover it."]
    assert len(whole_list(found, "put it into two bullet points")) == 2
    assert "no ice" in whole_list(found, "make a list of it")[0].text
    found = situation("cuts", "list", {"aid.md": STEPS}, "Press on it")
    assert whole_list(found, "a list for cuts") == ()


@pytest.mark.parametrize(
    ("act", "question", "subject"),
    [
        ("as-list", "turn the list for burnt people into three short bullet points", "burnt people"),
        ("as-table", "convert the berth prices to a table", "berth prices"),
        ("translate", "translate the jetty rules into Spanish, just the main points", "the jetty rules"),
    ],
)
def test_the_subject_is_without_the_words_about_its_form(act: str, question: str, subject: str) -> None:
    assert wanted(wish(act, leans=0.1), question, HISTORY, understand=lambda q: ALONE) == Wanted(subject, again=False)
    assert wants_points(question) == ("main points" in question)


def test_who_asks_in_german_is_told_in_german_that_it_cannot_be_translated() -> None:
    assert cannot_translate("auf Deutsch bitte").startswith(
        "Mit dem kleinen eingebauten Modell kann ich nicht übersetzen"
    )
    assert cannot_translate("en español por favor").startswith("El pequeño modelo")
    assert cannot_translate("in French please").startswith("I cannot translate into French")
