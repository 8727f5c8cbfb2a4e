"""What happens at the same time: a rebuild that is asked for is made, and a collection is opened once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.types import Progress
from rag.web.pages import shelf as shelves
from rag.web.pages.documents import DocumentsActions
from rag.web.pages.page import Page
from rag.web.pages.shelf import Opening, Shelf
from rag.web.session.conversations import Conversations
from rag.web.session.generators import Models
from rag.web.session.host import EngineHost
from rag.web.session.rebuild import Rebuilds, Report, Step
from rag.web.session.stop import StopSign
from tests.web_double import SmallReport
from tests.web_server import small_house


class Interrupted:
    """Rebuilds whose first run is interrupted by a call between two of its steps."""

    def __init__(self, call: Callable[[Rebuilds], object]) -> None:
        self.builds = 0
        self._call = call
        self.rebuilds = Rebuilds(self._build, lambda report: "")

    def _build(self, progress: Progress) -> SmallReport:
        self.builds += 1
        progress("reading", 1, 2)
        if self.builds == 1:
            self._call(self.rebuilds)
        progress("reading", 2, 2)
        return SmallReport(1, 1)

    def run(self) -> list[Step]:
        assert self.rebuilds.begin()
        steps = self.rebuilds.follow()
        self.rebuilds.run()
        assert not self.rebuilds.running
        return list(steps)


def test_a_file_added_while_a_cancelled_build_ends_is_read() -> None:
    house = Interrupted(lambda rebuilds: (rebuilds.cancel(), rebuilds.begin(again=True)))
    assert house.run()[-1].report is not None
    assert house.builds == 2


def test_a_cancel_also_cancels_the_next_run_that_was_asked_for_before() -> None:
    house = Interrupted(lambda rebuilds: (rebuilds.begin(again=True), rebuilds.cancel()))
    assert house.run()[-1].error == "cancelled"
    assert house.builds == 1


def test_nothing_is_built_again_for_a_server_that_closes() -> None:
    house = Interrupted(lambda rebuilds: (rebuilds.begin(again=True), rebuilds.close()))
    assert house.run()[-1].error == "cancelled"
    assert house.builds == 1


class Released:
    """A lock that tells when it is released."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._tell = tell

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()
        self._tell()


def test_a_rebuild_asked_for_at_the_very_end_of_another_one_is_made() -> None:
    over: list[bool] = []
    claimed: list[bool] = []

    def ask() -> None:
        if over and not claimed:
            claimed.append(False)  # asked once
            claimed[0] = rebuilds.begin(again=True)

    builds: list[Progress] = []

    def build(progress: Progress) -> SmallReport:
        builds.append(progress)
        return SmallReport(1, 1)

    def publish(report: Report) -> str:
        over.append(True)
        return ""

    rebuilds = Rebuilds(build, publish)
    rebuilds._lock = Released(ask)  # type: ignore[assignment]
    rebuilds.begin()
    rebuilds.run()
    assert claimed == [True] or len(builds) == 2


def test_two_pages_at_once_open_a_collection_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house, made = small_house(tmp_path), []
    shelf = Shelf(
        lambda: [Opening("", house.seeds, house.open, house.build)], Conversations(tmp_path / "kept"), StopSign()
    )

    class Slow(EngineHost):
        """A host during whose making another page arrives."""

        def __init__(self, *arguments: object) -> None:
            made.append(self)
            if len(made) == 1:
                other = threading.Thread(target=shelf.all, daemon=True)
                other.start()
                other.join(0.2)  # it waits for the first page
            super().__init__(house.open, house.build)

    monkeypatch.setattr(shelves, "EngineHost", Slow)
    shelf.all()
    assert len(made) == 1


def test_a_page_closed_after_a_change_does_not_prevent_the_rebuild(tmp_path: Path) -> None:
    house, sign = small_house(tmp_path), StopSign()
    store = Conversations(tmp_path / "kept")
    shelf = Shelf(lambda: [Opening("", house.seeds, house.open, house.build)], store, sign)
    page = Page(shelf, store, frozenset(), Models("usual", sign), shared=False)
    at = shelf.at("")
    at.host.wait()
    house.build_gate.clear()
    steps = DocumentsActions(page)._changed(at, lambda: "")
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert at.host.building
    house.build_gate.set()
    list(at.host.follow())
