"""Schedules questions fairly between people, one at a time: one lane for retrieval and reading, another for wording.

Retrieval never waits for wording, and a person with a hundred questions does not delay one with a single question. A
lane uses start-time fair queueing: each person gets one place per round, regardless of their number of questions (Goyal
1996). A person is told apart by a number that their browser chooses, which can be forged or multiplied; a place cannot.
So one place gets at most half of the places in the queue, and as many turns of a round as four people.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rag.web.session.stop import Stopped

MOST = 64  # most questions in progress; the next one is told how many are before it
EACH = 8  # most per person
TOGETHER = 4  # people whose turns one place gets in a round, however many ask from there
TICK = 0.2  # seconds between checks that the reader still waits
PASSAGES, READING, SUGGESTING = range(3)  # priorities in the lane of retrieval and reading


class Person(NamedTuple):
    """Who asks: the name they go by, and where from: a login name or an address; "" for this machine, without a limit."""

    name: str
    place: str = ""


class Busy(Exception):
    """The queue is full; `before` counts its questions, `own` means that all are the person's own."""

    def __init__(self, before: int, *, own: bool) -> None:
        super().__init__(f"{before} questions are under way")
        self.before = before
        self.own = own


class Waiting(Protocol):
    """The work that a place in a lane is for."""

    @property
    def is_set(self) -> bool:
        """Return True if it is no longer wanted."""

    @property
    def there(self) -> bool:
        """Return True if its reader is present; otherwise others go first."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ticket:
    order: tuple[int, int, int]  # priority, turn, number
    wanted: Waiting


class Lane:
    """A queue that admits one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = False
        self._tickets: list[_Ticket] = []
        self._turn, self._number = 0, 0  # a round has TOGETHER turns
        self._turns: dict[Person | str, int] = {}  # person, or where they ask from → their last turn

    @property
    def busy(self) -> bool:
        """Return True if it is occupied or waited for."""
        return self._inside or bool(self._tickets)

    def enter(self, person: Person, wanted: Waiting, kind: int = 0) -> None:
        """Wait for the lane; Stopped if the place is no longer wanted."""
        with self._changed:
            ticket = self._ticket(person, wanted, kind)
            try:
                while self._inside or self._next() is not ticket:
                    self._changed.wait(TICK)
                    if wanted.is_set:
                        raise Stopped
            finally:
                self._tickets.remove(ticket)
                self._changed.notify_all()
            self._inside, self._turn = True, max(self._turn, ticket.order[1])
            if not self._tickets:
                self._turns.clear()

    def leave(self) -> None:
        """Release the lane to the next one."""
        with self._changed:
            self._inside = False
            self._changed.notify_all()

    def _ticket(self, person: Person, wanted: Waiting, kind: int) -> _Ticket:
        self._number += 1
        turn = self._last(person) + TOGETHER
        if person.place:
            turn = max(turn, self._last(person.place) + 1)
            self._turns[person.place] = turn
        self._turns[person] = turn
        ticket = _Ticket((kind, turn, self._number), wanted)
        self._tickets.append(ticket)
        return ticket

    def _last(self, whose: Person | str) -> int:
        return max(self._turn, self._turns.get(whose, 0))

    def _next(self) -> _Ticket | None:
        return min((one for one in self._tickets if one.wanted.there), key=lambda one: one.order, default=None)


class Lanes:
    """The two lanes, with a limit on the questions in or before them."""

    def __init__(self, most: int = MOST, each: int = EACH) -> None:
        self.reading, self.wording = Lane(), Lane()
        self._most = most
        self._each = each
        self._lock = threading.Lock()
        self._admitted = Counter[Person]()

    @property
    def before(self) -> int:
        """Return the number of questions in progress."""
        return self._admitted.total()

    @contextmanager
    def admitted(self, person: Person) -> Iterator[int]:
        """Hold a place for a question in progress, and yield the number before it; Busy if the queue is full.

        It is full for those of one place when they hold half of it.
        """
        with self._lock:
            before, own = self._admitted.total(), self._admitted[person]
            beside = sum(count for one, count in self._admitted.items() if one.place == person.place)
            if own >= self._each:
                raise Busy(own, own=True)
            if before >= self._most or (person.place and beside >= self._most / 2):
                raise Busy(before, own=False)
            self._admitted[person] += 1
        try:
            yield before
        finally:
            with self._lock:
                self._admitted[person] -= 1
                self._admitted += Counter()  # drops zero counts


class Place:
    """The position of one question: in a lane, or in none."""

    def __init__(self, lanes: Lanes, person: Person, wanted: Waiting) -> None:
        self._lanes = lanes
        self._person = person
        self._wanted = wanted
        self._lane: Lane | None = None

    def read(self, kind: int) -> None:
        """Enter the lane of retrieval and reading, by priority."""
        self._go(self._lanes.reading, kind)

    def word(self) -> None:
        """Move to the lane of wording, once."""
        if self._lane is not self._lanes.wording:
            self._go(self._lanes.wording)

    def leave(self) -> None:
        """Leave the lane, if in one."""
        lane, self._lane = self._lane, None
        if lane:
            lane.leave()

    def rest(self) -> None:
        """Yield to others while the reader is away; raise Stopped if the reader does not return."""
        lane = self._lane
        if lane and not self._wanted.there:
            self._go(lane)

    def _go(self, lane: Lane, kind: int = 0) -> None:
        self.leave()
        lane.enter(self._person, self._wanted, kind)
        self._lane = lane
