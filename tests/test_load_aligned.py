"""Tables typed with blanks and tabs, or drawn by programs with bars, are recognised; similar text is not a table."""

from __future__ import annotations

import json

import pytest

from rag.load.mail.message import parse_message
from rag.load.markup.html import parse_html
from rag.load.markup.notebook import parse_notebook
from rag.load.text.markdown import parse_markdown
from rag.load.text.plain import parse_plain
from rag.split.blocks import blocks_of
from rag.split.tables import tables_of
from rag.types import Document, Passage

STOCK = """\
Stock in May
Article          Pieces   Unit price
------------------------------------
Oats                 12         1.50
Cinnamon sticks     300        12.00
------------------------------------
Total               312
"""


def read(text: str) -> Document:
    parsed = parse_plain(text.encode(), "a.txt")
    assert parsed.text == text
    return Document("a", "a.txt", parsed.title, parsed.text, segments=parsed.segments)


def rows(text: str) -> list[dict[str, str]]:
    document = read(text)
    for table in tables_of(document):
        for row in table.rows:
            assert all(document.text[cell.start : cell.end] == cell.text for cell in row.cells)
    return [{cell.column: cell.text for cell in row.cells} for table in tables_of(document) for row in table.rows]


def test_rows_have_their_columns_and_their_caption() -> None:
    assert rows(STOCK) == [
        {"Article": "Oats", "Pieces": "12", "Unit price": "1.50"},
        {"Article": "Cinnamon sticks", "Pieces": "300", "Unit price": "12.00"},
        {"Article": "Total", "Pieces": "312"},
    ]
    document = read(STOCK)
    assert [(s.kind, s.heading) for s in document.segments] == [
        ("heading", "Stock in May"),
        ("heading", "Stock in May"),
        ("noise", "Stock in May"),
        ("row", "Stock in May › Article | Pieces | Unit price"),
        ("row", "Stock in May › Article | Pieces | Unit price"),
        ("noise", "Stock in May"),
        ("row", "Stock in May › Article | Pieces | Unit price"),
    ]


