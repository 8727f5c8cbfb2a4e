"""An encoder on a server: batches, unit vectors, and a one-line error for any other response."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import Rag, build
from rag.errors import IndexMismatch, ModelUnavailable
from rag.index import newest_manifest
from rag.models.remote_encoder import BATCH, RemoteEncoder
from tests.conftest import OverlapReader, WordEncoder
from tests.model_server import ModelServer, embedded, model_server
from tests.odd_servers import HANG, odd

TEXTS = [f"Owl number {number} hunts mice." for number in range(BATCH + 3)]
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
ODD = {
    "a page": (JSON + b"<html>Log in</html>", "does not speak OpenAI's protocol"),
    "no data": (JSON + b'{"object": "list"}', "does not speak OpenAI's protocol"),
    "a list": (JSON + b"[1]", "does not speak OpenAI's protocol"),
    "words for numbers": (JSON + b'{"data": [{"index": 0, "embedding": ["a", "b"]}]}', "does not speak OpenAI's protocol"),
    "no vector": (JSON + b'{"data": []}', "sent 0 vectors for 1 texts"),
    "two for one": (JSON + b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}]}', "sent 2 vectors for 1 texts"),
    "another index": (JSON + b'{"data": [{"index": 7, "embedding": [1, 0]}]}', "vectors for 1 texts"),
    "a vector of nothing": (JSON + b'{"data": [{"index": 0, "embedding": []}]}', "an unusable vector"),
    "a number": (JSON + b'{"data": [{"index": 0, "embedding": 1}]}', "vectors of the shape"),
    "zeros": (JSON + b'{"data": [{"index": 0, "embedding": [0, 0]}]}', "an unusable vector"),
    "no number": (JSON + b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}', "an unusable vector"),
    "half a reply": (JSON + b'{"data": [{"index": 0, "embed', "does not speak OpenAI's protocol"),
    "more than any vector": (JSON + b" " * 20_000_000, "more than it was asked for"),
    "a redirect": (b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://evil.test/v1\r\nContent-Length: 0\r\n\r\n", "which is not followed"),
    "nothing, for ever": (HANG, "did not answer in time"),
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as state:
        yield state


def test_texts_are_sent_in_batches_and_vectors_are_returned_in_order_and_of_unit_length(server: ModelServer) -> None:
    encoder = RemoteEncoder(server.url, "bge-m3", "secret")
    vectors = encoder.encode(TEXTS)
    np.testing.assert_allclose(vectors, WordEncoder().encode(TEXTS), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors.dtype == np.float32
    assert [asked["input"] for asked in server.asked] == [TEXTS[:BATCH], TEXTS[BATCH:]]
    assert {(asked["path"], asked["model"], asked["key"]) for asked in server.asked} == {
        ("/v1/embeddings", "bge-m3", "Bearer secret")
    }
    assert encoder.encode([]).shape == (0, 64)
    assert len(server.asked) == 2


def test_text_that_cannot_be_encoded_is_replaced(server: ModelServer) -> None:
    assert RemoteEncoder(server.url, "bge-m3").encode(["", "a\ud800"]).shape == (2, 64)
    assert server.asked[0]["input"] == [" ", "a?"]


@pytest.mark.parametrize("name", ODD)
def test_an_invalid_vector_is_a_one_line_error_that_names_the_server(name: str) -> None:
    reply, said = ODD[name]
    with odd(reply) as url, pytest.raises(ModelUnavailable) as raised:
        RemoteEncoder(url, "bge-m3", timeout=1 if reply.endswith(HANG) else 60).encode(["One text."])
    assert said in str(raised.value)
    assert url in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_a_refusal_contains_the_servers_message(server: ModelServer) -> None:
    server.status = 400
    with pytest.raises(ModelUnavailable, match=r"'bge-m3'.*refused \(400: input is too long\)"):
        RemoteEncoder(server.url, "bge-m3").encode(["One text."])


def test_vectors_keep_their_dimension(server: ModelServer) -> None:
    encoder = RemoteEncoder(server.url, "bge-m3")
    encoder.encode(["One text."])
    server.embed = lambda texts: [{"index": 0, "embedding": [1.0, 2.0]}]
    with pytest.raises(ModelUnavailable, match="64 numbers each were expected"):
        encoder.encode(["Another."])


def test_the_length_of_a_text_is_never_underestimated() -> None:
    encoder = RemoteEncoder("http://127.0.0.1:9/v1", "bge-m3")
    assert encoder.measure("") == 2
    assert encoder.measure("Owls hunt mice at night.") == 10  # 6 for most models
    assert encoder.measure("北京是中国的首都。") == 11


def test_a_name_consists_of_a_server_and_a_model(monkeypatch: pytest.MonkeyPatch, server: ModelServer) -> None:
    monkeypatch.setenv("RAG_API_KEY", "secret")
    RemoteEncoder.named(f"{server.url}#BAAI/bge-m3").encode(["One text."])
    assert (server.asked[0]["model"], server.asked[0]["key"]) == ("BAAI/bge-m3", "Bearer secret")
    with pytest.raises(ValueError, match="names no model"):
        RemoteEncoder.named("http://127.0.0.1:8000/v1")
    with pytest.raises(ValueError, match="like http://"):
        RemoteEncoder("localhost:8000", "bge-m3")


def test_an_index_stores_the_model_and_never_the_server(server: ModelServer, tmp_path: Path) -> None:
    seeds, index, named = tmp_path / "seeds", tmp_path / "index", f"{server.url}#bge-m3"
    seeds.mkdir()
    (seeds / "owl.txt").write_text("Owls hunt mice at night.")
    build(seeds, index, encoder=named)
    manifest = newest_manifest(index)
    assert manifest is not None
    assert (manifest.fingerprint, manifest.encoder) == ("bge-m3 on a server@256", "")
    reader: Any = OverlapReader()
    assert Rag.open(index, encoder=named, reader=reader, generator=None).search("owls")[0].passage.source == "owl.txt"
    asked = len(server.asked)
    assert build(seeds, index, encoder=named).embedded == 0
    with pytest.raises(ModelUnavailable, match=r"used only if you name it: --encoder http://SERVER/v1#bge-m3"):
        Rag.open(index, reader=reader, generator=None)
    with pytest.raises(IndexMismatch, match="bge-m3 on a server@256"):
        Rag.open(index, encoder=f"{server.url}#another", reader=reader, generator=None)
    assert len(server.asked) == asked


def test_the_stub_returns_vectors_in_any_order() -> None:
    assert [one["index"] for one in embedded(["a", "b"])] == [1, 0]
