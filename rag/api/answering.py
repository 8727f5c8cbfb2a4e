"""Answers the questions of programs from a collection, with a limited queue."""

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

QUEUE = 16  # most questions waiting or being answered; the next one is told to retry


class Gone(Exception):
    """The client no longer waits for the answer."""


class Desk:
    """Accepts questions and searches for the available collections."""

    def __init__(self, libraries: Libraries, metrics: Metrics) -> None:
        self.libraries = libraries
        self.metrics = metrics
        self._free = threading.BoundedSemaphore(QUEUE)

    def library(self, model: str) -> tuple[str, Library]:
        """Return the collection for a model's name, the first for no name; Problem for an unknown one."""
        known = self.libraries()
        name = model or next(iter(known))
        if name not in known:
            raise Problem(
                f"no model is called {model!r:.100}; /v1/models lists them", status=404, code="model_not_found"
            )
        return name, known[name]

    def answer(self, library: Library, asked: Asked, gone: Callable[[], bool] = lambda: False) -> Answer:
        """Return the complete answer; Problem if it cannot be answered, Gone once the client has left."""
        with self._place(), told_as_problems():
            began = time.perf_counter()
            *_, answer = _while_awaited(library, asked, gone)
            self.metrics.answered(answer.trace.outcome, time.perf_counter() - began)
            return answer

    def search(self, library: Library, searched: Searched) -> list[Hit]:
        """Return the nearest passages; Problem if the search is invalid."""
        with self._place(), told_as_problems():
            return list(library.search(searched.question, k=searched.k, sources=searched.sources))

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Hold a place in the queue."""
        if not self._free.acquire(blocking=False):
            raise Problem(
                f"{QUEUE} questions wait already; ask again in a moment", status=429, code="rate_limit_exceeded"
            )
        try:
            yield
        finally:
            self._free.release()


def _while_awaited(library: Library, asked: Asked, gone: Callable[[], bool]) -> Iterator[Answer]:
    """Yield the growing answer while the client waits for it."""
    for answer in library.stream(asked.question, history=asked.history, sources=asked.sources):
        if gone():
            raise Gone
        yield answer


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Raise any error of a question as a one-line Problem."""
    try:
        yield
    except (Problem, Gone):
        raise
    except RagError as error:
        raise Problem(_line(error), status=503, code="unavailable") from error
    except ValueError as error:
        raise Problem(_line(error)) from error
    except Exception as error:  # outermost handler: the client gets one line, the terminal the details
        log.exception("answering failed")
        raise Problem(f"answering failed ({type(error).__name__}); the terminal shows why", status=500) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
