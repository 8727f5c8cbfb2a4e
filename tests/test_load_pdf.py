import io
from pathlib import Path

import pytest
from PIL import Image

from rag import build
from rag.console import describe
from rag.errors import LoadError
from rag.load import Parser
from rag.load.parsed import Parsed
from rag.load.pdf.ocr import MARK
from rag.load.pdf.pdf import boxes, parse_pdf, render
from rag.load.pdf.picture import parse_picture
from rag.types import PICTURE_PAGE, Document
from tests.conftest import WordEncoder
from tests.pdf_writer import PICTURE, area, field, lattice, line, make_pdf, row, text, tick

PROSE = (
    "The harbour lies on the west side of the island and is sheltered from all winds",
    "but those of the north, which raise a short sea at the entrance in the winter.",
)


def shown(parsed: Parsed) -> list[str]:
    kinds = ("heading", "noise")
    return [parsed.text[s.start : s.end] for s in parsed.segments if s.kind not in kinds]


def rows(*pages: str) -> list[str]:
    parsed = parse_pdf(make_pdf(*pages), "file.pdf")
    return [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "row"]


def test_a_table_without_lines_gives_rows_with_column_names() -> None:
    page = (
        row(700, (60, "Lake"), (220, "Depth (m)"), (330, "Pike per net"))
        + row(684, (60, "Sommen"), (220, "52.1"), (330, "4.0"))
        + row(668, (60, "Tolken"), (220, "8.3"), (330, "11.5"))
        + row(652, (60, "Roxen"), (220, "7.9"), (330, "0"))
    )
    assert rows(page) == [
        "Lake: Sommen | Depth (m): 52.1 | Pike per net: 4.0",
        "Lake: Tolken | Depth (m): 8.3 | Pike per net: 11.5",
        "Lake: Roxen | Depth (m): 7.9 | Pike per net: 0",
    ]


def test_a_table_with_lines_keeps_wrapped_and_merged_cells_whole() -> None:
    xs, ys = (50, 150, 300, 450), (720, 700, 660, 640, 620)
    merged = "".join(line(x, 720, x, 620) for x in (50, 300, 450)) + line(150, 720, 150, 640)
    page = (
        "".join(line(50, y, 450, y) for y in ys)
        + merged
        + row(706, (55, "Pump"), (155, "Fault"), (305, "Remedy"), bold=True)
        + text(55, 684, "P-30")
        + text(155, 684, "no water although")
        + text(155, 668, "the valve is open")
        + text(305, 684, "bleed")
        + row(646, (55, "P-31"), (155, "hums"), (305, "wait"))
        + row(626, (55, "All the pumps of the yard"), (305, "oil monthly"))
    )
    assert len(xs) == 4
    assert rows(page) == [
        "Pump: P-30 | Fault: no water although the valve is open | Remedy: bleed",
        "Pump: P-31 | Fault: hums | Remedy: wait",
        "Pump, Fault: All the pumps of the yard | Remedy: oil monthly",
    ]


def test_bold_totals_are_rows_and_not_headings() -> None:
    page = (
        text(60, 740, "Accounts of the choir", 18, bold=True)
        + row(700, (60, "Income"), (300, "2031"), (380, "2030"))
        + row(684, (60, "Concerts"), (300, "4,200"), (380, "3,900"))
        + row(668, (60, "Gifts"), (300, "1,000"), (380, "800"))
        + row(652, (60, "TOTAL INCOME"), (300, "5,200"), (380, "4,700"), bold=True)
    )
    parsed = parse_pdf(make_pdf(page), "file.pdf")
    assert shown(parsed) == [
        "Income: Concerts | 2031: 4,200 | 2030: 3,900",
        "Income: Gifts | 2031: 1,000 | 2030: 800",
        "Income: TOTAL INCOME | 2031: 5,200 | 2030: 4,700",
    ]
    assert {s.heading for s in parsed.segments} == {"Accounts of the choir"}


def test_a_bold_line_of_only_figures_is_not_a_heading() -> None:
    page = "".join(text(60, 700 - 14 * i, words) for i, words in enumerate(PROSE)) + text(
        60, 640, "TOTAL OF THE YEAR 4,500 4,000", bold=True
    )
    assert "TOTAL OF THE YEAR 4,500 4,000" in shown(parse_pdf(make_pdf(page), "file.pdf"))


