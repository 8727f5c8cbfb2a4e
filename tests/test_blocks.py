"""A block is a unit that can be an answer: its quote is the document's own text, and a question is not an answer."""

from __future__ import annotations

import pytest

from rag.evidence import Block
from rag.split.blocks import blocks_of
from rag.split.tables import tables_of
from rag.types import Document
from tests.situations import loaded, passages

GUIDE = """# Kiln guide

## Can I open it while it is hot?

No. The lid stays shut below 90 degrees. Then open it a hand's width.

## Cones

| Cone | Peak | Hold |
|---|---|---|
| 06 | **999** °C | 10 min |
| 6 | 1,222 °C | 15 min |

## Start from a script

Call it like this:

```python
kiln.fire(cone="6")
```

Which cone is right? Ask [the studio](https://studio.example).
"""


def blocks(document: Document) -> list[Block]:
    return [block for passage in passages(document) for block in blocks_of(document, passage)]


@pytest.fixture(scope="module")
def guide() -> Document:
    return loaded("kiln.md", GUIDE)


def test_the_quote_of_every_block_is_in_the_document(guide: Document) -> None:
    found = blocks(guide)
    assert len(found) == 6
    assert all(guide.text[b.start : b.end] == b.quote for b in found)


def test_every_character_that_is_read_has_its_position(guide: Document) -> None:
    for block in blocks(guide):
        assert len(block.offsets) == len(block.text)
        assert all(
            at < 0 or character == " " or guide.text[at] == character
            for at, character in zip(block.offsets, block.text, strict=True)
        )


def test_a_yes_or_no_is_read_with_the_next_sentence_and_a_step_with_its_predecessor(guide: Document) -> None:
    texts = [block.text for block in blocks(guide)]
    assert "No. The lid stays shut below 90 degrees. Then open it a hand's width." in texts


def test_a_row_is_read_with_its_column_names_and_without_markup(guide: Document) -> None:
    rows = [block for block in blocks(guide) if block.kind == "row"]
    assert [row.text for row in rows] == [
        "Cone: 06 | Peak: 999 °C | Hold: 10 min",
        "Cone: 6 | Peak: 1,222 °C | Hold: 15 min",
    ]
    assert rows[0].quote == "| 06 | **999** °C | 10 min |"


def test_code_is_read_with_the_line_that_introduces_it(guide: Document) -> None:
    (code,) = [block for block in blocks(guide) if block.kind == "code"]
    assert code.quote.startswith("Call it like this:")
    assert 'kiln.fire(cone="6")' in code.quote


def test_a_question_is_marked_and_a_link_is_read_by_its_text(guide: Document) -> None:
    question, answer = blocks(guide)[-2:]
    assert (question.kind, question.text) == ("question", "Which cone is right?")
    assert answer.text == "Ask the studio."


def test_brackets_after_an_item_belong_to_it() -> None:
    document = loaded(
        "options.md", "# Options\n\n- `retries`, how often it is tried again. (Defaults to 4)\n- `wait`, seconds.\n"
    )
    assert blocks(document)[0].text == "`retries`, how often it is tried again. (Defaults to 4)"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("fees.csv", "Room,Fee EUR,Beds\nAttic,48.5,2\nHall,120,9\n"),
        ("fees.md", "# Fees\n\n| Room | Fee EUR | Beds |\n|---|---|---|\n| Attic | 48.5 | 2 |\n| Hall | 120 | 9 |\n"),
    ],
)
def test_a_table_is_the_same_in_every_format(source: str, text: str) -> None:
    document = loaded(source, text)
    (table,) = tables_of(document)
    assert table.columns == ("Room", "Fee EUR", "Beds")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Attic", "48.5", "2"], ["Hall", "120", "9"]]
    for row in table.rows:
        for cell in row.cells:
            assert document.text[cell.start : cell.end] == cell.text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "图书馆早上九点开门。借书证的押金是五十元。馆长姓林。",
            ["图书馆早上九点开门。", "借书证的押金是五十元。", "馆长姓林。"],
        ),
        ("会議室は二階にあります。利用料は一時間千円です。", ["会議室は二階にあります。", "利用料は一時間千円です。"]),
        ("不行。晚上门是关着的，没有人在。", ["不行。晚上门是关着的，没有人在。"]),
    ],
)
def test_a_sentence_without_blanks_is_its_own_block(text: str, parts: list[str]) -> None:
    document = loaded("a.txt", text)
    (passage,) = passages(document)
    assert [block.quote for block in blocks_of(document, passage)] == parts
