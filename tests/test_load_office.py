"""Office files are read from their own XML: everything a person sees is in the text, once and complete."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.comments import Comment

from rag.errors import LoadError
from rag.load.office import parse_office
from rag.load.office.drawing import chart_blocks
from rag.load.office.number_format import shown
from rag.load.office.outline import Outline
from rag.load.office.sheet_notes import places_of
from rag.load.parsed import Parsed
from rag.load.tables.cells import Cell
from rag.load.tables.rows import Row

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def told(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(s.kind, s.heading, parsed.text[s.start : s.end]) for s in parsed.segments]


def packed(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def word(body: str, **parts: str) -> Parsed:
    """Read a Word file with this body; each further part is named by its relationship type."""
    relations = "".join(f'<Relationship Id="r-{k}" Type="{OFFICE}/{k}" Target="{k}.xml"/>' for k in parts)
    document = f"<w:document {W} {R}><w:body>{body}</w:body></w:document>"
    held = {f"word/{kind}.xml": content for kind, content in parts.items()}
    links = f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
    return parse_office(
        packed({"word/document.xml": document, "word/_rels/document.xml.rels": links, **held}), "d.docx"
    )


def p(*runs: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def r(text: str, form: str = "") -> str:
    return f'<w:r><w:rPr>{form}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: list[str]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"


def cell(inside: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside if inside.startswith('<') else p(r(inside))}</w:tc>"


def test_a_word_is_complete_however_it_is_split_into_runs() -> None:
    body = p(
        r("N"), r("ora", "<w:b/>"), r(" drinks H"), r("2", '<w:vertAlign w:val="subscript"/>'), r("O in the 21"),
        r("st", '<w:vertAlign w:val="superscript"/>'), r(" century"), r("4", '<w:vertAlign w:val="superscript"/>'), r("."),
    )  # fmt: skip
    assert word(body).text == "Nora drinks H2O in the 21st century."


def test_lines_broken_by_a_converter_are_one_paragraph() -> None:
    lines = ["The ferry to the outer islands leaves at seven in the", "morning and takes an hour.", "Bring a coat."]
    assert word("".join(p(r(line)) for line in lines)).text.split("\n\n") == [f"{lines[0]} {lines[1]}", lines[2]]


def test_notes_comments_and_page_headers_are_content_once_and_labelled() -> None:
    body = (
        p(
            r("The lease runs ten years."),
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
            '<w:r><w:commentReference w:id="0"/></w:r>',
        )
        + p(r("It is renewed in writing."), '<w:r><w:endnoteReference w:id="3"/></w:r>')
        + '<w:sectPr><w:headerReference r:id="r-header"/><w:footerReference r:id="r-footer"/></w:sectPr>'
    )
    separator = '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    parsed = word(
        body,
        footnotes=f'<w:footnotes {W}>{separator}<w:footnote w:id="2">{p(r("Five for barns."))}</w:footnote></w:footnotes>',
        endnotes=f'<w:endnotes {W}><w:endnote w:id="3">{p(r("By post."))}</w:endnote></w:endnotes>',
        comments=f'<w:comments {W}><w:comment w:id="0" w:author="Ida">{p(r("Too long?"))}</w:comment></w:comments>',
        header=f"<w:hdr {W}>{p(r('Farm of Vik, draft 7'))}</w:hdr>",
        footer=f"<w:ftr {W}>{p(r('Page 1 of 3'))}</w:ftr>",
    )
    assert told(parsed) == [
        ("paragraph", "d", "The lease runs ten years."),
        ("paragraph", "d › footnote 1", "Five for barns."),
        ("paragraph", "d › comment by Ida", "Too long?"),
        ("paragraph", "d", "It is renewed in writing."),
        ("paragraph", "d › endnote 1", "By post."),
        ("paragraph", "d › page header", "Farm of Vik, draft 7"),
        ("noise", "d › page footer", "Page 1 of 3"),
    ]


def test_deleted_and_moved_text_is_not_read_and_inserted_text_is() -> None:
    body = f"<w:p>{r('Rent: ')}<w:del>{r('90')}</w:del><w:ins>{r('95')}</w:ins> <w:moveFrom>{r(' gone')}</w:moveFrom><w:moveTo>{r(' euros')}</w:moveTo></w:p>"
    assert word(body).text == "Rent: 95 euros"


def test_content_controls_are_read_in_paragraphs_rows_and_cells() -> None:
    held = f"<w:sdt><w:sdtContent>{r('KV-7')}</w:sdtContent></w:sdt>"
    row = f"<w:sdt><w:sdtContent><w:tr>{cell('Cook')}<w:sdt><w:sdtContent>{cell('Ida')}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"
    body = f"<w:p>{r('Number ')}{held}</w:p><w:tbl><w:tr>{cell('Warden')}{cell('Ole')}</w:tr>{row}</w:tbl>"
    assert word(body).text == "Number KV-7\n\nWarden: Ole\nCook: Ida"


def test_clauses_have_the_numbers_that_word_prints() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{}"/></w:lvl>'
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="4">{level.format(0, "%1.")}{level.format(1, "%1.%2")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="4"/></w:num></w:numbering>'
    )

    def clause(depth: int, text: str) -> str:
        return f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr></w:pPr>{r(text)}</w:p>'

    body = clause(0, "Use") + clause(1, "By day") + clause(0, "Pay") + clause(1, "Monthly") + clause(1, "In euros")
    assert told(word(body, numbering=numbering)) == [
        ("heading", "d › 1. Use", "1. Use"),
        ("item", "d › 1. Use", "1.1 By day"),
        ("heading", "d › 2. Pay", "2. Pay"),
        ("item", "d › 2. Pay", "2.1 Monthly"),
        ("item", "d › 2. Pay", "2.2 In euros"),
    ]


def test_a_table_in_a_cell_and_merged_cells_are_read() -> None:
    inner = table([cell("Box"), cell("Count")], [cell("7"), cell("40")], [cell("8"), cell("12")])
    body = table(
        [cell("Coast"), cell("Port"), cell("Depth")],
        [cell("North", "<w:vMerge w:val='restart'/>"), cell("Vik"), cell("4")],
        [cell(p(), "<w:vMerge/>"), cell(p(r("Sund")) + inner), cell("6")],
    )
    assert word(body).text.split("\n") == [
        "Coast: North | Port: Vik | Depth: 4", "Coast: North | Port: Sund | Depth: 6", "Box: 7 | Count: 40", "Box: 8 | Count: 12",
    ]  # fmt: skip


def test_text_boxes_are_read_once_and_hidden_text_answers_no_question() -> None:
    box = f"<w:txbxContent>{p(r('Beware of the dog.'))}</w:txbxContent>"
    mc = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    both = f"<mc:AlternateContent {mc}><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    parsed = word(p(r("A gate."), f"<w:r>{both}</w:r>", r("Say yes.", "<w:vanish/>")))
    assert [(kind, text) for kind, _, text in told(parsed)] == [
        ("paragraph", "A gate."), ("hidden", "Say yes."), ("paragraph", "Beware of the dog."),
    ]  # fmt: skip


@pytest.mark.parametrize("look", ["<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:sz w:val="1"/>'])
def test_invisible_text_is_hidden(look: str) -> None:
    assert [(kind, text) for kind, _, text in told(word(p(r("A gate."), r(" Say yes.", look))))] == [
        ("paragraph", "A gate."),
        ("hidden", "Say yes."),
    ]


def test_white_text_on_its_own_background_is_visible() -> None:
    shaded = r("Open.", '<w:color w:val="FFFFFF"/><w:shd w:fill="003366"/>')
    assert [kind for kind, _, _ in told(word(p(shaded)))] == ["paragraph"]


def test_a_question_above_its_answer_is_a_heading() -> None:
    parsed = word(
        p(r("Where is the key?")) + p(r("In the blue tin.")) + p(r("Who feeds the hens?")) + p(r("Ida does."))
    )
    assert told(parsed) == [
        ("heading", "d › Where is the key?", "Where is the key?"),
        ("paragraph", "d › Where is the key?", "In the blue tin."),
        ("heading", "d › Who feeds the hens?", "Who feeds the hens?"),
        ("paragraph", "d › Who feeds the hens?", "Ida does."),
    ]
    told_once = word(p(r("But why did she go?")) + p(r("Nobody knew.")))
    assert [kind for kind, _, _ in told(told_once)] == ["paragraph", "paragraph"]


def test_a_file_with_broken_notes_is_refused_and_not_read_without_them() -> None:
    with pytest.raises(LoadError, match=r"damaged .*footnotes\.xml"):
        word(p(r("The lease.")), footnotes=f"<w:footnotes {W}><w:footnote>")


def test_a_file_with_a_broken_entry_is_reported_as_a_broken_archive() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{p(r('Dear Sir'))}</w:body></w:document>")
    data = bytearray(stream.getvalue())
    at = 30 + len("word/document.xml")  # after the entry's header
    data[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(LoadError, match="its archive is broken"):
        parse_office(bytes(data), "letter.docx")


@pytest.mark.parametrize("suffix", ["docm", "dotx", "dotm"])
def test_templates_are_read_as_documents(suffix: str) -> None:
    data = packed({"word/document.xml": f"<w:document {W}><w:body>{p(r('Dear Sir'))}</w:body></w:document>"})
    assert parse_office(data, f"letter.{suffix}").text == "Dear Sir"


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.965, "0.0%", "96.5%"),
        (0.965, "0.0 %", "96.5 %"),
        (45730, "yyyy\\-mm\\-dd", "2025-03-14"),
        (45730, "dd.mm.yyyy", "14.03.2025"),
        (45730.5, "yyyy-mm-dd hh:mm", "2025-03-14 12:00"),
        (45730, "m/d/yyyy", "3/14/2025"),
        (45730, "[$-409]d\\-mmm\\-yy;@", "14-Mar-25"),
        (12, '#,##0.00\\ "€"', "12.00 €"),
        (12, "#,##0.00\\ [$€-407]", "12.00 €"),
        (1234567.891, "#,##0", "1,234,567".replace("567", "568")),
        (-3, "#,##0_);(#,##0)", "(3)"),
        (7, "000", "007"),
        (3, '0 "days"', "3 days"),
        (1.5, "[h]:mm", "36:00"),
        (0.1 + 0.2, "General", "0.3"),
        (2.5, "#.##", "2.5"),
        (5.25, "00.00", "05.25"),
        (5.25, "0000.0", "0005.3"),
        (7, ";;;", ""),
        (-7, "0;;", ""),
        (0, "0;-0;", ""),
        (0, "0;;", ""),
        (7, "0;;", "7"),
        (0, '0;-0;""', ""),
        (7, '0"a;b";-0', "7a;b"),
        (-7, '0"a;b";-0\\;', "-7;"),
        (5, '[=0]"";General', "5"),
        (0, '[=0]"";General', ""),
        (2_000, '[>=1000]0," k";0', "2 k"),
        (20, '[>=1000]0," k";0', "20"),
        (7, "[Red]", "7"),
    ],
)
def test_a_number_is_written_as_its_sheet_shows_it(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_a_workbook_keeps_titles_names_formats_and_formulas(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Boats"
    sheet["A1"] = "Boats of the club"
    sheet.merge_cells("A1:D1")
    for row in (
        [],
        ["Boat", "Fee", "Paid", "Share"],
        ["Loon", 12, date(2025, 3, 14), 0.5],
        [],
        ["Tern", 0, datetime(2025, 4, 1), 0.125],
    ):
        sheet.append(row)
    for row, column, form in ((4, "B", '0.00 "€"'), (4, "D", "0%"), (6, "D", "0.0%")):
        sheet[f"{column}{row}"].number_format = form
    sheet["A7"], sheet["B7"] = "Total", "=B4+B6"
    book.save(tmp_path / "b.xlsx")
    assert told(parse_office((tmp_path / "b.xlsx").read_bytes(), "b.xlsx")) == [
        ("heading", "b › Boats", "Boats"),
        ("heading", "b › Boats › Boats of the club", "Boats of the club"),
        ("row", "b › Boats › Boats of the club › row 4", "Boat: Loon | Fee: 12.00 € | Paid: 2025-03-14 | Share: 50%"),
        ("row", "b › Boats › Boats of the club › row 6", "Boat: Tern | Fee: 0 | Paid: 2025-04-01 | Share: 12.5%"),
        ("row", "b › Boats › Boats of the club › row 7", "Boat: Total | Fee: =B4+B6 (not calculated)"),
    ]


def test_a_slide_gives_its_chart_table_group_and_notes(tmp_path: Path) -> None:
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Catch"
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Cod", (17, 12))
    data.add_series("Eel", (3, 4))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 99, 99, data)
    slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Counted by hand."
    slide.notes_slide.notes_text_frame.text = "Ask Ida."
    show.save(tmp_path / "s.pptx")
    parsed = parse_office((tmp_path / "s.pptx").read_bytes(), "s.pptx")
    assert [(heading, text) for _, heading, text in told(parsed)] == [
        ("s › Catch", "Catch"),
        ("s › Catch › chart", "2023 | Cod: 17 | Eel: 3"),
        ("s › Catch › chart", "2024 | Cod: 12 | Eel: 4"),
        ("s › Catch", "Counted by hand."),
        ("s › Catch › speaker notes", "Ask Ida."),
    ]


ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "draw", "style")
)


def test_an_open_document_gives_its_notes_tables_and_repeated_rows() -> None:
    note = '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>By post.</text:p></text:note-body></text:note>'
    body = f"<text:h text:outline-level='1'>Lease</text:h><text:p>Ten<text:s/>years.{note}</text:p>"
    content = f"<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    assert told(parse_office(packed({"content.xml": content}), "o.odt"))[1:] == [
        ("paragraph", "o › Lease", "Ten years."),
        ("paragraph", "o › Lease › footnote 1", "By post."),
    ]

    def line(*texts: str, more: str = "") -> str:
        cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in texts)
        return f"<table:table-row {more}>{cells}</table:table-row>"

    blank = "<table:table-row table:number-rows-repeated='1048553'><table:table-cell table:number-columns-repeated='1024'/></table:table-row>"
    rows = (
        line("Boat", "Fee")
        + line("Loon", "12")
        + blank
        + line("Tern", "15", more='table:number-rows-repeated="1000000"')
    )
    sheet = f"<office:document-content {ODF}><office:body><office:spreadsheet><table:table table:name='S'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    parsed = parse_office(packed({"content.xml": sheet}), "o.ods")
    assert told(parsed)[1] == ("row", "o › S › row 2", "Boat: Loon | Fee: 12")
    assert told(parsed)[2] == ("row", "o › S › row 1048556", "Boat: Tern | Fee: 15")
    assert len(parsed.segments) < 200


def test_a_threaded_comment_on_a_cell_has_its_author() -> None:
    def links(**kinds: str) -> str:
        held = "".join(f'<Relationship Id="{k}" Type="{OFFICE}/{k}" Target="{target}"/>' for k, target in kinds.items())
        return f'<Relationships xmlns="{PACKAGE}">{held}</Relationships>'

    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    said = '<threadedComment ref="A1" personId="{2}"><text>Sold in May.</text></threadedComment>'
    parsed = parse_office(
        packed(
            {
                "xl/workbook.xml": f'<workbook {main} {R}><sheets><sheet name="Boats" r:id="worksheet"/></sheets></workbook>',
                "xl/_rels/workbook.xml.rels": links(worksheet="s.xml", person="p.xml"),
                "xl/s.xml": f'<worksheet {main}><sheetData><row r="1"><c r="A1" t="str"><v>Loon</v></c></row></sheetData></worksheet>',
                "xl/_rels/s.xml.rels": links(threadedComment="t.xml"),
                "xl/t.xml": f"<ThreadedComments>{said}{said.replace('{2}', '{3}')}</ThreadedComments>",
                "xl/p.xml": '<personList><person displayName="Ilka" id="{1}"/><person displayName="Tor" id="{2}"/></personList>',
            }
        ),
        "b.xlsx",
    )
    assert [(heading, text) for _, heading, text in told(parsed)[-2:]] == [
        ("b › Boats › Loon › comment on A1 by Tor", "Sold in May."),
        ("b › Boats › Loon › comment on A1", "Sold in May."),
    ]


FEES = (["Boat", "Fee", "Deposit", "Berth"], ["Loon", 12, 12, "north"], ["Tern", 15, 20, "south"])


def test_a_comment_on_a_cell_is_shown_with_its_row_label_column_name_cell_and_author() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Dues"
    for row in FEES:
        sheet.append(row)
    for cell, author, text in (
        ("B3", "Ida", "Ida:\nRaised when the quay was rebuilt."),
        ("C2", "Tor", "Waived for the rescue boat."),  # 12 is also the fee, so the column is ambiguous
        ("D1", "Tor", "North is the stone quay."),
        ("F9", "Tor", "Count again in May."),
    ):
        sheet[cell].comment = Comment(text, author)
    stream = io.BytesIO()
    book.save(stream)
    found = told(parse_office(stream.getvalue(), "b.xlsx"))
    assert {(heading, text) for kind, heading, text in found if kind == "paragraph"} == {
        ("b › Dues › Tern › Fee › comment on B3 by Ida", "Raised when the quay was rebuilt."),
        ("b › Dues › Loon › comment on C2 by Tor", "Waived for the rescue boat."),
        ("b › Dues › Berth › comment on D1 by Tor", "North is the stone quay."),
        ("b › Dues › comment on F9 by Tor", "Count again in May."),
    }


def test_a_comment_in_a_row_of_two_tables_gets_no_label() -> None:
    rows = [Row("Item: Oar | Price: 9", 1), Row("Item: Sail | Price: 80", 1), Row("4: Launch", 2)]
    values = {2: {1: Cell("Oar"), 2: Cell("9"), 4: Cell("Sail"), 5: Cell("80")}, 3: {1: Cell("4"), 2: Cell("Launch")}}
    places = places_of(rows, {1: 2, 2: 3}, values)
    assert places.headings(2, 5, "") == ("comment on E2",)
    assert places.headings(3, 2, "") == ("4", "comment on B3")


def test_hidden_rows_and_columns_of_a_workbook_are_hidden(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Boats"
    for row in (["Boat", "Wage", "Fee", "Note"], ["Loon", 900, 12, "a"], ["Tern", 800, 15, "b"], ["Smew", 700, 9, "c"]):
        sheet.append(row)
    sheet["A6"] = "Fees of the club"
    sheet.merge_cells("A6:D6")
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "b.xlsx")
    found = [(kind, text) for kind, _, text in told(parse_office((tmp_path / "b.xlsx").read_bytes(), "b.xlsx"))]
    assert ("row", "Boat: Loon | Fee: 12 | Note: a") in found
    assert ("row", "Boat: Smew | Fee: 9 | Note: c") in found
    hidden = "\n".join(text for kind, text in found if kind == "hidden").splitlines()
    assert hidden == ["Wage", "900", "Tern | 800 | 15 | b", "700"]


def test_a_merged_cell_that_reaches_out_of_a_hidden_column_is_shown(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "The boats were counted in May."
    sheet.merge_cells("A1:C1")
    for row in ([], ["id", "Boat", "Fee"], [1, "Loon", 12], [2, "Tern", 15]):
        sheet.append(row)
    sheet.column_dimensions["A"].hidden = True
    book.save(tmp_path / "b.xlsx")
    found = {text: kind for kind, _, text in told(parse_office((tmp_path / "b.xlsx").read_bytes(), "b.xlsx"))}
    assert found["The boats were counted in May."] != "hidden"
    assert found["Boat: Loon | Fee: 12"] == "row"


def test_hidden_slides_and_shapes_are_hidden(tmp_path: Path) -> None:
    import pptx

    show = pptx.Presentation()
    for text in ("Seen.", "Unseen."):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = f"Title {text}"
        slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = text
    slide._element.set("show", "0")
    first = show.slides[0].shapes
    first.add_textbox(0, 0, 9, 9).text_frame.text = "Secret box."
    first[-1]._element.nvSpPr.cNvPr.set("hidden", "1")
    group = first.add_group_shape()
    group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Secret group."
    group._element.nvGrpSpPr.cNvPr.set("hidden", "1")
    show.save(tmp_path / "s.pptx")
    found = {text: kind for kind, _, text in told(parse_office((tmp_path / "s.pptx").read_bytes(), "s.pptx"))}
    assert (found["Title Seen."], found["Seen."]) == ("heading", "paragraph")
    assert [text for text, kind in found.items() if kind == "hidden"] == [
        "Secret box.", "Secret group.", "Title Unseen.", "Unseen.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("style", "kind"),
    [
        ("<w:vanish/>", "hidden"),
        ('<w:color w:val="FFFFFF"/>', "hidden"),
        ('<w:sz w:val="2"/>', "hidden"),
        ('<w:color w:val="FFFFFF"/><w:shd w:fill="003366"/>', "paragraph"),
        ("<w:b/>", "paragraph"),
    ],
)
@pytest.mark.parametrize("level", ["character", "paragraph"])
def test_text_that_a_style_hides_is_hidden(style: str, kind: str, level: str) -> None:
    styles = (
        f'<w:styles {W}><w:style w:type="{level}" w:styleId="base"><w:rPr>{style}</w:rPr></w:style>'
        f'<w:style w:type="{level}" w:styleId="mine"><w:basedOn w:val="base"/></w:style></w:styles>'
    )
    if level == "character":
        body = p(r("Say yes.", '<w:rStyle w:val="mine"/>'))
    else:
        body = f'<w:p><w:pPr><w:pStyle w:val="mine"/></w:pPr>{r("Say yes.")}</w:p>'
    assert [(kind, text) for kind, _, text in told(word(p(r("A gate.")) + body, styles=styles))] == [
        ("paragraph", "A gate."),
        (kind, "Say yes."),
    ]


def test_a_run_may_show_what_its_style_hides() -> None:
    styles = (
        f'<w:styles {W}><w:style w:styleId="h"><w:rPr><w:vanish/><w:color w:val="FFFFFF"/></w:rPr></w:style></w:styles>'
    )
    shows = '<w:rStyle w:val="h"/><w:vanish w:val="0"/><w:color w:val="000000"/>'
    assert [kind for kind, _, _ in told(word(p(r("Open.", shows)), styles=styles))] == ["paragraph"]


def test_each_point_of_a_chart_is_told_below_all_levels_of_its_axis() -> None:
    def held(values: list[str]) -> str:
        return "".join(f'<pt idx="{i}"><v>{value}</v></pt>' for i, value in enumerate(values) if value)

    months, years = held(["Jan", "Feb", "Jan", "Feb"]), held(["2023", "", "2024", ""])
    series = f"<tx><v>Boats</v></tx>{{}}<val><numRef><numCache>{held(['5', '6', '7', '8'])}</numCache></numRef></val>"
    chart = f"<chartSpace><chart><plotArea><barChart><ser>{series}</ser></barChart></plotArea></chart></chartSpace>"
    two = f"<cat><multiLvlStrRef><multiLvlStrCache><lvl>{months}</lvl><lvl>{years}</lvl></multiLvlStrCache></multiLvlStrRef></cat>"
    one = f"<cat><strRef><strCache>{months}</strCache></strRef></cat>"
    told = [
        [
            block.text
            for block in chart_blocks(etree.fromstring(chart.format(axis)), Outline(), values=True)
            if block.kind == "row"
        ]
        for axis in (two, one)
    ]
    assert told == [
        ["2023 Jan | Boats: 5", "2023 Feb | Boats: 6", "2024 Jan | Boats: 7", "2024 Feb | Boats: 8"],
        ["Jan | Boats: 5", "Feb | Boats: 6", "Jan | Boats: 7", "Feb | Boats: 8"],
    ]


def test_comments_and_boxes_on_hidden_rows_and_columns_of_a_workbook_are_hidden() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Dues"
    for row in FEES:
        sheet.append(row)
    sheet["A6"] = "Counted in May"
    sheet.merge_cells("A6:D6")
    for cell in ("B2", "C2", "C9", "D3", "A6"):
        sheet[cell].comment = Comment(f"Said of {cell}.", "Ida")
    for column in ("A", "C"):
        sheet.column_dimensions[column].hidden = True
    sheet.row_dimensions[3].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    found = {text: kind for kind, _, text in told(parse_office(stream.getvalue(), "b.xlsx"))}
    assert {text[8:10]: kind for text, kind in found.items() if text.startswith("Said")} == {
        "B2": "paragraph", "C2": "hidden", "C9": "hidden", "D3": "hidden", "A6": "paragraph",
    }  # fmt: skip


def test_shapes_over_hidden_rows_and_hidden_shapes_of_a_workbook_are_hidden() -> None:
    def links(**kinds: str) -> str:
        held = "".join(f'<Relationship Id="{k}" Type="{OFFICE}/{k}" Target="{target}"/>' for k, target in kinds.items())
        return f'<Relationships xmlns="{PACKAGE}">{held}</Relationships>'

    def shape(text: str, rows: tuple[int, int], more: str = "") -> str:
        ends = (
            f"<x:{end}><x:col>0</x:col><x:row>{row}</x:row><x:rowOff>0</x:rowOff></x:{end}>"
            for end, row in zip(("from", "to"), rows, strict=True)
        )
        return (
            f'<x:twoCellAnchor>{"".join(ends)}<x:sp><x:nvSpPr><x:cNvPr id="1" name="n" {more}/></x:nvSpPr>'
            f"<x:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></x:txBody></x:sp></x:twoCellAnchor>"
        )

    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = "".join(
        f'<row r="{i}" {"hidden" if 1 < i < 4 else "ht"}="1"><c r="A{i}" t="str"><v>Loon {i}</v></c></row>'
        for i in range(1, 6)
    )
    shapes = shape("Over both.", (0, 4)) + shape("Unseen.", (1, 3)) + shape("Put away.", (0, 1), 'hidden="1"')
    parts = {
        "xl/workbook.xml": f'<workbook {main} {R}><sheets><sheet name="S" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": links(worksheet="s.xml"),
        "xl/s.xml": f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
        "xl/_rels/s.xml.rels": links(drawing="d.xml"),
        "xl/d.xml": f'<x:wsDr xmlns:x="urn:x" xmlns:a="urn:a">{shapes}</x:wsDr>',
    }
    found = {text: kind for kind, _, text in told(parse_office(packed(parts), "b.xlsx"))}
    assert [found[text] for text in ("Over both.", "Unseen.", "Put away.")] == ["paragraph", "hidden", "hidden"]