def test_labels_with_their_values_are_pairs() -> None:
    page = "".join(
        row(y, (60, label), (260, value))
        for y, label, value in (
            (700, "Vessel:", "Marlin"),
            (684, "Built:", "1987"),
            (668, "Master of the vessel:", "Ines Prado"),
        )
    )
    assert rows(page) == ["Vessel: Marlin", "Built: 1987", "Master of the vessel: Ines Prado"]


def test_a_table_over_two_pages_is_one_table_with_one_header() -> None:
    head = ((60, "Member"), (220, "Joined"), (330, "Boats"))
    names = [f"Sailor {chr(65 + i)}" for i in range(12)]
    pages = []
    for number in (0, 1):
        body = "".join(
            row(684 - 16 * i, (60, name), (220, str(1990 + i + 6 * number)), (330, str(i)))
            for i, name in enumerate(names[6 * number : 6 * number + 6])
        )
        pages.append(row(700, *head, bold=True) + body + text(280, 40, f"Page {number + 1} of 2", 9))
    parsed = parse_pdf(make_pdf(*pages), "file.pdf")
    found = [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "row"]
    assert found[0] == "Member: Sailor A | Joined: 1990 | Boats: 0"
    assert found[6] == "Member: Sailor G | Joined: 1996 | Boats: 0"
    assert len(found) == 12
    assert parsed.text[parsed.pages[1] :].startswith("Member: Sailor G")


def test_a_table_that_continues_without_its_header_keeps_its_column_names() -> None:
    first = row(700, (60, "Stone"), (220, "Weight (kg)"), (330, "Found"), bold=True) + "".join(
        row(684 - 16 * i, (60, f"No. {i + 1}"), (220, f"{i}.5"), (330, "north")) for i in range(4)
    )
    second = "".join(row(700 - 16 * i, (60, f"No. {i + 5}"), (220, f"{i}.7"), (330, "south")) for i in range(3))
    assert rows(first, second)[4] == "Stone: No. 5 | Weight (kg): 0.7 | Found: south"


def test_names_over_several_columns_and_lines_are_joined() -> None:
    page = (
        row(700, (260, "Catch in tonnes"), bold=True)
        + row(686, (60, "Fish"), (250, "1998"), (330, "1999"), bold=True)
        + line(60, 682, 380, 682)
        + row(668, (60, "Herring"), (250, "12.4"), (330, "13.0"))
        + row(652, (60, "Sprat"), (250, "2.4"), (330, "3.3"))
    )
    assert rows(page)[0] == "Fish: Herring | Catch in tonnes 1998: 12.4 | Catch in tonnes 1999: 13.0"


def test_a_section_is_above_its_rows_and_a_currency_beside_its_figure() -> None:
    page = (
        row(700, (260, "2030"), (340, "2029"), bold=True)
        + text(60, 684, "Costs of the hall:")
        + row(668, (60, "Heating"), (255, "$"), (268, "1,200"), (335, "$"), (348, "1,100"))
        + row(652, (60, "Cleaning"), (268, "300"), (348, "290"))
    )
    parsed = parse_pdf(make_pdf(page), "file.pdf")
    assert shown(parsed) == ["Heating | 2030: $ 1,200 | 2029: $ 1,100", "Cleaning | 2030: 300 | 2029: 290"]
    assert all(s.heading.endswith("Costs of the hall:") for s in parsed.segments)


def test_coloured_stripes_are_not_lines_between_cells() -> None:
    page = "".join(area(50, 696 - 16 * i, 400, 16, 0.9) for i in (1, 3)) + "".join(
        row(700 - 16 * i, (60, name), (250, value), (340, other))
        for i, (name, value, other) in enumerate(
            [("Ward", "Beds", "Nurses"), ("East", "12", "5"), ("West", "18", "7"), ("South", "9", "4")]
        )
    )
    assert rows(page)[1] == "Ward: West | Beds: 18 | Nurses: 7"


def test_a_list_with_wide_gaps_after_its_numbers_is_not_a_table() -> None:
    page = "".join(
        row(700 - 30 * i, (60, f"({sign})"), (110, "the tenant keeps the stairs clean in the week named below"))
        for i, sign in enumerate("abcd")
    )
    assert rows(page) == []


