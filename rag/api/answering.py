"""Asks a collection for a program: one answer from the shared path, a bounded number of them at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag.api.asked import Asked, Searched
from rag.api.library import Libraries, Library
from rag.api.metrics import Metrics
from rag.api.problem import Problem
from rag.errors import RagError
from rag.types import Answer, Hit

log = logging.getLogger("rag.api")

QUEUE = 16  # questions that may wait or be answered; the next one is told to come again


class Gone(Exception):
    """Nobody waits for the answer any more."""


class Desk:
    """Takes questions and searches for the collections that are there."""

    def __init__(self, libraries: Libraries, metrics: Metrics) -> None:
        self.libraries = libraries
        self.metrics = metrics
        self._free = threading.BoundedSemaphore(QUEUE)

    def library(self, model: str) -> tuple[str, Library]:
        """Return the collection that a model's name means, the first for none; Problem for an unknown one."""
        known = self.libraries()
        name = model or next(iter(known))
        if name not in known:
            raise Problem(
                f"no model is called {model!r:.100}; /v1/models lists them", status=404, code="model_not_found"
            )
        return name, known[name]

    def answer(self, library: Library, asked: Asked, gone: Callable[[], bool] = lambda: False) -> Answer:
        """Return the whole answer; Problem for what cannot be answered, Gone once nobody waits."""
        with self._place(), told_as_problems():
            began = time.perf_counter()
            *_, answer = _while_awaited(library, asked, gone)
            self.metrics.answered(answer.trace.outcome, time.perf_counter() - began)
            return answer

    def search(self, library: Library, searched: Searched) -> list[Hit]:
        """Return the passages that are nearest; Problem for what cannot be searched."""
        with self._place(), told_as_problems():
            return list(library.search(searched.question, k=searched.k, sources=searched.sources))

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Hold one of the places in the queue."""
        if not self._free.acquire(blocking=False):
            raise Problem(
                f"{QUEUE} questions wait already; ask again in a moment", status=429, code="rate_limit_exceeded"
            )
        try:
            yield
        finally:
            self._free.release()


def _while_awaited(library: Library, asked: Asked, gone: Callable[[], bool]) -> Iterator[Answer]:
    """Yield the answer as it grows, as long as somebody waits for it."""
    for answer in library.stream(asked.question, history=asked.history, sources=asked.sources):
        if gone():
            raise Gone
        yield answer


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Raise what goes wrong with a question as a Problem in one line."""
    try:
        yield
    except (Problem, Gone):
        raise
    except RagError as error:
        raise Problem(_line(error), status=503, code="unavailable") from error
    except ValueError as error:
        raise Problem(_line(error)) from error
    except Exception as error:  # the door: the program reads a line, the terminal shows the details
        log.exception("answering failed")
        raise Problem(f"answering failed ({type(error).__name__}); the terminal shows why", status=500) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
