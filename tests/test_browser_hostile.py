"""Nothing leaves the machine and no script runs, whatever a document, a file name, a heading or a question contains."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.web import strings
from tests.http_server import listening
from tests.test_web_escape import PAYLOADS
from tests.web_browser import at, close, opened
from tests.web_server import Served, served

pytestmark = pytest.mark.browser
LIVE = (
    "img",
    "a",
    "form",
    "input",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "script",
    "style",
    "link",
    "svg image",
    "base",
    "meta",
)
GROUPS = [PAYLOADS[first : first + 8] for first in range(0, len(PAYLOADS), 8)]
ALLOWED = ".conversations a, #library-search"  # the page's own export links and search field


class Listener(BaseHTTPRequestHandler):
    """Records every request: there must be none."""

    heard: list[str] = []  # noqa: RUF012  one list for all requests of the one server

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(204)
        self.end_headers()


@pytest.fixture(scope="module")
def evil() -> Iterator[str]:
    with listening(Listener) as address:
        yield address.removeprefix("http://")


def armed(payload: str, evil: str) -> str:
    """Point a payload at the listener, so that an outgoing request is recorded."""
    return payload.replace("evil.test", evil).replace("\n", " ")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, evil: str) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("hostile")) as running:
        seeds = running.house.seeds
        for n, group in enumerate(GROUPS):
            said = " ".join(f"The word{n} beacon{n} says {armed(payload, evil)} here." for payload in group)
            headings = "".join(f"## {armed(payload, evil)}?\n\n" for payload in group)
            (seeds / f"hostile{n}.md").write_text(f"{headings}{said}\n", encoding="utf-8", errors="replace")
        (seeds / "<img src=x onerror=alert(1)>.md").write_text(
            "The odd file name holds a curious beacon.\n", encoding="utf-8"
        )
        assert list(running.app.state.chat.host.rebuild())[-1].report is not None
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, server: Served) -> Iterator[Page]:
    page = opened(browser)
    page.add_init_script(
        "window.__csp = []; document.addEventListener('securitypolicyviolation', (e) => window.__csp.push(e.violatedDirective + ' ' + e.blockedURI));"
    )
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    yield from at(page, server.url)


def ask(page: Page, question: str) -> None:
    page.fill("#box textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#current .question")).to_have_text(" ".join(question.split()))
    expect(page.locator("#current .actions")).to_be_visible()
    expect(page.get_by_role("button", name=strings.SEND, exact=True)).to_be_visible()


def live_elements(page: Page) -> list[str]:
    """List the live elements inside any element that shows untrusted text."""
    places = "#past, #current, #welcome, #listed, #sources-body, #library, #banner, #tip"
    return page.evaluate(
        """([places, live, allowed]) => [...document.querySelectorAll(places)].flatMap((place) =>
            [...place.querySelectorAll(live)].filter((e) => !e.matches(allowed)).map((e) => e.outerHTML))""",
        [places, ", ".join(LIVE), ALLOWED],
    )


@pytest.mark.parametrize("n", range(len(GROUPS)))
def test_hostile_documents_stay_text(page: Page, server: Served, evil: str, n: int) -> None:
    ask(page, f"What does word{n} beacon{n} say?")
    page.locator("#current .cite").first.hover()
    page.locator("#current .cite").first.click()
    assert live_elements(page) == []
    page.locator("#sources-body .open").first.click()
    expect(page.locator(".document mark")).to_be_visible()
    assert live_elements(page) == []
    assert Listener.heard == []


def test_hostile_questions_titles_and_names_stay_text(page: Page, evil: str) -> None:
    for payload in PAYLOADS[::12]:
        question = " ".join(armed(payload, evil).split()).replace("\x00", "")
        ask(page, f"{question} curious beacon file name")
    assert live_elements(page) == []
    page.get_by_role("tab", name=strings.DOCUMENTS).click()
    expect(page.locator(".library tbody tr").first).to_be_visible()
    assert live_elements(page) == []
    page.get_by_role("tab", name=strings.CHAT).click()
    page.reload()
    expect(page.locator("#past .turn").first).to_be_visible()
    assert live_elements(page) == []
    assert Listener.heard == []


def test_the_page_itself_violates_no_rule_of_the_policy(page: Page) -> None:
    assert page.evaluate("window.__csp") == []


def test_the_policy_alone_is_enough(page: Page, evil: str) -> None:
    """Without escaping, the browser still fetches and runs nothing: the policy alone is a second defence."""
    page.evaluate(
        """(html) => { document.querySelector('#live').innerHTML = html; }""",
        "".join(armed(payload, evil) for payload in PAYLOADS if "refresh" not in payload),
    )
    page.wait_for_function("window.__csp.length > 5")
    assert Listener.heard == []


def test_the_listener_records_a_page_without_the_policy(browser: Browser, evil: str, tmp_path: Path) -> None:
    """The test can fail: the same payloads, without escaping and policy, do contact the listener."""
    page = opened(browser)
    file = tmp_path / "bare.html"
    file.write_text("".join(armed(payload, evil) for payload in PAYLOADS[:12]), encoding="utf-8", errors="replace")
    with page.expect_request_finished(lambda request: evil in request.url):
        page.goto(file.as_uri())
    close(page)
    assert Listener.heard != []
    Listener.heard.clear()
