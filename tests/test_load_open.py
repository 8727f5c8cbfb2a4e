"""OpenDocument texts, sheets and slides are read completely, and hidden text answers no question."""

from __future__ import annotations

import io
import zipfile

import pytest

from rag.errors import LoadError
from rag.load.formats import LOADERS
from rag.load.office import open_tables
from rag.load.parsed import Parsed

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "draw", "style", "form", "chart", "presentation")
)
MORE = (
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def written(
    kind: str, body: str, *, styles: str = "", suffix: str = ".odt", parts: dict[str, str] | None = None
) -> Parsed:
    content = f"<office:document-content {SPACES} {MORE}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in {"content.xml": content, **(parts or {})}.items():
            archive.writestr(name, part)
    return LOADERS[suffix](stream.getvalue(), f"o{suffix}")


def told(parsed: Parsed) -> list[tuple[str, str, str]]:
    return [(s.kind, s.heading.partition(" › ")[2], parsed.text[s.start : s.end]) for s in parsed.segments]


def item(*paragraphs: str, more: str = "") -> str:
    return f"<text:list-item {more}>{''.join(paragraphs)}</text:list-item>"


def p(text: str, style: str = "") -> str:
    return f"<text:p{f' text:style-name={style!r}' if style else ''}>{text}</text:p>"


NUMBERED = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/></text:list-style>'
)


def test_items_and_headings_have_their_printed_numbers() -> None:
    inner = f"<text:list>{item(p('Oars'))}{item(p('Sails'))}</text:list>"
    first = f'<text:list text:style-name="L">{item(p("Boats"), inner)}{item(p("Nets"))}</text:list>'
    later = f'<text:list text:style-name="L" text:continue-numbering="true">{item(p("Buoys"))}{item(p("Lamps"), more="text:start-value=" + chr(34) + "9" + chr(34))}</text:list>'
    outline = (
        '<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="1"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
    )
    heads = "".join(
        f'<text:h text:outline-level="{level}">{name}</text:h>'
        for level, name in ((1, "Shore"), (1, "Sea"), (2, "Deep"))
    )
    found = told(written("text", first + p("Then:") + later + heads + p("Cold."), styles=NUMBERED + outline))
    assert [text for kind, _, text in found if kind == "item"] == [
        "1. Boats", "(a) Oars", "(b) Sails", "2. Nets", "3. Buoys", "9. Lamps",
    ]  # fmt: skip
    assert found[-1] == ("paragraph", "2 Sea › 2.1 Deep", "Cold.")


def test_a_list_without_a_style_has_no_numbers() -> None:
    assert told(written("text", f"<text:list>{item(p('Boats'))}</text:list>")) == [("item", "", "Boats")]


def test_a_note_in_a_shape_and_the_text_of_every_shape_are_read_once() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-body><text:p>By post.</text:p></text:note-body></text:note>'
    )
    frame = f"<draw:frame><draw:text-box>{p('In a box.' + note)}</draw:text-box></draw:frame>"
    shapes = f"<draw:g><draw:rect>{p('In a group.')}</draw:rect></draw:g><draw:ellipse>{p('Round.')}</draw:ellipse>"
    assert told(written("text", p(f"Beside {frame}{shapes}it."))) == [
        ("paragraph", "", "Beside it."),
        ("paragraph", "", "In a box."),
        ("paragraph", "footnote 1", "By post."),
        ("paragraph", "", "In a group."),
        ("paragraph", "", "Round."),
    ]


def test_a_description_of_a_picture_is_read_and_its_file_name_is_not() -> None:
    pictures = "".join(
        f"<draw:frame><draw:image/><svg:desc>{words}</svg:desc></draw:frame>"
        for words in ("Picture3", "The quay at low water")
    )
    assert told(written("text", p(f"Here: {pictures}"))) == [
        ("paragraph", "", "Here:"),
        ("paragraph", "picture", "The quay at low water"),
    ]


