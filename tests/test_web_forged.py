"""No file can be read with forged objects: every event and endpoint receives some, on a desktop and in a Space."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.web import build_app
from rag.web.events import UPLOAD, Events, Refused
from rag.web.uploads import uploaded, uploads_folder
from tests.web_forger import CANARY, Forger, copies
from tests.web_server import running, served, small_house

HOST = "someone-rag.hf.space"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(f"the key is {CANARY}\n", encoding="utf-8")
    return file


def forgers(folder: Path, canary: Path) -> Iterator[Forger]:
    """Yield a forger for the page of a desktop, and one for the page of a Space."""
    with served(folder / "desk") as host:
        yield Forger(host.url, canary)
    house = small_house(folder / "space")
    app = build_app(house.open, house.build, seeds=house.seeds, conversations=folder / "space" / "c",
                    suffixes=frozenset({".txt"}), space_host=HOST)  # fmt: skip
    with running(app) as url:
        yield Forger(url, canary, headers={"host": HOST})


def test_no_forged_object_opens_a_file(tmp_path: Path, canary: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "space").mkdir()
    for forger in forgers(tmp_path, canary):
        forger.events_tried(3, alike=False)
        forger.endpoints_tried(2, events=3)  # benchmarks/doors.py tries every event under every name
        assert (forger.opened, forger.failed) == ([], [])
        assert forger.tries > 400
    assert copies(tmp_path, canary) == []
    assert copies(uploads_folder(), canary) == []


def test_only_what_was_uploaded_is_added(tmp_path: Path, canary: Path) -> None:
    link = uploads_folder() / "link.txt"
    link.symlink_to(canary)
    for path in (canary, link, uploads_folder() / ".." / canary.name, uploads_folder()):
        with pytest.raises(ValueError, match="just uploaded"):
            uploaded(str(path))
    link.unlink()
    file = uploads_folder() / "a" / "note.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("uploaded", encoding="utf-8")
    assert uploaded(str(file)) == file
    link.symlink_to(file)  # not uploaded under this name
    with pytest.raises(ValueError, match="just uploaded"):
        uploaded(str(link))
    link.unlink()


def test_an_upload_is_added_once(tmp_path: Path) -> None:
    with served(tmp_path) as page, httpx.Client(base_url=page.url, timeout=60) as client:
        [path] = client.post("/gradio_api/upload", files={"files": ("note.txt", b"The pilot is Ada.\n")}).json()
        [event] = [one for one in client.get("/config").json()["dependencies"] if one["api_name"] == "add"]
        file = {"path": path, "orig_name": "note.txt", "meta": {"_type": "gradio.FileData"}}
        body = {"data": [[file], None], "fn_index": event["id"], "session_hash": "add"}
        assert client.post("/gradio_api/queue/join", json=body).status_code == 200
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "add"}) as stream:
            assert any("process_completed" in line for line in stream.iter_lines())
        assert (page.house.seeds / "note.txt").read_bytes() == b"The pilot is Ada.\n"
        assert client.post("/gradio_api/queue/join", json=body).status_code == 422
        assert not Path(path).exists()


@pytest.mark.parametrize("event", [
    {"fn_index": True}, {"fn_index": 9_999}, {"fn_index": "1"}, {"data": {}}, {"data": []}, {"session_hash": None}, {"session_hash": "../x"},
    {"trigger_id": "1"}, {"event_data": {"meta": 1}}, {"event_data": [[[[[[[[1]]]]]]]]},
])  # fmt: skip
def test_an_event_that_the_page_does_not_send_is_refused(event: dict[str, Any]) -> None:
    events = Events(None, inputs={1: (lambda value: isinstance(value, str),)})
    body = {"fn_index": 1, "data": ["x"], "session_hash": "abc", "event_data": {"act": "open"}}
    assert events.checked({**body, "batched": True, "oauth_token": "t"}) == {**body, "trigger_id": None}
    with pytest.raises(Refused):
        events.checked({**body, **event})


def test_a_lone_surrogate_is_replaced() -> None:
    events = Events(None, inputs={1: (lambda value: isinstance(value, str),)})
    assert events.checked({"fn_index": 1, "data": ["a\ud800b"], "session_hash": "abc"})["data"] == ["a?b"]


def test_the_size_of_a_body_is_limited(tmp_path: Path) -> None:
    with served(tmp_path) as page:
        for route in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel"):
            assert httpx.post(page.url + route, content=b"[" + b" " * 300_000 + b"]").status_code == 413
            assert httpx.post(page.url + route, content=iter([b" " * 200_000] * 2)).status_code == 413


def test_the_size_of_an_upload_is_limited() -> None:
    scope = {"type": "http", "method": "POST", "path": UPLOAD, "headers": [(b"content-length", str(2**30).encode())]}
    with pytest.raises(Refused, match="longer"):
        asyncio.run(Events(None, inputs={})._checked(scope, None))
