"""An open index gives the same answers in several threads, and beside an event loop, as in one thread."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import Rag, build
from tests.conftest import ROOT

QUESTIONS = ["What does a single ticket cost?", "When does the first ferry leave?", "Who opened the lighthouse?", "How long does it take?",
             "Who painted the ceiling of the chapel?"]  # fmt: skip
THREADS = 4


def asked_in_threads(rag: Rag, questions: list[str]) -> None:
    """Check that every question, asked several times in threads, gets the same answer as alone."""
    expected = [rag.ask(question) for question in questions]
    found = [rag.search(question, k=3) for question in questions]
    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(rag.ask, questions * THREADS)) == expected * THREADS
        assert list(threads.map(lambda question: rag.search(question, k=3), questions * THREADS)) == found * THREADS


def test_threads_get_the_same_answers_as_one_thread(rag: Rag) -> None:
    asked_in_threads(rag, QUESTIONS)


@pytest.mark.model
def test_threads_get_the_answers_of_the_real_models(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    build(tmp_path / "seeds", tmp_path / "index")
    asked_in_threads(
        Rag.open(tmp_path / "index", generator=None),
        ["How many North Koreans work in Russia?", "What is the railway to Rajin for?"],
    )


def test_an_event_loop_is_not_blocked_while_a_thread_answers(rag: Rag) -> None:
    async def both() -> tuple[str, list[int]]:
        ticks: list[int] = []

        async def tick() -> None:
            while True:
                ticks.append(len(ticks))
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        answer = await asyncio.to_thread(rag.ask, QUESTIONS[0], history=[])
        ticking.cancel()
        return answer.text, ticks

    text, ticks = asyncio.run(both())
    assert text == rag.ask(QUESTIONS[0]).text
    assert len(ticks) > 1


def test_a_new_generation_is_used_by_every_thread(rag: Rag, seeds: Path, tmp_path: Path) -> None:
    (seeds / "harbour.md").write_text("# Harbour\n\nThe harbour crane lifts 40 tonnes.\n", encoding="utf-8")
    build(seeds, tmp_path / "index", encoder=rag.encoder)
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(rag.ask, ["How much does the harbour crane lift?"] * THREADS))
    assert {answer.text for answer in answers} == {"The harbour crane lifts 40 tonnes [1]."}
