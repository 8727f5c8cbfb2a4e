"""Tables are read correctly: each value with the name of its column, its section and its row."""

from __future__ import annotations

import pytest

from rag.errors import LoadError
from rag.load.formats import LOADERS
from rag.load.markup.html import parse_html
from rag.load.parsed import Parsed
from rag.load.tables.cells import EMPTY, Cell, Grid
from rag.load.tables.csv import parse_table
from rag.load.tables.rows import read_rows, texts
from rag.load.text.markdown import parse_markdown
from rag.load.text.plain import parse_plain
from rag.split.tables import tables_of
from tests.situations import loaded


def told(grid: Grid, *, data: bool = False) -> list[str]:
    return [row.text for row in read_rows(grid, data=data) if row.kind != "heading"]


def in_file(text: str) -> list[str]:
    parsed = parse_table(text.encode(), "t.csv")
    return [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "row"]


def in_json(text: str, name: str = "t.json") -> list[str]:
    parsed = LOADERS[name[name.index(".") :]](text.encode(), name)
    return [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "row"]


def in_page(body: str) -> list[tuple[str, str]]:
    return shown(parse_html(f"<html><body><h1>P</h1>{body}</body></html>".encode(), "p.html"))


def shown(parsed: Parsed) -> list[tuple[str, str]]:
    return [(s.heading, parsed.text[s.start : s.end]) for s in parsed.segments if s.kind in ("row", "paragraph")]


def test_two_columns_without_a_header_are_labels_and_values() -> None:
    rows = texts([["Captain", "Ivo Lund"], ["Harbour", "Skagen"], ["Built", "1931"]])
    assert told(rows) == ["Captain: Ivo Lund", "Harbour: Skagen", "Built: 1931"]
    assert in_file("Captain,Ivo Lund\nHarbour,Skagen\nMate,Doctor Rask\n") == [
        "Captain: Ivo Lund", "Harbour: Skagen", "Mate: Doctor Rask",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Name,Born\nAda,1815\nGrace,1906\n", "Name: Grace | Born: 1906"),
        ("Country,Capital\nFrance,Paris\nSpain,Madrid\n", "Country: Spain | Capital: Madrid"),
        ("Buoy,Chain (m)\nNorth,40\nSouth,35\n", "Buoy: South | Chain (m): 35"),
        ("Buoy,Keeper\nNorth,Ole\nSouth,Ida\nNorth,Per\n", "Buoy: North | Keeper: Per"),
        ("Seal;Weight;Sex\nOtto;120;m\nFrida;90;f\n", "Seal: Frida | Weight: 90 | Sex: f"),
    ],
)
def test_a_first_row_of_column_names_is_not_a_data_row(text: str, row: str) -> None:
    rows = in_file(text)
    assert rows[-1] == row or row in rows
    assert len(rows) == len(text.splitlines()) - 1


def test_a_first_row_that_is_repeated_below_is_not_a_header() -> None:
    assert in_file("open,Ann,north\nshut,Bea,south\nopen,Cy,east\n")[0] == "open | Ann | north"


def test_years_and_quarters_are_column_names() -> None:
    assert in_file("Region,2023,2024\nNorland,57,61\n") == ["Region: Norland | 2023: 57 | 2024: 61"]
    assert in_file(",Q1,Q2\nPumps,5,7\nValves,1,2\n") == ["Pumps | Q1: 5 | Q2: 7", "Valves | Q1: 1 | Q2: 2"]
    assert in_file("Ada,1815,36\nGrace,1906,85\n")[0] == "Ada | 1815 | 36"


def test_title_rows_blank_rows_and_blank_columns_do_not_split_a_table() -> None:
    parsed = parse_table(b"Harbour dues\n\nBoat,,Fee\nLoon,,12\n\nTern,,15\n", "dues.csv")
    assert [(s.kind, s.heading, parsed.text[s.start : s.end]) for s in parsed.segments] == [
        ("heading", "dues › Harbour dues", "Harbour dues"),
        ("row", "dues › Harbour dues › row 4", "Boat: Loon | Fee: 12"),
        ("row", "dues › Harbour dues › row 6", "Boat: Tern | Fee: 15"),
    ]


