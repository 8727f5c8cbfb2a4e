"""A procedure or an enumeration is a run of blocks: they are scored, chosen and shown together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.compose import compose
from rag.answer.narrow import narrowed
from rag.answer.reply import write
from rag.answer.runs import best_run, enumerates, surer
from rag.answer.situation import Situation
from tests.situations import situation

MINUTES = "# Board\n\n" + "".join(
    f"- {name}. {'It was talked about at length, and nobody could say who would do it. ' * 3}\n"
    for name in ("Lamps", "Roof", "Gate")
)


def said(found: Situation) -> str:
    return write(compose(found)).text


def scored(found: Situation, **scores: float) -> Situation:
    """Return the situation with these scores for the blocks that hold the words (blanks as underscores)."""
    told = {words.replace("_", " "): score for words, score in scores.items()}
    changed = [
        replace(e, score=next((score for words, score in told.items() if words in e.text), e.score))
        for e in found.evidence
    ]
    return replace(found, evidence=tuple(sorted(changed, key=lambda e: -e.score)))


NOTES = (
    "# Stove\n\nThe stove burns pellets of six millimetres, never logs or paper. Empty the ash drawer every Saturday with "
    "the small shovel. The glass is cleaned with vinegar and newspaper, only when it is cold. If the display shows A2, the "
    "pipe is blocked. Switch it off and call the sweep. The guarantee ends in May.\n"
)


@pytest.mark.parametrize(
    ("question", "best", "told"),
    [
        (
            "How do I empty the drawer?",
            "Empty the ash",
            "Empty the ash drawer every Saturday with the small shovel [1].",
        ),
        (
            "What do I do when it shows A2?",
            "If the display",
            "If the display shows A2, the pipe is blocked [1]. Switch it off and call the sweep [2].",
        ),
    ],
)
def test_of_notes_on_many_things_only_the_one_that_answers_is_told(question: str, best: str, told: str) -> None:
    assert said(situation(question, "steps", {"stove.md": NOTES}, best)) == told


def test_a_paragraph_that_says_what_to_do_is_told_whole() -> None:
    text = "# Loom\n\n## Threading\n\nLoosen the warp. Pull it through the reed. Tie it to the front beam.\n"
    found = situation("How do I thread the loom?", "steps", {"a.md": text}, "Pull it through")
    assert said(found) == "Loosen the warp [1]. Pull it through the reed [2]. Tie it to the front beam [3]."


def test_the_heading_that_the_question_names_speaks_for_what_stands_under_it() -> None:
    text = (
        "# Kiln\n\n## Cleaning\n\n- Brush the floor.\n- Wash the shelves.\n\n## Firing\n\n- Close the lid.\n- Wait.\n"
    )
    found = scored(situation("How do we go about firing?", "steps", {"a.md": text}), Brush=0.2, Close=0.1)
    assert said(found) == "- Close the lid [1].\n- Wait [2]."
    other = replace(found, question="How do we go about it?")
    assert said(other) == "- Brush the floor [1].\n- Wash the shelves [2]."


def test_several_likely_blocks_win_over_a_likelier_single_one() -> None:
    text = "# Kiln\n\n## Old\n\nIt was built in 1990.\n\n## New\n\nOpen the vent. Light the burner. Close the vent.\n"
    found = scored(situation("How do I heat it?", "steps", {"a.md": text}), built=0.3, Open=0.2, Light=0.2)
    assert said(found) == "Open the vent [1]. Light the burner [2]. Close the vent [3]."


def test_lines_without_bullets_are_a_list() -> None:
    text = "# Shed\n\n## What is in the blue chest\n\nTwo old saws.\nA spool of wire, new.\nThe old rope.\n"
    found = situation("what's in the blue chest", "list", {"a.md": text}, "Two old saws")
    assert said(found) == "- Two old saws [1].\n- A spool of wire, new [2].\n- The old rope [3]."


def test_a_long_item_is_a_paragraph_of_its_own() -> None:
    found = situation("What do I do about the roof?", "steps", {"a.md": MINUTES}, "Roof.")
    assert said(found).startswith("Roof.")
    assert "Lamps" not in said(found)


def test_a_line_above_a_list_is_its_label() -> None:
    text = "CHECKS OF THE PRESS\n\nMorning\n[ ] oil is full\n[ ] belt is tight\n\nEvening\n[ ] power is off\n[ ] cover is on\n"
    found = situation("what is checked in the morning", "list", {"a.txt": text}, "CHECKS", "Morning")
    assert said(found) == "- oil is full [1]\n- belt is tight [2]"


def test_an_item_whose_label_is_asked_for_answers_alone() -> None:
    text = "# Bus\n\n- Brakes: press the pedal twice.\n- Lamps: turn the key, look at each.\n- Tyres: 8 bar.\n"
    found = scored(situation("how do I test the lamps?", "steps", {"a.md": text}), Lamps=0.9)
    assert said(found) == "Lamps: turn the key, look at each [1]."


def test_a_line_that_names_all_is_not_followed_by_the_lines_after_it() -> None:
    text = "# Board\n\nPresent: Ane Holm, Bo Lind, Cai Dahl\nExcused: Dea Falk\nPlace: the old barn\n"
    found = situation("who was at the meeting of the board", "list", {"a.txt": text}, "Present")
    assert said(found) == "Present: Ane Holm, Bo Lind, Cai Dahl [1]"


@pytest.mark.parametrize(("second", "higher"), [(0.2, True), (0.0, False)])
def test_several_likely_blocks_are_surer_than_one(second: float, higher: bool) -> None:
    text = "# Kiln\n\nOpen the vent. Light the burner.\n\n# Shed\n\nIt is red.\n"
    found = scored(situation("How do I heat it?", "steps", {"a.md": text}), Open=0.2, Light=second, red=0.0)
    assert (surer(found, 0.4) > 0.4) is higher
    assert [block.text for block in best_run(found).blocks] == ["Open the vent.", "Light the burner."]


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Present: Ane, Bo", True),
        ("Two saws, a spool of wire and the old rope.", True),
        ("Sold out: hats and shoes.", True),
        ("She saw one, on 28 April, out of the window of the old hall.", False),
        ("Hats are back again.", False),
    ],
)
def test_what_names_several_things_enumerates(text: str, several: bool) -> None:
    assert enumerates(text) is several


def test_where_a_list_is_asked_for_the_sentence_that_enumerates_comes_first() -> None:
    text = "# Shop\n\nSold out at present: hats and shoes. Gloves are back again.\n"
    found = scored(situation("what has sold out", "list", {"a.md": text}), Gloves=0.5, Sold=0.2)
    assert said(found) == "Sold out at present: hats and shoes [1]."


def test_an_item_of_minutes_is_not_followed_by_the_others() -> None:
    text = "# Board, 3 May 2030\n\n- Lamps are to be bought.\n- Free places in the shed at present are 3, 12 and 22, of which 3 is small.\n- Roof.\n"
    found = scored(situation("which places are free", "list", {"a.md": text}), Free=0.9)
    assert said(found) == "Free places in the shed at present are 3, 12 and 22, of which 3 is small [1]."


JOURNAL = (
    "# Journal of the hut\n\n- 2024-03-02: Snow fell on the pass.\n- 2024-03-03: The dam gate was opened by hand.\n"
    "- 2024-03-05: Anton repaired the pump.\n- 2024-04-11: Two goats were found.\n- 2024-04-19: The stove was delivered.\n"
)


@pytest.mark.parametrize("form", ["list", "steps", "why-how", "fact"])
@pytest.mark.parametrize("best", ["Snow fell", "opened by hand"])
def test_of_a_journal_only_the_entry_of_the_day_asked_for_is_told(form: str, best: str) -> None:
    found = narrowed(situation("What was noted on 3 March 2024?", form, {"hut.md": JOURNAL}, best))
    assert "The dam gate was opened by hand [1]." in said(found)
    assert "Snow" not in said(found)
    assert "pump" not in said(found)


def test_of_a_journal_the_entries_of_the_month_asked_for_are_told() -> None:
    found = narrowed(situation("List the entries for April", "list", {"hut.md": JOURNAL}, "Two goats"))
    assert said(found) == "- 2024-04-11: Two goats were found [1].\n- 2024-04-19: The stove was delivered [2]."


def test_a_date_that_is_a_limit_leaves_the_list_whole() -> None:
    found = situation("What was noted before 5 March 2024?", "list", {"hut.md": JOURNAL}, "Snow fell")
    assert said(narrowed(found)).count("\n") == 4