def test_a_row_is_read_with_its_column_names_and_its_quote_is_the_line() -> None:
    document = read(STOCK)
    passage = Passage("p", "a", "a.txt", document.text, 0, len(document.text))
    block = blocks_of(document, passage)[0]
    assert (block.text, block.quote) == (
        "Article: Oats | Pieces: 12 | Unit price: 1.50",
        "Oats                 12         1.50",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name\tQty\tBox\nOats\t12\tA\nRye\t\tB\nCinnamon sticks\t3\tC\n", [{"Name": "Oats", "Qty": "12", "Box": "A"}, {"Name": "Rye", "Box": "B"}, {"Name": "Cinnamon sticks", "Qty": "3", "Box": "C"}]),
        ("  Name\t\tLength\t\tBox\n  Oats\t\t12 cm\t\tA\n  Cinnamon\t3 cm\t\tB\n", [{"Name": "Oats", "Length": "12 cm", "Box": "A"}, {"Name": "Cinnamon", "Length": "3 cm", "Box": "B"}]),
        ("        2023   2024\nOats      12      7\nRye        3      9\n", [{"": "Oats", "2023": "12", "2024": "7"}, {"": "Rye", "2023": "3", "2024": "9"}]),
        ("Code   Meaning\n====   ================\nE1     The lamp is out.\nE2     No water.\n", [{"Code": "E1", "Meaning": "The lamp is out."}, {"Code": "E2", "Meaning": "No water."}]),
        ("Port Depth\n---- -----\nHull    12\nKiel     9\n", [{"Port": "Hull", "Depth": "12"}, {"Port": "Kiel", "Depth": "9"}]),
        ("名称      在庫   箱\n燕麦        12   甲\nライ麦       7   乙\n", [{"名称": "燕麦", "在庫": "12", "箱": "甲"}, {"名称": "ライ麦", "在庫": "7", "箱": "乙"}]),
        ("We sold:\r\n\r\nPort    Tons   Ships\r\nHull      12       3\r\nTyne       9       4\r\n\r\nNo more.\r\n", [{"Port": "Hull", "Tons": "12", "Ships": "3"}, {"Port": "Tyne", "Tons": "9", "Ships": "4"}]),
    ],
)  # fmt: skip
def test_blanks_tabs_dashes_and_wide_letters_separate_columns(text: str, expected: list[dict[str, str]]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ilse Brenner          Tor Dahl\nSandweg 4             Kirkegade 19\n10115 Elmhaven        8000 Norbeck\n",
        "Ilse Brenner        Tor Dahl        Ana Ruiz\nMill Lane           Church Road     Quay Street\nElmhaven            Norbeck         Salinas\n",
        "The wind came up,    the sail was torn,\n  and we,             who had no oar,\nlay down,            and waited.\n",
        "let width   = 12;\nlet height  = 30;\nlet depth   = 4;\n",
        "#define WIDTH    12\n#define HEIGHT   30\n#define DEPTH     4\n",
        "mov   eax   1\nadd   ebx   2\nsub   ecx   3\n",
        "2025-03-14 08:00:01   INFO   started   12 ms\n2025-03-14 08:00:02   WARN   slow      90 ms\n2025-03-14 08:00:03   INFO   done       3 ms\n",
        "INFO    started    12\nWARN    slow       90\nINFO    done        3\n",
        "The quay was built  in stone by men who  came\nfrom the north, and  the lamp was lit  every\nevening until 1911.  Nobody knows why  it was\nput out in that year  and never lit again.\n",
        "Name:    Ilse Brenner\nPhone:   0123 4567\nRoom:    12\nDesk:    4\n",
        "Name     Ilse Brenner\nPhone    0123 4567\nFax      0123 4568\nRoom     12\n",
        "Shore    3\nSea      7\nDeep    12\n",
        "2 cups    flour    sifted\n3 eggs    yolks    beaten\n1 lemon   zest     grated\n",
        "ILSE:    Who is there?\nTOR:     Nobody.\nILSE:    Then go away.\n",
        "C        G        Am       F\nD        A        Bm       G\nE        B        Dm       A\n",
        "    The first line is set in,\nand the next ones begin at the edge.\n    So is the second paragraph,\nwhich says nothing.\n",
        "1.  Fill the kettle.   10 min\n2.  Light the stove.    5 min\n3.  Wait.              20 min\n",
    ],
)  # fmt: skip
def test_addresses_verse_code_logs_prose_and_labels_are_not_tables(text: str) -> None:
    assert [s.kind for s in read(text).segments if s.kind == "row"] == []


PSQL = """\
fleet=> select * from boats;
 id | name  | home port | note
----+-------+-----------+-------
  1 | Loon  | Hull      | new  +
    |       |           | sails
  2 | Tern  |           |
 30 | C++   | Tyne      |
(3 rows)
"""


