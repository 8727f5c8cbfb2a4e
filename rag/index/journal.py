"""Remembers, safely, what a build has parsed and embedded, so that an interrupted one continues where it stopped.

The file is a row of records, each with its length and a digest; what stands behind the last whole record is cut off.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rag.index.blobs import BINARY

_HEADER = struct.Struct("<4sQ16s")  # kind, length of the payload in bytes, digest of both
SYNC_SECONDS = 2.0  # of parsing and embedding that a loss of power can cost


class Entry(NamedTuple):
    """Where a record's payload stands."""

    kind: bytes
    start: int
    size: int


class Journal:
    """A file that only grows."""

    def __init__(self, file: Path) -> None:
        """Open or create the file, for the one writer that holds the index."""
        self.file = file
        self._descriptor = os.open(file, os.O_CREAT | os.O_RDWR | BINARY, 0o644)
        self.entries = list(self._scan())
        self._end = self.entries[-1].start + self.entries[-1].size if self.entries else 0
        if os.fstat(self._descriptor).st_size != self._end:
            os.ftruncate(self._descriptor, self._end)
        self._synced = time.monotonic()

    def append(self, kind: bytes, payload: bytes) -> Entry:
        """Add a record, which a kill of this process cannot take back; synced within SYNC_SECONDS, if more is appended."""
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        head = _HEADER.pack(kind, len(payload), _digest(kind, payload))
        data = memoryview(head + payload)
        done = 0
        while done < len(data):
            done += os.write(self._descriptor, data[done:])
        entry = Entry(kind, self._end + len(head), len(payload))
        self._end += len(data)
        self.entries.append(entry)
        if time.monotonic() - self._synced > SYNC_SECONDS:
            self.sync()
        return entry

    def sync(self) -> None:
        """Make every record safe against a loss of power."""
        os.fsync(self._descriptor)
        self._synced = time.monotonic()

    def read(self, start: int, size: int) -> bytes:
        """Return bytes of a record's payload."""
        os.lseek(self._descriptor, start, os.SEEK_SET)
        parts = bytearray()
        while len(parts) < size and (part := os.read(self._descriptor, size - len(parts))):
            parts += part
        return bytes(parts)

    @property
    def open(self) -> bool:
        """Whether records can be appended."""
        return self._descriptor >= 0

    def close(self) -> None:
        """Close the file and keep it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Close the file and remove it: what it held is published. Where another process has it open (Windows), it stays."""
        self.close()
        with contextlib.suppress(PermissionError):
            self.file.unlink(missing_ok=True)

    def _scan(self) -> Iterator[Entry]:
        size, at = os.fstat(self._descriptor).st_size, 0
        while at + _HEADER.size <= size:
            kind, length, digest = _HEADER.unpack(self.read(at, _HEADER.size))
            at += _HEADER.size
            if length > size - at or _digest(kind, self.read(at, length)) != digest:
                return
            yield Entry(kind, at, length)
            at += length


def _digest(kind: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(kind + payload).digest()[:16]