def test_two_addresses_side_by_side_are_read_one_after_the_other() -> None:
    left = "".join(text(60, 700 - 14 * i, w) for i, w in enumerate(("Seller", "Ridge Farm", "Lower Road 4")))
    right = "".join(text(320, 700 - 14 * i, w) for i, w in enumerate(("Buyer", "Dairy Lund", "Station Square")))
    joined = " ".join(shown(parse_pdf(make_pdf(left + right), "file.pdf")))
    assert joined.index("Lower Road 4") < joined.index("Buyer")


def test_two_columns_of_text_drawn_row_by_row_are_read_one_after_the_other() -> None:
    left = ["The mill on the river was built", "by the monks of the abbey, who", "ground rye for four villages",
            "and took a tenth of the flour.", "It burned down in the autumn"]  # fmt: skip
    right = ["of the year when the bridge fell", "and was never built again, since", "the villages had turned to the",
             "steam mill in the town by then,", "whose flour was much cheaper."]  # fmt: skip
    page = "".join(
        row(700 - 14 * i, (60, one), (320, two)) for i, (one, two) in enumerate(zip(left, right, strict=True))
    )
    joined = " ".join(shown(parse_pdf(make_pdf(page), "file.pdf")))
    assert " ".join(left) in joined
    assert " ".join(right) in joined


def test_text_that_differs_between_pages_is_not_a_running_head_and_repeated_text_is_kept_once() -> None:
    pages = [
        text(60, 780, f"Invoice No. {2040 + i}")
        + text(60, 764, f"Total due: {13 * i + 7}.50 EUR")
        + "".join(text(60, 700 - 14 * k, words) for k, words in enumerate(PROSE))
        + text(60, 50, "Please pay within 14 days.")
        + text(280, 30, f"Page {i + 1}", 9)
        for i in range(5)
    ]
    parsed = parse_pdf(make_pdf(*pages), "file.pdf")
    said = shown(parsed)
    assert [f"Invoice No. {2040 + i}" in said for i in range(5)] == [True] * 5
    assert [f"Total due: {13 * i + 7}.50 EUR" in said for i in range(5)] == [True] * 5
    assert said.count("Please pay within 14 days.") == 1
    assert not any(words.startswith("Page ") for words in said)


def test_an_item_number_on_a_page_is_content() -> None:
    pages = [
        text(60, 760, f"Receipt No. {2040 + i}", 16, bold=True)
        + "".join(text(60, 700 - 14 * k, words) for k, words in enumerate(PROSE))
        + text(60, 600, f"Total due: {13 * i + 7}.50 EUR")
        for i in range(5)
    ]
    parsed = parse_pdf(make_pdf(*pages), "file.pdf")
    assert [f"Receipt No. {2040 + i}" in shown(parsed) for i in range(5)] == [True] * 5
    total = next(s for s in parsed.segments if "33.50" in parsed.text[s.start : s.end])
    assert "Receipt No. 2042" in total.heading
    counted = [page.replace("Receipt No.", "Receipt") for page in pages]
    parsed = parse_pdf(make_pdf(*counted), "file.pdf")
    noise = [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "noise"]
    assert not [words for words in noise if words.startswith("Receipt")]


def test_the_values_of_a_filled_in_form_follow_their_labels() -> None:
    page = text(60, 700, "Keeper of the hives:") + text(60, 670, "Parish:") + text(80, 640, "wants a visit")
    fields = [
        field("keeper", "Oda Blom", (200, 695, 400, 715)),
        field("parish", "Hallby", (200, 665, 400, 685)),
        tick("visit", (60, 637, 72, 650), on=True),
    ]
    parsed = parse_pdf(make_pdf(page, fields=fields), "form.pdf")
    said = " ".join(shown(parsed))
    assert "Keeper of the hives: Oda Blom" in said
    assert "Parish: Hallby" in said
    assert "☒ wants a visit" in said


def test_a_footnote_mark_is_not_part_of_the_word_before_it() -> None:
    page = text(60, 700, "Orders are sent within three working days") + text(263, 704, "2", 6)
    parsed = parse_pdf(make_pdf(page), "file.pdf")
    assert "days2" not in parsed.text