def test_a_second_table_has_its_own_column_names() -> None:
    rows = in_file("Boat,Fee\nLoon,12\nTern,15\nSmew,9\n\nCrane,Load,Reach\nA,40,9\nB,60,12\n")
    assert rows[:1] == ["Boat: Loon | Fee: 12"]
    assert rows[-1] == "Crane: B | Load: 60 | Reach: 12"


def test_tables_side_by_side_are_two() -> None:
    grid = texts(
        [["Item", "Price", "", "Item", "Price"], ["Oar", "9", "", "Sail", "80"], ["Rope", "3", "", "Mast", "95"]]
    )
    assert told(grid) == [
        "Item: Oar | Price: 9",
        "Item: Rope | Price: 3",
        "Item: Sail | Price: 80",
        "Item: Mast | Price: 95",
    ]


def test_a_spanning_row_is_the_section_of_the_rows_under_it() -> None:
    spring, autumn = Cell("Spring"), Cell("Autumn")
    grid = [[spring] * 2, [Cell("4"), Cell("Launch")], [autumn] * 2, [Cell("9"), Cell("Haul out")]]
    assert [(row.section, row.text) for row in read_rows(grid) if row.kind == "row"] == [
        (("Spring",), "4: Launch"),
        (("Autumn",), "9: Haul out"),
    ]


def test_a_merged_cell_is_read_once_and_equal_neighbours_are_kept() -> None:
    both = Cell("closed")
    head = [Cell("Day", True), Cell("Morning", True), Cell("Evening", True)]
    grid = [head, [Cell("Monday"), both, both], [Cell("Tuesday"), Cell("open"), Cell("open")]]
    assert told(grid) == ["Day: Monday | Morning, Evening: closed", "Day: Tuesday | Morning: open | Evening: open"]


def test_a_vertically_merged_group_is_in_each_of_its_rows() -> None:
    north = Cell("North")
    head = [Cell(name, True) for name in ("Coast", "Port", "Depth")]
    grid = [head, [north, Cell("Vik"), Cell("4")], [north, Cell("Sund"), Cell("6")]]
    assert told(grid)[1] == "Coast: North | Port: Sund | Depth: 6"


def test_names_in_two_levels_are_joined() -> None:
    year = Cell("2024")
    grid = [
        [EMPTY, year, year], [Cell("Port"), Cell("Q1"), Cell("Q2")],
        [Cell("Vik"), Cell("4"), Cell("5")], [Cell("Sund"), Cell("6"), Cell("7")],
    ]  # fmt: skip
    assert told(grid) == ["Port: Vik | 2024 Q1: 4 | 2024 Q2: 5", "Port: Sund | 2024 Q1: 6 | 2024 Q2: 7"]


def test_a_header_repeated_on_the_next_page_is_not_a_row() -> None:
    assert in_file("Boat,Fee\nLoon,12\nTern,15\nBoat,Fee\nSmew,9\n")[-1] == "Boat: Smew | Fee: 9"
    assert len(in_file("Boat,Fee\nLoon,12\nTern,15\nBoat,Fee\nSmew,9\n")) == 3


def test_a_name_without_values_is_not_lost() -> None:
    parsed = parse_table(b"Boat,Fee,Remark\nLoon,12,\nTern,15,\n", "t.csv")
    assert [(s.kind, parsed.text[s.start : s.end]) for s in parsed.segments][:2] == [
        ("heading", "Remark"),
        ("row", "Boat: Loon | Fee: 12"),
    ]


def test_labels_with_colons_are_pairs_however_many_are_in_a_row() -> None:
    grid = texts([["Name:", "Ada", "Born:", "1815"], ["Field:", "Logic", "Died:", "1852"]])
    assert told(grid) == ["Name: Ada | Born: 1815", "Field: Logic | Died: 1852"]


