"""Takes the pictures of `docs/` anew: the real models, the documents of `seeds/`, the Chromium of this machine.

python benchmarks/screenshots.py [FOLDER]
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rag.web import strings  # noqa: E402  the project is found from here on
from tests.web_browser import ask, chromium, close, opened  # noqa: E402

LOOKS = {
    "light": (1440, 900, False),
    "dark": (1440, 900, True),
    "narrow": (390, 844, False),
    "wide": (2200, 1100, False),
}
QUESTIONS = ["How many North Koreans work in Russia?", "How does Siberian fuel reach North Korea?"]
REFUSED = "Which country won the football World Cup in 2018?"


def look(page: Page, name: str, folder: Path) -> None:
    """Ask, open a citation, and take what is seen."""
    if name == "light":
        expect(page.locator(".example").first).to_be_visible()
        page.screenshot(path=folder / "chat-welcome.png")
    for question in QUESTIONS if name == "light" else [*QUESTIONS, REFUSED]:
        ask(page, question)
    page.locator(".cite").first.click()
    page.wait_for_timeout(1000)  # the panel scrolls smoothly
    page.screenshot(path=folder / f"chat-{name}.png")
    if name in ("light", "narrow"):
        others(page, folder, "" if name == "light" else "-narrow")


def others(page: Page, folder: Path, suffix: str) -> None:
    """Take the document at its place, the documents and the settings."""
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document mark")).to_be_visible()
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / f"chat-document{suffix}.png")
    for tab, name in ((strings.DOCUMENTS, "documents"), (strings.SETTINGS, "settings")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1000)
        page.screenshot(path=folder / f"chat-{name}{suffix}.png")


def main(folder: Path) -> None:
    """Serve the chat from an empty folder, and look at it in four ways."""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(ROOT / "seeds", Path(scratch) / "seeds")
        environment = {**os.environ, "RAG_NO_BROWSER": "1", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(ROOT / "app.py")]
        process = subprocess.Popen(command, cwd=scratch, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        address = next(found.group() for line in process.stdout if (found := re.search(r"http://\S+", line)))
        for browser in chromium():
            for name, (width, height, dark) in LOOKS.items():
                page = opened(browser, width=width, height=height, dark=dark)
                page.goto(address)
                expect(page.locator(".welcome")).to_be_visible()
                look(page, name, folder)
                close(page)
        process.send_signal(signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
