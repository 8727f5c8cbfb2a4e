"""Holds the connections to a database, each lent to one thread at a time."""

from __future__ import annotations

import contextlib
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict

from rag.errors import RagError
from rag.index.storage.address import Address

Session: TypeAlias = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

PATIENCE = 10  # seconds until a server that does not answer is given up
SILENT = {  # a server that falls silent later is given up after a minute; an address may say otherwise
    "connect_timeout": PATIENCE,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}
SHUT = "57P"  # begins the codes with which a server ends a connection
LONGEST = 300_000  # milliseconds of a statement that reads; the slowest take seconds
LIMIT = "SELECT set_config('statement_timeout', %s, false) WHERE current_setting('statement_timeout') = '0'"


class Connections:
    """Connections for reading: opened as threads need them, kept for the next question."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._idle: deque[Session] = deque()
        weakref.finalize(self, _closed, self._idle).atexit = False  # a forked process ends without closing its parent's

    def read(self, work: Callable[[Session], T], *, alone: bool = False) -> T:
        """Return what some reading gives, in one transaction that sees one state of the database.

        Work of a single statement is done `alone`, without a transaction. A kept connection that broke, as when the server
        was started again, is replaced, and the reading done again. RagError for what the database says.
        """
        with explained(self.address):
            kept = self._kept()
            if kept is not None:
                try:
                    return self._read(kept, work, alone)
                except psycopg.OperationalError as error:
                    if not (kept.broken or (error.sqlstate or "").startswith(SHUT)):
                        raise
                    _closed(self._idle)  # when one broke, so did the others
            return self._read(opened(self.address, _for_reading), work, alone)

    def _kept(self) -> Session | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _read(self, connection: Session, work: Callable[[Session], T], alone: bool) -> T:
        try:
            with contextlib.nullcontext() if alone else connection.transaction():
                found = work(connection)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found


def _closed(connections: deque[Session]) -> None:
    """Close connections that nobody is going to use."""
    with contextlib.suppress(IndexError):
        while True:
            connections.pop().close()


def _for_reading(connection: Session) -> None:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute(LIMIT, (str(LONGEST),))


@lru_cache(maxsize=32)
def connections_to(address: Address) -> Connections:
    """Return the connections for an address, the same for everybody who asks."""
    return Connections(address)


def opened(address: Address, prepare: Callable[[Session], None] = lambda connection: None) -> Session:
    """Open a connection and `prepare` it; statements outside a transaction are each their own."""
    given = SILENT | conninfo_to_dict(address.database)
    connection = psycopg.connect(autocommit=True, prepare_threshold=None, **given)  # type: ignore[arg-type]  # libpq's own
    try:
        connection.execute("SET client_min_messages TO warning")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn a failure of the database into one line that says what to do."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise RagError(
            f"no answer from the database of the index at '{address}': {_line(error)}; is the server running, and its address right?"
        ) from error
    except psycopg.Error as error:
        raise RagError(f"the database of the index at '{address}' refused: {_line(error)}") from error


def _line(error: psycopg.Error) -> str:
    return " ".join(str(error).split()) or type(error).__name__