def test_a_table_in_a_web_page_has_captions_spans_and_row_headings() -> None:
    body = """<table><caption>Fares</caption><tr><th>Zone</th><th>Adult</th><th>Child</th></tr>
    <tr><th colspan=3>Day</th></tr><tr><td>A</td><td>3.10</td><td>1.50</td></tr>
    <tr><th colspan=3>Night</th></tr><tr><td>A</td><td colspan=2>4.00</td></tr></table>"""
    assert in_page(body) == [
        ("P › Fares › Day", "Zone: A | Adult: 3.10 | Child: 1.50"),
        ("P › Fares › Night", "Zone: A | Adult, Child: 4.00"),
    ]
    pairs = "<table><tr><th>Warden</th><td>Ole</td></tr><tr><th>Cook</th><td>Ida</td></tr></table>"
    assert [text for _, text in in_page(pairs)] == ["Warden: Ole", "Cook: Ida"]


def test_a_footnote_mark_is_not_part_of_a_word_and_a_power_is() -> None:
    body = "<p>Within three working days<sup>2</sup> for 40 m<sup>2</sup>.<sup><a href='#n3'>[3]</a></sup></p>"
    assert in_page(body)[0][1] == "Within three working days for 40 m2."


def test_a_table_in_a_cell_is_read() -> None:
    body = """<table><tr><th>Room</th><th>Gear</th></tr><tr><td>Attic</td><td>Shelf
    <table><tr><th>Box</th><th>Holds</th></tr><tr><td>7</td><td>lamps</td></tr></table></td></tr>
    <tr><td>Cellar</td><td>Pump</td></tr></table>"""
    assert [text for _, text in in_page(body)] == [
        "Room: Attic | Gear: Shelf",
        "Room: Cellar | Gear: Pump",
        "Box: 7 | Holds: lamps",
    ]


def test_questions_in_a_web_page_are_headings_of_their_answers() -> None:
    body = """<div><p><b>What does a night cost?</b><br>Eleven euros.</p><h3><button>Is there a dog?</button></h3><p>Two.</p></div>
    <dl><dt>Where is the slip?</dt><dd>Behind the crane.</dd><dt>Draught</dt><dd>2.1 m</dd></dl>
    <details><summary>Who pays?</summary><p>The guest.</p></details><p>Come soon.</p>"""
    assert in_page(body) == [
        ("P › What does a night cost?", "Eleven euros."),
        ("P › Is there a dog?", "Two."),
        ("P › Where is the slip?", "Behind the crane."),
        ("P", "Draught: 2.1 m"),
        ("P › Who pays?", "The guest."),
        ("P", "Come soon."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Help\n\nQ: Where is the key?\nA: In the blue tin.\n\nQ: Who feeds the hens?\nA: Ida does.\n",
        "# Help\n\n**Where is the key?**\n\nA: In the blue tin.\n\n**Who feeds the hens?**\n\nA: Ida does.\n",
        "# Help\n\nWhere is the key?\nA: In the blue tin.\n\nWho feeds the hens?\nA: Ida does.\n",
        "# Help\n\nQ: Where is the key? A: In the blue tin.\n\nQ: Who feeds the hens? A: Ida does.\n",
    ],
)
def test_questions_in_a_text_are_headings_of_their_answers(text: str) -> None:
    parsed = parse_markdown(text.encode(), "help.md")
    assert parsed.text == text
    assert shown(parsed)[-2:] == [
        ("Help › Where is the key?", "A: In the blue tin."),
        ("Help › Who feeds the hens?", "A: Ida does."),
    ]


def test_a_question_inside_prose_is_text() -> None:
    parsed = parse_plain(b"She left the house at dawn.\n\nBut why did she go?\n\nNobody knew it then.\n", "a.txt")
    assert [text for _, text in shown(parsed)] == [
        "She left the house at dawn.",
        "But why did she go?",
        "Nobody knew it then.",
    ]


