"""Holds the connections to a database, each lent to one thread at a time."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg import IsolationLevel

from rag.errors import RagError
from rag.index.storage.address import Address

Session: TypeAlias = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

PATIENCE = 10  # seconds until a server that does not answer is given up


class Connections:
    """Connections for reading: opened as threads need them, kept for the next question."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._idle: deque[Session] = deque()

    def read(self, work: Callable[[Session], T]) -> T:
        """Return what some reading gives, in one transaction that sees one state of the database.

        A kept connection that broke, as when the server was started again, is replaced, and the reading done again.
        """
        with contextlib.suppress(IndexError):
            while True:
                kept = self._idle.pop()
                with contextlib.suppress(psycopg.OperationalError):
                    return self._read(kept, work)
        with explained(self.address):
            return self._read(self._opened(), work)

    def _read(self, connection: Session, work: Callable[[Session], T]) -> T:
        try:
            with connection.transaction():
                found = work(connection)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def _opened(self) -> Session:
        connection = opened(self.address)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection


@lru_cache(maxsize=32)
def connections_to(address: Address) -> Connections:
    """Return the connections for an address, the same for everybody who asks."""
    return Connections(address)


def opened(address: Address) -> Session:
    """Open a connection; statements outside a transaction are each their own."""
    connection = psycopg.connect(address.database, autocommit=True, connect_timeout=PATIENCE, prepare_threshold=None)
    connection.execute("SET client_min_messages TO warning")
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
