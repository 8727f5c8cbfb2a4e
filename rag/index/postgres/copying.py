"""Writes rows in the binary form that PostgreSQL's COPY reads."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from rag.index.postgres.connections import Session

BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
END = b"\xff\xff"
BUFFER = 1 << 20  # bytes that are sent at a time


def integer(value: int) -> bytes:
    """Return an int as its four bytes."""
    return struct.pack(">i", value)


def whole(value: int) -> bytes:
    """Return a bigint as its eight bytes."""
    return struct.pack(">q", value)


def vector(values: NDArray[Any]) -> bytes:
    """Return a vector of pgvector, (d,), as its bytes: width, nothing, numbers."""
    return struct.pack(">HH", len(values), 0) + values.astype(">f4").tobytes()


def numbers_of(data: bytes) -> NDArray[np.float32]:
    """Return the numbers of a vector that came in binary form: (d,)."""
    return np.frombuffer(data, dtype=">f4", offset=4).astype(np.float32)


def copy_rows(session: Session, table: LiteralString, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """Append rows to a table, each value in its binary form."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.SQL(table), names)
    with session.cursor() as cursor, cursor.copy(statement) as copy:
        held = bytearray(BEGIN)
        for row in rows:
            held += struct.pack(">h", len(row))
            for value in row:
                held += struct.pack(">i", len(value)) + value
            if len(held) >= BUFFER:
                copy.write(bytes(held))
                held.clear()
        copy.write(bytes(held) + END)
