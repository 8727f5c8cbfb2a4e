"""A document is shown in its own form: a PDF page by page, rows of cells as tables, cited cells marked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rag.load.tables.csv import parse_table
from rag.types import Document, Segment
from rag.web import strings
from rag.web.view.document import place
from rag.web.view.paged import on_page
from rag.web.view.sheet import columns, values, within
from rag.web.view.spot import Spot

PRICES = "Item,Price,Note\nRope,12.50,blue\nAnchor,,rusty\nLamp,3,at: night\nBell <b>,7,new\n"
PAGES = ("One stands here. ", "Two stands here. ", "Three.")


def document(source: str, data: str) -> Document:
    parsed = parse_table(data.encode(), source)
    return Document(source, source, source, parsed.text, segments=parsed.segments)


def spot_of(document: Document, quote: str) -> Spot:
    start = document.text.index(quote)
    return Spot(document.source, start, start + len(quote), quote)


def cells(html: str) -> list[list[str]]:
    """Return the cells of each row of the tables, the marked ones as `[...]`."""
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", html)]
    return [[cell.replace("<mark>", "[").replace("</mark>", "]") for cell in row] for row in rows]


def test_a_file_of_values_opens_as_its_table_with_the_cited_row_marked(tmp_path: Path) -> None:
    prices = document("prices.csv", PRICES)
    shown = place(prices, spot_of(prices, "Item: Anchor | Note: rusty"), tmp_path, "/ui/x")
    assert cells(shown) == [
        [strings.ROW, "Item", "Price", "Note"],
        ["2", "Rope", "12.50", "blue"],
        ["3", "[Anchor]", "", "[rusty]"],
        ["4", "Lamp", "3", "at: night"],
        ["5", "Bell &lt;b&gt;", "7", "new"],
    ]
    assert shown.count("<tr class=cited>") == 1


def test_only_the_cited_cell_is_marked(tmp_path: Path) -> None:
    prices = document("prices.csv", PRICES)
    shown = cells(place(prices, spot_of(prices, "12.50"), tmp_path, "/ui/x"))
    assert shown[1] == ["2", "Rope", "[12.50]", "blue"]


def test_labels_and_values_stay_together() -> None:
    text = "Colour: red | Size: 4\nOwner: Ada"
    pairs = Document("a", "a.csv", "a", text, segments=(Segment(0, 21, "row"), Segment(22, 32, "row")))
    assert columns([values(pairs, segment) for segment in pairs.segments]) == [("", 0), ("", 1)]


def test_a_part_of_a_long_table_has_whole_rows(tmp_path: Path) -> None:
    long = document("long.csv", "Name,Price,Place\n" + "".join(f"item {i},{i},quay\n" for i in range(2_000)))
    spot = spot_of(long, "Name: item 1000 | Price: 1000 | Place: quay")
    shown = place(long, spot, tmp_path, "/ui/x")
    first, last = within(long, spot.start - 6_000, spot.end + 6_000)
    assert long.text[first:].startswith("Name: item ")
    assert long.text[:last].endswith("quay")
    assert long.text[last] == "\n"
    assert 200 < len(cells(shown)) < 400
    assert (strings.EARLIER in shown, strings.LATER in shown) == (True, True)


@pytest.fixture
def paged() -> Document:
    text = "".join(PAGES)
    starts = (0, len(PAGES[0]), len(PAGES[0]) + len(PAGES[1]))
    return Document("a", "a.pdf", "a", text, pages=starts)


def test_one_page_is_shown_at_a_time_with_links_to_its_neighbours(paged: Document, tmp_path: Path) -> None:
    spot = replace(spot_of(paged, "Two stands here."), page=2)
    shown = place(paged, spot, tmp_path, "/ui/x")
    assert "<mark>Two stands here.</mark>" in shown
    assert "One stands" not in shown
    assert strings.PAGE_OF.format(page=2, count=3) in shown
    assert 'src="/ui/x.png?page=2"' in shown
    assert re.findall(r'data-to="(\w+)".*?data-address="([^"]+)"', shown) == [
        ("before", "/ui/x?page=1"),
        ("after", "/ui/x?page=3"),
    ]
    last = place(paged, spot, tmp_path, "/ui/x", page=99)
    assert "Three." in last
    assert "<mark>" not in last
    assert last.count(" disabled>") == 1


def test_only_the_part_of_a_quote_on_a_page_is_boxed_there(paged: Document) -> None:
    spot = replace(spot_of(paged, "here. Two"), page=1)
    assert [on_page(paged, spot, page).quote for page in (1, 2, 3, None, 4)] == [
        "here. ", "Two", "", "here. Two", "here. Two",
    ]  # fmt: skip
    assert on_page(paged, spot, 2).page == 2
