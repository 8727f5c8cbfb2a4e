"""Settings in a real Chromium: a valid choice is applied, shown and saved; an invalid one changes nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.web import strings
from tests.web_browser import ask, go
from tests.web_server import Served

pytestmark = pytest.mark.browser
STORM = "In a storm, when does the harbour close?"


def use_server(page: Page, name: str, address: str) -> None:
    go(page, strings.SETTINGS)
    page.get_by_label(strings.MODEL_SERVER).check()
    page.get_by_label(strings.MODEL_NAME).fill(name)
    page.get_by_label(strings.MODEL_ADDRESS).fill(address)
    page.get_by_role("button", name=strings.MODEL_USE).click()


def test_the_documents_to_answer_from_are_chosen_beside_the_question_and_remembered(page: Page) -> None:
    page.locator("#scope summary").click()
    page.locator("#scope [data-source='arabic.txt']").click()
    expect(page.locator("#scope [data-source='arabic.txt']")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#scope summary")).to_have_text("1 of 2 documents")
    go(page, strings.SETTINGS)
    page.get_by_label(strings.QUOTES).check()
    go(page, strings.CHAT)
    ask(page, STORM)
    expect(page.locator("#current .refusal")).to_be_visible()
    page.reload()
    expect(page.locator("#scope summary")).to_have_text("1 of 2 documents")
    page.locator("#scope summary").click()
    page.locator("#scope [data-source='']").click()
    expect(page.locator("#scope summary")).to_have_text(strings.SCOPE_ALL)
    go(page, strings.SETTINGS)
    expect(page.get_by_label(strings.QUOTES)).to_be_checked()
    expect(page.locator(".privacy")).to_contain_text(strings.QUOTES_ONLY)


@pytest.mark.parametrize("code", [code for code in strings.LANGUAGES if code != "en"])
def test_the_page_uses_the_browsers_language(browser: Browser, server: Served, code: str) -> None:
    texts = strings.texts(code)
    context = browser.new_context(locale={"zh": "zh-CN"}.get(code, code), viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator(".welcome h2")).to_have_text(texts["WELCOME"])
    expect(page.locator("#sources-title")).to_have_text(texts["SOURCES"])
    expect(page.locator("#box textarea")).to_have_attribute("placeholder", texts["ASK_PLACEHOLDER"])
    page.get_by_role("tab", name=texts["DOCUMENTS"]).click()
    expect(page.locator("#add-here")).to_have_text(texts["ADD_FILES"])
    expect(page.locator(".library .state").first).to_have_text(texts["STATE_READY"])
    page.get_by_role("tab", name=texts["SETTINGS"]).click()
    expect(page.get_by_label(texts["MODEL_SERVER"])).to_be_visible()
    context.close()


def test_the_fields_of_a_model_are_visible(page: Page) -> None:
    go(page, strings.SETTINGS)
    page.get_by_label(strings.MODEL_SERVER).check()
    for label in (strings.MODEL_NAME, strings.MODEL_ADDRESS, strings.MODEL_KEY):
        assert page.get_by_label(label).evaluate("e => getComputedStyle(e).borderBottomWidth") == "1px"


def test_the_model_in_use_is_always_visible(page: Page) -> None:
    for width in (360, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        for tab in (strings.CHAT, strings.DOCUMENTS, strings.SETTINGS):
            go(page, tab)
            expect(page.locator(".privacy")).to_contain_text(strings.LOCAL)
            expect(page.locator(".privacy .model")).to_be_visible()
            expect(page.locator(".privacy .model")).to_contain_text("small double")


def test_a_remote_server_is_used_and_shown_until_it_is_deselected(page: Page) -> None:
    use_server(page, "big", "https://api.example.com/v1")
    expect(page.locator("#model-said .notice")).to_have_text(strings.MODEL_USED.format(model="big"))
    for _ in range(2):
        expect(page.locator(".privacy.remote")).to_contain_text(strings.REMOTE.format(address="api.example.com"))
        expect(page.locator(".privacy")).not_to_contain_text(strings.LOCAL)
        expect(page.locator(".privacy .model")).to_contain_text("big")
        page.reload()
    go(page, strings.SETTINGS)
    expect(page.get_by_label(strings.MODEL_ADDRESS)).to_have_value("https://api.example.com/v1")
    page.get_by_label(strings.MODEL_USUAL.format(model="small double")).check()
    expect(page.get_by_label(strings.MODEL_ADDRESS)).to_be_hidden()
    page.get_by_role("button", name=strings.MODEL_USE).click()
    expect(page.locator(".privacy.local")).to_contain_text("small double")


def test_a_server_on_this_machine_sends_nothing_away(page: Page) -> None:
    use_server(page, "mine", "http://127.0.0.1:11434/v1")
    expect(page.locator(".privacy.local .model")).to_contain_text("mine")
    expect(page.locator(".privacy")).to_contain_text(strings.LOCAL)


def test_a_model_that_fails_gets_an_error_with_the_next_step_and_the_old_model_stays(page: Page) -> None:
    use_server(page, "big", "http://dead.test/v1")
    said = page.locator("#model-said .notice.trouble")
    expect(said).to_contain_text("no server answers at http://dead.test/v1; start it, or correct the address")
    expect(said).to_contain_text("small double stays in use")
    page.get_by_label(strings.MODEL_LOCAL).check()
    page.get_by_label(strings.MODEL_NAME).fill("missing")
    page.get_by_role("button", name=strings.MODEL_USE).click()
    expect(said).to_contain_text("run: hf download missing")
    page.get_by_label(strings.MODEL_NAME).fill(" ")
    page.get_by_role("button", name=strings.MODEL_USE).click()
    expect(said).to_have_text(strings.MODEL_UNNAMED)
    expect(page.locator(".privacy.local .model")).to_contain_text("small double")
    go(page, strings.CHAT)
    ask(page, STORM)
    expect(page.locator("#current .cite")).to_have_count(1)


def test_a_key_is_requested_and_stored_nowhere_in_the_browser(page: Page) -> None:
    use_server(page, "big", "http://locked.test/v1")
    expect(page.locator("#model-said .notice.trouble")).to_contain_text("check model and key")
    page.get_by_label(strings.MODEL_KEY).fill("open sesame")
    page.get_by_role("button", name=strings.MODEL_USE).click()
    expect(page.locator("#model-said .notice")).to_have_text(strings.MODEL_USED.format(model="big"))
    page.reload()
    expect(page.locator(".privacy.remote")).to_contain_text("locked.test")
    kept = page.evaluate("[JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie].join()")
    assert "open sesame" not in kept
    go(page, strings.SETTINGS)
    expect(page.get_by_label(strings.MODEL_KEY)).to_have_value("")


def test_lenient_and_the_number_of_passages_are_remembered(page: Page) -> None:
    go(page, strings.SETTINGS)
    page.get_by_label(strings.LENIENT).check()
    page.locator("#passages input[type=number]").fill("7")
    page.locator("#passages input[type=number]").press("Enter")
    go(page, strings.CHAT)
    page.reload()
    go(page, strings.SETTINGS)
    expect(page.get_by_label(strings.LENIENT)).to_be_checked()
    expect(page.locator("#passages input[type=number]")).to_have_value("7")


def test_the_library_counts_the_contents_of_the_index(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    cells = page.locator(".library tbody tr", has_text="harbour.md").locator("td.count")
    expect(cells).to_have_text(["–", "3", "1"])  # no pages; two passages, one of which occurs twice
