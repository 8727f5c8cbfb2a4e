"""Answers the questions of programs from a collection, with a limited queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from rag.api.asked import Asked, Searched
from rag.api.found import Found, found
from rag.api.library import Libraries, Library
from rag.api.metrics import Metrics
from rag.api.places import QUEUE, Places
from rag.api.problem import Problem
from rag.errors import RagError
from rag.types import Answer

log = logging.getLogger("rag.api")

T = TypeVar("T")


class Gone(Exception):
    """The client no longer waits for the answer."""


class Desk:
    """Accepts questions and searches for the available collections."""

    def __init__(self, libraries: Libraries, metrics: Metrics) -> None:
        self.libraries = libraries
        self.metrics = metrics
        self._places = Places()
        self._threads = ThreadPoolExecutor(QUEUE, thread_name_prefix="answer")  # one for each place, on any machine

    def library(self, model: str) -> tuple[str, Library]:
        """Return the collection for a model's name, the first for no name; Problem for an unknown one."""
        with told_as_problems():
            known = self.libraries()
        name = model or next(iter(known))
        if name not in known:
            raise Problem(
                f"no model is called {model!r:.100}; /v1/models lists them", status=404, code="model_not_found"
            )
        return name, known[name]

    def begin(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Begin the work of a question in a thread of its own; Problem at once if the queue is full."""
        leave = self._places.take()
        try:
            doing = self._threads.submit(work)
        except BaseException:
            leave()
            raise
        doing.add_done_callback(lambda done: leave())  # also if nobody waits for it any more
        return asyncio.wrap_future(doing)

    def answer(
        self, library: Library, asked: Asked, write: Callable[[Answer], T], gone: Callable[[], bool] = lambda: False
    ) -> T:
        """Return the complete answer, written; Problem if it cannot be answered, Gone once the client has left."""
        with told_as_problems():
            began = time.perf_counter()
            *_, answer = _while_awaited(library, asked, gone)
            self.metrics.answered(answer.trace.outcome, time.perf_counter() - began)
            return write(answer)

    def search(self, library: Library, searched: Searched, base: str = "") -> list[Found]:
        """Return the nearest passages; Problem if the search is invalid. `base` is the prefix of their URLs."""
        with told_as_problems():
            hits = library.search(searched.question, k=searched.k, sources=searched.sources)
            return [found(hit, library, base) for hit in hits]


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
