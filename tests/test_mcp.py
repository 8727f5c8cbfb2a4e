"""An MCP client can search, read and ask the documents, over stdio and over HTTP; the official client is used."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import Rag
from rag.api.found import opened
from rag.api.keys import Keys, line_of, new_key
from rag.api.mcp import server
from rag.api.own import OwnLibrary
from rag.api.places import QUEUE
from rag.api.problem import Problem
from rag.api.tools import Tools
from rag.errors import RagError
from rag.types import Hit
from tests.conftest import ROOT
from tests.web_server import running

QUESTION = "What does a single ticket cost?"
STARTED = """
import sys
from pathlib import Path
from rag import Rag
from rag.api.mcp import serve_stdio
from tests.conftest import OverlapReader, WordEncoder
rag = Rag.open(sys.argv[1], encoder=WordEncoder(), reader=OverlapReader(), generator=None)
serve_stdio(rag, Path(sys.argv[1]))
"""


@pytest.fixture
def tools(rag: Rag) -> Tools:
    return Tools(OwnLibrary(rag))


def test_search_and_fetch_have_the_format_that_chatgpt_requires(tools: Tools, rag: Rag) -> None:
    found = tools.search(QUESTION)
    assert set(found) == {"results"}
    assert {frozenset(result) for result in found["results"]} == {frozenset(("id", "title", "url", "text"))}
    read = tools.fetch(found["results"][0]["id"])
    assert set(read) == {"id", "title", "text", "url", "metadata"}
    assert found["results"][0]["text"] in read["text"]
    document = rag.documents[read["metadata"]["source"]]
    assert read["text"] == document.text[int(read["metadata"]["start"]) : int(read["metadata"]["end"])]
    assert read["metadata"]["sha256"] == document.sha256


def test_ask_returns_sources_that_can_be_fetched(tools: Tools, rag: Rag) -> None:
    told = tools.ask(QUESTION)
    [source] = told["sources"][:1]
    assert told["answer"] == rag.ask(QUESTION).text
    assert not told["refused"]
    opened = tools.open_source(source["source"], source["start"], source["end"])
    assert source["quote"] in opened["text"]
    assert tools.ask("Who painted the ceiling of the chapel?")["refused"]


def test_a_span_of_any_length_is_read_in_part_only(rag: Rag) -> None:
    library = OwnLibrary(rag)
    source, document = max(rag.documents.items(), key=lambda one: len(one[1].text))
    read = opened(f"{source}#0-{len(document.text)}", library, around=10, most=30)
    assert (read["text"], read["metadata"]["end"]) == (document.text[:40], "40")


def test_who_comes_when_the_queue_is_full_is_told_to_come_again(rag: Rag) -> None:
    class Deep(OwnLibrary):
        """A Library in which every search asks for another one before it ends."""

        depth = 0

        def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> Sequence[Hit]:
            self.depth += 1
            tools.search(question)
            return ()

    tools = Tools(library := Deep(rag))
    for turn in (1, 2):  # the places are free again
        with pytest.raises(Problem, match="ask again in a moment"):
            tools.search(QUESTION)
        assert library.depth == turn * QUEUE


@pytest.mark.parametrize("id", ["other.md", "ferry.md#0-999999", "ferry.md#9-3", "../ferry.md#0-1", "", "/etc/passwd"])
def test_an_invalid_place_in_a_document_is_not_fetched(tools: Tools, id: str) -> None:
    with pytest.raises(ValueError, match=r"no document is called|lies outside the document"):
        tools.fetch(id)


def test_without_the_package_the_error_names_what_to_install(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(RagError, match=r"needs the extra \[mcp\]"):
        server(OwnLibrary(rag))


async def conversation(client: Any) -> tuple[list[Any], Any, Any, Any]:
    listed = (await client.list_tools()).tools
    found = await client.call_tool("search", {"query": QUESTION})
    told = await client.call_tool("ask", {"question": QUESTION})
    wrong = await client.call_tool("fetch", {"id": "other.md"})
    return listed, found, told, wrong


def check(listed: list[Any], found: Any, told: Any, wrong: Any) -> None:
    """The same checks for every transport."""
    by_name = {tool.name: tool for tool in listed}
    assert set(by_name) == {"search", "fetch", "ask", "open_source"}
    assert by_name["search"].input_schema["required"] == ["query"]
    assert list(by_name["search"].input_schema["properties"]) == ["query"]
    assert list(by_name["fetch"].input_schema["properties"]) == ["id"]
    assert all(tool.annotations.read_only_hint for tool in listed)
    [text] = found.content
    assert json.loads(text.text) == found.structured_content
    assert "14 crowns" in found.structured_content["results"][0]["text"]
    assert "14 crowns [1]" in told.structured_content["answer"]
    assert wrong.is_error
    assert "take an id from search" in wrong.content[0].text


def test_over_stdio(rag: Rag, tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    started = StdioServerParameters(command=sys.executable, args=["-c", STARTED, str(tmp_path / "index")], cwd=ROOT)

    async def talk() -> tuple[list[Any], Any, Any, Any]:
        async with Client(stdio_client(started)) as client:
            return await conversation(client)

    listed, found, told, wrong = asyncio.run(talk())
    check(listed, found, told, wrong)
    [url] = {source["url"].partition("#")[0] for source in told.structured_content["sources"]}
    assert url.startswith("file://")


def test_over_http_only_with_a_key(rag: Rag) -> None:
    pytest.importorskip("mcp")
    from mcp import Client

    from rag.api.mcp import http_app

    key = new_key()
    app = http_app(OwnLibrary(rag), Keys([line_of("bot", key)]))

    async def talk(url: str) -> tuple[list[Any], Any, Any, Any]:
        async with Client(f"{url}/mcp?key={key}") as client:
            return await conversation(client)

    with running(app) as url:  # type: ignore[arg-type]  # any ASGI application
        check(*asyncio.run(talk(url)))
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        bearer = {"authorization": f"Bearer {key}", "accept": "application/json, text/event-stream"}
        assert httpx.post(f"{url}/mcp", json=body).status_code == 401
        assert httpx.post(f"{url}/mcp?key=rag-x", json=body).status_code == 401
        assert httpx.post(f"{url}/mcp", json=body, headers=bearer | {"host": "evil.test"}).status_code == 421
        assert httpx.post(f"{url}/mcp", json=body, headers=bearer | {"origin": "http://evil.test"}).status_code == 403
        assert httpx.post(f"{url}/mcp", json={"x": "y" * 100_000}, headers=bearer).status_code == 413