def test_a_table_printed_by_psql_has_rows_of_named_cells_and_a_two_line_cell_is_in_one_row() -> None:
    document = read(PSQL)
    (table,) = tables_of(document)
    assert table.columns == ("id", "name", "home port", "note")
    assert [[(cell.column, cell.text) for cell in row.cells] for row in table.rows] == [
        [("id", "1"), ("name", "Loon"), ("home port", "Hull"), ("note", "new"), ("note", "sails")],
        [("id", "2"), ("name", "Tern")],
        [("id", "30"), ("name", "C++"), ("home port", "Tyne")],
    ]
    assert [(s.kind, document.text[s.start : s.end]) for s in document.segments if s.kind != "row"] == [
        ("paragraph", "fleet=> select * from boats;"),
        ("heading", "id | name  | home port | note"),
        ("noise", "----+-------+-----------+-------"),
        ("paragraph", "(3 rows)"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+----+------+------+\n| id | name | fee  |\n+----+------+------+\n|  1 | Loon | NULL |\n|  2 | Tern | 12   |\n+----+------+------+\n2 rows in set\n", [{"id": "1", "name": "Loon", "fee": "NULL"}, {"id": "2", "name": "Tern", "fee": "12"}]),
        ("┌──────┬─────┐\n│ boat │ fee │\n├──────┼─────┤\n│ 海鷗 │ 7   │\n│ Loon │ 12  │\n└──────┴─────┘\n", [{"boat": "海鷗", "fee": "7"}, {"boat": "Loon", "fee": "12"}]),
        ("Dues:\n| Boat | Fee |\n|---|---:|\n| Loon | 12 |\n| Great Tern | 7 |\n", [{"Boat": "Loon", "Fee": "12"}, {"Boat": "Great Tern", "Fee": "7"}]),
        ("+------+-----+\n| Boat | Fee |\n+======+=====+\n| Loon | 12  |\n+------+-----+\n| Tern | 7   |\n+------+-----+\n", [{"Boat": "Loon", "Fee": "12"}, {"Boat": "Tern", "Fee": "7"}]),
        (" a | b \n---+---\n 1 | x | y\n", [{"a": "1", "b": "x | y"}]),
    ],
)  # fmt: skip
def test_frames_and_rules_of_other_programs_separate_columns(text: str, expected: list[dict[str, str]]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "+--------+---------+\n| Owner  | Ida     |\n+--------+---------+\n| Berth  | north   |\n+--------+---------+\n| Keeper | Tor     |\n+--------+---------+\n",
        "+----------------+\n| Mind the step. |\n+----------------+\n| It is wet.     |\n+----------------+\n",
        "+----+     +----+\n| A  |---->| B  |\n+----+     +----+\n",
        "cat a | sort\n---+---\ncat b\n",
        "None\n|  |\n|--|\n|  |\n",
    ],
)  # fmt: skip
def test_labels_in_a_frame_boxes_and_drawings_are_not_tables_with_names(text: str) -> None:
    assert [s.kind for s in read(text).segments if s.kind == "row"] == []


def test_a_table_in_a_fence_or_an_indented_markdown_block_has_rows_and_the_rest_stays_code() -> None:
    text = (
        "# Fleet\n\nIn May:\n\n```\nfleet=> select 1;\n id | name \n----+------\n  1 | Loon\n  2 | Tern\n(2 rows)\n\nfleet=> \\q\n```\n\n"
        "    Port    Tons   Ships\n    Hull      12       3\n    Tyne       9       4\n"
    )
    parsed = parse_markdown(text.encode(), "a.md")
    assert parsed.text == text
    assert [(s.kind, s.heading, text[s.start : s.end]) for s in parsed.segments] == [
        ("heading", "Fleet", "# Fleet"),
        ("paragraph", "Fleet", "In May:"),
        ("code", "Fleet", "fleet=> select 1;"),
        ("heading", "Fleet", "id | name"),
        ("noise", "Fleet", "----+------"),
        ("row", "Fleet › id | name", "1 | Loon"),
        ("row", "Fleet › id | name", "2 | Tern"),
        ("code", "Fleet", "(2 rows)\n\nfleet=> \\q"),
        ("heading", "Fleet", "Port    Tons   Ships"),
        ("row", "Fleet › Port | Tons | Ships", "Hull      12       3"),
        ("row", "Fleet › Port | Tons | Ships", "Tyne       9       4"),
    ]
    document = Document("a", "a.md", parsed.title, text, segments=parsed.segments)
    assert [
        [(cell.column, cell.text) for cell in row.cells] for table in tables_of(document) for row in table.rows
    ] == [
        [("id", "1"), ("name", "Loon")],
        [("id", "2"), ("name", "Tern")],
        [("Port", "Hull"), ("Tons", "12"), ("Ships", "3")],
        [("Port", "Tyne"), ("Tons", "9"), ("Ships", "4")],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```python\nPort    Tons   Ships\nHull      12       3\nTyne       9       4\n```\n",
        "```\nlet width   = 12;\nlet height  = 30;\nlet depth   = 4;\n```\n",
        '```\nrag build seeds\n\nrag ask   "Who?"\n```\n',
    ],
)
def test_code_in_a_fence_stays_one_block(text: str) -> None:
    assert [(s.kind, s.end) for s in parse_markdown(text.encode(), "a.md").segments] == [("code", len(text) - 1)]


