"""The API gives other programs the page's own answers, with citations in every format that clients read."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from rag import Rag
from rag.answer.markers import marks
from rag.api.answering import Desk, Gone
from rag.api.asked import asked
from rag.api.cited import annotations_of, content_of, pieces, without_list
from rag.api.completion import Head, rest
from rag.api.keys import Keys, line_of, new_key
from rag.api.library import Library
from rag.api.metrics import Metrics
from rag.api.own import OwnLibrary
from rag.api.places import QUEUE
from rag.api.routes import BODY, api
from rag.cli import app
from rag.errors import ModelUnavailable, RagError
from rag.types import Answer, Citation, Passage, Trace, Turn

QUESTION = "What does a single ticket cost?"
HERE = "http://127.0.0.1:7860"
KEY = new_key()


def client(library: Library, keys: Keys | None = None, *, listed: bool = True) -> TestClient:
    return TestClient(api(lambda: {"rag": library, "rag/letters": library}, keys, listed=listed), base_url=HERE)


@pytest.fixture
def library(rag: Rag) -> OwnLibrary:
    return OwnLibrary(rag)


@pytest.fixture
def program(library: OwnLibrary) -> TestClient:
    return client(library)


def ask(program: TestClient, question: str = QUESTION, **more: Any) -> dict[str, Any]:
    body = {"model": "rag", "messages": [{"role": "user", "content": question}], **more}
    answer = program.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def stream(program: TestClient, question: str = QUESTION, **more: Any) -> list[dict[str, Any]]:
    body = {"messages": [{"role": "user", "content": question}], "stream": True, **more}
    lines = program.post("/v1/chat/completions", json=body).text.split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2] if not line.startswith(":")]


def test_a_completion_is_the_answer_of_the_shared_pipeline(program: TestClient, rag: Rag) -> None:
    told, answer = ask(program), rag.ask(QUESTION)
    [choice] = told["choices"]
    assert without_list(choice["message"]["content"]) == answer.text
    assert (choice["finish_reason"], choice["message"]["role"], told["object"]) == (
        "stop",
        "assistant",
        "chat.completion",
    )
    assert told["rag"]["abstained"] is False


def test_every_source_is_a_quote_with_its_span_and_the_hash_of_its_file(program: TestClient, rag: Rag) -> None:
    told = ask(program)
    assert told["sources"]
    for source in told["sources"]:
        document = rag.documents[source["source"]]
        assert document.text[source["start"] : source["end"]] == source["quote"]
        assert source["sha256"] == document.sha256 != ""


def test_markers_annotations_and_addresses_name_the_same_sources(program: TestClient) -> None:
    told = ask(program)
    content = told["choices"][0]["message"]["content"]
    urls = {f"[{source['marker']}]": source["url"] for source in told["sources"]}
    noted = [note["url_citation"] for note in told["choices"][0]["message"]["annotations"]]
    assert noted
    for note in noted:
        assert urls[content[note["start_index"] : note["end_index"]]] == note["url"]
    assert told["citations"] == list(urls.values())
    assert all(f"- {marker} " in content for marker in urls)


def test_the_list_of_sources_is_optional(library: OwnLibrary, rag: Rag) -> None:
    answer = rag.ask(QUESTION)
    quiet = client(library, listed=False)
    assert ask(quiet)["choices"][0]["message"]["content"] == answer.text
    listed = ask(quiet, rag={"source_list": True})["choices"][0]["message"]["content"]
    assert listed == f"{answer.text}\n\n- [1] {answer.citations[0].place}"


def test_a_stream_contains_the_same_text_as_a_completion(program: TestClient) -> None:
    whole, chunks = ask(program), stream(program, stream_options={"include_usage": True})
    said = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    message = whole["choices"][0]["message"]
    assert said[0] == {"role": "assistant", "content": ""}
    assert "".join(delta.get("content", "") for delta in said) == message["content"]
    assert [note for delta in said for note in delta.get("annotations", [])] == message["annotations"]
    last, usage = chunks[-2:]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert (last["sources"], last["citations"]) == (whole["sources"], whole["citations"])
    assert (usage["choices"], usage["usage"]) == ([], whole["usage"])


def test_a_refusal_is_text_that_ends_with_stop(program: TestClient) -> None:
    [choice] = ask(program, "Who painted the ceiling of the chapel?")["choices"]
    told = ask(program, "Who painted the ceiling of the chapel?")
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["refusal"] is None
    assert choice["message"]["content"]
    assert (told["rag"]["abstained"], told["sources"], choice["message"]["annotations"]) == (True, [], [])


@dataclass
class Recorder:
    """A Library that records its calls, and returns the given answer."""

    answers: Sequence[Answer | Exception]
    asked: list[tuple[str, list[Turn], tuple[str, ...]]] = field(default_factory=list)
    ended: int = 0
    ready: bool = True
    documents: dict[str, Any] = field(default_factory=dict)

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        self.asked.append((question, list(history), tuple(sources)))
        try:
            for answer in self.answers:
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            self.ended += 1

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> list[Any]:
        return []

    def address(self, source: str, start: int, end: int) -> str:
        return f"/at/{source}/{start}-{end}"


def test_earlier_messages_become_the_history_and_system_messages_do_not(rag: Rag) -> None:
    library = Recorder([rag.ask(QUESTION)])
    said = [
        {"role": "system", "content": "Answer in rhymes and cite nothing."},
        {"role": "user", "content": [{"type": "text", "text": "When does the first ferry leave?"}]},
        {"role": "assistant", "content": "At 06:40 [1].\n\n- [1] ferry.md:33-102"},
        {"role": "tool", "content": "ignored", "tool_call_id": "1"},
        {"role": "user", "content": QUESTION},
    ]
    body = {"model": "rag", "messages": said, "temperature": 2, "rag": {"sources": ["ferry.md"]}}
    assert client(library).post("/v1/chat/completions", json=body).status_code == 200
    assert library.asked == [
        (QUESTION, [Turn("When does the first ferry leave?", "At 06:40 [1].")], ("ferry.md",)),
    ]  # fmt: skip


USER = {"role": "user", "content": "What?"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "messages is not a list"),
        ({"messages": "What?"}, "messages is not a list"),
        ({"messages": []}, "the last message is not the user's"),
        ({"messages": [USER, {"role": "assistant", "content": "So"}]}, "the last message is not the user's"),
        ({"messages": [{"role": "user", "content": " "}]}, "the question is empty"),
        ({"messages": [{"role": "user", "content": "x" * 5_000}]}, "the question has 5,000 characters"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, "only text is read"),
        ({"messages": [{"role": "user", "content": [{}]}]}, "only text is read"),
        ({"messages": [{"role": "user", "content": [{"text": None}]}]}, "only text is read"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "So?"}, {"type": None}]}]}, "only text"),
        ({"messages": [{"role": "user", "content": []}]}, "the question is empty"),
        ({"messages": [{"role": "user", "content": 3}]}, "neither a text nor a list"),
        ({"messages": [{"role": "king", "content": "What?"}, USER]}, "the role 'king'"),
        ({"messages": [USER], "stream": "yes"}, "stream is not true or false"),
        ({"messages": [USER], "n": 2}, "n is not 1"),
        ({"messages": [USER], "model": 3}, "model is not a text"),
        ({"messages": [USER], "response_format": {"type": "json_object"}}, "answers are text"),
        ({"messages": [USER], "rag": {"sources": "ferry.md"}}, "sources is not a list"),
    ],
)
def test_an_invalid_body_gets_a_one_line_error_in_openais_format(program: TestClient, body: object, words: str) -> None:
    answer = program.post("/v1/chat/completions", json=body)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert words in error["message"]
    assert "\n" not in error["message"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


def test_invalid_json_and_a_body_that_is_too_large_are_errors(program: TestClient) -> None:
    assert program.post("/v1/chat/completions", content=b"{").status_code == 400
    assert program.post("/v1/chat/completions", content=b"[" * 100_000).status_code == 400
    assert (
        program.post("/v1/search", content=b"[]").json()["error"]["message"].startswith("the body is not a JSON object")
    )
    large = program.post("/v1/chat/completions", content=b" " * (BODY + 1))
    assert (large.status_code, large.json()["error"]["type"]) == (413, "invalid_request_error")
    assert program.get("/v1/embeddings").json()["error"]["message"].startswith("nothing is served at /v1/embeddings")


def test_an_unknown_model_is_not_found_and_the_known_ones_are_listed(program: TestClient) -> None:
    answer = program.post("/v1/chat/completions", json={"model": "gpt-9", "messages": [USER]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert [one["id"] for one in program.get("/v1/models").json()["data"]] == ["rag", "rag/letters"]
    assert program.get("/v1/models/rag/letters").json()["id"] == "rag/letters"
    assert program.get("/v1/models/other").status_code == 404


def test_an_error_is_one_line_even_in_a_started_stream() -> None:
    program = client(Recorder([ModelUnavailable("m", "it is\nnot here")]))
    answer = program.post("/v1/chat/completions", json={"messages": [USER]})
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "server_error")
    assert answer.json()["error"]["message"] == "model 'm' is not available: it is not here"
    body = {"messages": [USER], "stream": True}
    *_, trouble, done = program.post("/v1/chat/completions", json=body).text.strip().split("\n\n")
    assert (json.loads(trouble.removeprefix("data: ")), done) == (answer.json(), "data: [DONE]")


class Ended(Recorder):
    """A Library that is cleared away before the documents of its answers are read."""

    @property
    def documents(self) -> Any:
        raise RagError("generation 7 was\ncleared away; ask again")

    @documents.setter
    def documents(self, value: Any) -> None: ...

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> list[Any]:
        return list(self.documents)


def test_a_document_that_cannot_be_read_after_the_answer_is_one_line_too(rag: Rag) -> None:
    program = client(Ended([rag.ask(QUESTION)]))
    for path, body in (("chat/completions", {"messages": [USER]}), ("search", {"query": "What?"})):
        answer = program.post(f"/v1/{path}", json=body)
        assert (answer.status_code, answer.json()["error"]["message"]) == (
            503,
            "generation 7 was cleared away; ask again",
        )
    streamed = program.post("/v1/chat/completions", json={"messages": [USER], "stream": True}).text
    *_, trouble, done = streamed.strip().split("\n\n")
    assert json.loads(trouble.removeprefix("data: "))["error"]["type"] == "server_error"
    assert done == "data: [DONE]"


def test_an_internal_error_shows_its_type_and_not_its_message(caplog: pytest.LogCaptureFixture) -> None:
    answer = client(Recorder([KeyError("secret")])).post("/v1/chat/completions", json={"messages": [USER]})
    assert answer.status_code == 500
    assert answer.json()["error"]["message"] == "answering failed (KeyError); the terminal shows why"
    assert "secret" in caplog.text


def test_a_search_returns_sources_that_open(program: TestClient, rag: Rag) -> None:
    [first, *_] = program.post("/v1/search", json={"query": QUESTION, "k": 2}).json()["results"]
    assert rag.documents[first["source"]].text[first["start"] : first["end"]] == first["text"]
    assert first["id"] == f"{first['source']}#{first['start']}-{first['end']}"
    only = program.post("/v1/search", json={"query": "Who is the harbour master?", "sources": ["ferry.md"]}).json()
    assert {one["source"] for one in only["results"]} == {"ferry.md"}
    assert program.post("/v1/search", json={"query": QUESTION, "k": 0}).status_code == 400


def test_a_search_returns_claudes_search_result_blocks_on_request(program: TestClient) -> None:
    told = program.post("/v1/search", json={"query": QUESTION, "k": 2, "blocks": True}).json()
    assert told["blocks"] == [
        {"type": "search_result", "source": one["url"], "title": one["title"], "content": [{"type": "text", "text": one["text"]}],
         "citations": {"enabled": True}}
        for one in told["results"]
    ]  # fmt: skip
    assert len(told["blocks"]) == 2
    assert "blocks" not in program.post("/v1/search", json={"query": QUESTION}).json()
    assert program.post("/v1/search", json={"query": QUESTION, "blocks": "yes"}).status_code == 400


def test_without_a_key_only_the_health_check_answers(library: OwnLibrary) -> None:
    program = client(library, Keys([line_of("other", new_key()), line_of("bot", KEY)]))
    for path in ("/v1/models", "/metrics", "/v1/models/rag"):
        answer = program.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
        for wrong in ("Bearer ", f"Basic {KEY}", f"Bearer {KEY}x", f"Bearer {line_of('bot', KEY)}"):
            assert program.get(path, headers={"authorization": wrong}).status_code == 401
        assert program.get(path, headers={"authorization": f"Bearer {KEY}"}).status_code == 200
    for path in ("/v1/chat/completions", "/v1/search"):
        assert program.post(path, json={"messages": [USER], "query": "x"}).status_code == 401
    assert program.get("/health").json() == {"status": "ok"}


def test_only_the_hash_of_a_key_is_stored() -> None:
    line = line_of("bot", KEY)
    assert KEY not in line
    assert KEY not in str(vars(Keys([line])))
    with pytest.raises(ValueError, match="make one with: rag key NAME"):
        Keys([KEY])
    with pytest.raises(ValueError, match="is not a valid name"):
        line_of("a:b", KEY)


def test_the_health_check_fails_until_questions_can_be_answered() -> None:
    answer = client(Recorder([], ready=False)).get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})


def test_metrics_count_answers_and_requests_and_contain_no_text(program: TestClient) -> None:
    ask(program)
    ask(program, "Who painted the ceiling of the chapel?")
    program.get("/v1/nothing-of-this-name")
    text = program.get("/metrics").text
    assert 'rag_answers_total{outcome="answered"} 1\n' in text
    assert 'rag_answers_total{outcome="not_found"} 1\n' in text
    assert 'rag_requests_total{route="/v1/chat/completions",status="200"} 2\n' in text
    assert "rag_answer_seconds_count 2\n" in text
    assert 'rag_documents{model="rag"} 2\n' in text
    assert "chapel" not in text
    assert "nothing-of-this-name" not in text


def test_a_label_cannot_inject_a_line_into_the_metrics() -> None:
    text = Metrics().text({"rag_ready": {'a"} 1\nb': 1.0}})
    assert 'rag_ready{model="a\\"} 1\\nb"} 1\n' in text


class Slow(Recorder):
    """A Library whose answers wait until they may go on."""

    go_on: threading.Event

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        self.asked.append((question, list(history), tuple(sources)))
        self.go_on.wait(60)
        yield from self.answers  # type: ignore[misc]  # answers only


def test_who_comes_when_the_queue_is_full_is_told_to_come_again(rag: Rag) -> None:
    library = Slow([rag.ask(QUESTION)])
    library.go_on = threading.Event()
    more = 4  # than there are places
    bodies = [{"messages": [USER], "stream": bool(number % 2)} for number in range(QUEUE + more)]

    async def talk() -> tuple[list[httpx.Response], list[httpx.Response]]:
        transport = httpx.ASGITransport(api(lambda: {"rag": library}, None))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as program:
            asked = [asyncio.ensure_future(program.post("/v1/chat/completions", json=body)) for body in bodies]
            full = [await one for one in islice(asyncio.as_completed(asked), more)]
            library.go_on.set()
            everybody = await asyncio.gather(*asked)
            again = await program.post("/v1/chat/completions", json={"messages": [USER]})
            return full, [again, *(one for one in everybody if one not in full)]

    full, answered = asyncio.run(talk())
    assert [(one.status_code, one.headers.get("retry-after")) for one in full] == [(429, "5")] * more
    assert {one.json()["error"]["code"] for one in full} == {"rate_limit_exceeded"}
    assert [one.status_code for one in answered] == [200] * (QUEUE + 1)
    assert len(library.asked) == QUEUE + 1


def test_who_hangs_up_is_not_answered_to_the_end(rag: Rag) -> None:
    answers, sent = 300, []
    library = Endless([rag.ask(QUESTION)] * answers)
    body = json.dumps({"messages": [USER]}).encode()
    said = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        return next(said, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": [], "query_string": b""}
    asyncio.run(api(lambda: {"rag": library}, None)(scope, receive, send))
    assert library.given < answers


class Endless(Recorder):
    """A Library that goes on with an answer as long as somebody takes it."""

    given = 0

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        pace = threading.Event()
        for answer in super().stream(question, history=history, sources=sources):
            pace.wait(0.01)
            self.given += 1
            yield answer


def test_a_request_that_fails_unexpectedly_is_counted() -> None:
    empty = api(dict, None)  # /health has nothing to look at
    program = TestClient(empty, base_url=HERE, raise_server_exceptions=False)
    assert program.get("/health").status_code == 500
    assert 'rag_requests_total{route="/health",status="500"} 1\n' in program.get("/metrics").text


def test_an_abandoned_answer_ends_and_frees_its_place(rag: Rag) -> None:
    library = Recorder([rag.ask(QUESTION)] * 2)
    desk = Desk(dict, Metrics())
    wanted = asked({"messages": [USER]}, listed=True)
    for turn in range(1, QUEUE + 2):  # more often than there are places in the queue
        with pytest.raises(Gone):
            desk.answer(library, wanted, repr, lambda: True)
        assert library.ended == turn
    assert desk.answer(library, wanted, lambda answer: answer) == rag.ask(QUESTION)


def test_the_printed_line_accepts_the_new_key() -> None:
    made = CliRunner().invoke(app, ["key", "bot"])
    key, line = made.stderr.split()[-1], made.stdout.strip()
    assert (made.exit_code, key in made.stdout, line.startswith("bot:sha256:")) == (0, False, True)
    assert Keys([line]).accepts(f"Bearer {key}")


CODED = "Do so [1]:\n\n```\na = b[1]\n``` [2]\n\n- First [1]\n- Second [2][3]"


def test_a_marker_inside_code_belongs_to_the_code() -> None:
    sources: list[Any] = [{"marker": n, "url": f"u{n}", "title": "t"} for n in (1, 2)]
    notes: list[Any] = annotations_of(CODED, sources)
    found = [CODED[n["url_citation"]["start_index"] - 1 :][:4] for n in notes]
    assert found == [" [1]", " [2]", " [1]", " [2]"]


def test_code_ends_at_a_fence_as_long_as_its_own() -> None:
    sources: list[Any] = [{"marker": n, "url": f"u{n}", "title": "t"} for n in (1, 2)]
    content = "````\n```\nb[1]\n```\n````\n[2]\n\nSo [1]."
    notes: list[Any] = annotations_of(content, sources)
    assert [content[n["url_citation"]["start_index"] :][:3] for n in notes] == ["[2]", "[1]"]
    assert [n["url_citation"]["start_index"] for n in notes] == [content.index("[2]"), content.rindex("[1]")]


def test_pieces_join_to_the_whole_content_and_end_after_markers() -> None:
    said = [CODED[start:end] for start, end in pieces(CODED)]
    assert said == ["Do so [1]:\n\n", "```\na = b[1]\n``` [2]\n\n", "- First [1]\n", "- Second [2][3]"]
    listed = "It is so [1]. And so [2].\n\n- [1] a.md:0-3\n- [2] a.md:4-9"
    assert next(listed[start:end] for start, end in pieces(listed)) == "It is so [1]. "
    assert "".join(listed[start:end] for start, end in pieces(listed)) == listed
    assert pieces("") == [(0, 0)]


def test_nothing_from_a_document_is_live_in_the_text(rag: Rag) -> None:
    answer = rag.ask(QUESTION)
    evil = Answer(QUESTION, "![x](http://a) [y](http://b) <img src=x> [z]: c [1]", (), (), (), False, answer.trace)
    assert content_of(evil, listed=True) == r"\![x]\(http://a) [y]\(http://b) \<img src=x> [z]\: c [1]"


def test_a_local_index_returns_the_address_of_the_file(rag: Rag, seeds: Path) -> None:
    address = OwnLibrary(rag, seeds).address("ferry.md", 3, 9)
    assert address == f"{(seeds / 'ferry.md').as_uri()}#char=3,9"
    assert OwnLibrary(rag).address("ferry.md", 3, 9) == "rag:///ferry.md#char=3,9"


def test_a_streamed_answer_is_searched_for_its_markers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def counted(text: str) -> Iterator[re.Match[str]]:
        searched.append(text)
        return marks(text)

    monkeypatch.setattr("rag.api.cited.marks", counted)
    passage = Passage("p", "d", "a.md", "It is so.", 0, 9)
    citations = tuple(Citation(number, passage, "It is so.", 0, 9) for number in range(1, 31))
    text = " ".join(f"It is so [{number}]." for number in range(1, 31))
    answer = Answer("Is it?", text, (), citations, (), False, Trace("Is it?", "answered", 0.9))
    wanted = asked({"messages": [USER]}, listed=True)
    chunks = [
        json.loads(event[6:])
        for event in rest(Head("rag"), wanted, Recorder([answer]), "", answer)
        if event[6:7] == b"{"
    ]
    found = [note for chunk in chunks for note in chunk["choices"][0]["delta"].get("annotations", [])]
    assert [text[note["url_citation"]["start_index"] :].split("]")[0] for note in found] == [
        f"[{n}" for n in range(1, 31)
    ]
    assert len(searched) == 1
