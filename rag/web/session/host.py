"""Holds the engine that answers, and swaps it when a rebuild is done; the old one answers until then."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol, TypeAlias, TypeVar

from rag.errors import IndexMissing, RagError
from rag.types import Answer, Document, Hit, Progress, Turn
from rag.web.session.contents import Contents
from rag.web.session.examples import examples, following
from rag.web.session.lanes import SUGGESTING, Lanes
from rag.web.session.preferences import Preferences
from rag.web.session.rebuild import Rebuilds, Report, Step
from rag.web.session.stop import Stopped, UntilClosed

T = TypeVar("T")
log = logging.getLogger("rag.web")
Changes: TypeAlias = Callable[[threading.Event], Iterator[None]]

EXAMPLES = 4  # two rows of two
MOST_TRIED = 12  # each takes a quarter of a second, while the page stands open already
FOLLOW_UPS, FOLLOW_UPS_TRIED = 3, 8
OPEN_TIMEOUT = 600  # seconds: loading two models takes five, and a minute on a machine with much else to do


class Engine(Protocol):
    """What answers questions: around `rag.Rag`, or a double in a test."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""

    @property
    def contents(self) -> Contents:
        """Count what the index holds of each document."""

    def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        """Yield an answer that grows; the first has hits but no sentences, the last is final."""

    def search(self, question: str, *, k: int, sources: Sequence[str]) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first."""

    def hashes(self, answer: Answer) -> Mapping[str, str]:
        """Map the sources of an answer of this engine to the sha256 that their files had in the index that answered."""


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
        """`changes` yields whenever the documents have changed, until it is stopped; None: nobody watches them."""
        self._open = open_engine
        self._changes = changes
        self._answers = answers  # tells whether a question is worth suggesting
        self._engine: Engine | None = None
        self._trouble: RagError | None = None
        self._opened = threading.Event()
        self._suggested = threading.Event()
        self._examples: tuple[str, ...] = ()
        self._rebuilds = Rebuilds(build, self._publish)
        self._closing = threading.Event()
        self._lanes = lanes or Lanes()
        self._threads: list[threading.Thread] = []
        self._starting, self._working = threading.Lock(), threading.Lock()
        self._begun = False

    def start(self) -> None:
        """Begin to open the engine in the background, once, so that the page need not wait for the models."""
        with self._starting:
            begun, self._begun = self._begun, True
        if not begun:
            self.work(self._begin)
            self.work(self._watch)

    @property
    def ready(self) -> bool:
        """Return True if a question would be answered at once."""
        return self._engine is not None

    @property
    def opened(self) -> bool:
        """Return True if opening has ended, well or not."""
        return self._opened.is_set()

    def wait(self) -> None:
        """Wait until opening has ended, well or not."""
        self._opened.wait(OPEN_TIMEOUT)

    def examples(self) -> tuple[str, ...]:
        """Return questions that the documents answer, waiting for them to be tried."""
        self._suggested.wait(OPEN_TIMEOUT)
        return self._examples

    def answerable(self, questions: Iterable[str], count: int) -> tuple[str, ...]:
        """Return the first few of some questions that the documents answer, each of them tried while nobody else asks."""
        try:
            return tuple(islice(filter(self._tried, questions), count))
        except Stopped:
            return ()
        except Exception:  # a page without suggestions is still a page
            log.exception("no questions could be suggested")
            return ()

    def aside(self, task: Callable[[], T]) -> T:
        """Do what nobody has asked for, while nobody else asks; raise Stopped if the server closes."""
        self._lanes.reading.enter("", UntilClosed(self._closing), SUGGESTING)
        try:
            return task()
        finally:
            self._lanes.reading.leave()

    def _tried(self, question: str) -> bool:
        return self.aside(lambda: self._answers(question))

    def follow_ups(self, answer: Answer, asked: Collection[str]) -> tuple[str, ...]:
        """Return questions that follow on an answer; after one that cites nothing, those of the beginning. None was asked yet."""
        if self._lanes.before:  # other people's questions go first
            return ()
        known = {question.casefold() for question in asked}
        found = (
            following(self.documents(), answer, FOLLOW_UPS_TRIED + len(known)) if answer.citations else self._examples
        )
        fresh = [question for question in found if question.casefold() not in known][:FOLLOW_UPS_TRIED]
        return self.answerable(fresh, FOLLOW_UPS)

    def engine(self) -> Engine:
        """Return the engine, waiting for it to open; raise the RagError that kept it from opening."""
        if not self._opened.wait(OPEN_TIMEOUT):
            raise RagError(
                f"the models did not load within {OPEN_TIMEOUT // 60} minutes; end other programs and ask again"
            )
        if self._engine is None:
            raise self._trouble or RagError("the engine did not open; the terminal shows why")
        return self._engine

    def documents(self) -> Mapping[str, Document]:
        """Return the indexed documents; none while nothing is open."""
        return self._engine.documents if self._engine is not None else {}

    def contents(self) -> Contents:
        """Return what the index holds of each document; nothing while nothing is open."""
        return self._engine.contents if self._engine is not None else Contents()

    def rebuild(self, *, changed: bool = False) -> Iterator[Step]:
        """Build in a thread and yield its steps, or follow the build that runs already; `cancel` ends it, nothing else does.

        `changed` says that files were added or removed: a build that runs already has perhaps passed them, so another follows it.
        """
        begun = self._rebuilds.begin(again=changed)
        steps = self._rebuilds.follow()
        if begun:
            self.work(self._rebuilds.run)
        yield from steps

    def follow(self) -> Iterator[Step]:
        """Yield the steps of the rebuild that runs; nothing if none does."""
        return self._rebuilds.follow()

    def close(self, seconds: float) -> bool:
        """End what runs in the background; return True if it ended in time."""
        self.leave()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def leave(self) -> None:
        """Stop the background work without waiting for it."""
        self._closing.set()
        self._rebuilds.close()

    @property
    def leaving(self) -> bool:
        """Return True if the server is ending."""
        return self._closing.is_set()

    def cancel(self) -> None:
        """End the running rebuild at its next step; the old index stays."""
        self._rebuilds.cancel()

    @property
    def building(self) -> bool:
        """Return True if a rebuild is running."""
        return self._rebuilds.running

    def work(self, task: Callable[[], None]) -> None:
        """Run a task in the background, which `close` waits for."""
        thread = threading.Thread(target=task, daemon=True)
        with self._working:
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
            thread.start()

    def _begin(self) -> None:
        self._reopen()
        self._suggest()

    def _watch(self) -> None:
        """Read the documents again whenever they have changed, for as long as somebody watches them."""
        for _ in self._changes(self._closing) if self._changes else ():
            self.wait()  # two engines that open at once could swap places
            if not self._closing.is_set():
                deque(self.rebuild(changed=True), maxlen=0)

    def _publish(self, report: Report) -> str:
        self._reopen()
        self._suggested.clear()
        self.work(self._suggest)
        return str(self._trouble or "")

    def _reopen(self) -> None:
        try:
            self._engine = self._open()  # one assignment: a question sees the old engine or the new one
            self._trouble = None
        except IndexMissing as error:
            self._engine, self._trouble = None, error
        except (RagError, OSError, ValueError) as error:
            self._trouble = error if isinstance(error, RagError) else RagError(str(error))
        except Exception as error:  # the thread's outermost frame: a waiting question must get the error
            log.exception("the engine did not open")
            self._trouble = RagError(f"the engine did not open ({type(error).__name__}); the terminal shows why")
        finally:
            self._opened.set()

    def _suggest(self) -> None:
        """Try the questions that the documents suggest, and keep the first few that they answer."""
        try:
            self._examples = self.answerable(examples(self.documents(), MOST_TRIED), EXAMPLES)
        finally:
            self._suggested.set()