def test_the_lines_around_a_table_are_unchanged() -> None:
    text = "We counted twice.\n\nPort    Tons   Ships\nHull      12       3\nTyne       9       4\nCounted by hand.\n"
    first, *_, last = [(s.kind, text[s.start : s.end]) for s in read(text).segments]
    assert (first, last) == (("paragraph", "We counted twice."), ("paragraph", "Counted by hand."))


def test_a_table_in_a_letter_is_read_as_rows() -> None:
    letter = b"From: a@example.org\nSubject: Stock\n\nHello,\n\nPort    Tons   Ships\nHull      12       3\nTyne       9       4\n\nBye\n"
    parsed = parse_message(letter, "a.eml", lambda data, name: parse_plain(data, name))
    assert "Port: Hull | Tons: 12 | Ships: 3" in [
        parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "row"
    ]


def test_a_printed_table_in_a_message_a_web_page_or_a_notebook_has_rows_with_column_names() -> None:
    letter = parse_message(
        f"From: a@example.org\nSubject: Fleet\n\n{PSQL}\nBye.\n".encode(),
        "a.eml",
        lambda data, name: parse_plain(data, name),
    )
    page = parse_html(f"<h1>Fleet</h1><pre>{PSQL}</pre><pre>port    = 12;\nship    = 3;\n</pre>".encode(), "a.html")
    cells = [
        {"cell_type": "markdown", "source": f"# Fleet\n\n```\n{PSQL}```\n"},
        {"cell_type": "code", "source": "show()", "outputs": [{"text": PSQL}]},
    ]
    notebook = parse_notebook(json.dumps({"cells": cells}).encode(), "a.ipynb")
    told = [
        [(s.kind, parsed.text[s.start : s.end]) for s in parsed.segments if s.kind in ("row", "code", "paragraph")]
        for parsed in (letter, page, notebook)
    ]
    fleet = [
        ("row", "id: 1 | name: Loon | home port: Hull | note: new | note: sails"),
        ("row", "id: 2 | name: Tern"),
        ("row", "id: 30 | name: C++ | home port: Tyne"),
    ]
    before, after = "fleet=> select * from boats;", "(3 rows)"
    assert told[0][1:] == [("paragraph", before), *fleet, ("paragraph", after), ("paragraph", "Bye.")]
    assert told[1] == [("code", before), *fleet, ("code", after), ("code", "port = 12;\nship = 3;")]
    assert told[2] == [
        ("code", before), *fleet, ("code", after), ("code", "show()"),
        ("paragraph", before), *fleet, ("paragraph", after),
    ]  # fmt: skip


def test_a_markdown_table_of_a_notebook_has_rows_with_column_names() -> None:
    source = "# Fleet\n\n|  | Port | Crew |\n|---|---|---|\n| Loon | Hull | **4** |\n| Tern |  | 6 |\n\n| Skipper | Ida |\n|---|---|\n| Phone | 123 |\n"
    parsed = parse_notebook(json.dumps({"cells": [{"cell_type": "markdown", "source": source}]}).encode(), "a.ipynb")
    assert [(s.heading, parsed.text[s.start : s.end]) for s in parsed.segments if s.kind == "row"] == [
        ("Fleet", "Loon | Port: Hull | Crew: 4"), ("Fleet", "Tern | Crew: 6"), ("Fleet", "Skipper: Ida"), ("Fleet", "Phone: 123"),
    ]  # fmt: skip


def test_a_doubled_rule_below_the_names_is_one() -> None:
    text = "Port   Tons   Ships\n----   ----   -----\n----   ----   -----\nHull     12       3\nTyne      9       4\n"
    assert rows(text) == [{"Port": "Hull", "Tons": "12", "Ships": "3"}, {"Port": "Tyne", "Tons": "9", "Ships": "4"}]