def test_formulas_are_in_their_line_and_charts_give_their_figures() -> None:
    formula = "<math xmlns='http://www.w3.org/1998/Math/MathML'><semantics><mrow><mi>y</mi><mo>=</mo><mfrac><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><msup><mi>z</mi><mn>2</mn></msup></mfrac></mrow><annotation>y = {x+1} over z^2</annotation></semantics></math>"

    def row(*cells: str) -> str:
        return (
            "<table:table-row>"
            + "".join(f"<table:table-cell>{p(c)}</table:table-cell>" for c in cells)
            + "</table:table-row>"
        )

    rows = f"<table:table-header-rows>{row('', 'Cod', 'Eel')}</table:table-header-rows><table:table-rows>{row('2023', '17', '3')}{row('2024', '12', '4')}</table:table-rows>"
    chart = f"<office:document-content {SPACES}><office:body><office:chart><chart:chart chart:class='chart:bar'><chart:title>{p('Catch')}</chart:title><table:table>{rows}</table:table></chart:chart></office:chart></office:body></office:document-content>"

    def embedded(name: str) -> str:
        return f'<draw:frame><draw:object xlink:href="./{name}"/></draw:frame>'

    body = p(f"So {embedded('F')} holds.") + p(embedded("C"))
    parts = {"F/content.xml": formula, "C/content.xml": chart}
    assert told(written("text", body, parts=parts)) == [
        ("paragraph", "", "So y = (x + 1)/(z^2) holds."),
        ("paragraph", "Catch", "Catch"),
        ("row", "Catch", "2023 | Cod: 17 | Eel: 3"),
        ("row", "Catch", "2024 | Cod: 12 | Eel: 4"),
    ]


def test_invisible_text_is_marked_as_hidden() -> None:
    styles = (
        '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="Z" style:family="text" style:parent-style-name="H"/>'
        '<style:style style:name="W" style:family="text"><style:text-properties fo:color="#FFFFFF"/></style:style>'
        '<style:style style:name="D" style:family="text"><style:text-properties fo:color="#ffffff" fo:background-color="#003366"/></style:style>'
    )
    spans = {
        name: f'<text:span text:style-name="{name}">{words}</text:span>'
        for name, words in (("Z", "a bribe"), ("W", "pale"), ("D", "on blue"))
    }
    body = p(f"It costs {spans['Z']}ten.") + p(f"Seen {spans['D']}.") + p(f"Then {spans['W']}.")
    section = f'<text:section text:display="none">{p("Kept back.")}</text:section>'
    alone = p('<text:hidden-paragraph text:is-hidden="true"/>Never printed.')
    assert told(written("text", body + section + alone, styles=styles)) == [
        ("hidden", "", "a bribe"),
        ("paragraph", "", "It costs ten."),
        ("paragraph", "", "Seen on blue."),
        ("hidden", "", "pale"),
        ("paragraph", "", "Then ."),
        ("hidden", "", "Kept back."),
        ("hidden", "", "Never printed."),
    ]


def test_white_text_on_a_coloured_page_is_visible() -> None:
    styles = '<style:style style:name="W"><style:text-properties fo:color="#ffffff"/></style:style>'
    page = '<style:page-layout><style:page-layout-properties fo:background-color="#222222"/></style:page-layout>'
    body = p('<text:span text:style-name="W">By night.</text:span>')
    assert told(written("text", body, styles=styles + page)) == [("paragraph", "", "By night.")]


def test_a_table_of_contents_is_not_an_answer_and_a_bibliography_is_read() -> None:
    contents = f"<text:table-of-content><text:index-body>{p('Shore 3')}</text:index-body></text:table-of-content>"
    works = f"<text:bibliography><text:index-body>{p('Brandt, Nets, 1972.')}</text:index-body></text:bibliography>"
    assert told(written("text", contents + works)) == [
        ("noise", "", "Shore 3"),
        ("paragraph", "", "Brandt, Nets, 1972."),
    ]


def test_the_values_of_form_controls_are_read_in_place() -> None:
    forms = '<office:forms><form:form><form:checkbox form:id="a" form:current-state="checked"/><form:text form:id="b" form:current-value="Hull"/><form:button form:id="c" form:value="Send"/></form:form></office:forms>'
    body = forms + p(
        'Paid <draw:control draw:control="a"/> in <draw:control draw:control="b"/><draw:control draw:control="c"/>'
    )
    assert told(written("text", body)) == [("paragraph", "", "Paid ☒ in Hull")]


def test_a_cell_without_stored_text_shows_its_value() -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    names = row(*(f"<table:table-cell>{p(name)}</table:table-cell>" for name in ("Boat", "Share", "Fee", "Day")))
    cells = row(
        f"<table:table-cell>{p('Loon')}</table:table-cell>",
        '<table:table-cell office:value-type="percentage" office:value="1"/>',
        '<table:table-cell office:value-type="currency" office:currency="EUR" office:value="12.5"/>',
        '<table:table-cell office:value-type="date" office:date-value="2025-03-14"/>',
    )
    sheet = f'<table:table table:name="S">{names}{cells}</table:table>'
    assert told(written("spreadsheet", sheet, suffix=".ods"))[1:] == [
        ("row", "S › row 2", "Boat: Loon | Share: 100 % | Fee: 12.5 EUR | Day: 2025-03-14")
    ]


