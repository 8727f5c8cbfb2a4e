"""Records durably what a build has parsed and embedded, so that an interrupted build resumes where it stopped.

The file is a sequence of records, each with its length and a digest; anything after the last complete record is
truncated.
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

from rag.index.storage.objects import BINARY

_HEADER = struct.Struct("<4sQ16s")  # kind, length of the payload in bytes, digest of both
SYNC_SECONDS = 2.0  # of work that a power failure can lose


class Entry(NamedTuple):
    """The position of a record's payload."""

    start: int
    size: int


class Journal:
    """An append-only file."""

    def __init__(self, file: Path) -> None:
        """Open or create the file, for the one writer that holds the lock."""
        self.file = file
        self._descriptor = os.open(file, os.O_CREAT | os.O_RDWR | BINARY, 0o600)
        self._end = self._whole()
        if os.fstat(self._descriptor).st_size != self._end:
            os.ftruncate(self._descriptor, self._end)
        self._synced = time.monotonic()

    def __len__(self) -> int:
        """Return its size in bytes."""
        return self._end

    def entries(self, kind: bytes) -> Iterator[Entry]:
        """Yield the positions of the records of a kind."""
        at = 0
        while at < self._end:
            found, size, _ = _HEADER.unpack(self.read(at, _HEADER.size))
            at += _HEADER.size
            if found == kind:
                yield Entry(at, size)
            at += size

    def append(self, kind: bytes, payload: bytes) -> Entry:
        """Append a record that survives a kill of this process; further appends sync it within SYNC_SECONDS."""
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        head = _HEADER.pack(kind, len(payload), _digest(kind, payload))
        data = memoryview(head + payload)
        done = 0
        while done < len(data):
            done += os.write(self._descriptor, data[done:])
        entry = Entry(self._end + len(head), len(payload))
        self._end += len(data)
        if time.monotonic() - self._synced > SYNC_SECONDS:
            self.sync()
        return entry

    def sync(self) -> None:
        """Sync every record, so that it survives a power failure."""
        os.fsync(self._descriptor)
        self._synced = time.monotonic()

    def read(self, start: int, size: int) -> bytes:
        """Return bytes of a record's payload."""
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, size, start)
        os.lseek(self._descriptor, start, os.SEEK_SET)
        parts = bytearray()
        while len(parts) < size and (part := os.read(self._descriptor, size - len(parts))):
            parts += part
        return bytes(parts)

    def payload(self, start: int) -> bytes:
        """Return the whole payload that starts at an offset."""
        _, size, _ = _HEADER.unpack(self.read(start - _HEADER.size, _HEADER.size))
        return self.read(start, size)

    @property
    def open(self) -> bool:
        """True while records can be appended."""
        return self._descriptor >= 0

    def close(self) -> None:
        """Close the file and keep it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Close and remove the file: its contents are published. It stays if another process has it open (Windows)."""
        self.close()
        with contextlib.suppress(PermissionError):
            self.file.unlink(missing_ok=True)

    def _whole(self) -> int:
        """Return the end of the last record of the intact prefix."""
        size, at = os.fstat(self._descriptor).st_size, 0
        while at + _HEADER.size <= size:
            kind, length, digest = _HEADER.unpack(self.read(at, _HEADER.size))
            start = at + _HEADER.size
            if length > size - start or _digest(kind, self.read(start, length)) != digest:
                break
            at = start + length
        return at


def _digest(kind: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(kind + payload).digest()[:16]
