"""Holds the current engine, and swaps it after a rebuild; the old one answers until then."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias, TypeVar

from rag.errors import IndexMissing, RagError
from rag.types import Answer, Document, Progress
from rag.web.session.contents import Contents
from rag.web.session.examples import examples, following
from rag.web.session.lanes import SUGGESTING, Lanes, Person
from rag.web.session.protocol import Engine
from rag.web.session.rebuild import Rebuilds, Report, Step
from rag.web.session.stop import Stopped, UntilClosed

T = TypeVar("T")
log = logging.getLogger("rag.web")
Changes: TypeAlias = Callable[[threading.Event], Iterator[None]]

EXAMPLES = 4  # two rows of two
MOST_TRIED = 12  # each takes 0.25 seconds, while the page is already open
FOLLOW_UPS, FOLLOW_UPS_TRIED = 3, 8
RESTS = (5.0, 30.0, 300.0)  # seconds after a build of changed documents that failed
OPEN_TIMEOUT = 600  # seconds; loading two models takes five, or a minute on a busy machine


class EngineHost:
    """One engine at a time, opened in the background; one rebuild at a time."""

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        build: Callable[[Progress], Report],
        answers: Callable[[str], bool] = lambda question: True,
        changes: Changes | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        """`changes` yields whenever the documents have changed, until it is stopped; None disables watching."""
        self._open = open_engine
        self._changes = changes
        self._answers = answers  # True if a question is worth suggesting
        self._engine: Engine | None = None
        self._trouble: RagError | None = None
        self._opened = threading.Event()
        self._suggested = threading.Event()
        self._examples: tuple[str, ...] = ()
        self._rebuilds = Rebuilds(build, self._publish)
        self._closing = threading.Event()
        self._lanes = lanes or Lanes()
        self._threads: list[threading.Thread] = []
        self._starting, self._working, self._reopening = threading.Lock(), threading.Lock(), threading.Lock()
        self._begun = False

    def start(self) -> None:
        """Start opening the engine in the background, once, so that the page need not wait for the models."""
        with self._starting:
            begun, self._begun = self._begun, True
        if not begun:
            self.work(self._begin)
            self.work(self._watch)

    @property
    def ready(self) -> bool:
        """Return True if questions can be answered without waiting."""
        return self._engine is not None

    @property
    def opened(self) -> bool:
        """Return True if opening has succeeded or failed."""
        return self._opened.is_set()

    def wait(self) -> None:
        """Wait until opening has succeeded or failed."""
        self._opened.wait(OPEN_TIMEOUT)

    def examples(self) -> tuple[str, ...]:
        """Return questions that the documents answer, after trying them."""
        self._suggested.wait(OPEN_TIMEOUT)
        return self._examples

    def answerable(self, questions: Iterable[str], count: int) -> tuple[str, ...]:
        """Return the first few of the questions that the documents answer, tried while the lanes are idle."""
        try:
            return tuple(islice(filter(self._tried, questions), count))
        except Stopped:
            return ()
        except Exception:  # the page also works without suggestions
            log.exception("no questions could be suggested")
            return ()

    def aside(self, task: Callable[[], T]) -> T:
        """Run optional work while no questions wait; raise Stopped if the server closes."""
        self._lanes.reading.enter(Person(""), UntilClosed(self._closing), SUGGESTING)
        try:
            return task()
        finally:
            self._lanes.reading.leave()

    def _tried(self, question: str) -> bool:
        return self.aside(lambda: self._answers(question))

    def follow_ups(self, answer: Answer, asked: Collection[str]) -> tuple[str, ...]:
        """Return follow-up questions not asked yet; after an answer without citations, the initial examples."""
        if self._lanes.before:  # other people's questions have priority
            return ()
        known = {question.casefold() for question in asked}
        found = (
            following(self.documents(), answer, FOLLOW_UPS_TRIED + len(known)) if answer.citations else self._examples
        )
        fresh = [question for question in found if question.casefold() not in known][:FOLLOW_UPS_TRIED]
        return self.answerable(fresh, FOLLOW_UPS)

    def engine(self) -> Engine:
        """Return the engine, waiting for it to open; raise the RagError if opening failed."""
        if not self._opened.wait(OPEN_TIMEOUT):
            raise RagError(
                f"the models did not load within {OPEN_TIMEOUT // 60} minutes; end other programs and ask again"
            )
        engine = self._engine or self._opened_late()
        if engine is None:
            raise self._trouble or RagError("the engine did not open; the terminal shows why")
        return engine

    def _opened_late(self) -> Engine | None:
        """Return the engine if it opens now: the index may have been built in a terminal, or its database be back."""
        with self._reopening:
            if self._engine is None:
                self._load()
                if self._engine is not None:
                    self._suggest_anew()
            return self._engine

    def documents(self) -> Mapping[str, Document]:
        """Return the indexed documents; none before opening."""
        return self._engine.documents if self._engine is not None else {}

    def contents(self) -> Contents:
        """Return the passage counts of each document; empty before opening."""
        return self._engine.contents if self._engine is not None else Contents()

    def rebuild(self, *, changed: bool = False) -> Iterator[Step]:
        """Build in a thread and return its steps, or follow a running build; only `cancel` ends it.

        `changed` means that files were added or removed: a running build may have passed them, so another one follows.
        """
        begun = self._rebuilds.begin(again=changed)
        steps = self._rebuilds.follow()
        if begun:
            self.work(self._rebuilds.run)
        return steps

    def follow(self) -> Iterator[Step]:
        """Yield the steps of the running rebuild; nothing if there is none."""
        return self._rebuilds.follow()

    def close(self, seconds: float) -> bool:
        """Stop the background work; return True if it ended in time."""
        self.leave()
        until = time.monotonic() + seconds
        while (running := [one for one in self._threads if one.is_alive()]) and time.monotonic() < until:
            running[0].join(max(0.0, until - time.monotonic()))  # it may start others
        return not running

    def leave(self) -> None:
        """Stop the background work without waiting for it."""
        self._closing.set()
        self._rebuilds.close()

    @property
    def leaving(self) -> bool:
        """Return True if the server is shutting down."""
        return self._closing.is_set()

    def cancel(self) -> None:
        """Cancel the running rebuild at its next step; the old index stays."""
        self._rebuilds.cancel()

    @property
    def building(self) -> bool:
        """Return True if a rebuild is running."""
        return self._rebuilds.running

    def work(self, task: Callable[[], None]) -> None:
        """Run a task in the background; `close` waits for it."""
        thread = threading.Thread(target=task, daemon=True)
        with self._working:
            thread.start()
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]

    def _begin(self) -> None:
        self._reopen()
        self._suggest()

    def _watch(self) -> None:
        """Rebuild whenever the documents have changed, while watching is on."""
        for _ in self._changes(self._closing) if self._changes else ():
            self.wait()
            self._read_changes()

    def _read_changes(self) -> None:
        """Rebuild, and try again later if that fails: another program may be building this index."""
        for rest in RESTS:
            if self._closing.is_set():
                return
            last = deque(self.rebuild(changed=True), maxlen=1)
            if not last or last[0].report or last[0].error == "cancelled":
                return
            log.warning("what changed among the documents was not read: %s", last[0].error)
            self._closing.wait(rest)

    def _publish(self, report: Report) -> str:
        self._reopen()
        self._suggest_anew()
        return str(self._trouble or "")

    def _suggest_anew(self) -> None:
        self._suggested.clear()
        self.work(self._suggest)

    def _reopen(self) -> None:
        with self._reopening:  # of two engines opening at once, the older could be the last
            self._load()

    def _load(self) -> None:
        try:
            self._engine = self._open()  # a single assignment: a question sees the old engine or the new one
            self._trouble = None
        except IndexMissing as error:
            self._engine, self._trouble = None, error
        except (RagError, OSError, ValueError) as error:
            self._trouble = error if isinstance(error, RagError) else RagError(str(error))
        except Exception as error:  # outermost handler of the thread: a waiting question must get the error
            log.exception("the engine did not open")
            self._trouble = RagError(f"the engine did not open ({type(error).__name__}); the terminal shows why")
        finally:
            self._opened.set()

    def _suggest(self) -> None:
        """Try questions made from the documents, and keep the first few that they answer."""
        try:
            self._examples = self.answerable(examples(self.documents(), MOST_TRIED), EXAMPLES)
        finally:
            self._suggested.set()
