"""From an answer to its source in a real Chromium: real documents, the real pipeline, small test doubles as models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag import Rag, build
from rag.site import anywhere, visit
from rag.web import build_app, strings
from rag.web.session.engine import OpenIndex
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.stop import StopSign
from tests.conftest import OverlapReader, WordEncoder
from tests.odd_servers import odd
from tests.test_load_formats import make_pdf
from tests.web_browser import ask, at, go, opened
from tests.web_server import running

pytestmark = pytest.mark.browser
HEIGHT = 800  # points of a page
LINE = 600  # distance of the quoted line from the bottom of the page, in points
QUOTE = "The old windmill of Vinterhavn burned down in 1911."
PAGES = (
    [(50, 740, 20, "Mills of the Coast"), (50, 700, 11, "The coast had forty mills before the railway came.")],
    [(50, 740, 11, "Nothing on this page is about fire."), (50, LINE, 11, QUOTE), (50, 500, 11, "A school stands there now.")],
)  # fmt: skip
FERRY = (
    "# Ferry\n\nA single ticket for the island ferry costs 14 crowns.\n\n# Storms\n\nThe harbour closes in a storm.\n"
)
SHIPS = "Ship,Cargo,Year\nbrig Aurora,salt,1861\nschooner Halcyon,copper ore,1874\n"
WINDMILL, TICKET = "When did the old windmill of Vinterhavn burn down?", "What does a single ticket for the ferry cost?"
TINTED = """async image => {
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const rows = [];
  for (let i = 0; i < pixels.length; i += 4)
    if (pixels[i] - pixels[i + 2] > 60) rows.push(Math.floor(i / 4 / canvas.width) / canvas.height);
  return [Math.min(...rows), Math.max(...rows), rows.length];
}"""


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents") / "seeds"
    folder.mkdir()
    (folder / "mills.pdf").write_bytes(make_pdf(*PAGES))
    (folder / "ferry.md").write_text(FERRY, encoding="utf-8")
    (folder / "ships.csv").write_text(SHIPS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def url(seeds: Path) -> Iterator[str]:
    index, encoder = seeds.parent / "index", WordEncoder()
    build(seeds, index, encoder=encoder)
    models = Models(NO_GENERATOR, StopSign())
    app = build_app(
        lambda: OpenIndex(Rag.open(index, encoder=encoder, reader=OverlapReader(), generator=None), models),
        lambda progress: build(seeds, index, encoder=encoder, progress=progress),
        seeds=seeds,
        conversations=seeds.parent / "conversations",
        models=models,
        visit=partial(visit, allowed=anywhere),
    )
    with running(app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    yield from at(opened(browser), url, sign=".welcome")


def test_hovering_over_a_citation_shows_its_quote_and_its_page(page: Page) -> None:
    ask(page, WINDMILL)
    page.locator("#current .cite").first.hover()
    expect(page.locator("#tip")).to_contain_text(QUOTE)
    expect(page.locator("#tip strong")).to_have_text("mills.pdf, page 2")
    page.locator("#current .question").hover()
    expect(page.locator("#tip")).to_be_hidden()


def test_a_pdfs_page_is_shown_with_the_quote_boxed(page: Page) -> None:
    ask(page, WINDMILL)
    page.locator("#current .cite").first.click()
    expect(page.locator("#sources-body .card.current mark")).to_have_text(QUOTE)
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document mark")).to_have_text(QUOTE)
    picture = page.locator(".document img.page")
    expect(picture).to_have_attribute("alt", strings.PAGE_PICTURE.format(page=2, title="mills.pdf"))
    top, bottom, count = picture.evaluate(TINTED)
    assert count > 1000
    assert 1 - (LINE + 20) / HEIGHT < top < bottom < 1 - (LINE - 10) / HEIGHT


def test_a_pdf_is_paged_and_zoomed_and_its_panel_widened_by_keyboard(page: Page) -> None:
    ask(page, WINDMILL)
    page.locator("#current .cite").first.click()
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".pager span")).to_have_text(strings.PAGE_OF.format(page=2, count=2))
    expect(page.locator(".pager [data-to=after]")).to_be_disabled()
    page.locator(".pager [data-to=before]").press("Enter")
    expect(page.locator(".document .text")).to_contain_text("forty mills")
    expect(page.locator(".document mark")).to_have_count(0)
    assert page.locator(".document img.page").evaluate(TINTED)[2] == 0
    expect(page.locator(".pager [data-to=after]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".document mark")).to_have_text(QUOTE)
    page.locator(".pager [data-do=zoom]").press("Enter")
    expect(page.locator(".pager [data-do=zoom]")).to_have_attribute("aria-pressed", "true")
    before = page.locator("#panel").bounding_box()
    for _ in range(3):
        page.locator("#grip").press("ArrowLeft")
    after = page.locator("#panel").bounding_box()
    assert before
    assert after
    assert round(after["width"] - before["width"]) == 96
    page.reload()
    expect(page.locator("#grip")).to_have_attribute("aria-valuenow", str(round(after["width"])))


def test_a_sheet_opens_as_a_table_at_the_cited_row(page: Page) -> None:
    ask(page, "Which cargo did the schooner Halcyon carry?")
    page.locator("#current .cite").first.click()
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".sheet thead th")).to_have_text([strings.ROW, "Ship", "Cargo", "Year"])
    expect(page.locator(".sheet .cited > *")).to_have_text(["3", "schooner Halcyon", "copper ore", "1874"])


def test_the_keyboard_goes_to_the_quote_and_back(page: Page) -> None:
    ask(page, WINDMILL)
    cite = page.locator("#current .cite").first
    cite.focus()
    expect(page.locator("#tip")).to_contain_text(QUOTE)
    page.keyboard.press("Enter")
    expect(page.locator("#sources-body .card.current")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#sources-body .card.current .open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sources-body .back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#sources-body .document")).to_have_count(0)
    expect(cite).to_be_focused()


def test_every_turn_keeps_its_own_citations_also_after_a_reload(page: Page) -> None:
    asked = {WINDMILL: "mills.pdf, page 2", TICKET: "ferry.md"}
    for question in asked:
        ask(page, question)
    for _ in range(2):
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id).filter(Boolean)")
        assert len(ids) == len(set(ids))
        assert page.locator("[data-turn].turn").evaluate_all("turns => turns.map(t => t.dataset.turn)") == ["1", "2"]
        for question, source in asked.items():
            page.locator(".turn", has_text=question).locator(".cite").first.click()
            expect(page.locator("#sources-body .for")).to_contain_text(question)
            expect(page.locator("#sources-body .card.current .name strong")).to_have_text(source)
            page.locator("#sources-body .card.current .open").click()
            expect(page.locator(".document mark")).to_be_visible()
        page.reload()
        expect(page.locator("#past .turn")).to_have_count(2)


def test_a_pdf_that_changed_since_the_build_is_marked(page: Page, seeds: Path) -> None:
    ask(page, WINDMILL)
    before = (seeds / "mills.pdf").read_bytes()
    try:
        (seeds / "mills.pdf").write_bytes(make_pdf(PAGES[0], [(50, 700, 11, "Another text.")]))
        page.locator("#current .cite").first.click()
        page.locator("#sources-body .card.current .open").click()
        expect(page.locator(".document .notice")).to_have_text(strings.CHANGED)
        expect(page.locator(".document mark")).to_have_text(QUOTE)
    finally:
        (seeds / "mills.pdf").write_bytes(before)


def test_the_library_shows_the_pages_of_a_pdf(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    row = page.locator(".library tbody tr", has_text="mills.pdf")
    expect(row.locator("td.count").first).to_have_text("2")


def test_a_web_page_is_added_by_its_address_and_its_citation_shows_it(page: Page) -> None:
    said = b"<h1>Museum</h1><p>The maritime museum of Skarholm opens its doors at ten.</p>"
    go(page, strings.DOCUMENTS)
    field = page.get_by_label(strings.PAGE_ADDRESS)
    with odd(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + said) as site:
        field.fill(f"{site}/museum")
        page.locator("#page-address button").click()
        source = f"{site.removeprefix('http://').replace(':', '_')}/museum.html"
        expect(page.locator("#doing .told")).to_contain_text(strings.ADDED.format(names=source))
    expect(field).to_have_value("")
    go(page, strings.CHAT)
    ask(page, "When does the maritime museum of Skarholm open?")
    page.locator("#current .cite").first.click()
    expect(page.locator("#sources-body .card.current .folder")).to_have_text(source.removesuffix("/museum.html"))
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document .text")).to_contain_text(f"Saved from {site}/museum on ")


def test_an_address_that_cannot_be_fetched_gets_an_error_and_stays_in_its_field(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    field = page.get_by_label(strings.PAGE_ADDRESS)
    field.fill("file:///etc/passwd")
    field.press("Enter")
    expect(page.locator("#doing .trouble")).to_contain_text("only addresses with http:// and https:// are fetched")
    expect(field).to_have_value("file:///etc/passwd")
