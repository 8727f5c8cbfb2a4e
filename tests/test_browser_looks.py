"""The page's layout in a real Chromium: nothing is cut, hidden or too small to press, on a phone and in dark mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag import BuildReport
from rag.errors import IndexMissing
from rag.types import Progress
from rag.web import build_app, strings
from rag.web.pages.shelf import Opening
from rag.web.session.engine import OpenIndex
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.stop import StopSign
from rag.web.view import sidebar
from tests.web_browser import ask, at, go, opened
from tests.web_server import running, small_house

pytestmark = pytest.mark.browser
PHONE = (390, 844)
STORM = "In a storm, when does the harbour close?"
REFUSED = "Who won the world cup?"
FULL = "no space left on device"
FINGER = 40  # CSS pixels; the minimum of WCAG 2.2 AA is 24
PRESSED = "button, summary, [role=tab], a[href]"
LOW = """([selector, least]) => [...document.querySelectorAll(selector)]
  .filter((e) => e.checkVisibility() && !e.matches(".cite, .unseen, #grip") && e.getBoundingClientRect().height > 1)  // 1: for screen readers
  .filter((e) => Math.round(e.getBoundingClientRect().height) < least)
  .map((e) => `${e.id || e.className || e.innerText}: ${e.getBoundingClientRect().height}`)"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("looks")
    house = small_house(folder)

    def full(progress: Progress) -> BuildReport:
        raise OSError(FULL)

    def missing() -> OpenIndex:
        raise IndexMissing(Path("letters-index"))

    app = build_app(
        house.open,
        full,
        seeds=house.seeds,
        conversations=folder / "conversations",
        others=lambda: [Opening("Letters", folder / "letters", missing, full)],
        begin=lambda name: None,
        suffixes=frozenset({".md", ".txt"}),
        models=Models(NO_GENERATOR, StopSign()),
    )
    with running(app) as address:
        yield address


@pytest.fixture
def phone(browser: Browser, url: str) -> Iterator[Page]:
    yield from at(opened(browser, width=PHONE[0], height=PHONE[1]), url)


def inside(page: Page, place: str) -> None:
    """Check that no part of an element is outside the window's sides."""
    expect(page.locator(place)).to_be_visible()
    box = page.locator(place).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("document.documentElement.clientWidth")


def fail(page: Page) -> None:
    """Read the folder again, with a full disk."""
    go(page, strings.DOCUMENTS)
    page.locator("#rebuild").click()
    expect(page.locator("#doing")).to_contain_text(FULL)


def test_a_notice_about_the_folder_is_closed_by_keyboard(page: Page) -> None:
    for _ in range(2):  # and shown again when it happens again
        fail(page)
        button = page.locator("#doing").get_by_role("button", name=strings.CLOSE)
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#doing .notice")).to_have_count(0)
        expect(page.get_by_role("tab", name=strings.DOCUMENTS)).to_be_focused()


@pytest.mark.parametrize("code", strings.LANGUAGES)
def test_a_notice_is_closed_by_a_button_with_a_name(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "language", lambda: code)
    assert f'aria-label="{strings.texts(code)["CLOSE"]}"' in sidebar.closable("<p>said</p>")
    assert sidebar.closable("") == ""


def test_switching_the_collection_clears_the_notices_of_the_last_one(page: Page) -> None:
    fail(page)
    page.locator("#shelf summary").click()
    page.locator("#shelf [data-collection='Letters']").click()
    expect(page.locator("#library .empty")).to_be_visible()
    expect(page.locator("#doing .notice")).to_have_count(0)
    page.locator("#shelf summary").click()
    page.locator("#shelf [data-collection='']").click()
    expect(page.locator(".library .name").first).to_be_visible()


def test_an_empty_conversation_fits_the_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_phone_cuts_no_title_and_hides_nothing_under_the_menu_of_collections(phone: Page) -> None:
    expect(phone.locator("#shelf summary")).to_be_visible()
    phone.locator("#shelf bdi").evaluate("e => { e.textContent = 'Demonstration'; }")  # a long name
    phone.wait_for_function("document.documentElement.style.getPropertyValue('--shelf') !== '0px'")
    title, shelf, privacy = (phone.locator(one).bounding_box() for one in (".top h1", "#shelf summary", ".privacy"))
    assert title
    assert shelf
    assert privacy
    assert phone.locator(".top h1").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert title["x"] + title["width"] <= shelf["x"]
    assert shelf["y"] + shelf["height"] <= privacy["y"]


def test_a_phone_keeps_menus_notices_and_opened_documents_within_its_edges(phone: Page) -> None:
    phone.locator("#scope summary").click()
    inside(phone, "#scope details > div")
    phone.keyboard.press("Escape")
    fail(phone)
    for place in ("#doing .notice", "dialog.reader"):
        if place == "dialog.reader":
            phone.locator("#doing .dismiss").click()
            phone.locator(".library .name").first.click()
        inside(phone, place)
    assert phone.locator("dialog .page-body").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert phone.locator("dialog .close").evaluate("e => getComputedStyle(e).fontFamily") == phone.locator(
        ".top h1"
    ).evaluate("e => getComputedStyle(e).fontFamily")


def test_every_button_on_a_phone_is_large_enough_for_a_finger(phone: Page) -> None:
    ask(phone, STORM)
    phone.locator("#current .quotes summary").click()
    low = phone.evaluate(LOW, [PRESSED, FINGER])
    phone.locator("#shelf summary").click()
    low += phone.evaluate(LOW, ["#shelf button", FINGER])
    phone.keyboard.press("Escape")
    for tab in (strings.DOCUMENTS, strings.SETTINGS):
        go(phone, tab)
        expect(phone.locator(".library, #settings").locator("visible=true").first).to_be_visible()
        low += phone.evaluate(LOW, [PRESSED, FINGER])
    assert "\n".join(low) == ""
    assert phone.evaluate(LOW, [".cite", 24]) == []


def test_a_new_question_scrolls_into_view(phone: Page) -> None:
    ask(phone, STORM)
    phone.locator("#current .cite").first.click()
    phone.locator("#sources-body .card.current .open").click()
    expect(phone.locator(".document mark")).to_be_visible()
    ask(phone, REFUSED)
    expect(phone.locator("#past .turn")).to_have_count(1)
    expect(phone.locator("#sources .for")).to_contain_text(REFUSED)
    under = "() => document.querySelector('#current .question').getBoundingClientRect().top >= document.querySelector('#tabs > .tab-wrapper').getBoundingClientRect().bottom"
    phone.wait_for_function(under)


def test_the_number_of_passages_is_legible(page: Page) -> None:
    go(page, strings.SETTINGS)
    expect(page.locator("#passages input[type=number]")).to_be_visible()
    assert page.locator("#passages input[type=number]").evaluate("e => e.offsetHeight <= e.parentElement.clientHeight")


def test_the_windows_scrollbar_is_dark_in_dark_mode(browser: Browser, url: str) -> None:
    for page in at(opened(browser, dark=True), url):
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_without_a_model_the_settings_explain_it(page: Page) -> None:
    go(page, strings.SETTINGS)
    expect(page.get_by_label(strings.MODEL_NONE)).to_be_checked()
    page.get_by_role("button", name=strings.MODEL_USE).click()
    expect(page.locator("#model-said")).to_have_text(strings.MODEL_NONE)