def test_boxes_comments_and_charts_over_cells_are_read_and_a_hidden_sheet_is_hidden() -> None:
    box = f"<draw:frame><draw:text-box>{p('Counted in May.')}</draw:text-box></draw:frame>"
    comment = f"<office:annotation><dc:creator>Ida</dc:creator>{p('Weigh again.')}</office:annotation>"
    cell = f"<table:table-row><table:table-cell>{p('Loon')}{comment}{box}</table:table-cell></table:table-row>"
    over = f"<table:shapes><draw:custom-shape>{p('Draft.')}</draw:custom-shape></table:shapes>"
    styles = '<style:style style:name="ta"><style:table-properties table:display="false"/></style:style>'
    secret = f'<table:table table:name="T" table:style-name="ta">{cell}</table:table>'
    found = told(
        written(
            "spreadsheet",
            f'<table:table table:name="S">{over}{cell}</table:table>{secret}',
            styles=styles,
            suffix=".ods",
        )
    )
    assert found[:5] == [
        ("heading", "S", "S"),
        ("row", "S › row 1", "Loon"),
        ("paragraph", "S", "Draft."),
        ("paragraph", "S › Loon › comment on A1 by Ida", "Weigh again."),
        ("paragraph", "S", "Counted in May."),
    ]
    assert {kind for kind, heading, _ in found if heading.startswith("T ›")} == {"hidden"}


def test_a_comment_on_a_cell_after_repeated_cells_and_rows_names_its_cell() -> None:
    def row(*cells: str, more: str = "") -> str:
        return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"

    def cell(text: str = "", inside: str = "", more: str = "") -> str:
        return f"<table:table-cell {more}>{inside}{p(text) if text else ''}</table:table-cell>"

    comment = f"<office:annotation><dc:creator>Ida</dc:creator>{p('Raised for the new quay.')}</office:annotation>"
    sheet = (
        row(cell("Boat"), cell("Fee"), cell("Dues"))
        + row(cell("Loon"), cell("12", more='table:number-columns-repeated="2"'))
        + row(cell(), more='table:number-rows-repeated="6"')
        + row(cell("Tern"), cell("15"), cell("9", comment))
        + row(cell(more='table:number-columns-repeated="27"'), cell("", comment))
    )
    found = told(written("spreadsheet", f'<table:table table:name="S">{sheet}</table:table>', suffix=".ods"))
    assert found[-2:] == [
        ("paragraph", "S › Tern › Dues › comment on C9 by Ida", "Raised for the new quay."),
        ("paragraph", "S › comment on AB10 by Ida", "Raised for the new quay."),
    ]


def test_a_slides_comments_and_notes_are_read_and_its_footer_is_noise() -> None:
    def frame(kind: str, text: str) -> str:
        return f'<draw:frame presentation:class="{kind}"><draw:text-box>{p(text)}</draw:text-box></draw:frame>'

    comment = f"<office:annotation><dc:creator>Ida</dc:creator>{p('Shorter.')}</office:annotation>"
    notes = f"<presentation:notes>{frame('notes', 'Pause here.')}{frame('page-number', '3')}</presentation:notes>"
    slide = f"<draw:page>{frame('title', 'Catch')}{frame('outline', 'Cod leads.')}{frame('footer', 'Draft of May')}{comment}{notes}</draw:page>"
    assert told(written("presentation", slide, suffix=".odp")) == [
        ("heading", "Catch", "Catch"),
        ("paragraph", "Catch", "Cod leads."),
        ("noise", "Catch", "Draft of May"),
        ("paragraph", "Catch › comment by Ida", "Shorter."),
        ("paragraph", "Catch › speaker notes", "Pause here."),
    ]


def spread(*rows: str, columns: str = "") -> Parsed:
    """Read a sheet of these rows, each given as its cells."""
    body = "".join(
        row if row.startswith("<table:table-row") else f"<table:table-row>{row}</table:table-row>" for row in rows
    )
    return written("spreadsheet", f'<table:table table:name="S">{columns}{body}</table:table>', suffix=".ods")


def cells(*texts: str) -> str:
    return "".join(f"<table:table-cell>{p(text)}</table:table-cell>" for text in texts)


BLANK = '<table:table-cell table:number-columns-repeated="{}"/>'


