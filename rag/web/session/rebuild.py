"""Rebuilds the index in a thread, one rebuild at a time, with progress for every page that follows it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.errors import RagError
from rag.types import Progress, Skipped

log = logging.getLogger("rag.web")

CANCELLING = "cancelling"  # the stage between a cancel and the end of the current step


class Report(Protocol):
    """The part of `rag.BuildReport` that the page uses."""

    @property
    def read(self) -> int:
        """Return the number of files read."""

    @property
    def passages(self) -> int:
        """Return the number of passages in the new index."""

    @property
    def skipped(self) -> Sequence[Skipped]:
        """Return the unreadable files with reasons."""

    @property
    def seconds(self) -> float:
        """Return the wall time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rebuild: `total` is 0 if unknown; the last step has a report or an error."""

    stage: str = ""
    done: int = 0
    total: int = 0
    report: Report | None = None
    error: str = ""

    @property
    def last(self) -> bool:
        """Return True for the last step."""
        return self.report is not None or bool(self.error)


class Cancelled(Exception):
    """Raised by a build's progress callback when the user cancels it."""


class Rebuilds:
    """Runs one rebuild at a time; a second request while one runs follows the running one."""

    def __init__(self, build: Callable[[Progress], Report], publish: Callable[[Report], str]) -> None:
        """`publish` activates the new index and returns an error message, if any."""
        self._build = build
        self._publish = publish
        self._lock = threading.Lock()
        self._running = False
        self._cancelled = False
        self._closed = False
        self._again = False
        self._now = Step()
        self._followers: list[queue.Queue[Step]] = []

    @property
    def running(self) -> bool:
        """Return True if a rebuild is running."""
        return self._running

    def begin(self, *, again: bool = False) -> bool:
        """Claim the rebuild slot, which `run` releases; return True if it was free; else `again` requests another
        run."""
        with self._lock:
            if self._running:
                self._again = self._again or again
                return False
            self._running, self._cancelled, self._again, self._now = True, self._closed, False, Step()
            return True

    def run(self) -> None:
        """Build and report progress to the followers; repeat if something changed meanwhile."""
        while not self._over(self._outcome()):
            pass

    def cancel(self) -> None:
        """Cancel the running rebuild at its next step, and report it at once; the old index stays.

        Another run that was requested before is cancelled too; one that is requested later is not.
        """
        with self._lock:
            if self._running and (self._again or not self._cancelled):
                self._cancelled, self._again = True, False
                self._send(Step(CANCELLING))

    def close(self) -> None:
        """Stop the running rebuild at its next step, without waiting: the server is closing."""
        with self._lock:
            self._cancelled = self._closed = True
            self._send(Step(error="cancelled"))

    def follow(self) -> Iterator[Step]:
        """Return an iterator over the current and further steps of the running rebuild; empty if none runs."""
        steps: queue.Queue[Step] = queue.Queue()
        with self._lock:
            if not self._running:
                return iter(())
            if self._now.stage:
                steps.put(self._now)
            self._followers.append(steps)
        return _to_the_last(steps)

    def _over(self, outcome: Step) -> bool:
        """Report the outcome and release the slot; return False if another run was requested meanwhile."""
        with self._lock:  # decided and released at once, so that no request comes between
            if self._again and not self._closed:
                self._again = self._cancelled = False
                return False
            self._running = False
            self._send(outcome)
            return True

    def _outcome(self) -> Step:
        try:
            report = self._build(self._progress)
            trouble = self._publish(report)
        except Cancelled:
            return Step(error="cancelled")
        except (RagError, OSError, ValueError) as error:
            return Step(error=str(error))
        except Exception as error:  # outermost handler of the thread: every error must reach the page
            log.exception("the rebuild failed")
            return Step(error=type(error).__name__)
        return Step(error=trouble) if trouble else Step(report=report)

    def _progress(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            if self._cancelled:
                raise Cancelled
            self._send(Step(stage, done, total))

    def _send(self, step: Step) -> None:
        self._now = step
        for follower in self._followers:
            follower.put(step)
        if step.last:
            self._followers.clear()


def _to_the_last(steps: queue.Queue[Step]) -> Iterator[Step]:
    while not (step := steps.get()).last:
        yield step
    yield step