def test_the_header_of_a_markdown_table_is_not_evidence_unless_it_is_a_label() -> None:
    parsed = parse_markdown(b"| Boat | Fee |\n|---|---|\n| Loon | 12 |\n", "t.md")
    assert [(s.kind, s.heading) for s in parsed.segments] == [("heading", ""), ("row", "Boat | Fee")]
    parsed = parse_markdown(b"| Skipper | Ida Lund |\n|---|---|\n| Address | Quay 4 |\n| Phone | 1234 |\n", "t.md")
    assert [(s.kind, s.heading) for s in parsed.segments] == [("row", "")] * 3
    parsed = parse_markdown(b"| | Tern | Gull |\n|---|---|---|\n| Weight | 90 kg | 240 kg |\n", "t.md")
    assert [(s.kind, s.heading) for s in parsed.segments] == [("heading", ""), ("row", "Tern | Gull")]


def test_text_that_a_script_unhides_and_text_after_an_open_noscript_is_read() -> None:
    waiting = (
        b"<html><body style='visibility:hidden'><p>The gate opens at six.</p><script>show()</script></body></html>"
    )
    assert parse_html(waiting, "p.html").text == "The gate opens at six."
    assert "at six" in parse_html(b"<body><noscript><img src=x><p>The gate opens at six.</p></body>", "p.html").text


def test_text_marked_as_boilerplate_answers_no_question() -> None:
    body = "<div class='cookie-banner'><p>We keep your data for a year.</p></div><p>The gate opens at six.</p><div id=newsletter><p>Write to us.</p></div>"
    assert in_page(body) == [("P", "The gate opens at six.")]


def test_an_abbreviation_and_its_meaning_are_not_column_names() -> None:
    assert in_file("DLO,Duty Light Officer\nHMO,Harbour Mooring Office\nPWK,Pilot Watch Keeper\n") == [
        "DLO: Duty Light Officer", "HMO: Harbour Mooring Office", "PWK: Pilot Watch Keeper",
    ]  # fmt: skip


def test_column_names_that_mean_only_label_and_value_are_left_out() -> None:
    assert in_file("Property,Value\nKeel,oak\nLength,9 m\n") == ["Keel: oak", "Length: 9 m"]


def test_codes_under_a_column_name_without_figures_belong_to_it() -> None:
    assert in_file("Part;Norm\nShackle;EN 13889\nChain;EN 818\nHook;EN 1677\n")[0] == "Part: Shackle | Norm: EN 13889"


def test_a_row_of_units_belongs_to_the_names() -> None:
    assert in_file("Depth,Current\nm,kn\n4,1.5\n9,2\n") == [
        "Depth m: 4 | Current kn: 1.5",
        "Depth m: 9 | Current kn: 2",
    ]
    assert in_file("Shed,Sails,Cost\n,pieces,EUR thousand\nEast,57,4.5\nWest,83,6\n") == [
        "Shed: East | Sails pieces: 57 | Cost EUR thousand: 4.5",
        "Shed: West | Sails pieces: 83 | Cost EUR thousand: 6",
    ]
    assert in_file("Shed,Sails,Keeper\n,many,Ana\nEast,few,Bo\n")[0] == "Sails: many | Keeper: Ana"


def test_a_name_before_blank_cells_spans_the_names_below_them() -> None:
    assert in_file("Crew,Spring,,Autumn,\n,Days,Miles,Days,Miles\nAna,3,40,2,25\n") == [
        "Crew: Ana | Spring Days: 3 | Spring Miles: 40 | Autumn Days: 2 | Autumn Miles: 25"
    ]


