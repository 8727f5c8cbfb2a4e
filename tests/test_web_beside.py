"""The API is served beside the page: behind the same guard, with its own keys, on the same collections."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import gradio
import pytest
from fastapi.testclient import TestClient

from rag.api.keys import Keys, line_of, new_key
from rag.errors import RagError
from rag.web.access import Token
from rag.web.beside import Programs, Shelved
from rag.web.pages.shelf import Opening, Shelf
from rag.web.server import build_app
from rag.web.session.conversations import Conversations
from rag.web.session.stop import StopSign
from rag.web.start import serve
from tests.conftest import ROOT
from tests.web_server import running, small_house

HERE = "http://127.0.0.1:7860"
KEY, TOKEN = new_key(), Token()
BEARER = {"authorization": f"Bearer {KEY}"}
BODY = {"model": "rag", "messages": [{"role": "user", "content": "When does the ferry to Aland leave?"}]}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("beside")
    house = small_house(folder)
    programs = Programs(Keys([line_of("bot", KEY)]))
    return build_app(house.open, house.build, seeds=house.seeds, conversations=folder / "conversations", keeper=TOKEN,
                     programs=programs)  # fmt: skip


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close other libraries' clients, whose sockets would otherwise cause warnings in another test."""
    yield
    openai = sys.modules.get("openai")
    for client in (found for found in gc.get_objects() if openai and issubclass(type(found), openai.OpenAI)):
        client.close()


@pytest.fixture
def program(app: Any) -> TestClient:
    return TestClient(app, base_url=HERE, headers=BEARER)


def test_an_answer_cites_addresses_that_the_page_serves(app: Any, program: TestClient) -> None:
    told = program.post("/v1/chat/completions", json=BODY).json()
    [source, *_] = told["sources"]
    assert source["quote"] in (told["choices"][0]["message"]["content"] + source["quote"])
    assert told["citations"][0] == source["url"]
    assert source["url"].startswith(f"{HERE}/ui/source/-/")
    assert source["sha256"]
    page = TestClient(app, base_url=HERE)
    assert page.get(source["url"]).status_code == 403  # it belongs to the page, and needs the page's token
    page.get(f"/{TOKEN.query}")
    assert f"<mark>{source['quote']}</mark>" in page.get(source["url"]).text


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/chat/completions"), ("POST", "/v1/search"), ("GET", "/v1/models"), ("GET", "/metrics"),
                                             ("GET", "/health")])  # fmt: skip
def test_the_guard_of_the_page_also_protects_the_api(program: TestClient, method: str, path: str) -> None:
    assert program.request(method, path, json=BODY, headers={"host": "evil.test"}).status_code == 400
    if method == "POST":
        assert program.request(method, path, json=BODY, headers={"origin": "http://evil.test"}).status_code == 403
        assert program.request(method, path, json=BODY, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_neither_key_opens_the_other_interface(app: Any, program: TestClient) -> None:
    assert program.get("/").status_code == 403
    page = TestClient(app, base_url=HERE, headers={"authorization": f"Bearer {TOKEN._token}"})
    assert page.get("/config").status_code == 200
    assert page.post("/v1/chat/completions", json=BODY).status_code == 401


def test_the_page_without_the_api_serves_no_programs(tmp_path: Path) -> None:
    house = small_house(tmp_path)
    app = build_app(house.open, house.build, seeds=house.seeds, conversations=tmp_path / "conversations")
    assert TestClient(app, base_url=HERE).post("/v1/chat/completions", json=BODY).status_code == 404
    assert TestClient(app, base_url=HERE).get("/metrics").status_code == 404


def test_a_waiting_client_is_informed_when_the_server_ends(tmp_path: Path) -> None:
    house = small_house(tmp_path)
    opening = Opening("", house.seeds, house.open, house.build)
    shelf = Shelf(lambda: [opening], Conversations(tmp_path / "conversations"), StopSign())
    library = Shelved(shelf.at(""))
    assert [*library.stream("When does the ferry to Aland leave?", history=())][-1].sentences
    shelf.leave()
    with pytest.raises(RagError, match="the server is shutting down"):
        next(library.stream("When does the ferry to Aland leave?", history=()))


def test_beyond_the_loopback_address_a_key_is_required(tmp_path: Path) -> None:
    from rag.web.passwords import hashed

    line = hashed("ada", "correct horse")
    with pytest.raises(ValueError, match="give --key a line of: rag key NAME"):
        serve(tmp_path, tmp_path / "index", address="192.168.0.2", auth=[line], keys=(), say=lambda said: None)


@pytest.fixture(scope="module")
def url(app: Any) -> Iterator[str]:
    with running(app) as address:
        yield address


def test_openais_client_reads_answers_streams_and_errors(url: str) -> None:
    openai = pytest.importorskip("openai")
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)
    assert [model.id for model in client.models.list()] == ["rag"]
    whole = client.chat.completions.create(**BODY)
    [note, *_] = whole.choices[0].message.annotations
    assert (note.type, note.url_citation.url) == ("url_citation", whole.citations[0])
    assert whole.sources[0]["quote"].startswith("The ferry to Aland leaves at 7")
    chunks = list(client.chat.completions.create(**BODY, stream=True, stream_options={"include_usage": True}))
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert said == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.total_tokens == whole.usage.total_tokens
    noted = [n for c in chunks if c.choices for n in getattr(c.choices[0].delta, "annotations", None) or []]
    assert [n["url_citation"]["url"] for n in noted] == [
        n.url_citation.url for n in whole.choices[0].message.annotations
    ]
    with pytest.raises(openai.BadRequestError, match="the question is empty"):
        client.chat.completions.create(model="rag", messages=[{"role": "user", "content": ""}])
    with pytest.raises(openai.AuthenticationError, match="no valid key"):
        openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0).models.list()
    with pytest.raises(openai.NotFoundError, match="/v1/models lists them"):
        client.chat.completions.create(**BODY | {"model": "gpt-9"})


