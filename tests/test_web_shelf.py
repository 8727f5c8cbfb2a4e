"""Collections of the page: what belongs to one is never shown in another, and what comes later is found."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.errors import IndexMissing, RagError
from rag.types import Progress
from rag.web import strings
from rag.web.pages.documents import DocumentsActions, _taken
from rag.web.pages.page import Page
from rag.web.pages.shelf import Collection, Opening, Shelf
from rag.web.server import build_app
from rag.web.session import host as hosts
from rag.web.session.conversations import LOCAL_OWNER, Conversation, Conversations
from rag.web.session.examples import examples
from rag.web.session.generators import Models
from rag.web.session.guides import guide_to_all
from rag.web.session.host import EngineHost
from rag.web.session.stop import StopSign
from rag.web.uploads import uploads_folder
from rag.web.view.library_table import key_of
from tests.web_double import SmallEngine, SmallHouse, SmallReport
from tests.web_server import small_house

HERE = "http://127.0.0.1:7860"
NAME = "0123456789abcdef"
FERRY = "When does the ferry to Aland leave?"


@pytest.fixture
def house(tmp_path: Path) -> SmallHouse:
    return small_house(tmp_path)


@pytest.fixture
def collection(house: SmallHouse, tmp_path: Path) -> Collection:
    shelf = Shelf(
        lambda: [Opening("", house.seeds, house.open, house.build)], Conversations(tmp_path / "kept"), StopSign()
    )
    found = shelf.at("")
    found.host.wait()
    return found


def test_a_link_into_a_collection_that_is_gone_opens_no_other_one(house: SmallHouse, tmp_path: Path) -> None:
    other = tmp_path / "letters"
    other.mkdir()
    (other / "harbour.md").write_text("The letters say that the ferry to Aland leaves at noon.\n")
    letters = SmallHouse(other)
    others = [Opening("letters", other, letters.open, letters.build)]
    app = build_app(house.open, house.build, seeds=house.seeds, conversations=tmp_path / "kept", others=lambda: others)
    shelf, page = app.state.shelf, TestClient(app, base_url=HERE)
    at = shelf.at("letters")
    shelf.at("").host.wait()
    *_, done = at.chat.ask(LOCAL_OWNER, Conversation(NAME, collection="letters"), FERRY)
    link, guide = f"/ui/source/letters/{key_of('harbour.md')}/0-20", f"/ui/guide/letters/{key_of('harbour.md')}"
    quoted = f"/ui/place/{LOCAL_OWNER}/{NAME}/1/c1"
    assert done.conversation.turns[0].answer.citations
    assert "The letters say that" in page.get(link).text
    others.clear()
    assert [page.get(address).status_code for address in (link, guide, "/ui/guide/letters")] == [404] * 3
    assert page.get(f"{quoted}.png").status_code == 404
    shown = page.get(quoted).text
    assert strings.GONE in shown
    assert "leaves at noon" in shown
    assert "Harbour guide" not in shown


def test_the_guide_to_a_collection_leads_to_the_files_as_they_are_called_now(
    collection: Collection, house: SmallHouse
) -> None:
    guide_to_all(collection.host)
    (house.seeds / "harbour.md").rename(house.seeds / "port.md")
    assert list(collection.host.rebuild())
    guide = guide_to_all(collection.host)
    assert guide is not None
    assert {point.citations[0].passage.source for point in guide.points} <= set(collection.host.documents())


def test_the_questions_of_a_guide_are_in_the_language_of_who_reads_it(
    collection: Collection, house: SmallHouse
) -> None:
    (house.seeds / "storms.md").write_text("# Storms\n\nStorms and storms: what is said about storms.\n")
    assert list(collection.host.rebuild())
    guides = []
    for language in ("en", "de"):
        token = strings._wished.set(language)
        guides.append(guide_to_all(collection.host))
        strings._wished.reset(token)
    assert guides[0] is not guides[1]


def test_documents_of_the_present_folder_are_removed_out_of_it(
    collection: Collection, house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(house.seeds)
    here = replace(collection, seeds=Path("."))
    assert not here.removed.resolve().is_relative_to(house.seeds)
    assert here.removed == house.seeds.parent / "seeds-removed"


def test_files_are_not_added_where_the_folder_of_the_documents_is_away(
    collection: Collection, house: SmallHouse, tmp_path: Path
) -> None:
    house.seeds.rename(tmp_path / "away")
    store, sign = Conversations(tmp_path / "kept"), StopSign()
    shelf = Shelf(lambda: [Opening("", house.seeds, house.open, house.build)], store, sign)
    page = Page(shelf, store, frozenset(), Models("usual", sign), shared=False)
    shelf._opened[""] = collection
    taken: list[Collection] = []

    def take(at: Collection) -> tuple[list[str], list[str]]:
        taken.append(at)
        return ["new.md"], []

    ((said, *_),) = DocumentsActions(page)._added({}, take)
    assert strings.FOLDER_AWAY.format(folder=house.seeds) in said.replace("&#x27;", "'")
    assert not taken
    assert house.builds == 0


def test_a_refused_upload_does_not_stay_on_the_disk(collection: Collection) -> None:
    file = uploads_folder() / "x" / "harbour.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text("another text")
    added, refused = _taken([str(file)], collection, frozenset({".md"}))
    assert (added, len(refused)) == ([], 1)
    assert not file.exists()


def test_an_index_that_was_built_after_the_page_opened_answers(house: SmallHouse, tmp_path: Path) -> None:
    there: list[bool] = []

    def opened() -> SmallEngine:
        if not there:
            raise IndexMissing(tmp_path / "index")
        return house.open()

    host = EngineHost(opened, house.build)
    host.start()
    host.wait()
    with pytest.raises(IndexMissing):
        host.engine()
    there.append(True)
    assert host.engine() is house.engine
    assert host.ready


def test_an_index_is_opened_by_one_at_a_time(house: SmallHouse) -> None:
    inside, most = [0], [0]
    first = threading.Event()

    def opened() -> SmallEngine:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        first.wait(0.3)  # of the two, the other one would come meanwhile
        inside[0] -= 1
        return house.open()

    host = EngineHost(opened, house.build)
    host.start()
    assert list(host.rebuild())
    host.wait()
    assert most == [1]
    assert host.close(60)


def test_a_change_is_read_although_another_program_holds_the_index(
    house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Progress] = []
    read = threading.Event()

    def build(progress: Progress) -> SmallReport:
        tries.append(progress)
        if len(tries) == 1:
            raise RagError("process 7 is building this index; wait for it")
        read.set()
        return house.build(progress)

    def changes(stop: threading.Event) -> Iterator[None]:
        yield

    monkeypatch.setattr(hosts, "RESTS", (0.0, 0.0))
    host = EngineHost(house.open, build, changes=changes)
    host.start()
    assert read.wait(60)
    assert host.close(60)
    assert len(tries) == 2


def test_closing_waits_also_for_work_that_began_meanwhile(house: SmallHouse) -> None:
    """A build that ends while the server closes still starts to look for examples."""
    host = EngineHost(house.open, house.build)
    ended = threading.Event()

    def second() -> None:
        time.sleep(0.3)
        ended.set()

    def first() -> None:
        while not host.leaving:
            time.sleep(0.001)
        time.sleep(0.1)  # `close` waits for this thread already
        host.work(second)

    host.work(first)
    assert host.close(60)
    assert ended.is_set()


def test_a_conversation_is_read_for_the_list_only_once_it_changed(house: SmallHouse, tmp_path: Path) -> None:
    read: list[str] = []

    class Counting(Conversations):
        """A store that tells what it reads."""

        def _read(self, owner: str, name: str) -> Any:
            read.append(name)
            return super()._read(owner, name)

    store = Counting(tmp_path / "kept")
    other = NAME[::-1]
    turn = next(iter(_turns(house)))
    for name in (NAME, other):
        store.append(LOCAL_OWNER, Conversation(name, collection="letters" * (name == other)), turn)
    assert store.titles(LOCAL_OWNER) == [(other, FERRY), (NAME, FERRY)]
    read.clear()
    assert store.titles(LOCAL_OWNER, "letters") == [(other, FERRY)]
    assert read == []
    store.rename(LOCAL_OWNER, NAME, "The ferry")
    read.clear()
    assert store.titles(LOCAL_OWNER) == [(NAME, "The ferry"), (other, FERRY)]
    assert read == [NAME]
    store.delete(LOCAL_OWNER, NAME)
    assert store.titles(LOCAL_OWNER) == [(other, FERRY)]


def _turns(house: SmallHouse) -> Iterator[Any]:
    from rag.web.session.conversations import KeptTurn, now
    from rag.web.session.preferences import DEFAULT_PREFERENCES

    *_, answer = house.engine.stream(FERRY, history=(), preferences=DEFAULT_PREFERENCES)
    yield KeptTurn(answer, now())


def test_every_document_is_read_once_for_the_example_questions(house: SmallHouse) -> None:
    read: list[str] = []

    class Counting(dict[str, Any]):
        """Documents that tell which of them is read."""

        def values(self) -> Any:
            for source, document in self.items():
                read.append(source)
                yield document

    documents = Counting(house.engine.documents)
    assert "When does the ferry leave?" in examples(documents, 12)
    assert sorted(read) == sorted(documents)