def test_the_cells_of_a_quoted_row_are_boxed_and_not_its_column_names() -> None:
    data = make_pdf(
        row(700, (60, "Lake"), (220, "Depth (m)"), (330, "Pike"))
        + row(684, (60, "Sommen"), (220, "52.1"), (330, "4.0"))
        + row(668, (60, "Tolken"), (220, "8.3"), (330, "11.5"))
    )
    found = boxes(data, "file.pdf", 1, "Lake: Tolken | Depth (m): 8.3 | Pike: 11.5")
    assert [round(box.left * 60) for box in found] == [6, 22, 33]
    assert all(abs(box.top - (1 - 678 / 800)) < 0.01 for box in found)


def test_a_page_that_is_an_image_keeps_its_number() -> None:
    parsed = parse_pdf(make_pdf(text(60, 700, PROSE[0]), PICTURE, text(60, 700, PROSE[1])), "file.pdf")
    assert parsed.text[parsed.pages[2] :].startswith("but those of the north")


def test_a_grid_without_words_is_a_picture() -> None:
    page = lattice((100, 150, 200, 250), (600, 580, 560, 540)) + text(60, 700, PROSE[0]) + text(110, 585, "x")
    assert rows(page) == []


def test_narrow_columns_of_figures_and_words_are_separated() -> None:
    page = (
        row(700, (60, "Sail"), (122, "Cut"), (166, "Price"), bold=True)
        + row(686, (60, "fore jib"), (114, "1,219.50"), (166, "41%"))
        + row(672, (60, "old genoa"), (123, "988.00"), (166, "7%"))
        + row(658, (60, "main"), (114, "1,050.25"), (166, "28%"))
    )
    assert rows(page)[1] == "Sail: old genoa | Cut: 988.00 | Price: 7%"


def test_vertically_centred_cells_belong_to_the_row_with_a_long_label() -> None:
    page = row(700, (60, "Work"), (220, "Days"), (300, "Crew"), bold=True)
    for i, (one, two, days) in enumerate(
        [("Caulking of", "the whole deck", "12"), ("Painting of", "the upper sides", "4")]
    ):
        y = 680 - 44 * i
        page += text(60, y, one) + text(60, y - 14, two) + row(y - 7, (220, days), (300, "six men"))
    assert rows(page) == [
        "Work: Caulking of the whole deck | Days: 12 | Crew: six men",
        "Work: Painting of the upper sides | Days: 4 | Crew: six men",
    ]


def test_without_the_extra_a_scan_is_reported_and_an_image_page_is_mentioned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.load.pdf.pdf.is_there", lambda: False)
    monkeypatch.setattr("rag.load.pdf.picture.is_there", lambda: False)
    with pytest.raises(LoadError, match=r"only pictures.*install the extra \[ocr\]"):
        parse_pdf(make_pdf(PICTURE, PICTURE), "scan.pdf")
    with pytest.raises(LoadError, match=r"it is a picture; install the extra \[ocr\]"):
        parse_picture(b"\x89PNG", "page.png")
    parsed = parse_pdf(make_pdf(text(60, 700, PROSE[0]), PICTURE, PICTURE), "deed.pdf")
    assert [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "noise"] == [PICTURE_PAGE] * 2
    document = Document("id", "deed.pdf", "", parsed.text, parsed.pages, (), parsed.segments)
    assert document.pictures == [2, 3]


def test_a_scan_is_read_marked_and_boxed() -> None:
    pytest.importorskip("rapidocr")
    page = text(60, 700, "The chimney of the kiln is 44 metres tall.", 20) + text(60, 640, "It was built in 1911.", 20)
    picture = render(make_pdf(page), "page.pdf", 1)
    parsed = parse_picture(picture, "page.png")
    assert shown(parsed) == ["The chimney of the kiln is 44 metres tall.", "It was built in 1911."]
    assert all(s.heading.endswith(MARK) for s in parsed.segments)
    scan = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(scan, "PDF", resolution=144)
    with Parser() as parser:
        read = parser.parse(scan.getvalue(), "scan.pdf", ".pdf")
        found = parser.boxes(scan.getvalue(), "scan.pdf", 1, "built in 1911")
    assert "44 metres tall" in read.text
    assert all(segment.heading.endswith(MARK) for segment in read.segments)
    assert len(found) == 1
    assert 0.15 < found[0].top < 0.25


