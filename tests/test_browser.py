"""The page in a real Chromium: what a person sees, clicks and hears, and what the page requests from the network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect

from rag.web import strings
from tests.web_browser import ask, close, opened
from tests.web_server import Served

pytestmark = pytest.mark.browser
FERRY = "When does the ferry to Aland leave, and what do tickets for the ferry cost?"
STORM = "In a storm, when does the harbour close?"
LEAVING = (
    "AbortError",
    "Unexpected error Connection errored out",
    "Failed to execute 'observe' on 'ResizeObserver'",
)  # Gradio's messages about its stream, and about a removed box, when a page is closed
NOTHING = "Who won the world cup?"


def sent_at_once(response: Response) -> bool:
    """Return True for the response to a click that is not queued; Gradio queues other events beside it."""
    return response.request.method == "POST" and "/queue/" not in response.url


@dataclass
class Watched:
    """A page, with every address it requested outside its own server and every console error."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def watched(browser: Browser, server: Served) -> Iterator[Watched]:
    page = opened(browser)
    seen = Watched(page)

    def note(request: Request) -> None:
        if not request.url.startswith((server.url, "data:", "blob:")):
            seen.outside.append(request.url)

    page.on("request", note)

    def complain(text: str) -> None:
        if not text.startswith(LEAVING):
            seen.complaints.append(text)

    page.on("console", lambda message: complain(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complain(str(error)))
    page.goto(server.url)
    expect(page.locator(".example").first).to_be_visible()
    yield seen
    server.house.engine.gate.set()
    server.house.build_gate.set()
    close(page)
    assert seen.outside == []
    assert seen.complaints == []


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def test_a_citation_opens_its_passage_with_the_quote_marked(page: Page) -> None:
    ask(page, FERRY)
    page.locator("#current .cite").nth(1).click()
    card = page.locator("#sources-body .card.current")
    expect(card).to_have_attribute("data-marker", "2")
    expect(card.locator("mark")).to_have_text("The ferry to Aland leaves at 7 in the morning from pier 4.")
    expect(card.locator("mark")).to_be_in_viewport()
    expect(page.locator("#current .cite.current")).to_have_text("2")


def test_a_citation_is_reached_and_left_by_keyboard(page: Page) -> None:
    ask(page, FERRY)
    page.locator("#current .cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sources-body .card.current")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#sources-body .card.current .open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".document mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#current .cite").first).to_be_focused()


def test_hovering_and_focusing_show_the_quote(page: Page) -> None:
    ask(page, FERRY)
    page.locator("#current .cite").first.hover()
    expect(page.locator("#tip")).to_contain_text("Tickets for the ferry cost 12 euros")
    expect(page.locator("#tip strong")).to_have_text("harbour.md")
    page.mouse.move(0, 0)
    expect(page.locator("#tip")).to_be_hidden()


def test_quoted_text_looks_different_beside_worded_text_and_this_is_explained(page: Page) -> None:
    ask(page, FERRY)
    quoted, worded = page.locator("#current .quoted"), page.locator("#current .sentence:not(.quoted)")
    expect(quoted).to_have_text(re.compile(r"The ferry to Aland leaves at 7 in the morning from pier 4"))
    line = "e => getComputedStyle(e).textDecorationLine"
    assert (quoted.evaluate(line), worded.evaluate(line)) == ("underline", "none")
    page.locator("#current .quotes summary").click()
    expect(page.locator("#current .quotes .hint")).to_have_text(strings.VERDICT_MIXED_WHY)


def test_the_quotes_are_folded_under_the_reply_with_the_answering_words_marked(page: Page) -> None:
    ask(page, FERRY)
    quotes = page.locator("#current .quotes")
    expect(quotes.locator("li").first).to_be_hidden()
    quotes.locator("summary").press("Enter")
    expect(quotes.locator("li").first.locator("mark")).to_have_text(
        "Tickets for the ferry cost 12 euros and are sold on board"
    )
    expect(quotes.locator("li").first.locator(".from strong")).to_have_text("harbour.md")
    quotes.locator("li").first.locator(".open").click()
    expect(page.locator(".document mark")).to_have_text("Tickets for the ferry cost 12 euros and are sold on board.")


def test_old_citations_open_after_a_reload(page: Page) -> None:
    ask(page, FERRY)
    ask(page, STORM)
    page.reload()
    expect(page.locator("#past .turn")).to_have_count(2)
    page.locator("#past .turn").first.locator(".cite").first.click()
    expect(page.locator("#sources-body .card.current mark")).to_contain_text("Tickets")
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document mark")).to_have_text("Tickets for the ferry cost 12 euros and are sold on board.")
    expect(page.locator(".document .text")).to_contain_text("Harbour guide")


def test_passages_are_shown_while_the_model_works_then_sentences_stream(page: Page, server: Served) -> None:
    server.house.engine.gate.clear()
    page.fill("#box textarea", FERRY)
    page.keyboard.press("Enter")
    expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
    expect(page.locator("#sources-body .card").first).to_be_visible()
    expect(page.locator("#current .working")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("Tickets for the ferry")
    server.house.engine.gate.set()
    expect(page.locator("#current .quoted")).to_have_count(1)
    expect(page.locator("#live")).to_contain_text("leaves at 7")


def test_stop_ends_the_answer_and_keeps_what_was_checked(page: Page, server: Served) -> None:
    server.house.engine.gate.clear()
    page.fill("#box textarea", FERRY)
    page.keyboard.press("Enter")
    expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
    with page.expect_response(sent_at_once):
        page.get_by_role("button", name=strings.STOP, exact=True).click()
    server.house.engine.gate.set()
    expect(page.locator("#current .notice")).to_have_text(strings.STOPPED)
    expect(page.locator("#current .quoted")).to_have_count(0)
    ask(page, STORM)
    expect(page.locator(".turn")).to_have_count(2)


def test_leaving_for_a_new_conversation_ends_the_answer(page: Page, server: Served) -> None:
    server.house.engine.gate.clear()
    page.fill("#box textarea", FERRY)
    page.keyboard.press("Enter")
    expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
    page.get_by_role("button", name=strings.NEW_CONVERSATION).click()
    expect(page.locator(".turn")).to_have_count(0)
    server.house.engine.gate.set()
    ask(page, STORM)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_question_typed_during_an_answer_is_asked_after_it(page: Page, server: Served) -> None:
    server.house.engine.gate.clear()
    page.fill("#box textarea", FERRY)
    page.keyboard.press("Enter")
    expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
    page.fill("#box textarea", STORM)
    server.house.engine.gate.set()
    expect(page.locator("#current .actions")).to_be_visible()
    expect(page.locator("#box textarea")).to_have_value(STORM)
    page.locator("#box textarea").press("Enter")
    expect(page.locator("#current .question")).to_have_text(STORM)
    expect(page.locator("#past .turn")).to_have_count(1)


def test_a_refusal_shows_the_nearest_passages(page: Page) -> None:
    ask(page, NOTHING)
    expect(page.locator("#current .refusal h3")).to_have_text("The documents do not say.")
    expect(page.locator("#sources-body .others[open] .card").first).to_be_visible()
    expect(page.locator("#live")).to_contain_text("The documents do not say.")


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    page.locator(".example").first.click()
    expect(page.locator("#current .question")).to_have_text("When does the ferry leave?")
    expect(page.locator("#current .actions")).to_be_visible()
    expect(page.locator("#welcome")).to_be_hidden()


def test_asking_again_and_editing_replace_the_answer(page: Page, server: Served) -> None:
    ask(page, FERRY)
    server.house.engine.gate.clear()
    page.locator("#current [data-act=retry]").click()
    expect(page.locator("#current .working")).to_be_visible()  # the old answer and its buttons are gone
    server.house.engine.gate.set()
    page.locator("#current [data-act=edit]").click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#box textarea")).to_have_value(FERRY)
    expect(page.locator("#banner .notice")).to_be_visible()
    ask(page, STORM)
    expect(page.locator(".turn .question")).to_have_text([STORM])
    expect(page.locator("#banner .notice")).to_have_count(0)


def test_cancelling_an_edit_keeps_the_answer(page: Page) -> None:
    ask(page, FERRY)
    page.locator("#current [data-act=edit]").click()
    page.get_by_role("button", name=strings.EDIT_CANCEL).click()
    expect(page.locator("#box textarea")).to_have_value("")
    ask(page, STORM)
    expect(page.locator(".turn .question")).to_have_text([FERRY, STORM])


def test_an_edited_question_leaves_nothing_in_the_box(page: Page) -> None:
    ask(page, FERRY)
    page.locator("#current [data-act=edit]").click()
    expect(page.locator("#box textarea")).to_have_value(FERRY)
    page.fill("#box textarea", STORM)
    page.keyboard.press("Enter")
    expect(page.locator("#box textarea")).to_have_value("")
    expect(page.locator("#current .question")).to_have_text(STORM)
    page.locator("#box textarea").press_sequentially("hi")
    expect(page.locator("#current .actions")).to_be_visible()
    expect(page.locator("#box textarea")).to_have_value("hi")
    expect(page.locator(".conversations .current .title")).to_have_text(STORM[:60])


def test_an_answer_continues_while_the_page_is_reloaded(page: Page, server: Served) -> None:
    server.house.engine.gate.clear()
    page.fill("#box textarea", FERRY)
    page.keyboard.press("Enter")
    expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
    page.reload()
    expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
    server.house.engine.gate.set()
    expect(page.locator("#current .quoted")).to_have_count(1)
    expect(page.locator("#current .actions")).to_be_visible()
    ask(page, STORM)
    expect(page.locator(".turn .question")).to_have_text([FERRY, STORM])


def test_another_tab_shows_what_was_asked_meanwhile(page: Page, server: Served) -> None:
    ask(page, FERRY)
    other = page.context.new_page()
    other.goto(server.url)
    expect(other.locator("#past .question")).to_have_text([FERRY])
    ask(other, STORM)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#chat .question")).to_have_text([FERRY, STORM])
    expect(page.locator("#current .turn")).to_have_count(0)


def test_escape_closes_a_menu_and_returns_the_focus(page: Page) -> None:
    ask(page, STORM)
    summary = page.locator(".conversations .current .menu summary")
    summary.press("Enter")
    rename = page.locator(".conversations .current").get_by_role("button", name=strings.RENAME)
    expect(rename).to_be_visible()
    page.keyboard.press("Escape")
    expect(rename).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_tabs_stay_visible(page: Page) -> None:
    for question in (FERRY, STORM, FERRY):
        ask(page, question)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("tab", name=strings.DOCUMENTS)).to_be_in_viewport()


def test_follow_up_questions_are_offered_and_answered(page: Page) -> None:
    ask(page, STORM)
    offered = page.locator("#next .example")
    expect(offered.first).to_have_text("When does the ferry leave?")
    offered.first.click()
    expect(page.locator("#current .question")).to_have_text("When does the ferry leave?")
    expect(page.locator("#current .cite").first).to_be_visible()
    expect(page.locator("#next .example", has_text="When does the ferry leave?")).to_have_count(0)


def test_copying_includes_short_sources_or_only_the_answer(page: Page, server: Served) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    ask(page, FERRY)
    said = "Tickets for the ferry cost 12 euros and are sold on board{}. The ferry to Aland leaves at 7 in the morning from pier 4{}."
    for label, text in [
        (strings.COPY, said.format(" [1]", " [2]") + "\n\n[1][2] harbour.md"),
        (strings.COPY_ONLY, said.format("", "")),
    ]:
        button = page.locator("#current .actions [data-do=copy]", has_text=re.compile(f"^{label}$"))
        button.click()
        expect(page.locator("#live")).to_have_text(strings.COPIED)
        assert page.evaluate("navigator.clipboard.readText()") == text
        expect(page.locator("#current .actions")).not_to_contain_text(strings.COPIED)


def test_ratings_are_saved_in_the_users_own_file(page: Page, server: Served) -> None:
    ask(page, STORM)
    thumb = page.locator("#current [data-act=dislike]")
    with page.expect_response(sent_at_once):  # the rating has arrived
        thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    ratings = server.conversations / "local" / "ratings.jsonl"
    page.reload()
    expect(page.locator("#past [data-act=dislike]")).to_have_attribute("aria-pressed", "true")
    assert json.loads(ratings.read_text().splitlines()[-1])["rating"] == -1


def test_conversations_are_listed_renamed_exported_and_deleted(page: Page) -> None:
    ask(page, STORM)
    page.get_by_role("button", name=strings.NEW_CONVERSATION).click()
    expect(page.locator(".turn")).to_have_count(0)
    page.locator(".conversations .title", has_text="In a storm").first.click()
    expect(page.locator("#past .question")).to_have_text([STORM])
    page.locator(".conversations .current .menu summary").click()
    page.locator(".conversations .current").get_by_role("button", name=strings.RENAME).click()
    page.locator("dialog input").fill("Winds")
    page.keyboard.press("Enter")
    expect(page.locator(".conversations .current .title")).to_have_text("Winds")
    page.locator(".conversations .current .menu:not([open]) summary").click()
    with page.expect_download() as download:
        page.locator(".conversations .current").get_by_text(strings.EXPORT_JSON).click()
    exported = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert exported["title"] == "Winds"
    assert exported["turns"][0]["citations"][0]["sha256"]
    assert re.fullmatch(r"Winds \d{4}-\d\d-\d\d\.json", download.value.suggested_filename)
    page.locator(".conversations .current .menu summary").click()
    page.locator(".conversations .current").get_by_role("button", name=strings.DELETE).click()
    page.locator("dialog .yes").click()
    expect(page.locator(".conversations .title", has_text="Winds")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(0)


def test_a_document_that_changed_since_the_build_is_marked(page: Page, server: Served) -> None:
    ask(page, STORM)
    guide = server.house.seeds / "harbour.md"
    before = guide.read_text(encoding="utf-8")
    try:
        guide.write_text(before + "\nA new line.\n", encoding="utf-8")
        page.locator("#current .cite").first.click()
        page.locator("#sources-body .card.current .open").click()
        expect(page.locator(".document .notice")).to_have_text(strings.CHANGED)
    finally:
        guide.write_text(before, encoding="utf-8")


def test_a_right_to_left_answer_is_displayed_right_to_left(page: Page) -> None:
    ask(page, "تغادر العبارة في الساعة السابعة")
    answer = page.locator("#current .reply p")
    assert answer.evaluate("e => getComputedStyle(e).direction") == "rtl"
    page.locator("#current .cite").first.click()
    assert page.locator("#sources-body .card.current .passage").evaluate("e => getComputedStyle(e).direction") == "rtl"


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
def test_nothing_is_cut_off_at_any_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    ask(page, FERRY)
    page.locator("#current .explain summary").click()
    page.locator("#current .cite").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("tab", name=strings.DOCUMENTS).click()
    expect(page.locator(".library")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_trace_is_shown_on_demand(page: Page) -> None:
    ask(page, FERRY)
    details = page.locator("#current .explain")
    expect(details.locator("table")).to_be_hidden()
    details.locator("summary").click()
    expect(details.locator("thead th")).to_have_text(["dense", "bm25"])
    expect(details).to_contain_text("retrieve 12 · generate 800")
    expect(details.locator("s")).to_have_text("The model said something else.")


def test_a_question_that_is_too_long_gets_an_error_and_is_not_lost(page: Page) -> None:
    page.fill("#box textarea", "x" * 100_000)
    page.keyboard.press("Enter")
    expect(page.locator("#current .trouble")).to_contain_text("100,000")
    ask(page, STORM)
