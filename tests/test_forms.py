"""The form of a reply follows the question, and the reply says only what the evidence says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.answer.compose import compose
from rag.answer.forms.clause import shortened
from rag.answer.forms.dated import latest
from rag.answer.forms.numbered import asked_part, numbered
from rag.answer.forms.phrase import tidy
from rag.answer.forms.short_form import asked_letters, spelt_out
from rag.answer.reply import write
from rag.answer.situation import Situation
from tests.situations import situation

YES, NO = (0.95, 0.04, 0.01), (0.03, 0.95, 0.02)


def said(found: Situation) -> str:
    return write(compose(found)).text


def test_a_fact_is_the_shortest_phrase_of_a_long_sentence() -> None:
    text = (
        "The old ferry hall beside the harbour, which had stood empty for years and was to be pulled down, "
        "was bought by the rowing club for 41,000 crowns in the end.\n"
    )
    assert said(situation("What did the hall cost?", "fact", {"a.txt": text}, "41,000 crowns")) == "41,000 crowns [1]."


def test_a_short_sentence_is_quoted_whole() -> None:
    found = situation("Who has the key?", "fact", {"a.txt": "The key is with Ane in the kiosk.\n"}, "Ane")
    assert said(found) == "The key is with Ane in the kiosk [1]."


def test_a_dependent_sentence_comes_with_the_one_before() -> None:
    text = "The tower was built by Ole Brandt. It burnt down in 1911.\n"
    found = situation("When did the tower burn down?", "why-how", {"a.txt": text}, "It burnt down in 1911")
    assert said(found) == "The tower was built by Ole Brandt [1]. It burnt down in 1911 [2]."


def test_a_cell_is_shown_with_its_row_and_column() -> None:
    table = "# Boats\n\n| | Tern | Gull |\n|---|---|---|\n| Price | 900 crowns | 4,100 crowns |\n"
    found = situation("What does the Gull cost?", "fact", {"a.md": table}, "4,100 crowns")
    assert said(found) == "Price – Gull: 4,100 crowns [1]"


@pytest.mark.parametrize(("polarity", "word"), [(YES, "Yes"), (NO, "No")])
def test_yes_or_no_comes_first(polarity: tuple[float, float, float], word: str) -> None:
    found = situation(
        "May I moor here?", "yes-no", {"a.txt": "Guests moor at the outer pier.\n"}, "Guests moor", polarity=polarity
    )
    assert said(found) == f"{word}: Guests moor at the outer pier [1]."


@pytest.mark.parametrize("text", ["No.", "No, never.", "Yes."])
def test_a_documents_own_yes_or_no_is_shown_as_it_is(text: str) -> None:
    found = situation(
        "May I moor here?", "yes-no", {"a.md": f"# Q\n\nMay I moor here?\n\n{text}\n"}, text, polarity=YES
    )
    assert said(found) == f"{text[:-1]} [1]."


def test_yes_and_no_are_in_the_language_of_the_question() -> None:
    found = situation(
        "Darf ich hier anlegen?", "yes-no", {"a.txt": "Guests moor at the outer pier.\n"}, "Guests moor", polarity=NO
    )
    assert said(found).startswith("Nein: ")


def test_there_is_no_yes_or_no_without_a_clear_reading() -> None:
    found = situation("May I moor here?", "yes-no", {"a.txt": "The pier is long.\n"}, "The pier")
    assert said(found) == "The pier is long [1]."


def test_steps_are_complete_and_in_order_wherever_passages_are_split() -> None:
    steps = "".join(f"{n}. Turn wheel number {n} {'slowly ' * 20}until it clicks.\n" for n in range(1, 10))
    found = situation("How do I open the lock?", "steps", {"a.md": f"# Lock\n\n{steps}"}, "Turn wheel number 7")
    assert len({e.passage.start for e in found.evidence}) > 1  # the list does not fit one passage
    lines = said(found).split("\n")
    assert [line.split(" slowly")[0] for line in lines] == [f"{n}. Turn wheel number {n}" for n in range(1, 10)]


def test_the_action_may_be_in_the_next_sentence() -> None:
    text = "If the pump shows P4, the filter is blocked. Take it out and rinse it.\n\nThe pump is blue.\n"
    found = situation("What do I do at P4?", "steps", {"a.txt": text}, "If the pump shows P4")
    assert said(found) == "If the pump shows P4, the filter is blocked [1]. Take it out and rinse it [2]."


def test_the_next_date_is_the_earliest_from_today_on() -> None:
    files = {
        "2030-03-04-board.md": "# Board, 2030-03-04\n\nThe next meeting is on 6 May 2030.\n",
        "2030-05-06-board.md": "# Board, 2030-05-06\n\nThe next meeting is on 3 June 2030.\n",
    }
    found = situation("When is the next meeting?", "date-next", files, "6 May 2030", "3 June 2030")
    assert said(found) == "The next meeting is on 3 June 2030 [1]."


def test_the_requested_one_of_several_dates_is_chosen() -> None:
    text = "Next dates: glass 4 June 2030, paper 9 June 2030, metal 1 July 2030.\n"
    found = situation("When is paper collected next?", "date-next", {"a.txt": text}, "Next dates")
    assert said(found) == "Paper 9 June 2030 [1]."


@pytest.mark.parametrize(("until", "word"), [("1 June 2031", "Yes"), ("1 May 2030", "No")])
def test_whether_something_still_holds_depends_on_the_date(until: str, word: str) -> None:
    found = situation("Is it still under guarantee?", "still", {"a.txt": f"The guarantee ends on {until}.\n"}, until)
    assert said(found) == f"{word}: The guarantee ends on {until} [1]."


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is the contract still valid?", "The contract was signed on 3 May 2020."),
        ("Is the pool still open?", "The pool is closed until 1 June 2031."),
        ("Is there still a discount?", "The discount starts on 1 June 2031."),
        ("Is the pool still open?", "The pool does not open before 9 or after 5 until 1 June 2031."),
        ("Is the gate still closed?", "The gate closes on 1 June 2031."),
        ("Is the pass still valid?", "The pass is valid until 3 May 2029, the stamped pass until 4 May 2031."),
    ],
)
def test_a_date_that_is_not_the_end_of_what_was_asked_says_neither_yes_nor_no(question: str, text: str) -> None:
    assert said(situation(question, "still", {"a.txt": f"{text}\n"}, text[:-1])) == f"{text[:-1]} [1]."


@pytest.mark.parametrize(
    ("question", "text", "word"),
    [
        ("Is the road still closed?", "The road is closed until Sunday, 1 June 2031.", "Yes"),
        ("Is the offer still valid?", "The offer is valid from 1 May 2029 to 1 May 2030.", "No"),
        ("Is registration still open?", "Registration is open and closes on 1 May 2030.", "No"),
        ("Gilt das Angebot noch?", "Das Angebot gilt bis zum 1. Mai 2030.", "Nein"),
        ("Is it still under guarantee?", "The guarantee ended at midnight on 1 May 2030.", "No"),
    ],
)
def test_an_end_date_decides(question: str, text: str, word: str) -> None:
    assert said(situation(question, "still", {"a.txt": f"{text}\n"}, text[:-1])) == f"{word}: {text[:-1]} [1]."


def test_the_latest_of_several_versions_is_quoted() -> None:
    files = {
        "2030-01-10-board.md": "# Board, 2030-01-10\n\nThe opening was planned for 3 March.\n",
        "2030-02-14-board.md": "# Board, 2030-02-14\n\nThe opening was moved to 9 April.\n",
    }
    found = situation("When is the opening?", "fact", files, "The opening was planned", "The opening was moved")
    assert latest(found).best.text == "The opening was moved to 9 April."
    named = situation("When was the opening planned in January 2030?", "fact", files, "The opening was planned", "The opening was moved")  # fmt: skip
    assert latest(named).best.text == "The opening was planned for 3 March."


def test_two_things_are_compared_in_a_table() -> None:
    table = (
        "# Boats\n\n| | Tern | Gull | Skua |\n|---|---|---|---|\n| Length | 4 m | 6 m | 9 m |\n| Sails | 1 | 2 | 3 |\n"
    )
    assert said(situation("Compare the Tern and the Skua", "compare", {"a.md": table}, "Length")) == (
        "| | Tern | Skua |\n|---|---|---|\n| Length | 4 m | 9 m [1] |\n| Sails | 1 | 3 [2] |"
    )


def test_an_enumeration_of_names_is_counted() -> None:
    found = situation("How many were there?", "count", {"a.txt": "Present: Ane Holm, Bo Lind, Cai Moe\n"}, "Present")
    assert said(found) == "3: Ane Holm, Bo Lind, Cai Moe [1]."


def test_a_reason_at_the_end_may_be_left_out_but_not_a_condition() -> None:
    long = "The sauna is closed on Mondays, because the stove has to cool down before it can be cleaned"
    assert shortened(f"{long}.", 8) == "The sauna is closed on Mondays."
    assert shortened(f"{long}, unless it is Easter.", 8) == f"{long}, unless it is Easter."


@pytest.mark.parametrize(
    ("text", "span", "shown"),
    [
        ("it weighs 19 kg in all", "19", "19 kg"),
        ("costs €40 a day", "40", "€40"),
        ("between (about 3 metres) wide", "(about 3", "(about 3 metres)"),
        ("called “the Rook” by all", "“the Rook”", "“the Rook”"),
    ],
)
def test_a_phrase_keeps_its_unit_and_its_brackets(text: str, span: str, shown: str) -> None:
    at = text.index(span)
    assert tidy(text, at, at + len(span)) == shown


@pytest.mark.parametrize(
    ("text", "span", "shown"),
    [
        ("stored at -18 °C or", "18 °C", "-18 °C"),
        ("stored at -18 °C or", "-18 °C", "-18 °C"),
        ("stored at −18 °C or", "18", "−18 °C"),
        ("a balance of -€5 at", "5", "-€5"),
        ("between 10-20 days", "20 days", "10-20 days"),
        ("on 2030-05-21 at", "21", "21"),
    ],
)
def test_a_number_keeps_its_sign_and_its_range(text: str, span: str, shown: str) -> None:
    at = text.index(span)
    assert tidy(text, at, at + len(span)) == shown


@pytest.mark.parametrize(
    ("text", "span", "shown"),
    [
        ("cancelled up to 14 days before", "14 days", "up to 14 days"),
        ("but not more than 20 people", "20 people", "not more than 20 people"),
        ("that is not on Mondays", "Mondays", "Mondays"),
        ("open except Mondays", "Mondays", "except Mondays"),
        ("for children aged 12 years or older", "12", "12 years or older"),
        ("about the key", "the key", "the key"),
        ("bis zu 14 Tage vorher", "14 Tage", "bis zu 14 Tage"),
        ("au plus 3 jours", "3 jours", "au plus 3 jours"),
    ],
)
def test_a_phrase_keeps_the_words_that_limit_it(text: str, span: str, shown: str) -> None:
    at = text.index(span)
    assert tidy(text, at, at + len(span)) == shown


LONG = "the members of the rowing club, who look after the hall and the pier for the town all summer long, "


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (f"By the rules of {LONG}deposits are not paid back within 14 days of the booking.", "14 days"),
        (f"By the rules of {LONG}guests pay 9 crowns, unless they are children.", "9 crowns"),
    ],
)
def test_a_phrase_that_its_sentence_denies_or_limits_is_shown_in_it(text: str, phrase: str) -> None:
    assert said(situation("How much?", "fact", {"a.txt": f"{text}\n"}, phrase)) == f"{text[:-1]} [1]."


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (
            "It is not permitted for anyone staying at the harbour to light open fires on the pier or in the shed; to keep chickens, rabbits, or any other animals.",
            "chickens",
        ),
        ("The board may forbid: fires on the pier; dogs that are not on a lead; boats which are longer than the pier itself and block it.", "boats which"),
        ("Dogs are welcome on the pier and in the hall and in the garden of the club; however, they must be on a lead.", "Dogs are welcome"),
    ],
)  # fmt: skip
def test_a_clause_that_needs_the_others_is_not_cut_out(text: str, span: str) -> None:
    found = situation("May I?", "yes-no", {"a.txt": f"{text}\n"}, span, polarity=YES)
    assert said(found) == f"Yes: {text[:-1]} [1]."


def test_a_whole_clause_is_shown_without_the_others() -> None:
    text = "The old pier was built in 1911 by the town; the new pier is open to all guests of the harbour from June on; the shed is let.\n"
    found = situation("May I moor?", "yes-no", {"a.txt": text}, "the new pier is open", polarity=YES)
    assert said(found) == "Yes: The new pier is open to all guests of the harbour from June on [1]."


@pytest.mark.parametrize(
    "end",
    [
        ", as long as they keep their wristband on.",
        ", in case they keep their wristband on.",
        ", which have to sign up two weeks ahead.",
        ", who must sign up two weeks ahead.",
        ", which is often, have a pass.",
        ", as well as the staff, have a pass.",
    ],
)
def test_a_condition_or_duty_or_verb_at_the_end_is_kept(end: str) -> None:
    text = f"All guests may leave the camp in the evening{end}"
    assert shortened(text, 8) == text


def test_a_step_of_several_sentences_is_one_step() -> None:
    text = "# Mooring\n\n1. Slow down. The pier is short.\n2. Throw the line.\n3. Stop the engine. Leave it in gear.\n"
    found = situation("How do I moor?", "steps", {"a.md": text}, "The pier is short")
    assert said(found) == (
        "1. Slow down. The pier is short [1].\n2. Throw the line [2].\n3. Stop the engine. Leave it in gear [3]."
    )


def test_steps_that_are_likely_in_sum_win_over_a_likelier_single_sentence() -> None:
    guide = "# Boat\n\nThe mooring is at pier 3.\n\n## Harbour\n\n1. Slow down.\n2. Throw the line.\n3. Tie the knot.\n"
    asked = ("How do I get the thing fast to land?", "steps", {"a.md": guide})
    found = situation(*asked, "The mooring is", "Throw the line", "Tie the knot")
    assert said(found) == "1. Slow down [1].\n2. Throw the line [2].\n3. Tie the knot [3]."
    assert said(situation(*asked, "The mooring is")) == "The mooring is at pier 3 [1]."


def test_a_row_for_a_code_is_shown_whole() -> None:
    table = "# Lamps\n\n| Code | Meaning | What to do |\n|---|---|---|\n| K7 | tank empty | refill it |\n| K8 | tank full | wait |\n"
    found = situation("the panel says K7", "fact", {"a.md": table}, "tank empty")
    assert said(found) == "K7 – Meaning: tank empty; What to do: refill it [1]"


def test_a_code_alone_is_answered_by_the_whole_sentence() -> None:
    text = "The consent LB-25-0417 was given for the roof of the old house in the lane, which may not be painted, and it ends in May."
    for question in ("LB-25-0417", "LB-25-0417?"):
        assert said(situation(question, "fact", {"a.txt": text}, "may not be painted")) == f"{text[:-1]} [1]."
    assert (
        said(situation("LB-25-0417 roof", "fact", {"a.txt": text}, "may not be painted")) == "May not be painted [1]."
    )


def test_the_first_sentence_of_an_item_that_has_no_certain_answer_comes_with_the_rest_of_the_item() -> None:
    text = "# Faults\n\n- K4 no air at the burner. Open the flap.\n- K5 water too hot. Wait for an hour.\n"
    found = situation("fault K4", "definition", {"a.md": text}, "K4 no air")
    unsure = replace(found, evidence=(replace(found.best, certainty=0.1), *found.evidence[1:]))
    assert said(unsure) == "K4 no air at the burner. Open the flap [1]."
    assert said(found) == "K4 no air at the burner [1]."


def test_an_almost_equally_likely_answer_is_added_but_no_number_twice() -> None:
    files = {"a.txt": "Guests pay at the kiosk.\n", "b.txt": "The fee is put into the red box.\n"}
    found = situation("Where do I pay?", "fact", files, "Guests pay at the kiosk", "The fee is put into the red box")
    assert said(found) == "Guests pay at the kiosk [1]. The fee is put into the red box [2]."
    same = {"a.txt": "The fee is 9 crowns.\n", "b.txt": "You pay 9 crowns.\n"}
    assert said(situation("What is the fee?", "fact", same, "9 crowns", "You pay 9")) == "The fee is 9 crowns [1]."


def test_the_sentence_that_leads_to_the_answer_is_not_said_again_as_nearly_as_likely() -> None:
    text = "Ole hands over the kiosk in May. His keys go to Ane Dahl.\n"
    lead, best = "Ole hands over the kiosk in May", "His keys go to Ane Dahl"
    found = situation("Who gets the keys of the kiosk?", "fact", {"a.txt": text}, best, lead)
    assert said(found) == f"{lead} [1]. {best} [2]."


@pytest.mark.parametrize(("form", "polarity"), [("fact", YES), ("yes-no", YES)])
def test_if_what_to_do_is_asked_the_occasion_comes_with_the_next_sentence_of_its_paragraph(
    form: str, polarity: tuple[float, float, float]
) -> None:
    occasion, remedy = "If the lift stops between floors, the brake is on", "Press the red knob and wait"
    text = f"{occasion}. {remedy}.\n\nThe lift was painted in May.\n"
    painted = "The lift was painted in May"
    for asked in ("What should I do?", "Is there something that I can do?", "Do you know what to do?"):
        found = situation(f"The lift stopped. {asked}", form, {"a.txt": text}, occasion, painted, polarity=polarity)
        assert said(found) == f"{occasion} [1]. {remedy} [2]."
    alone = situation("What should I do?", form, {"a.txt": f"{occasion}.\n\n{painted}.\n"}, occasion, polarity=polarity)
    assert painted not in said(alone)


def test_an_outdated_statement_is_not_added_to_the_current_one() -> None:
    files = {
        "2030-02-10-board.md": "# Board\n\nGuests pay Ane.\n",
        "2030-01-10-board.md": "# Board\n\nGuests pay Ole.\n",
    }
    assert (
        said(situation("Whom do guests pay?", "fact", files, "Guests pay Ane", "Guests pay Ole"))
        == "Guests pay Ane [1]."
    )


LEASE = """# Lease of the boat shed