def test_a_group_name_is_in_each_of_its_rows_if_it_is_marked_as_one() -> None:
    sails = [
        ["Shed", "Sail", "Hours"],
        ["East", "Jib", "57"],
        ["", "Genoa", "83"],
        ["West", "Jib", "12"],
        ["", "Genoa", "19"],
    ]
    rows = texts([*sails, ["", "Total", "171"]])
    marked = [[Cell(row[0].text, strong=bool(i and row[0].text)), *row[1:]] for i, row in enumerate(rows)]
    assert told(marked) == [
        "Shed: East | Sail: Jib | Hours: 57", "Shed: East | Sail: Genoa | Hours: 83",
        "Shed: West | Sail: Jib | Hours: 12", "Shed: West | Sail: Genoa | Hours: 19", "Sail: Total | Hours: 171",
    ]  # fmt: skip
    several = [*sails[:3], ["", "Kite", "8"], *sails[3:], ["", "Kite", "9"]]
    assert told(texts(several))[-1] == "Shed: West | Sail: Kite | Hours: 9"
    assert told(texts(sails))[-1] == "Sail: Genoa | Hours: 19"
    assert "Sail: Genoa" in in_file("Shed,Sail,Hours\nEast,Jib,57\n,Genoa,\nWest,Jib,12\n")[1].split(" | ")


def test_an_empty_cell_of_a_data_file_stays_empty() -> None:
    assert in_file("Title,Name,Port\nDr,Ann,Oslo\n,Bob,Rome\nProf,Cid,Bern\n,Dora,Wien\n") == [
        "Title: Dr | Name: Ann | Port: Oslo", "Name: Bob | Port: Rome",
        "Title: Prof | Name: Cid | Port: Bern", "Name: Dora | Port: Wien",
    ]  # fmt: skip


def test_labels_and_values_in_two_pairs_of_columns_are_pairs() -> None:
    assert in_file("Name,Ann Roe,Date,2024-05-01\nDepartment,Yard,Room,12\n") == [
        "Name: Ann Roe | Date: 2024-05-01",
        "Department: Yard | Room: 12",
    ]


def test_one_long_name_among_short_ones_is_a_column_name() -> None:
    long = "Description of the work that the yard has to do before the boat is launched"
    assert in_file(f"No.,{long},Cost\n1,Caulk,500\n2,Paint,300\n")[0] == f"No.: 1 | {long}: Caulk | Cost: 500"


def test_a_note_below_a_table_and_separated_from_it_is_text() -> None:
    parsed = parse_table(
        b"Rope,Price\nHemp,2.50\nSisal,4.20\n\nPrices hold from 1 May.\nSource: the chandler\n", "r.csv"
    )
    assert shown(parsed)[-2:] == [("r", "Prices hold from 1 May."), ("r", "Source: the chandler")]
    assert shown(parsed)[0] == ("r › row 2", "Rope: Hemp | Price: 2.50")


@pytest.mark.parametrize(
    ("body", "answers"),
    [
        ("<div>Q: Is breakfast included?</div><div>A: No.</div><div>Q: Is there a lift?</div><div>A: Yes.</div>", ["A: No.", "A: Yes."]),
        ("<p><b>Is there wifi?</b> Yes.</p><table><tr><th>Room</th><th>Bed</th></tr><tr><td>Blue</td><td>2</td></tr></table>", ["Yes."]),
        ("<p><b>Is there wifi?</b></p><p>Yes.</p>", ["Yes."]),
    ],
)  # fmt: skip
def test_an_answer_is_below_its_question_and_what_follows_is_not(body: str, answers: list[str]) -> None:
    parsed = parse_html(f"<html><body><h1>House</h1>{body}</body></html>".encode(), "house.html")
    asked = [s for s in parsed.segments if s.heading.endswith("?") and s.kind != "heading"]
    assert [parsed.text[s.start : s.end] for s in asked] == answers


def test_a_power_is_written_with_superscript_digits() -> None:
    assert in_page("<p>It counts to 2<sup>10</sup>.</p>")[0][1] == "It counts to 2¹⁰."


def test_a_table_after_many_blank_lines_is_read() -> None:
    parsed = parse_table(("\n" * 200_001 + "a,b\n1,2\n").encode(), "a.csv")
    assert parsed.text == "a: 1 | b: 2"


