"""A model's text is accepted if its evidence supports all of it: an extract, a cell, a rewording, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answer.compose import compose
from rag.answer.reply import Statement
from rag.answer.verify.accept import accepted
from rag.answer.verify.extract_rules import extracts, restates, segments
from rag.answer.verify.parts import Part, parts
from rag.answer.verify.row_rules import cells_stand
from rag.answer.verify.rules import broken_rule
from rag.answer.verify.verify import SUPPORTED, SURE, Verifier
from rag.answer.wording import word
from rag.evidence import Evidence
from tests.conftest import ScriptedGenerator
from tests.situations import situation

FERRY = "The ferry leaves on 3 May 2028 at 10:00 from the north quay, and the bus leaves at noon if it does not rain."
ROW = "Article: Oak door | Height cm: 210 | Price EUR: 340 | Stock: 12"
TURNED = "Weight | Pine: 18 kg | Oak: 31 kg | Steel: 44 kg"
HUT = "The hut opens on 3 June and closes in October. A bed costs 48 crowns a night. Dogs sleep in the shed.\n"


def test_words_left_out_leave_an_extract_of_the_evidence() -> None:
    assert extracts("The ferry leaves on May 3, 2028 at 10 am.", FERRY)
    assert extracts("The ferry leaves on 3 May.", FERRY)


@pytest.mark.parametrize(
    "claim",
    [
        "The ferry leaves on 3 May 2029.",  # another year
        "The ferry leaves on 4 May from the north quay.",  # another day
        "The ferry leaves at noon.",  # combined with the bus
        "The bus leaves at noon.",  # the condition is missing
        "The ferry does not leave on 3 May 2028.",
        "The ferry leaves on 3 May to the north quay.",
        "10:00",  # a phrase: it needs the question to be judged
    ],
)
def test_a_changed_or_spliced_sentence_is_not_an_extract(claim: str) -> None:
    assert not extracts(claim, FERRY)


@pytest.mark.parametrize(
    "block",
    [
        "Members may, upon approval by the board, use the swimming pool.",
        "Members may use the swimming pool in case of an accident.",
        "Members may use the swimming pool subject to approval.",
        "Members may, with a guest of the house, use the swimming pool.",
        "Members may use the swimming pool with a guest of the house.",
    ],
)
def test_what_limits_a_permission_is_not_left_out_of_an_extract(block: str) -> None:
    assert not extracts("Members may use the swimming pool.", block)
    assert extracts("Members may use the swimming pool.", "Members of the club may use the large swimming pool.")


def test_a_word_of_the_heading_may_name_the_subject_unless_the_sentence_names_another() -> None:
    assert extracts(
        "The dishwasher is under warranty until 3 May 2028.", "The warranty ends on 3 May 2028.", context=["Dishwasher"]
    )
    assert not extracts("Anna left the house on 3 May.", "Ben left the house on 3 May.", context=["Anna"])


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("The oak door costs €340.", True),
        ("The oak door costs €12.", False),
        ("Oak door: 340", False),  # the column is not named
        ("Oak door: 12", False),
        ("Oak door: stock 12", True),
        ("The pine door costs €340.", False),
    ],
)
def test_a_row_gives_a_value_under_its_own_names(claim: str, holds: bool) -> None:
    assert extracts(claim, ROW, row=True) is holds


def test_the_cells_of_a_worded_table_stand_in_their_row_and_column() -> None:
    assert cells_stand("| Weight | 31 kg | 18 kg |", "| | Oak | Pine |", [TURNED]) == [0]
    assert cells_stand("| Oak | 31 kg |", "| | Weight |", [TURNED]) == [0]
    assert cells_stand("| Weight | 18 kg | 31 kg |", "| | Oak | Pine |", [TURNED]) == []
    assert cells_stand("| Oak door | 340 euros |", "| Article | Price EUR |", [ROW]) == [0]


def test_a_composed_reply_may_be_repeated_in_fewer_words() -> None:
    question = "How many meetings were there in 2026?"
    assert restates("Ten.", "10 (May, June)", question=question)
    assert restates("There were 10 meetings in 2026.", "10", question=question)
    assert not restates("There were 11 meetings in 2026.", "10", question=question)
    assert not restates(
        "Yes, until 3 May 2028.", "No: The warranty ended on 3 May 2028.", question="Is it under warranty?"
    )


def test_an_enumeration_is_split_into_its_items() -> None:
    assert segments("Five: Rye, oats and wheat.") == ["Five: Rye", "oats", "wheat"]
    assert segments("One thing; another, smaller thing.") == ["One thing", "another, smaller thing"]


@pytest.mark.parametrize(
    ("question", "claim", "block"),
    [
        ("Is Elm or Ash cheaper?", "Elm is cheaper.", "Ash is 5 percent cheaper, but late."),
        ("What is the default of max_open_files?", "The default is 100.", "max_open_dirs: most folders (default 100)"),
        ("What does freight to Malta cost?", "Freight from Malta costs 9 EUR.", "Country: Malta | Price EUR: 9"),
    ],
)
def test_a_statement_about_one_thing_is_not_accepted_about_the_other(question: str, claim: str, block: str) -> None:
    assert broken_rule(question, claim, [block], rows=["|" in block]) is not None


def test_a_value_of_another_column_is_refused() -> None:
    wrong = broken_rule("How heavy is Pine?", "31 kg.", [TURNED], rows=[True])
    assert wrong == "'31' stands in the column 'Oak'"
    assert broken_rule("How heavy is Pine?", "18 kg.", [TURNED], rows=[True]) is None


def test_the_row_above_the_separator_is_the_head_of_a_table() -> None:
    said = list(parts(["| Wood | Price |\n|---|---|\n", "| Oak | 340 |\n| Ash | 290 |\n\nDone."]))
    assert said == [
        Part("| Wood | Price |", "head"),
        Part("| Oak | 340 |", "row", head="| Wood | Price |"),
        Part("| Ash | 290 |", "row", head="| Wood | Price |"),
        Part("Done.", "text"),
    ]


def test_a_head_with_words_of_no_document_is_not_shown() -> None:
    text = "| Article | Price EUR |\n|---|---|\n| Oak door | 340 |\n| Ash door | 290 |\n"
    found = situation("What do the doors cost?", "list", {"doors.md": text}, "Oak door", "Ash door")
    rows = "| Oak door | 340 |\n| Ash door | 290 |\n"
    *_, fair = word(
        found, compose(found), ScriptedGenerator(f"| Article | Price EUR |\n|---|---|\n{rows}"), Verifier(None)
    )
    *_, false = word(
        found, compose(found), ScriptedGenerator(f"| Article | Price with VAT |\n|---|---|\n{rows}"), Verifier(None)
    )
    assert fair.rejected == ()
    assert "| Article | Price with VAT |" in false.rejected


def test_a_computed_value_must_be_in_the_wording() -> None:
    found = situation("How many nights?", "count", {"hut.md": HUT}, "A bed costs 48 crowns")
    counted = (Statement("2 (May, June).", (found.best,), "supported"),)
    *_, other = word(found, counted, ScriptedGenerator("A bed costs 48 crowns a night [1]."), Verifier(None))
    assert other.reply == counted


def test_a_yes_does_not_replace_a_no() -> None:
    found = situation("Do dogs sleep in the hut?", "yes-no", {"hut.md": HUT}, "Dogs sleep in the shed")
    no = (replace(compose(found)[0], text="No: Dogs sleep in the shed."),)
    *_, said = word(found, no, ScriptedGenerator("Yes, dogs sleep in the shed [1]."), Verifier(None))
    assert said.reply[0].text.startswith("No") or said.reply[0].text == "Dogs sleep in the shed."
    assert said.rejected == ("Yes, dogs sleep in the shed.",)


def test_steps_in_another_order_are_replaced_by_the_quotes() -> None:
    text = "# Stove\n\n1. Open the flue.\n2. Lay two logs.\n3. Light the paper.\n"
    found = situation("How do I light the stove?", "steps", {"stove.md": text}, "Open the flue")
    turned = "1. Lay two logs\n2. Open the flue\n3. Light the paper\n"
    *_, said = word(found, compose(found), ScriptedGenerator(turned), Verifier(None))
    assert [s.text for s in said.reply] == ["Open the flue.", "Lay two logs.", "Light the paper."]


class Check:
    """A check that accepts a claim with enough blocks, and records the sureness it was asked for."""

    def __init__(self, blocks: int = 1) -> None:
        self.blocks = blocks
        self.asked: list[float] = []

    def why_not(
        self,
        question: str,
        claim: str,
        blocks: Sequence[Evidence],
        *,
        context: Sequence[str] = (),
        at_least: float = 0.0,
    ) -> str | None:
        self.asked.append(at_least)
        return None if len(blocks) >= self.blocks else "not yet"


def read(text: str, *parts: str) -> tuple[Evidence, ...]:
    return situation("What is said?", "fact", {"told.md": text}, *parts).evidence


def supported(claim: str, evidence: Sequence[Evidence], check: Check) -> Statement | None:
    quoted = (Statement("Something else stands there.", evidence[:1]),)
    return accepted("What is said?", Part(claim, "text"), evidence, check, quoted=quoted)  # type: ignore[arg-type]


def test_a_raw_row_is_not_a_sentence() -> None:
    rows = read("| Article | Price |\n|---|---|\n| Oak door | 340 |\n", "Oak door")
    assert supported("Article: Oak door | Price: 340", rows, Check()) is None


def test_a_short_sentence_is_not_combined_from_two_places() -> None:
    both = read("Elm is a wood of this forest.\n\nAsh is cheaper by five percent here.\n", "Elm is", "Ash is")
    assert supported("Elm is cheaper here.", both, Check(blocks=2)) is None
    long = "Elm is a wood of this forest while ash is cheaper by five percent here."
    assert supported(long, both, Check(blocks=2)) is not None


def test_if_the_nearest_block_says_otherwise_a_second_one_does_not_help() -> None:
    both = read(
        "Bicycles that stand in a locked cellar over night are covered.\n\nFlooding in a cellar is not covered.\n",
        "Bicycles",
        "Flooding",
    )
    assert (
        supported("Bicycles that stand in a locked cellar over night are not covered.", both, Check(blocks=2)) is None
    )


def test_the_check_must_be_surer_of_a_phrase_than_of_a_sentence() -> None:
    hut = read(HUT, "A bed costs 48 crowns")
    phrase, sentence = Check(), Check()
    supported("Fully 48 crowns each.", hut, phrase)
    supported("Whoever stays there has to pay 48 crowns for a bed.", hut, sentence)
    assert (phrase.asked[0], sentence.asked[0]) == (SURE, SUPPORTED)
