"""Law 2: every [n] has exactly one citation, and a document's own [n] is never one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from rag.answer.forms.phrase import briefly
from rag.answer.markers import numbers_in, without_markers
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


def coded(text: str, marks: str) -> Statement:
    """Return the code of a document as a statement."""
    return briefly(situation("?", "fact", {"a.md": text}, marks).best)


def kinds(text: str) -> list[str]:
    """Return the blocks that any reader of Markdown finds."""
    return [token.type for token in MarkdownIt("commonmark").parse(text) if token.type in ("fence", "inline")]


@pytest.mark.parametrize(
    "code",
    [
        "```python\n" + "step(1)\n" * 300 + "```",  # cut, as it is too long
        "```\nrun()\n```",
        "````\n```\nrun()\n```\n````",
        "~~~sh\nrun()\n~~~",
        "    run()\n    ```\n    stop()",
    ],
)
def test_code_ends_before_its_marker_and_the_next_sentence(code: str) -> None:
    written = write([coded(f"# Go\n\n{code}\n", "un()" if "un()" in code else "step"), Statement(WELL.text, (WELL,))])
    assert kinds(written.text) == ["fence", "inline", "inline"]
    assert written.text.endswith("[1]\n\nThe well is deep [2].")


def test_a_line_that_announces_code_stands_before_it() -> None:
    written = write([coded("# Go\n\nRun the **program**:\n\n```sh\nrag build\n```\n", "rag build")])
    assert written.text == "Run the program:\n\n```sh\nrag build\n```\n[1]"


def test_brackets_in_code_are_no_marker() -> None:
    written = write([coded("# Go\n\n```\nx = a[7]\n```\n", "a[7]"), Statement(WELL.text, (WELL,))])
    assert "x = a[7]" in written.text
    assert numbers_in(written.text) == [1, 2] == [c.marker for c in written.citations]
    assert "a[7]" in without_markers(written.text)
    assert "[2]" not in without_markers(written.text)


def test_a_list_of_markers_counts_as_each_of_them() -> None:
    assert numbers_in("The well is deep [1, 3].") == [1, 3]
