"""Law 2: every [n] has exactly one citation, and a document's own [n] is never one."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.reply import Statement, write
from tests.situations import situation

FOUND = situation("?", "fact", {"a.txt": "The well is deep.\n\nThe pump is new [3].\n\nThe tank holds 90 litres.\n"})
WELL, PUMP, TANK = FOUND.evidence


def test_markers_are_numbered_in_the_order_of_the_text() -> None:
    written = write([Statement("The tank holds 90 litres.", (TANK,)), Statement("The well is deep.", (WELL,))])
    assert written.text == "The tank holds 90 litres [1]. The well is deep [2]."
    assert [(c.marker, c.quote) for c in written.citations] == [
        (1, "The tank holds 90 litres."),
        (2, "The well is deep."),
    ]


def test_evidence_that_is_used_twice_keeps_its_marker() -> None:
    written = write([Statement("A", (WELL, TANK)), Statement("B", (WELL,))])
    assert written.text == "A [1] [2] B [1]"
    assert len(written.citations) == 2


def test_a_footnote_of_the_document_is_not_a_marker() -> None:
    written = write([Statement(PUMP.text, (PUMP,))])
    assert written.text == "The pump is new (3) [1]."
    assert [int(n) for n in re.findall(r"\[(\d+)\]", written.text)] == [c.marker for c in written.citations]


def test_steps_items_and_rows_each_have_their_citation() -> None:
    steps = write([replace(Statement(e.text, (e,)), layout="step") for e in (WELL, TANK)])
    assert steps.text == "1. The well is deep [1].\n2. The tank holds 90 litres [2]."
    table = write([Statement("| | Litres |", (), layout="head"), Statement("| Tank | 90 |", (TANK,), layout="row")])
    assert table.text == "| | Litres |\n|---|---|\n| Tank | 90 [1] |"
    assert len(table.sentences) == 1


def test_the_programs_own_words_come_first_and_cite_nothing() -> None:
    written = write([Statement("The well is deep.", (WELL,))], front="The documents disagree.")
    assert written.text == "The documents disagree. The well is deep [1]."
    assert len(written.sentences) == 1