def test_a_table_that_one_long_row_would_spread_is_refused() -> None:
    with pytest.raises(LoadError, match="a table is spread over more than 12,000,000 blank cells; split it"):
        parse_table(("x" + "," * 25_000 + "\n" + "1,2\n" * 600).encode(), "a.csv")


def test_a_value_cannot_name_another_cell() -> None:
    text = "Note,Price\ncheap | Price: 1 EUR,9 EUR\nnew,8 EUR\n"
    assert in_file(text)[0] == "Note: cheap ¦ Price: 1 EUR | Price: 9 EUR"
    document = loaded("t.csv", text)
    (table,) = tables_of(document)
    price = table.rows[0].cell("Price")
    assert price is not None
    assert price.text == "9 EUR" == document.text[price.start : price.end]
    assert (
        in_file("Note,Price EUR,Boats\nPrice EUR: 1,9,2\nnew,8,3\n")[0]
        == "Note: Price EUR: 1 | Price EUR: 9 | Boats: 2"
    )
    grid = texts([["", "Price", "Boats"], ["Price: 1", "9", "2"], ["new", "8", "3"]])
    grid[0] = [Cell(cell.text, head=bool(cell.text)) for cell in grid[0]]
    assert told(grid)[0] == "Price : 1 | Price: 9 | Boats: 2"
    assert in_json('[{"note": "cheap | price: 1", "price": 9}]') == ["note: cheap ¦ price: 1 | price: 9"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("2024-01-01;12,50\n2024-01-02;13,10\n2024-01-03;9,95\n", "2024-01-01: 12,50"),
        (
            "Name, Vorname;Preis;Menge\nMüller, Anna;1;2\nRask, Bo;3;4\n",
            "Name, Vorname: Müller, Anna | Preis: 1 | Menge: 2",
        ),
        ("Port,Price\nHull; Dock,12\nTyne; Quay,9\n", "Port: Hull; Dock | Price: 12"),
    ],
)
def test_a_comma_in_every_row_does_not_separate_if_another_sign_does(text: str, row: str) -> None:
    assert in_file(text)[0] == row


def test_a_cell_hangs_down_below_rows_that_do_not_reach_it() -> None:
    head = "<tr><th>A</th><th>B</th><th>C</th></tr>"
    body = "<tr><td>p</td><td>q</td><td rowspan=2>r</td></tr><tr><td>s</td></tr><tr><td>t</td><td>u</td><td>v</td></tr>"
    assert [row for _, row in in_page(f"<table>{head}{body}</table>")] == ["A: p | B: q | C: r", "A: s | C: r", "A: t | B: u | C: v"]  # fmt: skip


def test_a_json_value_is_written_as_in_the_file() -> None:
    assert in_json('[{"price": 1.10, "id": 12345678901234567890.5, "low": -0, "far": 1E3}]') == [
        "price: 1.10 | id: 12345678901234567890.5 | low: -0 | far: 1E3"
    ]
    assert in_json('{"boat": {"name": "Loon", "crew": 2, "name": "Tern"}}') == ["name: Loon, Tern", "crew: 2"]
    assert in_json('{"a": "one\u2028two", "b": 1}\r\n{"a": "x", "b": 2}\n', "t.jsonl") == [
        "a: one\ntwo | b: 1",
        "a: x | b: 2",
    ]


def test_a_comparison_in_xml_is_not_a_tag() -> None:
    text = "<rules><rule><when>x &lt; 5 and y &gt; 3</when><then>&lt;b&gt;shut&lt;/b&gt; it</then></rule></rules>"
    assert in_json(text, "t.xml") == ["when: x < 5 and y > 3", "then: shut it"]