## 1. Use

1.1 The shed holds two boats.

1.2 Fires are forbidden. So is smoking.

## 2. Rent

2.1 The rent is due on the first of March.

2.2 It is paid to the harbour office.

## 3. Keys

1. Fetch the key at the kiosk.
2. Bring it back on Sunday.
"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What does clause 2.1 say?", "2.1 The rent is due on the first of March."),
        ("What is stated in section 1.2 of the lease?", "1.2 Fires are forbidden. So is smoking."),
        (
            "What's in section 2?",
            "2.1 The rent is due on the first of March. 2.2 It is paid to the harbour office.",
        ),
        ("What is step 2?", "Bring it back on Sunday."),
    ],
)
def test_a_part_requested_by_its_number_is_quoted_whole(question: str, told: str) -> None:
    said = write(numbered(situation(question, "fact", {"lease.md": LEASE, "boats.md": "# Boats\n\nTwo boats."})))
    assert re.sub(r" \[\d\]", "", said.text).replace("\n", " ") == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What does section 2 of the lease say?", "The boats pay on the first of March"),
        ("What does section 2 of the meal policy say?", "Lunch is paid by the club"),
        ("What is in section 2 of the Mars treaty?", ""),
        ("What does section 2 of the lease for the hangar say?", ""),
        ("What does section 2 of the document say?", "Lunch is paid by the club"),
    ],
)
def test_a_part_is_taken_from_the_document_that_is_named(question: str, told: str) -> None:
    files = {
        "policy.md": "# Meal policy\n\n## 2. Meals\n\nLunch is paid by the club.\n",
        "lease.md": "# Lease of the shed\n\n## 2. Rent\n\nThe boats pay on the first of March.\n",
    }
    assert write(numbered(situation(question, "fact", files))).text == (f"{told} [1]." if told else "")