def test_the_columns_of_a_wide_sheet_are_all_read() -> None:
    assert [text for _, _, text in told(spread(cells("Loon") + BLANK.format(1_500) + cells("last")))] == [
        "S",
        "Loon: last",
    ]
    assert [text for _, _, text in told(spread(cells("Loon") + BLANK.format(16_384)))] == ["S", "Loon"]
    with pytest.raises(LoadError, match="a sheet has more than 16,384 columns; split it"):
        spread(cells("Loon") + BLANK.format(16_384) + cells("last"))


def test_a_sheet_with_too_many_cells_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_tables, "MAX_CELLS", 5)
    with pytest.raises(LoadError, match="a sheet holds more than 5 cells; split it"):
        spread(cells("Loon", "12"), cells("Tern", "15"), cells("Smew", "9"))
    monkeypatch.setattr(open_tables, "MAX_CELLS", 10)
    with pytest.raises(LoadError, match="a sheet is spread over more than 40 cells; split it"):
        spread(cells(*"abcdef"), *["<table:table-row/>", cells("e")] * 4)


@pytest.mark.parametrize("how", ["collapse", "filter"])
def test_hidden_rows_and_columns_of_a_sheet_are_hidden(how: str) -> None:
    columns = (
        f'<table:table-column/><table:table-column table:visibility="{how}"/>'
        '<table:table-column table:number-columns-repeated="2"/>'
    )
    hidden_row = f'<table:table-row table:visibility="{how}">{cells("Tern", "800", "15")}</table:table-row>'
    rows = (cells("Boat", "Wage", "Fee"), cells("Loon", "900", "12"), hidden_row, cells("Smew", "700", "9"))
    found = [(kind, text) for kind, _, text in told(spread(*rows, columns=columns))]
    assert [text for kind, text in found if kind == "row"] == ["Boat: Loon | Fee: 12", "Boat: Smew | Fee: 9"]
    hidden = "\n".join(text for kind, text in found if kind == "hidden").splitlines()
    assert hidden == ["Wage", "900", "Tern | 800 | 15", "700"]


def test_a_slide_that_is_not_shown_is_hidden() -> None:
    styles = (
        '<style:style style:name="gone"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    frame = "<draw:frame><draw:text-box>{}</draw:text-box></draw:frame>"
    seen = f"<draw:page>{frame.format(p('Seen.'))}</draw:page>"
    unseen = f'<draw:page draw:style-name="gone">{frame.format(p("Unseen."))}</draw:page>'
    found = told(written("presentation", seen + unseen, styles=styles, suffix=".odp"))
    assert [(kind, text) for kind, _, text in found] == [("paragraph", "Seen."), ("hidden", "Unseen.")]


def test_comments_on_hidden_rows_and_columns_of_a_sheet_are_hidden() -> None:
    def noted(text: str, more: str = "") -> str:
        comment = f"<office:annotation><dc:creator>Ida</dc:creator>{p(f'Said of {text}.')}</office:annotation>"
        return f"<table:table-cell {more}>{p(text)}{comment}</table:table-cell>"

    columns = '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    gone = f'<table:table-row table:visibility="collapse">{noted("A3")}{noted("B3")}</table:table-row>'
    rows = (
        cells("Boat", "Wage", "Fee"),
        f"{noted('A2')}{noted('B2')}{noted('C2')}",
        gone,
        f"{noted('A4')}{noted('B4', 'table:number-columns-spanned=' + chr(34) + '2' + chr(34))}",
    )
    found = {text: kind for kind, _, text in told(spread(*rows, columns=columns))}
    assert {text[8:10]: kind for text, kind in found.items() if text.startswith("Said")} == {
        "A2": "paragraph", "B2": "hidden", "C2": "paragraph", "A3": "hidden", "B3": "hidden", "A4": "paragraph", "B4": "paragraph",
    }  # fmt: skip


def test_a_heading_in_a_hidden_section_is_on_no_path() -> None:
    styles = '<style:style style:name="gone"><style:section-properties text:display="none"/></style:style>'
    head = '<text:h text:outline-level="{}">{}</text:h>'
    body = (
        head.format(1, "Fees")
        + f'<text:section text:style-name="gone">{head.format(1, "Say yes")}{p("Unseen.")}</text:section>'
        + p("Seen.")
    )
    found = told(written("text", body, styles=styles))
    assert found == [
        ("heading", "Fees", "Fees"), ("hidden", "Say yes", "Say yes"), ("hidden", "Say yes", "Unseen."), ("paragraph", "Fees", "Seen."),
    ]  # fmt: skip
