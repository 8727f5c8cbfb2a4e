"""Shared test doubles (small real classes) and fixtures."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # tests never contact a hub
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
if "PYTEST_XDIST_WORKER" in os.environ:  # several processes share the cores: more threads would wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

from rag import Rag, build
from rag.evidence import Block, Evidence, Reading
from rag.language.words import words
from rag.types import Message, Vectors

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from rag.web.pages.answering import Chat
    from tests.web_double import SmallHouse
    from tests.web_server import Served

settings.register_profile("house", deadline=None)  # tests never assert a time
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


class WordEncoder:
    """An Encoder whose vectors are hashed bags of word stems: texts that share words have similar vectors."""

    fingerprint = "word-encoder@1"
    window = 128

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.encoded: list[str] = []

    def measure(self, text: str) -> int:
        return len(text.split()) + 2

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0] = 1e-3  # a text is never a zero vector
            for word in words(text):
                if word.is_content:
                    row[1 + blake2b(word.stem.encode(), digest_size=2).digest()[0] % (self.dimension - 1)] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class ScriptedGenerator:
    """A Generator that yields the given pieces, and records its messages."""

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.asked: list[Sequence[Message]] = []

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        self.asked.append(messages)
        yield from self.pieces


@pytest.fixture(autouse=True, scope="session")
def _quick_sync() -> Iterator[None]:
    """Do not wait for the disk: a build syncs 30 times, and test_index_crash.py simulates the effect of every sync."""
    real, os.fsync = os.fsync, lambda descriptor: None
    yield
    os.fsync = real


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser for one module's tests; closed after them, because its driver keeps an event loop running."""
    from tests.web_browser import chromium

    yield from chromium()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page with the small engine."""
    from tests.web_server import served

    with served(tmp_path_factory.mktemp("page")) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path) -> SmallHouse:
    """Two documents with the small engine."""
    from tests.web_server import small_house

    return small_house(tmp_path)


@pytest.fixture
def chat(house: SmallHouse, tmp_path: Path) -> Chat:
    """The chat with the small engine, which is open; its conversations are in the folder `kept`."""
    from rag.web.pages.answering import Chat
    from rag.web.session.conversations import Conversations
    from rag.web.session.host import EngineHost
    from rag.web.session.stop import StopSign

    host = EngineHost(house.open, house.build)
    host.start()
    host.wait()
    return Chat(host, Conversations(tmp_path / "kept"), StopSign())


@pytest.fixture(scope="module")
def url(server: Served) -> str:
    """The address of the module's page."""
    return server.url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A browser page without storage from other tests."""
    from tests.web_browser import at, opened

    yield from at(opened(browser), url)


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Two small documents that share one paragraph."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "ferry.md").write_text(
        "# The island ferry\n\n## Timetable\n\nThe first ferry to Skarholm leaves Vinterhavn at 06:40 every weekday. "
        "It takes 55 minutes.\n\n## Fares\n\nA single ticket costs 14 crowns. Children under six travel free.\n",
        encoding="utf-8",
    )
    (folder / "news.txt").write_text(
        "Harbour news\n\nA single ticket costs 14 crowns. Children under six travel free.\n\n"
        "The harbour master Ingrid Solberg opened the new lighthouse in May 2019.\n",
        encoding="utf-8",
    )
    return folder


class OverlapReader:
    """A Reader that counts the question's content words in each block; its confidence is the best share."""

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        asked = {word.stem for word in words(question) if word.is_content}
        found: list[Evidence] = []
        for block in blocks:
            held = {word.stem for word in words(f"{block.passage.heading} {block.text}")}
            if block.kind != "question":
                found.append(Evidence.of(block, len(asked & held) / len(asked) if asked else 0.0))
        found.sort(key=lambda evidence: -evidence.score)
        return Reading(tuple(found), found[0].score if found else 0.0)


@pytest.fixture
def rag(seeds: Path, tmp_path: Path, encoder: WordEncoder) -> Rag:
    """An open index of the small documents, without a generator."""
    build(seeds, tmp_path / "index", encoder=encoder)
    return Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)