def test_a_question_about_something_in_a_part_does_not_request_the_part() -> None:
    assert asked_part("When is the rent due under clause 2.1?") is None
    assert asked_part("What does the lease say about smoking?") is None
    assert numbered(situation("What does clause 7.4 say?", "fact", {"lease.md": LEASE})) == ()
    assert (
        numbered(situation("What does clause 2 of the rules say?", "fact", {"list.md": "1. Sweep.\n2. Lock up.\n"}))
        == ()
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "The HLO opens the hatch. The Harbour Lights Office (HLO) is in Dock Street.",
            "The Harbour Lights Office (HLO) is in Dock Street",
        ),
        (
            "The HLO opens the hatch. Ask the HLO (Harbour Lights Office) for a key.",
            "Ask the HLO (Harbour Lights Office) for a key",
        ),
        ("The HLO opens the hatch. HLO stands for Harbour Lights Office.", "HLO stands for Harbour Lights Office"),
        ("The HLO opens the hatch. Rooms are let by the board (HLO).", ""),
    ],
)
def test_an_abbreviation_is_explained_by_the_sentence_with_both_forms(text: str, told: str) -> None:
    said = write(spelt_out(situation("What does HLO stand for?", "fact", {"harbour.md": text}))).text
    assert said == (f"{told} [1]." if told else "")


def test_what_a_person_stands_for_is_not_an_abbreviation() -> None:
    assert asked_letters("What does the union stand for?") == "union"  # no sentence spells it out: the reader is asked
    assert asked_letters("What does the chair of the union stand for?") == ""
    assert (
        spelt_out(situation("What does the union stand for?", "fact", {"u.md": "The union (1911) wants rest."})) == ()
    )
