"""Drives this machine's Chromium."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from rag.web import strings

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000  # milliseconds, for a busy machine with two cores
MEMORY = "cookies,local_storage,indexeddb,websql,service_workers,cache_storage"
LOOKS: dict[BrowserContext, tuple[int, int, bool]] = {}  # width, height and dark mode of each context


def chromium() -> Iterator[Browser]:
    """Yield the browser, with its own home folder; skip the test if there is no Chromium."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install the package chromium to run the browser tests")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, sync_playwright() as playwright:
        elsewhere = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | {"HOME": home}
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, env=dict(elsewhere))
        yield browser
        LOOKS.clear()
        browser.close()


def opened(browser: Browser, *, width: int = 1400, height: int = 900, dark: bool = False) -> Page:
    """Return a page without any stored state.

    A closed page leaves its context, emptied, to the next one of the same look: compiled scripts are reused, which
    saves a third of the time that the page takes to open.
    """
    expect.set_options(timeout=PATIENCE)
    look = (width, height, dark)
    context = next((old for old in browser.contexts if LOOKS.get(old) == look and not old.pages), None)
    if context is None:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(PATIENCE)
        LOOKS[context] = look
    return context.new_page()


def at(page: Page, url: str, *, sign: str = ".example") -> Iterator[Page]:
    """Yield the page once an address is open and shows its sign; close it afterwards."""
    page.goto(url)
    expect(page.locator(sign).first).to_be_visible()
    yield page
    close(page)


def go(page: Page, tab: str) -> None:
    """Open a tab by its name."""
    page.get_by_role("tab", name=tab).click()


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the complete answer."""
    page.fill("#box textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#current .question")).to_have_text(question)
    expect(page.locator("#current .actions")).to_be_visible()
    expect(page.get_by_role("button", name=strings.SEND, exact=True)).to_be_visible()


def close(page: Page) -> None:
    """Close a page and clear its storage."""
    context, address = page.context, urlsplit(page.url)
    page.goto("about:blank")  # let the page finish writing what it writes when it is left
    for other in context.pages:
        if other != page:
            other.close()
    origin = f"{address.scheme}://{address.netloc}"
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": MEMORY})
    context.clear_cookies()
    context.clear_permissions()
    page.close()
