"""Two hundred names that try to escape from the folder: neither a question nor the page reads a file outside of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rag import Rag, build
from rag.load.walk import file_of
from rag.types import Answer, Citation, Document, Passage, Place, Trace
from rag.web.session.contents import Contents
from rag.web.session.conversations import Conversation, Conversations, KeptTurn
from rag.web.view import library
from rag.web.view.picture import page_picture
from rag.web.view.spot import Spot
from tests.bombs.names import CANARY, lay_names
from tests.conftest import OverlapReader, WordEncoder
from tests.web_server import small_app, small_house

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and names of another system")
QUESTION = "When did the mill close?"
OPENED: list[str] = []
LISTENING: list[bool] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if (
        LISTENING
        and event in ("open", "os.listdir", "os.scandir")
        and isinstance(arguments[0], str | bytes | os.PathLike)
    ):
        OPENED.append(os.path.realpath(os.fsdecode(arguments[0])))


sys.addaudithook(_hear)  # cannot be removed; active only within `opened`


@contextmanager
def opened() -> Iterator[list[str]]:
    """Record every file and folder that is opened in the context, with all links resolved."""
    OPENED.clear()
    LISTENING.append(True)
    try:
        yield OPENED
    finally:
        LISTENING.clear()


def names(place: Path) -> list[str]:
    """Return the names in the seeds folder, and paths from there to the file outside."""
    lying = sorted(name for name in os.listdir(place / "seeds") if name.isprintable())
    up = ["../outside/secret.txt", "./../outside/secret.txt", "link3/secret.txt", "link4/secret.txt", "link5/outside/secret.txt",
          f"{place}/outside/secret.txt", f"/{place}/outside/secret.txt", "seeds/../../outside/secret.txt", "..", ".", "/",
          "..\\outside\\secret.txt", "%2e%2e/outside/secret.txt", "secret.txt\x00.md", "file://../outside/secret.txt"]  # fmt: skip
    return lying + up


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder with the seeds and, beside them, the secret file."""
    assert lay_names(tmp_path, tmp_path / "seeds") >= 180
    return tmp_path


def test_the_audit_hook_records_what_is_opened_behind_a_link(place: Path) -> None:
    with opened() as heard:
        (place / "seeds" / "link0.txt").read_text(encoding="utf-8")
    assert heard == [os.path.realpath(place / "outside" / "secret.txt")]


def test_no_requested_source_leads_out_of_the_index(place: Path, encoder: WordEncoder) -> None:
    build(place / "seeds", place / "index", encoder=encoder)
    rag = Rag.open(place / "index", encoder=encoder, reader=OverlapReader(), generator=None)
    rag.ask(QUESTION)
    asked = names(place)
    assert len(asked) > 150
    answered, refused = 0, list[str]()
    with opened() as heard:
        for source in asked:
            try:
                answer = rag.ask(QUESTION, sources=[source])
            except ValueError as error:  # raised for a name that matches nothing
                refused.append(str(error))
                continue
            assert CANARY not in repr(answer)
            assert {c.passage.source for c in answer.citations} <= set(rag.documents)
            answered += not answer.abstained
    assert CANARY not in " ".join(refused)
    assert answered > 50  # harmless names are among them, and get answers
    here = [path for path in heard if path.startswith(os.path.realpath(place))]
    assert [path for path in here if not path.startswith(os.path.realpath(place / "index"))] == []


def test_a_build_opens_nothing_outside_of_the_folder(place: Path, encoder: WordEncoder) -> None:
    with opened() as heard:
        build(place / "seeds", place / "index", encoder=encoder)
    assert any(path.startswith(os.path.realpath(place / "seeds")) for path in heard)
    assert [path for path in heard if path.startswith(os.path.realpath(place / "outside"))] == []


def cited(source: str) -> KeptTurn:
    """Return a saved turn that cites a span of this source, on a page of a PDF."""
    passage = Passage("p1", "id", source, CANARY, 0, len(CANARY), 1, places=(Place(source, 0, len(CANARY)),))
    citation = Citation(1, passage, "the canary", 0, 10, 1)
    answer = Answer(QUESTION, "", (), (citation,), (), False, Trace(QUESTION, "answered", 1.0))
    return KeptTurn(answer, "2026-01-01T00:00:00+00:00")


def test_the_document_view_opens_no_file_outside_whatever_an_answer_cites(place: Path, tmp_path: Path) -> None:
    asked = [name for name in names(place) if not any("\ud800" <= c <= "\udfff" for c in name)]
    (tmp_path / "house").mkdir()
    house = small_house(tmp_path / "house")
    app = small_app(house, tmp_path / "conversations")
    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.get("/")
        # an index with all these sources, as if built when the links were files
        house.engine.documents = {n: Document("id", n, "t", "Nothing here.", sha256="0" * 64) for n in asked}
        store = Conversations(tmp_path / "conversations")
        store.save("local", Conversation("0" * 16, "Names", tuple(map(cited, asked))))
        with opened() as heard:
            for turn in range(1, len(asked) + 1):
                shown = client.get(f"/ui/place/local/{'0' * 16}/{turn}/c1")
                assert CANARY not in shown.text
                drawn = client.get(f"/ui/place/local/{'0' * 16}/{turn}/c1.png")
                assert not drawn.headers.get("content-type", "").startswith("image/")
    assert [path for path in heard if path.startswith(os.path.realpath(place / "outside"))] == []


def test_a_file_that_became_a_link_is_neither_read_nor_rendered(place: Path) -> None:
    seeds, secret = place / "seeds", place / "outside" / "secret.txt"
    (seeds / "inner").symlink_to(place / "outside")
    document = Document("id", "link0.txt", "t", "text", sha256="0" * 64)
    with opened() as heard:
        for source in ("link0.txt", "link3/secret.txt", "inner/secret.txt", "../outside/secret.txt", str(secret)):
            assert file_of(seeds, source) is None
            assert not library.is_changed(seeds, replace(document, source=source))
            assert page_picture(seeds, Spot(source, 0, 4, "text", 1)) is None
        rows = library.rows(seeds, {"link0.txt": document}, Contents())
    assert [row.kind for row in rows if row.source == "link0.txt"] == ["gone"]
    assert [path for path in heard if path.startswith(os.path.realpath(place / "outside"))] == []


def test_a_file_in_a_folder_of_the_seeds_is_found(place: Path) -> None:
    (place / "seeds" / "deep").mkdir()
    (place / "seeds" / "deep" / "a.txt").write_text("text", encoding="utf-8")
    found = file_of(place / "seeds", "deep/a.txt")
    assert found is not None
    assert Path(found.path).read_text(encoding="utf-8") == "text"


def test_a_link_to_a_neighbour_is_not_that_file(tmp_path: Path) -> None:
    (tmp_path / "mill.md").write_text("The mill closed in 1962.\n", encoding="utf-8")
    (tmp_path / "alias.md").symlink_to("mill.md")
    assert file_of(tmp_path, "mill.md") is not None
    assert file_of(tmp_path, "alias.md") is None
