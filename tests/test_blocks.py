"""A block is a unit that can be an answer: its quote is the document's own text, and a question is not an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rag.evidence import Block
from rag.split.blocks import blocks_of
from rag.split.tables import row_at, tables_of
from rag.types import Document, Segment
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


def cells(document: Document) -> list[list[tuple[str, str]]]:
    return [[(cell.column, cell.text) for cell in row.cells] for table in tables_of(document) for row in table.rows]


@pytest.mark.parametrize(
    "text",
    [
        "# Kiln\n\n- The cones:\n\n  | Cone | Peak | Hold |\n  |---|---|---|\n  | 06 | 999 | 10 |\n  | 6 | 1222 | 15 |\n",
        "- | Cone | Peak | Hold |\n  |---|---|---|\n  | 06 | 999 | 10 |\n  | 6 | 1222 | 15 |\n",
        "> | Cone | Peak | Hold |\n> |---|---|---|\n> | 06 | 999 | 10 |\n> | 6 | 1222 | 15 |\n",
    ],
)
def test_a_markdown_table_in_a_list_or_a_quote_keeps_its_names(text: str) -> None:
    document = loaded("kiln.md", text)
    rows = [[("Cone", "06"), ("Peak", "999"), ("Hold", "10")], [("Cone", "6"), ("Peak", "1222"), ("Hold", "15")]]
    assert cells(document) == rows
    assert [block.text for block in blocks(document)][-2:] == [
        "Cone: 06 | Peak: 999 | Hold: 10", "Cone: 6 | Peak: 1222 | Hold: 15",
    ]  # fmt: skip


def test_a_markdown_table_of_labels_and_values_has_no_names_of_columns() -> None:
    document = loaded("t.md", "| Skipper | Ida Lund |\n|---|---|\n| Address | Quay 4 |\n| Phone | 1234 |\n")
    assert cells(document) == [[("Skipper", "Ida Lund")], [("Address", "Quay 4")], [("Phone", "1234")]]
    assert [block.text for block in blocks(document)] == ["Skipper: Ida Lund", "Address: Quay 4", "Phone: 1234"]


class Counted(tuple[Segment, ...]):
    """Segments that count how often one of them is read."""

    reads = 0

    def __getitem__(self, key):  # type: ignore[no-untyped-def, override]
        found = super().__getitem__(key)
        Counted.reads += len(found) if isinstance(key, slice) else 1
        return found

    def __iter__(self) -> Iterator[Segment]:
        Counted.reads += len(self)
        return super().__iter__()


@pytest.mark.parametrize(
    ("source", "first", "row"),
    [
        ("a.md", "| Berth | Boat | Fee |\n|---|---|---|\n", "| {} | Loon | 12 |\n"),
        ("a.txt", "Berth   Boat   Fee\n-----   ----   ---\n", "{:<5}   Loon    12\n"),
        ("a.txt", " Berth | Boat | Fee \n-------+------+-----\n", " {:<5} | Loon |  12\n"),
    ],
)
def test_the_rows_of_a_table_are_read_in_proportion_to_them(source: str, first: str, row: str) -> None:
    text = first + "".join(row.format(number) for number in range(100))
    document = loaded(source, text)
    document = replace(document, segments=Counted(document.segments))
    rows = [segment for segment in document.segments if segment.kind == "row"]
    assert len(rows) == 100
    Counted.reads = 0
    for number, segment in enumerate(rows):
        found = row_at(document, segment.start)
        assert found is not None
        assert [cell.text for cell in found.cells] == [str(number), "Loon", "12"]
    assert Counted.reads < 40 * len(rows)


def test_a_bold_head_that_runs_into_a_paragraph_is_read_with_its_first_sentence() -> None:
    text = "Minutes\n\n5. **Plot rents 2027.** They rise. Nobody was against it.\n\n**This whole sentence is bold because it matters.** Read it.\n"
    texts = [block.text for block in blocks(loaded("minutes.md", text))]
    assert "Plot rents 2027. They rise." in texts
    assert "This whole sentence is bold because it matters." in texts
