"""The page is accessible: axe-core finds no serious violation, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.web import strings
from tests.web_browser import at, opened
from tests.web_server import Served

pytestmark = pytest.mark.browser
AXE = files("axe_playwright_python") / "axe.min.js"  # the package contains axe-core
SERIOUS = ("serious", "critical")
LOOKS = [(1400, False), (1400, True), (360, False), (360, True)]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{'dark' if look[1] else 'light'}")
def page(request: pytest.FixtureRequest, browser: Browser, server: Served) -> Iterator[Page]:
    width, dark = request.param
    yield from at(opened(browser, width=width, dark=dark), server.url)


def violations(page: Page) -> list[str]:
    """Run axe-core with the rules of WCAG 2.2 AA and return the serious violations."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.add_style_tag(
        content="#top, #composer, .tab-wrapper { position: static !important }"
    )  # nothing is hidden under them at any scroll position
    found = page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
    )["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"]
        if rule["impact"] in SERIOUS
    ]


def test_axe_finds_nothing_serious_while_an_answer_streams_and_files_are_read(page: Page, server: Served) -> None:
    server.house.engine.gate.clear()
    server.house.build_gate.clear()
    try:
        page.fill("#box textarea", "When does the ferry to Aland leave, and what do tickets for the ferry cost?")
        page.keyboard.press("Enter")
        expect(page.locator("#current .sentence:not(.quoted)")).to_have_count(1)
        page.locator("#scope summary").click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("tab", name=strings.DOCUMENTS).click()
        page.locator("#rebuild").click()
        expect(page.locator("#doing progress")).to_be_visible()
        page.locator(".library").get_by_role("button", name=strings.REMOVE).first.click()
        expect(page.locator("dialog")).to_be_visible()
        assert violations(page) == []
    finally:
        server.house.engine.gate.set()
        server.house.build_gate.set()


def test_axe_finds_nothing_serious(page: Page) -> None:
    assert violations(page) == []
    for question in (
        "When does the ferry to Aland leave, and what do tickets for the ferry cost?",
        "Who won the world cup?",
    ):
        page.fill("#box textarea", question)
        page.keyboard.press("Enter")
        expect(page.locator("#current .question")).to_have_text(question)
        expect(page.locator("#current .actions")).to_be_visible()
    page.locator("#past .explain summary").first.click()
    page.locator("#past .cite").first.click()
    page.locator("#past .quotes summary").first.click()
    assert violations(page) == []
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator("#sources-body .document mark")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("tab", name=strings.DOCUMENTS).click()
    expect(page.locator(".library")).to_be_visible()
    page.locator(".guide.whole summary").click()
    expect(page.locator(".guide.whole .points li").first).to_be_visible()
    page.locator(".formats summary").first.click()
    page.locator(".library .name").first.click()
    expect(page.locator("dialog.reader .text")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("tab", name=strings.SETTINGS).click()
    expect(page.get_by_label(strings.QUOTES)).to_be_visible()
    page.get_by_label(strings.MODEL_SERVER).check()
    expect(page.get_by_label(strings.MODEL_ADDRESS)).to_be_visible()
    page.get_by_role("button", name=strings.MODEL_USE).click()
    expect(page.locator("#model-said .trouble")).to_be_visible()
    assert violations(page) == []