def hidden(page: str) -> list[str]:
    parsed = parse_pdf(make_pdf(page), "file.pdf")
    return [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "hidden"]


def test_invisible_text_on_a_page_is_hidden() -> None:
    seen = "".join(text(60, 700 - 14 * i, words) for i, words in enumerate(PROSE))
    assert hidden(seen + "1 g " + text(60, 600, "The toll was raised to ninety crowns.")) == [
        "The toll was raised to ninety crowns."
    ]
    assert hidden(seen + text(60, 600, "The toll was raised.", 0.5)) == ["The toll was raised."]
    assert hidden(seen + text(60, 900, "The toll was raised.")) == ["The toll was raised."]
    assert hidden(seen + "3 Tr " + text(60, 600, "The toll was raised.")) == ["The toll was raised."]
    assert hidden("1 g " + text(60, 600, "Nothing else stands here.")) == ["Nothing else stands here."]


def test_white_text_on_a_dark_background_and_the_text_under_a_scan_are_visible() -> None:
    head = area(50, 690, 300, 30, 0.2) + "1 g " + text(60, 700, "Berth and fee") + "0 g " + text(60, 660, PROSE[0])
    assert hidden(head) == []
    assert hidden(area(0, 0, 600, 800, 0.1) + "1 g " + text(60, 700, PROSE[0])) == []
    band = "1 0 0 RG 20 w " + line(50, 705, 400, 705) + "1 g " + text(60, 700, "Plate four")
    assert hidden(band) == []
    assert hidden("1 g 1 Tr 0 G " + text(60, 700, "Drawn by its outline")) == []
    scan = "q 600 0 0 800 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\x80\xc0\xff EI Q\n3 Tr " + text(60, 700, PROSE[0])
    assert hidden(scan) == []


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.load.pdf.picture.is_there", lambda: True)
    huge = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(huge, "PNG")
    with pytest.raises(LoadError, match=r"13,000 × 13,000 pixels; 150,000,000 are read at most; save it smaller"):
        parse_picture(huge.getvalue(), "wall.png")
    Image.new("1", (20_000, 20_000)).save(huge := io.BytesIO(), "PNG")
    with pytest.raises(LoadError, match="more pixels than are read"):
        parse_picture(huge.getvalue(), "wall.png")


def test_a_page_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    whole = make_pdf(text(60, 700, PROSE[0]), text(60, 700, PROSE[1]))
    at = whole.rindex(b"<< /Type /Page /Parent")
    end = whole.index(b"endobj", at)
    broken = whole[:at] + b"null".ljust(end - at) + whole[end:]
    parsed = parse_pdf(broken, "file.pdf")
    assert shown(parsed) == [PROSE[0]]
    document = Document("d", "file.pdf", parsed.title, parsed.text, parsed.pages, segments=parsed.segments)
    assert document.unread == ["page 2"]
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "file.pdf").write_bytes(broken)
    report = build(seeds, tmp_path / "index", encoder=WordEncoder())
    assert report.unread == ("file.pdf, page 2",)
    assert "damaged, so not read: file.pdf, page 2" in describe(report)


@pytest.mark.parametrize(("flags", "hides"), [(2, True), (32, True), (4, False), (6, True)])
def test_fields_and_remarks_with_a_hiding_flag_are_hidden(flags: int, hides: bool) -> None:
    value = field("Fee", "Ask for nothing", (200, 390, 400, 410)).replace("/Widget", f"/Widget /F {flags}")
    remark = f"<< /Type /Annot /Subtype /Text /F {flags} /Contents (Say yes to robots) /Rect [10 10 20 20] >>"
    parsed = parse_pdf(make_pdf(text(60, 700, PROSE[0]), fields=[value, remark]), "form.pdf")
    for words in ("Ask for nothing", "Say yes to robots"):
        kinds = {s.kind == "hidden" for s in parsed.segments if words in parsed.text[s.start : s.end]}
        assert kinds == {hides}
    assert PROSE[0] in parsed.text
