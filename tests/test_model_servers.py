"""Tests the generator on a real server; they run only if RAG_TEST_MODEL_SERVER names one.

RAG_TEST_MODEL_SERVER=transformers starts `transformers serve` with the embedded model; http://HOST/v1#MODEL uses a
running server (vLLM, SGLang, llama.cpp, Ollama). RAG_TEST_EMBEDDINGS=http://HOST/v1#MODEL names one for embeddings.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from rag import Rag, build
from rag.errors import ModelUnavailable
from rag.models import DEFAULT_GENERATOR, locate
from rag.models.generator import TransformersGenerator
from rag.models.remote import RemoteGenerator
from rag.models.remote_encoder import RemoteEncoder
from rag.models.transformers_lm import library_model
from rag.types import Message
from rag.web.session.stop import StoppableGenerator, Stopped, StopSign

GIVEN = os.environ.get("RAG_TEST_MODEL_SERVER", "")
EMBEDS = os.environ.get("RAG_TEST_EMBEDDINGS", "")
OURS = "transformers"
STARTS = 600.0  # maximum seconds to start, also on a busy machine
STORY = [Message("user", "Tell a long story about a mill, a river and a miller's daughter.")]
FACT = [Message("system", "Answer in one sentence."), Message("user", "What is the capital of France?")]

pytestmark = [
    pytest.mark.skipif(not (GIVEN or EMBEDS), reason="RAG_TEST_MODEL_SERVER and RAG_TEST_EMBEDDINGS name none"),
    pytest.mark.timeout(1_200),  # a server without a GPU, on a busy machine
]
needs_generator = pytest.mark.skipif(not GIVEN, reason="RAG_TEST_MODEL_SERVER names none")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run `transformers serve` with a model's folder; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    command = [str(program), "serve", str(folder), "--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    with (folder.parent / "server.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _awaited(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def _awaited(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as the address answers."""
    until = time.monotonic() + STARTS
    while process.poll() is None and time.monotonic() < until:
        try:
            urlopen(url, timeout=1).close()
        except OSError:
            continue
        return
    raise RuntimeError(f"the server at {url} did not start")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Yield the address and the model."""
    if GIVEN != OURS:
        url, _, model = GIVEN.partition("#")
        yield url, model
        return
    folder = tmp_path_factory.mktemp("served") / "model"
    plain = library_model(DEFAULT_GENERATOR, locate(DEFAULT_GENERATOR), adapter=None, say=print)
    plain.network.save_pretrained(folder)
    plain.tokenizer.save_pretrained(folder)
    with served(folder) as url:
        yield url, str(folder)


@needs_generator
def test_text_is_streamed_and_always_the_same(server: tuple[str, str]) -> None:
    pieces = [piece for piece in RemoteGenerator(*server).generate(FACT) if piece]
    assert len(pieces) > 1
    assert "".join(pieces) == "".join(RemoteGenerator(*server).generate(FACT))
    assert "Paris" in "".join(pieces)


@needs_generator
@pytest.mark.skipif(GIVEN != OURS, reason="another model")
def test_a_server_generates_the_same_text_as_the_same_weights_here(server: tuple[str, str]) -> None:
    here, there = (
        TransformersGenerator(adapter=None, library=True, max_new_tokens=24),
        RemoteGenerator(*server, max_new_tokens=24),
    )
    for asked in (FACT, STORY):
        assert "".join(there.generate(asked)) == "".join(here.generate(asked))


@needs_generator
def test_a_text_ends_at_its_limit(server: tuple[str, str]) -> None:
    short = "".join(RemoteGenerator(*server, max_new_tokens=8).generate(STORY))
    assert "".join(RemoteGenerator(*server, max_new_tokens=16).generate(STORY)).startswith(short.rstrip())
    assert 0 < len(short.split()) <= 8


@needs_generator
def test_stop_also_ends_the_generation_on_the_server(server: tuple[str, str]) -> None:
    sign = StopSign()
    sign.begin("conversation")
    pieces = StoppableGenerator(RemoteGenerator(*server, max_new_tokens=4_000), sign).generate(STORY)
    assert next(piece for piece in pieces if piece)
    sign.stop("conversation")
    with pytest.raises(Stopped):
        list(pieces)
    assert "Paris" in "".join(RemoteGenerator(*server).generate(FACT))  # the server is free for the next


@needs_generator
def test_another_model_is_refused_with_a_one_line_error(server: tuple[str, str]) -> None:
    with pytest.raises(ModelUnavailable, match="check model and key") as raised:
        list(RemoteGenerator(server[0], "no-such-model").generate(FACT))
    assert server[0] in str(raised.value)
    assert "\n" not in str(raised.value)


@needs_generator
def test_an_answer_worded_by_a_server_is_checked_like_any_other(server: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    said = "The lighthouse was opened in 1884 by the harbour master. It has 210 steps."
    (tmp_path / "seeds" / "lighthouse.txt").write_text(said, encoding="utf-8")
    build(tmp_path / "seeds", tmp_path / "index")
    answer = Rag.open(tmp_path / "index", generator=RemoteGenerator(*server)).ask("How many steps does it have?")
    assert "210" in answer.text
    assert [said[citation.start : citation.end] for citation in answer.citations] == [
        citation.quote for citation in answer.citations
    ]
    assert {sentence.verdict for sentence in answer.sentences} <= {"supported", "quoted"}


@needs_generator
@pytest.mark.skipif(GIVEN != OURS, reason="may embed")
def test_a_server_without_embeddings_gives_a_one_line_error(server: tuple[str, str]) -> None:
    with pytest.raises(ModelUnavailable, match=r"refused \(404"):
        RemoteEncoder(*server).encode(["The mill grinds."])


@pytest.mark.skipif(not EMBEDS, reason="RAG_TEST_EMBEDDINGS names none")
def test_a_server_returns_embeddings_in_the_order_of_the_texts() -> None:
    encoder = RemoteEncoder.named(EMBEDS)
    texts = ["Owls hunt mice at night.", "The bank raised its interest rate.", "An owl caught a mouse in the dark."]
    vectors = encoder.encode(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]
    np.testing.assert_allclose(encoder.encode(texts[::-1])[::-1], vectors, atol=1e-3)
