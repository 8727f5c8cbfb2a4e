"""Computes concurrent identical questions only once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias

from rag.types import Answer
from rag.web.session.lanes import PASSAGES, READING, TICK, Lanes, Person, Place
from rag.web.session.stop import Reader, Stopped, StopSign

Steps: TypeAlias = Callable[[], Iterator[Answer]]


class Flight:
    """One answer being computed, with its readers. It ends when none are left."""

    def __init__(self, lanes: Lanes, sign: StopSign, person: Person) -> None:
        self._sign = sign
        self._place = Place(lanes, person, self)
        self._changed = threading.Condition()
        self._readers: list[Reader] = []
        self._answers: list[Answer] = []
        self._ended = False
        self._trouble: Exception | None = None

    @property
    def is_set(self) -> bool:
        """Return True if it has no readers left."""
        return all(reader.is_set for reader in self._readers)

    @property
    def there(self) -> bool:
        """Return True if a reader is present."""
        return any(reader.there for reader in self._readers)

    def word(self) -> None:
        """Wait for the turn to word it."""
        self._place.word()

    def rest(self) -> None:
        """Wait while no reader is present."""
        self._place.rest()

    def begin(self, reader: Reader) -> Iterator[Answer]:
        """Return an iterator over the answer for the first reader."""
        self._readers.append(reader)
        return self._follow(reader, 0)

    def join(self, reader: Reader) -> Iterator[Answer] | None:
        """Return an iterator over the growing answer from its current step; None if it is over."""
        with self._changed:
            if self._ended or self.is_set:
                return None
            self._readers.append(reader)
            return self._follow(reader, max(0, len(self._answers) - 1))

    def run(self, steps: Steps) -> None:
        """Compute it; its passages take priority over reading for others."""
        self._sign.make(self)
        try:
            self._place.read(PASSAGES)
            self._compute(steps())
        except Exception as error:  # noqa: BLE001 - raised again for every reader, each of whom has a door of its own
            self._trouble = error
        finally:
            self._place.leave()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _compute(self, answers: Iterator[Answer]) -> None:
        try:
            for number, answer in enumerate(answers):
                self._add(answer)
                if number == 0:
                    self._place.read(READING)
        finally:
            close = getattr(answers, "close", None)
            if close is not None:
                close()

    def _follow(self, reader: Reader, at: int) -> Iterator[Answer]:
        """Yield the steps from `at` on; raise Stopped if the reader stops, or the error of the computation."""
        try:
            while True:
                with self._changed:
                    while at >= len(self._answers) and not self._ended and not reader.is_set:
                        self._changed.wait(TICK)
                if reader.is_set:
                    raise Stopped
                if at >= len(self._answers):
                    break
                yield self._answers[at]
                at += 1
        finally:
            with self._changed:
                self._readers.remove(reader)
        if self._trouble:
            raise self._trouble

    def _add(self, answer: Answer) -> None:
        with self._changed:
            if self.is_set:
                raise Stopped
            self._answers.append(answer)
            self._changed.notify_all()


class Flights:
    """The answers being computed now."""

    def __init__(self, lanes: Lanes, sign: StopSign, work: Callable[[Callable[[], None]], None]) -> None:
        """`work` runs a function in the background."""
        self._lanes = lanes
        self._sign = sign
        self._work = work
        self._lock = threading.Lock()
        self._flying: dict[Hashable, Flight] = {}

    def follow(self, key: Hashable, steps: Steps, *, person: Person, reader: Reader) -> Iterator[Answer]:
        """Yield the growing answer of `key`; `steps` computes it if it is not being computed yet."""
        with self._lock:
            flight = self._flying.get(key)
            found = flight.join(reader) if flight else None
            return found or self._begun(key, Flight(self._lanes, self._sign, person), steps, reader)

    def _begun(self, key: Hashable, flight: Flight, steps: Steps, reader: Reader) -> Iterator[Answer]:
        def fly() -> None:
            try:
                flight.run(steps)
            finally:
                with self._lock:
                    if self._flying.get(key) is flight:
                        del self._flying[key]

        answers = flight.begin(reader)
        self._work(fly)  # it may fail; `fly` waits for the lock that is held here
        self._flying[key] = flight
        return answers