def test_the_python_in_the_docs_runs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openai")
    page = (ROOT / "docs" / "INSIDE.md").read_text(encoding="utf-8")
    [block] = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "openai" in block]
    exec(block.replace("http://127.0.0.1:7860", url).replace("rag-…", KEY), {})
    said = capsys.readouterr().out
    assert "1 harbour.md" in said
    assert said.count("The ferry to Aland leaves at 7 in the morning from pier 4 [1].") == 2


def test_a_client_that_lists_sources_by_annotation_numbers_them_like_the_markers(program: TestClient) -> None:
    """Open WebUI makes one source per address from the annotations of a delta, and opens the n-th for [n]."""
    body = BODY | {
        "messages": [
            {"role": "user", "content": "When does the ferry to Aland leave, and what do tickets for the ferry cost?"}
        ],
        "stream": True,
    }
    lines = program.post("/v1/chat/completions", json=body).text.split("\n\n")
    chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    shown = list(dict.fromkeys(n["url_citation"]["url"] for delta in deltas for n in delta.get("annotations", [])))
    assert len(shown) == 2
    assert shown == [source["url"] for source in chunks[-1]["sources"]] == chunks[-1]["citations"]


FERRY, TICKET = "When does the ferry to Aland leave?", "And what do tickets for the ferry cost?"


def test_gradios_chat_component_works_and_shows_the_citations(app: Any) -> None:
    with running(app) as url:
        chat = gradio.load_chat(f"{url}/v1", "rag", token=KEY, file_types=None, streaming=False)
        first = str(chat.fn(FERRY, []))
        said = [
            {"role": role, "content": [{"type": "text", "text": text}]}
            for role, text in (("user", FERRY), ("assistant", first))
        ]  # in Gradio's history format
        second = str(chat.fn(TICKET, said))
        streamed = [*gradio.load_chat(f"{url}/v1", "rag", token=KEY, file_types=None).fn(FERRY, [])]
    assert "leaves at 7 in the morning from pier 4 [1]" in first
    assert "- [1] harbour.md" in first
    assert "Tickets for the ferry cost 12 euros" in second
    assert streamed[-1] == first
    assert all(later.startswith(earlier) for earlier, later in pairwise(streamed))


@pytest.mark.skipif(shutil.which("llm") is None, reason="llm is not installed; put it on the PATH to run this")
def test_llm_works_and_continues_a_conversation(app: Any, tmp_path: Path) -> None:
    def llm(*arguments: str) -> str:
        environment = os.environ | {"LLM_USER_PATH": str(tmp_path)}
        environment.pop("PYTHONPATH", None)  # llm has its own packages
        return subprocess.run(
            ["llm", *arguments], env=environment, capture_output=True, text=True, check=True, timeout=120
        ).stdout

    with running(app) as url:
        lines = ("model_id: rag", "model_name: rag", f"api_base: {url}/v1", "api_key_name: rag")
        (tmp_path / "extra-openai-models.yaml").write_text("- " + "\n  ".join(lines) + "\n")
        llm("keys", "set", "rag", "--value", KEY)
        first, second = llm("-m", "rag", FERRY), llm("-c", TICKET)
    assert "leaves at 7 in the morning from pier 4 [1]" in first
    assert "- [1] harbour.md" in first
    assert "Tickets for the ferry cost 12 euros" in second