@pytest.mark.parametrize("margin", ["", "\t"])
def test_empty_tab_separated_cells_keep_their_places(margin: str) -> None:
    lines = ["\tJan\tFeb\tMar\n", "Rent\t100\t120\t\n", "Water and heat\t70\t30\t\n"]
    assert rows("".join(margin + line for line in lines)) == [
        {"": "Rent", "Jan": "100", "Feb": "120"}, {"": "Water and heat", "Jan": "70", "Feb": "30"},
    ]  # fmt: skip
    lines[2] = "Water and heat\t\t30\t40\n"
    assert rows("".join(margin + line for line in lines))[1] == {"": "Water and heat", "Feb": "30", "Mar": "40"}


def test_a_second_ruled_table_begins_with_its_own_names() -> None:
    text = "Name   Age\n----   ---\nAnn     30\nBo      41\nCity   Pop\n----   ---\nOslo   700\n"
    assert rows(text) == [{"Name": "Ann", "Age": "30"}, {"Name": "Bo", "Age": "41"}, {"City": "Oslo", "Pop": "700"}]
    text = "Name   Port\n----   ----\nAnn    Hull\nBo     Tyne\n----   ----\n"
    assert rows(text) == [{"Name": "Ann", "Port": "Hull"}, {"Name": "Bo", "Port": "Tyne"}]


EXPANDED = """\
fleet=> \\x
Expanded display is on.
fleet=> select * from boats;
-[ RECORD 1 ]------------
id          | 1
home port   | Hull | Tyne
note        | new        +
            | sails
-[ RECORD 2 ]------------
id          | 2
home port   | C++
note        |

fleet=> \\q
"""
VERTICAL = """\
mysql> select * from boats\\G
*************************** 1. row ***************************
       id: 1
home port: Hull: east
     note: new
sails
*************************** 2. row ***************************
       id: 2
home port: C++
     note:
2 rows in set (0.00 sec)

mysql> \\q
"""
FRAMED = """\
┌─[ DATENSATZ 1 ]────────┐
│ id        │ 1          │
│ home port │ Hull │ Tyne│
│ note      │ new       ↵│
│           │ sails      │
├─[ DATENSATZ 2 ]────────┤
│ id        │ 2          │
│ home port │ C++        │
│ note      │            │
└───────────┴────────────┘
"""


@pytest.mark.parametrize(
    ("text", "port"), [(EXPANDED, "Hull | Tyne"), (VERTICAL, "Hull: east"), (FRAMED, "Hull │ Tyne")]
)
def test_records_printed_one_below_the_other_are_rows_with_named_values(text: str, port: str) -> None:
    found = [
        [("id", "1"), ("home port", port), ("note", "new"), ("note", "sails")],
        [("id", "2"), ("home port", "C++")],
    ]
    fenced = f"# Fleet\n\n```\n{text}```\n\nThe end.\n"
    for name, parse, written in (
        ("a.txt", parse_plain, text),
        ("a.log", parse_plain, text),
        ("a.md", parse_markdown, fenced),
    ):
        parsed = parse(written.encode(), name)
        document = Document("a", name, parsed.title, parsed.text, segments=parsed.segments)
        (table,) = tables_of(document)
        assert [[(cell.column, cell.text) for cell in row.cells] for row in table.rows] == found
        assert all(document.text[c.start : c.end] == c.text for row in table.rows for c in row.cells)
        block = blocks_of(document, Passage("p", "a", name, written, 0, len(written)))
        assert [b.text for b in block if b.kind == "row"] == [
            f"id: 1 | home port: {port} | note: new | note: sails", "id: 2 | home port: C++",
        ]  # fmt: skip
        others = " ".join(written[s.start : s.end] for s in parsed.segments if s.kind not in ("row", "noise"))
        assert not any(mark in others for mark in ("RECORD", "DATENSATZ", "1. row"))
    page = parse_html(f"<h1>Fleet</h1><pre>{text}</pre>".encode(), "a.html")
    assert [page.text[s.start : s.end] for s in page.segments if s.kind == "row"] == [
        f"id: 1 | home port: {port.replace(' | ', ' ¦ ')} | note: new | note: sails", "id: 2 | home port: C++",
    ]  # fmt: skip
