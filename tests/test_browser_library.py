"""Files and collections in a real Chromium: add, remove, restore; each collection answers from its own documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.web import build_app, strings
from rag.web.pages.shelf import DEMONSTRATION, Opening
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.stop import StopSign
from tests.web_browser import ask, at, go, opened
from tests.web_double import SmallHouse
from tests.web_server import running, small_house

pytestmark = pytest.mark.browser
STORM = "In a storm, when does the harbour close?"
NOON = "The bakery in the square opens its doors at noon."
DROP = """([selector, files]) => {
  const dropped = new DataTransfer();
  for (const [name, text] of files) dropped.items.add(new File([text], name));
  const target = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""


class Houses:
    """A house per collection; the first one has the harbour's documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first = small_house(folder)
        self.named: dict[str, SmallHouse] = {}

    def begin(self, name: str) -> None:
        seeds = self.folder / name / "documents"
        seeds.mkdir(parents=True)
        self.named[name] = SmallHouse(seeds)

    def others(self) -> list[Opening]:
        return [Opening(name, house.seeds, house.open, house.build) for name, house in self.named.items()]


@pytest.fixture
def houses(tmp_path: Path) -> Houses:
    return Houses(tmp_path)


@pytest.fixture
def page(browser: Browser, houses: Houses) -> Iterator[Page]:
    app = build_app(
        houses.first.open,
        houses.first.build,
        seeds=houses.first.seeds,
        conversations=houses.folder / "conversations",
        others=houses.others,
        begin=houses.begin,
        suffixes=frozenset({".md", ".txt"}),
        models=Models(NO_GENERATOR, StopSign()),
    )
    with running(app) as url:
        for page in at(opened(browser), url):
            yield page
            houses.first.build_gate.set()


def drop(page: Page, *files: tuple[str, str], on: str = "#chat") -> None:
    """Drop files on a part of the page, as the browser does."""
    page.evaluate(DROP, [on, [list(file) for file in files]])


def test_files_dropped_on_the_chat_are_read_automatically_with_visible_progress(page: Page, houses: Houses) -> None:
    houses.first.build_gate.clear()
    drop(page, ("bakery.md", NOON), ("notes.txt", "The market is held on Tuesdays in the square."), ("tool.exe", "x"))
    expect(page.locator("#doing")).to_contain_text("Added bakery.md, notes.txt")
    expect(page.locator("#doing .trouble")).to_contain_text(
        "tool.exe was not added: files of the kind '.exe' are not read"
    )
    expect(page.locator("#doing progress")).to_have_attribute("max", "4")
    ask(page, STORM)  # the old index answers during the build
    houses.first.build_gate.set()
    expect(page.locator("#doing")).to_contain_text("Answers use them from now on")
    ask(page, "When does the bakery in the square open?")
    expect(page.locator("#current .reply")).to_contain_text("noon")


def test_a_drag_shows_the_drop_target_on_every_tab(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    expect(page.locator(".library")).to_be_visible()
    page.evaluate("""() => {
      const dragged = new DataTransfer();
      dragged.items.add(new File(["x"], "x.md"));
      document.querySelector(".library").dispatchEvent(new DragEvent("dragenter", { dataTransfer: dragged, bubbles: true }));
    }""")
    expect(page.locator("#drop")).to_have_text(strings.DROP)
    drop(page, ("bakery.md", NOON), on=".library")
    expect(page.locator("#drop")).to_be_hidden()
    expect(page.locator(".library tbody tr", has_text="bakery.md").locator(".state")).to_have_text(strings.STATE_READY)


def test_a_removed_document_is_no_longer_cited_and_can_be_restored(page: Page, houses: Houses) -> None:
    go(page, strings.DOCUMENTS)
    row = page.locator(".library tbody tr", has_text="harbour.md")
    row.get_by_role("button", name=strings.REMOVE).click()
    page.locator("dialog .no").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name=strings.REMOVE).click()
    expect(page.locator("dialog")).to_contain_text(strings.REMOVE_CONFIRM.format(name="harbour.md"))
    page.locator("dialog .yes").click()
    expect(row).to_have_count(0)
    assert not (houses.first.seeds / "harbour.md").exists()
    page.locator("#doing").get_by_role("button", name=strings.UNDO).click()
    expect(row.locator(".state")).to_have_text(strings.STATE_READY)
    assert (houses.first.seeds / "harbour.md").exists()


def test_removing_the_last_document_leaves_an_empty_collection(page: Page, houses: Houses) -> None:
    (houses.first.seeds / "arabic.txt").unlink()
    page.reload()
    go(page, strings.DOCUMENTS)
    page.locator("#rebuild").click()
    row = page.locator(".library tbody tr")
    expect(row).to_have_count(1)
    row.get_by_role("button", name=strings.REMOVE).click()
    page.locator("dialog .yes").click()
    expect(page.locator("#doing")).to_contain_text(strings.REBUILD_EMPTY)
    expect(page.locator("#library .empty")).to_contain_text(strings.EMPTY_LIBRARY_MORE)
    go(page, strings.CHAT)
    expect(page.locator(".welcome.empty")).to_be_visible()
    ask(page, STORM)
    expect(page.locator("#current .refusal")).to_be_visible()


def test_files_can_be_chosen_on_the_documents_tab(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "bakery.md"
    file.write_text(NOON, encoding="utf-8")
    go(page, strings.DOCUMENTS)
    with page.expect_file_chooser() as chooser:
        page.locator("#add-here [data-do=add]").click()
    chooser.value.set_files(file)
    expect(page.locator(".library tbody tr", has_text="bakery.md").locator(".state")).to_have_text(strings.STATE_READY)


def test_a_rebuild_can_be_cancelled_and_is_shown_after_a_reload(page: Page, houses: Houses) -> None:
    houses.first.build_gate.clear()
    go(page, strings.DOCUMENTS)
    page.locator("#rebuild").click()
    expect(page.locator("#doing progress")).to_have_attribute("max", "4")
    page.reload()
    expect(page.locator("#doing progress")).to_have_attribute("max", "4")
    page.locator("#cancel").click()
    expect(page.locator("#doing")).to_contain_text(strings.REBUILD_CANCELLING)
    expect(page.locator("#cancel")).to_have_count(0)
    houses.first.build_gate.set()
    expect(page.locator("#doing")).to_contain_text(strings.REBUILD_CANCELLED)


def test_a_new_collection_begins_empty_and_answers_only_from_its_own_documents(page: Page) -> None:
    ask(page, STORM)
    page.locator("#shelf summary").click()
    page.locator("#shelf .make").click()
    page.locator("dialog input").fill("Bakery")
    page.keyboard.press("Enter")
    expect(page.locator("#shelf summary")).to_contain_text("Bakery")
    expect(page.locator(".welcome.empty")).to_contain_text(strings.EMPTY_LIBRARY_MORE)
    expect(page.locator(".conversations .title")).to_have_count(0)
    drop(page, ("bakery.md", NOON))
    expect(page.locator("#doing")).to_contain_text("Answers use them from now on")
    ask(page, STORM)
    expect(page.locator("#current .refusal")).to_be_visible()
    ask(page, "When does the bakery in the square open?")
    expect(page.locator("#current .cite")).to_have_count(1)
    page.reload()
    expect(page.locator("#past .turn")).to_have_count(2)
    page.locator("#past .turn").last.locator(".cite").click()
    page.locator("#sources-body .card.current .open").click()
    expect(page.locator(".document mark")).to_have_text(NOON)
    page.locator("#shelf summary").click()
    page.locator("#shelf [data-collection='']").click()
    expect(page.locator(".conversations .title")).to_have_text([STORM])
    expect(page.locator(".turn")).to_have_count(0)


def test_own_files_are_never_mixed_with_the_demonstration(page: Page, houses: Houses) -> None:
    (houses.first.seeds / DEMONSTRATION).write_text("harbour.md\narabic.txt\n", encoding="utf-8")
    page.reload()
    expect(page.locator("#shelf summary")).to_have_text(strings.DEMONSTRATION)
    drop(page, ("bakery.md", NOON))
    expect(page.locator("#shelf summary")).to_have_text(strings.MY_DOCUMENTS)
    expect(page.locator("#doing")).to_contain_text("Answers use them from now on")
    assert not (houses.first.seeds / "bakery.md").exists()
    ask(page, "When does the bakery in the square open?")
    expect(page.locator("#current .cite")).to_have_count(1)


def test_a_documents_guide_gives_cited_points_and_questions_that_are_asked_with_a_click(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    row = page.locator(".library tbody tr", has_text="harbour.md")
    row.locator(".guide summary").press("Enter")
    question = row.locator(".guide .example").first
    expect(question).to_have_text("When does the ferry leave?")
    question.click()
    expect(page.locator("#current .question")).to_have_text("When does the ferry leave?")
    expect(page.locator("#current .cite").first).to_be_visible()


def test_a_collections_guide_names_the_documents_and_opens_them(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    page.locator(".guide.whole summary").press("Enter")
    point = page.locator(".guide.whole .points li", has_text="harbour.md").first
    expect(page.locator(".guide.whole .example").first).to_be_visible()
    point.locator("[data-read]").click()
    expect(page.locator("dialog.reader mark")).to_be_visible()


def test_a_document_is_opened_from_the_list_and_closed_by_keyboard(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    name = page.locator(".library .name", has_text="harbour.md")
    name.press("Enter")
    expect(page.locator("dialog.reader .text")).to_contain_text("leaves at 7 in the morning")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.reader")).to_have_count(0)
    expect(name).to_be_focused()


def test_a_click_on_a_column_sorts_the_list(page: Page) -> None:
    go(page, strings.DOCUMENTS)
    names = page.locator(".library tbody .name")
    expect(names).to_have_text(["arabic.txt", "harbour.md"])
    expect(page.locator("#page-address")).to_have_count(0)  # web pages are offered only on request
    page.locator(".library [data-sort='0']").click()
    page.locator(".library [data-sort='0']").click()
    expect(names).to_have_text(["harbour.md", "arabic.txt"])
