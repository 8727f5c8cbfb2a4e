"""Takes the screenshots in `docs/`, with the real models, the documents of `seeds/` and this machine's Chromium.

    python benchmarks/screenshots.py [FOLDER]
    python benchmarks/screenshots.py --states FOLDER

With `--states`: eight states of the page, in light and dark, at three widths, for review by eye; small test doubles
replace the models, so that it takes less than a minute.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rag import BuildReport, Rag, build  # noqa: E402  after the project is on the path
from rag.errors import IndexMissing  # noqa: E402
from rag.types import Progress  # noqa: E402
from rag.web import build_app, strings  # noqa: E402
from rag.web.pages.shelf import Opening  # noqa: E402
from rag.web.session.engine import OpenIndex  # noqa: E402
from rag.web.session.generators import NO_GENERATOR, Models  # noqa: E402
from rag.web.session.stop import StopSign  # noqa: E402
from tests.conftest import OverlapReader, WordEncoder  # noqa: E402
from tests.test_load_formats import make_pdf  # noqa: E402
from tests.web_browser import ask, chromium, close, opened  # noqa: E402
from tests.web_server import running  # noqa: E402

LOOKS = {
    "light": (1440, 900, False),
    "dark": (1440, 900, True),
    "narrow": (390, 844, False),
    "wide": (2200, 1100, False),
}
QUESTIONS = ["How many North Koreans work in Russia?", "How does Siberian fuel reach North Korea?"]
REFUSED = "Which country won the football World Cup in 2018?"
WIDTHS = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
CITED = "When did the old windmill of Vinterhavn burn down?"
PAGE = [(50, 740, 20, "Mills of the Coast"), (50, 700, 11, "The coast had forty mills before the railway came."),
        (50, 680, 11, "The old windmill of Vinterhavn burned down in 1911.")]  # fmt: skip
PRICES = "Ferry,Single,Return,Season\nNorth pier,14,25,May to September\nSouth pier,12,21,all year\n"


def look(page: Page, name: str, folder: Path) -> None:
    """Ask, open a citation, and take a screenshot."""
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
    """Take screenshots of the open document, the document list and the settings."""
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document mark")).to_be_visible()
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / f"chat-document{suffix}.png")
    for tab, name in ((strings.DOCUMENTS, "documents"), (strings.SETTINGS, "settings")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1000)
        page.screenshot(path=folder / f"chat-{name}{suffix}.png")


def states(folder: Path) -> None:
    """Take screenshots of every state in every theme and width, with test doubles for the models."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running(small_page(Path(scratch))) as address:
        for browser in chromium():
            for (size, (width, height)), dark in product(WIDTHS.items(), (False, True)):
                page = opened(browser, width=width, height=height, dark=dark)
                page.goto(address)
                expect(page.locator(".welcome")).to_be_visible()
                walk(page, folder, f"{size}-{'dark' if dark else 'light'}")
                close(page)


def small_page(scratch: Path) -> FastAPI:
    """Return the page for a few documents, with a second collection that is not built."""
    shutil.copytree(ROOT / "seeds", scratch / "seeds")
    (scratch / "seeds" / "mills.pdf").write_bytes(make_pdf(PAGE, PAGE[:1]))
    (scratch / "seeds" / "prices.csv").write_text(PRICES, encoding="utf-8")
    index, encoder, models = scratch / "index", WordEncoder(), Models(NO_GENERATOR, StopSign())
    build(scratch / "seeds", index, encoder=encoder)

    def engine() -> OpenIndex:
        return OpenIndex(Rag.open(index, encoder=encoder, reader=OverlapReader(), generator=None), models)

    def never(progress: Progress) -> BuildReport:
        raise OSError("no space left on device: 'index'")

    return build_app(
        engine, never, seeds=scratch / "seeds", conversations=scratch / "conversations", models=models,
        others=lambda: [Opening("Letters", scratch / "letters", missing, never)], begin=lambda name: None, suffixes=frozenset({".md", ".pdf"}),
    )  # fmt: skip


def missing() -> OpenIndex:
    """Raise IndexMissing."""
    raise IndexMissing(Path("letters-index"))


def walk(page: Page, folder: Path, look: str) -> None:
    """Go through the eight states of the page, with a screenshot of each."""

    def take(state: str) -> None:
        page.wait_for_timeout(400)  # until animations end
        page.screenshot(path=folder / f"{state}-{look}.png")

    ask(page, CITED)
    take("1-answer")
    page.locator("#current .cite").first.click()
    page.locator("#sources-body .card.current .open").click()
    page.wait_for_function("document.querySelector('.document img.page').naturalWidth > 0")
    take("2-source")
    ask(page, REFUSED)
    take("3-refused")
    page.get_by_role("tab", name=strings.DOCUMENTS).click()
    expect(page.locator(".library")).to_be_visible()
    take("4-documents")
    page.locator(".library .name", has_text="prices.csv").click()
    expect(page.locator("dialog.reader .sheet")).to_be_visible()
    take("5-dialog")
    page.keyboard.press("Escape")
    page.locator("#rebuild").click()
    expect(page.locator("#doing .trouble")).to_be_visible()
    take("6-error")
    page.get_by_role("tab", name=strings.SETTINGS).click()
    expect(page.get_by_label(strings.QUOTES)).to_be_visible()
    take("7-settings")
    page.get_by_role("tab", name=strings.CHAT).click()
    page.locator("#shelf summary").click()
    page.locator("#shelf [data-collection='Letters']").click()
    expect(page.locator(".welcome.empty")).to_be_visible()
    take("8-empty")


def main(folder: Path) -> None:
    """Serve the chat from an empty folder, and take screenshots in four combinations of theme and width."""
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
    if sys.argv[1:2] == ["--states"]:
        states(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
