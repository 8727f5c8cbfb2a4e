"""The page with the real embedded models and the shipped documents in a real Chromium: a newcomer's first steps."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag import build, models
from rag.models.generator import TransformersGenerator
from rag.protocols import Generator
from rag.types import Message
from rag.web import build_app, strings
from rag.web.session.engine import Opener
from rag.web.session.generators import Models
from rag.web.session.preferences import Model
from rag.web.session.stop import StopSign
from tests.conftest import ROOT
from tests.web_browser import ask, at, opened
from tests.web_server import running

pytestmark = [pytest.mark.model, pytest.mark.browser]
WORKERS = "How many North Koreans work in Russia?"


@dataclass
class Watched:
    """The real generator, which can pause after its first piece, and counts the pieces taken from it."""

    model: Generator
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    taken: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        self.taken = 0
        self.ended.clear()
        try:
            for piece in self.model.generate(messages):
                self.taken += 1
                yield piece
                self.begun.set()
                self.gate.wait(120)
        finally:
            self.ended.set()


@dataclass(frozen=True)
class Real:
    """A server with the real models, and the folder of its documents."""

    url: str
    seeds: Path
    generator: Watched


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("real")
    seeds, index = folder / "seeds", folder / "index"
    shutil.copytree(ROOT / "seeds", seeds)
    build(seeds, index)
    model = TransformersGenerator.named(models.DEFAULT_GENERATOR)
    model.load()
    generator = Watched(model)
    generator.gate.set()
    sign = StopSign()

    def opened_model(model: Model, key: str) -> Watched:
        return generator

    wordings = Models(models.DEFAULT_GENERATOR, sign, opened=opened_model)
    app = build_app(
        Opener(index, wordings),
        lambda progress: build(seeds, index, progress=progress),
        seeds=seeds,
        conversations=folder / "conversations",
        models=wordings,
        sign=sign,
    )
    with running(app) as url:
        yield Real(url, seeds, generator)
        generator.gate.set()


@pytest.fixture
def page(browser: Browser, real: Real) -> Iterator[Page]:
    for page in at(opened(browser), real.url, sign=".welcome"):
        yield page
        real.generator.gate.set()


def test_an_answer_leads_to_the_exact_sentence_of_the_document(page: Page, real: Real) -> None:
    ask(page, WORKERS)
    expect(page.locator("#current .answer")).to_contain_text("10,000")
    page.locator("#current .cite").first.click()
    mark = page.locator("#sources-body .card.current mark")
    expect(mark).to_contain_text("10,000")
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document mark")).to_contain_text("10,000")
    source = page.locator(".document h3").inner_text()
    quote = page.locator(".document mark").text_content()
    assert quote in (real.seeds / source).read_text(encoding="utf-8")


def test_what_the_documents_do_not_say_is_refused(page: Page) -> None:
    ask(page, "Who won the 2031 election?")
    expect(page.locator("#current .refusal")).to_be_visible()
    expect(page.locator("#current .cite")).to_have_count(0)
    expect(page.locator("#sources-body .others[open] .card").first).to_be_visible()


def test_a_followup_is_read_with_the_question_before_it(page: Page) -> None:
    ask(page, "When did South Korea leave the Rajin-Hasan project?")
    ask(page, "And why did it leave?")
    page.locator("#current .explain summary").click()
    expect(page.locator("#current .explain bdi").first).to_contain_text("Rajin")


def test_stop_stops_the_model_itself(page: Page, real: Real) -> None:
    real.generator.gate.clear()
    real.generator.begun.clear()
    page.fill("#box textarea", WORKERS)
    page.keyboard.press("Enter")
    expect(page.locator("#sources-body .card").first).to_be_visible()  # shown while the model is writing
    assert real.generator.begun.wait(60)
    with page.expect_response(lambda r: r.request.method == "POST" and "/queue/" not in r.url):
        page.get_by_role("button", name=strings.STOP, exact=True).click()
    real.generator.gate.set()
    expect(page.locator("#current .notice")).to_have_text(strings.STOPPED_EMPTY)
    assert real.generator.ended.wait(60)
    assert real.generator.taken <= 2  # the piece that existed, and the one that saw the stop


def test_an_export_can_be_checked_against_the_files(page: Page, real: Real) -> None:
    ask(page, WORKERS)
    page.locator(".conversations .current .menu summary").click()
    with page.expect_download() as download:
        page.locator(".conversations .current").get_by_text(strings.EXPORT_JSON).click()
    [turn] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["turns"]
    assert turn["citations"]
    for citation in turn["citations"]:
        data = (real.seeds / citation["source"]).read_bytes()
        assert data.decode("utf-8")[citation["start"] : citation["end"]] == citation["quote"]
        assert hashlib.sha256(data).hexdigest() == citation["sha256"]


def test_the_examples_are_answered(page: Page) -> None:
    example = page.locator(".example").first
    expect(example).to_be_visible()
    example.click()
    expect(page.locator("#current .cite").first).to_be_visible()