def test_labels_that_are_marked_beside_their_values_name_them_in_every_pair() -> None:
    pairs = (("Skipper", "Ida", "Port", "Hull"), ("Built", "1911", "Crew", "4"))
    expected = ["Skipper: Ida | Port: Hull", "Built: 1911 | Crew: 4"]
    for marks in ({"head": True}, {"strong": True}):
        assert (
            told([[Cell(text, **(marks if not i % 2 else {})) for i, text in enumerate(row)] for row in pairs])
            == expected
        )
    rows = "".join(
        "<tr>" + "".join(f"<th>{a}</th><td>{b}</td>" for a, b in (row[:2], row[2:])) + "</tr>" for row in pairs
    )
    assert [row for _, row in in_page(f"<table>{rows}</table>")] == expected
    named = [
        [Cell(text, head=not i or not j) for j, text in enumerate(row)]
        for i, row in enumerate((("", "Fee", "", "Crew"), ("Loon", "1", "a", "2"), ("Tern", "3", "b", "4")))
    ]
    assert told(named)[0] == "Loon | Fee: 1 | a | Crew: 2"


def test_a_foot_that_stands_before_the_names_is_below_the_rows() -> None:
    table = "<table><tfoot><tr><td>Sum</td><td>3</td></tr></tfoot><thead><tr><th>Boat</th><th>Fee</th></tr></thead><tr><td>Loon</td><td>1</td></tr><tr><td>Tern</td><td>2</td></tr></table>"
    assert [row for _, row in in_page(table)] == ["Boat: Loon | Fee: 1", "Boat: Tern | Fee: 2", "Boat: Sum | Fee: 3"]


def test_a_foot_is_that_of_the_whole_table_and_not_of_its_last_section() -> None:
    table = (
        "<table><thead><tr><th>Boat</th><th>Fee</th></tr></thead><tfoot><tr><td>Sum</td><td>3</td></tr></tfoot>"
        "<tr><th colspan=2>North quay</th></tr><tr><td>Loon</td><td>1</td></tr>"
        "<tr><th colspan=2>South quay</th></tr><tr><td>Tern</td><td>2</td></tr></table>"
    )
    page = parse_html(f"<html><body><h1>Fees</h1>{table}</body></html>".encode(), "fees.html")
    rows = {page.text[s.start : s.end]: s.heading for s in page.segments if s.kind == "row"}
    assert rows["Boat: Tern | Fee: 2"] == "Fees › South quay"
    assert rows["Boat: Sum | Fee: 3"] == "Fees"


def test_rows_of_json_are_counted_without_the_names_that_stand_apart() -> None:
    parsed = LOADERS[".json"](b'{"columns": ["Boat", "Fee"], "data": [["Loon", 12], ["Tern", 7]]}', "fees.json")
    assert [s.heading for s in parsed.segments] == ["fees › data › row 1", "fees › data › row 2"]


def test_units_below_a_merged_name_and_of_a_single_column_belong_to_the_names() -> None:
    boat, summer, winter = Cell("Boat"), Cell("Summer"), Cell("Winter")
    heads = [[boat, summer, summer, winter, winter], [boat, *map(Cell, ("Fee", "Length", "Fee", "Length"))]]
    units = [boat, *map(Cell, ("EUR", "m", "EUR", "m"))]
    rows = texts([["Loon", "1", "2", "3", "4"], ["Tern", "5", "6", "7", "8"]])
    assert told([*heads, units, *rows]) == [
        f"Boat: {boat} | Summer Fee EUR: {a} | Summer Length m: {b} | Winter Fee EUR: {c} | Winter Length m: {d}"
        for boat, a, b, c, d in (("Loon", 1, 2, 3, 4), ("Tern", 5, 6, 7, 8))
    ]
    assert told(texts([["Boat", "Fee"], ["", "EUR"], ["Loon", "1"], ["Tern", "2"]])) == [
        "Boat: Loon | Fee EUR: 1", "Boat: Tern | Fee EUR: 2",
    ]  # fmt: skip
    assert told(texts([["Boat", "Fee"], ["Loon", "EUR"], ["Tern", "2"]]))[0] == "Boat: Loon | Fee: EUR"


def test_parts_that_each_repeat_the_names_stand_side_by_side() -> None:
    def part(name: str, *rows: tuple[str, str]) -> Grid:
        return [[Cell(name, strong=True), EMPTY], *texts([("Boat", "Fee"), *rows])]

    grid = [
        [Cell("Report", strong=True), EMPTY],
        *part("Small boats", ("Loon", "1"), ("Tern", "2")),
        *part("Large boats", ("Smew", "3"), ("Gull", "4")),
    ]
    assert [(row.section, row.text) for row in read_rows(grid) if row.kind == "row"] == [
        (("Report", "Small boats"), "Boat: Loon | Fee: 1"), (("Report", "Small boats"), "Boat: Tern | Fee: 2"),
        (("Report", "Large boats"), "Boat: Smew | Fee: 3"), (("Report", "Large boats"), "Boat: Gull | Fee: 4"),
    ]  # fmt: skip


def test_the_line_that_tells_a_spreadsheet_the_separator_is_no_row() -> None:
    text = "sep=;\r\nBoat;Fee, EUR\r\nLoon;1,50\r\nTern;2,00\r\n"
    parsed = parse_table(text.encode(), "t.csv")
    assert [(s.kind, s.heading, parsed.text[s.start : s.end]) for s in parsed.segments] == [
        ("row", "t › row 2", "Boat: Loon | Fee, EUR: 1,50"), ("row", "t › row 3", "Boat: Tern | Fee, EUR: 2,00"),
    ]  # fmt: skip


def test_a_table_written_as_lists_of_json_has_the_names_of_its_columns() -> None:
    rows = ["Boat: Loon | Fee: 12", "Boat: Tern | Fee: 7"]
    assert in_json('[["Boat", "Fee"], ["Loon", 12], ["Tern", 7]]') == rows
    for names, held in (("columns", "data"), ("header", "rows"), ("fields", "values")):
        assert in_json(f'{{"{names}": ["Boat", "Fee"], "{held}": [["Loon", 12], ["Tern", 7]]}}') == rows
    assert in_json('{"columns": ["Boat"], "data": [["Loon", 12], ["Tern", 7]]}') == [
        "columns: Boat",
        "Loon, 12",
        "Tern, 7",
    ]
    assert in_json('{"ring": [[0.1, 5.2], [3.4, 5.2], [3.4, 1.2]]}') == ["0.1, 5.2", "3.4, 5.2", "3.4, 1.2"]


def test_records_by_name_in_json_are_rows_that_begin_with_their_names() -> None:
    text = '{"Loon": {"fee": 12, "port": "Hull"}, "Tern": {"fee": 7}}'
    assert in_json(text) == ["Loon | fee: 12 | port: Hull", "Tern | fee: 7"]
    (table,) = tables_of(loaded("t.json", text))
    assert [[(cell.column, cell.text) for cell in row.cells] for row in table.rows][1] == [("", "Tern"), ("fee", "7")]
    assert in_json('{"server": {"host": "a"}, "log": {"level": "low"}}') == ["host: a", "level: low"]


def test_records_of_an_xml_file_with_formatted_text_keep_their_names() -> None:
    boats = "".join(
        f'<boat id="{i}"><name>{n}</name><fee unit="EUR">{f}</fee><note>Built <b>in</b> 1911</note></boat>'
        for i, n, f in ((1, "Loon", 12), (2, "Tern", 7))
    )
    parsed = LOADERS[".xml"](f"<fleet>{boats}<p>Counted <i>twice</i>.</p></fleet>".encode(), "t.xml")
    assert [(s.kind, parsed.text[s.start : s.end]) for s in parsed.segments] == [
        ("row", "id: 1 | name: Loon | fee: 12 (unit: EUR) | note: Built in 1911"),
        ("row", "id: 2 | name: Tern | fee: 7 (unit: EUR) | note: Built in 1911"), ("paragraph", "Counted twice."),
    ]  # fmt: skip
