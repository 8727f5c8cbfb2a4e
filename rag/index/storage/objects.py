"""Reads files in blocks and returns only bytes whose digest was verified.

Laws: an object is synced before it gets its name, its sha256; a byte reaches a caller only after its block was
verified; a file that was truncated, changed or replaced raises IndexCorrupt with its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt

BLOCK = 4 * 1024  # bytes per digest: reading a row is one small read; 1.5 GB of vectors need 2.9 MB of digests
DIGEST = 8  # bytes of sha256 kept per block: random damage goes unnoticed once in 2**64
AHEAD = 16  # blocks per sequential read: each is verified once, not once per record in it
BUFFER = 128 * 1024  # bytes per write; about twenty files are written at a time
BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line endings


@dataclass(frozen=True, slots=True)
class Stored:
    """A manifest's entry for one file: its size in bytes and its sha256."""

    size: int
    sha256: str


class ObjectWriter:
    """Writes one object and hashes it on the way; its final name exists only after it is synced."""

    def __init__(self, path: Path, role: str) -> None:
        self._folder = path / "objects"
        self._temporary = self._folder / f"{role}.tmp"
        self._descriptor = os.open(self._temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | BINARY, 0o600)
        self._whole = hashlib.sha256()
        self._buffer = bytearray()
        self._sums = bytearray()
        self._size = 0

    def write(self, data: bytes | memoryview | bytearray) -> None:
        """Append bytes."""
        self._buffer += data
        if len(self._buffer) >= BUFFER:
            self._flush(len(self._buffer) // BLOCK * BLOCK)

    def close(self) -> tuple[Stored, bytes]:
        """Sync the object, give it its name, and return its entry with the digests of its blocks."""
        self._flush(len(self._buffer))
        os.fsync(self._descriptor)
        self._release()
        stored = Stored(self._size, self._whole.hexdigest())
        target = self._folder / stored.sha256
        try:
            os.replace(self._temporary, target)
        except PermissionError:  # Windows: a reader has the same object open, so it must be complete
            if file_sha256(target) != stored.sha256:
                raise
        return stored, bytes(self._sums)

    def abandon(self) -> None:
        """Close without keeping anything."""
        self._release()
        with contextlib.suppress(OSError):
            self._temporary.unlink()  # it may be what fills the disk; the next writer removes leftovers

    def _release(self) -> None:
        """Close the descriptor once: its number may soon be another file's."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _flush(self, count: int) -> None:
        with memoryview(self._buffer) as view:
            for start in range(0, count, BLOCK):
                self._sums += hashlib.sha256(view[start : min(start + BLOCK, count)]).digest()[:DIGEST]
            self._whole.update(view[:count])
            done = 0
            while done < count:
                done += os.write(self._descriptor, view[done:count])
        self._size += count
        del self._buffer[:count]


class Blob:
    """One open file of a generation; `read` and `view` raise IndexCorrupt and never return a wrong byte."""

    def __init__(self, path: Path, role: str, stored: Stored, sums: bytes | None = None) -> None:
        self.path, self.role, self.stored, self._sums = path, role, stored, sums or b""
        self.file = path / "objects" / stored.sha256
        try:
            self._descriptor = os.open(self.file, os.O_RDONLY | BINARY)
        except FileNotFoundError as error:
            raise self.corrupt("it is missing") from error
        weakref.finalize(self, os.close, self._descriptor)
        status = os.fstat(self._descriptor)
        self._changed = status.st_mtime_ns
        self._latest = ((0, 0), b"")  # blocks (from, to) and their bytes: records are mostly read in sequence
        if status.st_size != stored.size:
            raise self.corrupt(f"it has {status.st_size} bytes instead of {stored.size}")
        if sums is not None and len(sums) != -(-stored.size // BLOCK) * DIGEST:
            raise self.corrupt("its digests do not match its size")
        self._map = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ) if stored.size else None
        self._checked = bytearray(-(-stored.size // BLOCK))  # 1 for each verified block

    def read(self, start: int, end: int) -> bytes:
        """Return a copy of the bytes, verified when read from the file; the last blocks are cached."""
        first, last = start // BLOCK, -(-end // BLOCK)
        (low, high), data = self._latest
        if not low <= first <= last <= high:
            reach = max(last, first + AHEAD) if low < first <= high else last
            low, data = first, self._copy(first * BLOCK, min(reach * BLOCK, self.stored.size))
            for block in range(first, last):
                self._compare(block, data[(block - first) * BLOCK : (block - first + 1) * BLOCK])
            if last - first <= AHEAD:
                self._latest = (first, self._first_damaged(first, last, data)), data
        return data[start - low * BLOCK : end - low * BLOCK]

    def view(self, start: int, end: int) -> memoryview:
        """Return the bytes without a copy, verified on first access and again after the file changed."""
        if self._map is None or start >= end:
            return memoryview(b"")
        self.guard()
        whole = memoryview(self._map)
        first, last = start // BLOCK, -(-end // BLOCK)
        block = self._checked.find(0, first, last)
        while block >= 0:
            self._compare(block, whole[block * BLOCK : (block + 1) * BLOCK])
            self._checked[block] = 1
            block = self._checked.find(0, block + 1, last)
        return whole[start:end]

    def damaged(self) -> list[tuple[int, int]]:
        """Verify every block and return the spans of damaged bytes."""
        spans = []
        for first in range(0, self.stored.size, BUFFER):
            part = memoryview(self._copy(first, min(first + BUFFER, self.stored.size)))
            for start in range(first, min(first + BUFFER, self.stored.size), BLOCK):
                if not self._sound(start // BLOCK, part[start - first : start - first + BLOCK]):
                    spans.append((start, min(start + BLOCK, self.stored.size)))
        return spans

    def guard(self) -> int:
        """Detect that a mapped file was truncated or rewritten; accessing a truncated map would crash the interpreter.

        Returns its modification time: while that is unchanged, verified blocks need no second check.
        """
        status = os.fstat(self._descriptor)
        if status.st_size != self.stored.size:
            raise self.corrupt(f"it has {status.st_size} bytes instead of {self.stored.size}")
        if status.st_mtime_ns != self._changed:
            self._checked = bytearray(len(self._checked))
            self._changed = status.st_mtime_ns
        return self._changed

    def whole(self) -> bytes:
        """Return the whole file, verified by its sha256."""
        data = self._copy(0, self.stored.size)
        if hashlib.sha256(data).hexdigest() != self.stored.sha256:
            raise self.corrupt("its sha256 does not match its manifest")
        return data

    def corrupt(self, reason: str) -> IndexCorrupt:
        """Create the error for this file."""
        return IndexCorrupt(self.path, f"objects/{self.stored.sha256} ({self.role})", reason)

    def _copy(self, start: int, end: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, end - start, start)
        self.guard()
        return self._map[start:end] if self._map is not None else b""

    def _first_damaged(self, first: int, block: int, data: bytes) -> int:
        """Return the first block from this one on that is damaged or outside the data, which start at `first`."""
        while part := data[(block - first) * BLOCK : (block - first + 1) * BLOCK]:
            if not self._sound(block, part):
                break
            block += 1
        return block

    def _sound(self, block: int, data: bytes | memoryview) -> bool:
        return hashlib.sha256(data).digest()[:DIGEST] == self._sums[block * DIGEST : (block + 1) * DIGEST]

    def _compare(self, block: int, data: bytes | memoryview) -> None:
        if not self._sound(block, data):
            raise self.corrupt(f"bytes {block * BLOCK} to {(block + 1) * BLOCK} are damaged")


def open_blobs(path: Path, files: Mapping[str, Stored]) -> dict[str, Blob]:
    """Open every file of a generation; the file `sums` holds the digests of their blocks, in the order of the roles."""
    stored = files["sums"]
    blob = Blob(path, "sums", stored)
    sums = blob.whole()
    blobs = {"sums": blob}
    at = 0
    for role in sorted(files.keys() - {"sums"}):
        size = -(-files[role].size // BLOCK) * DIGEST
        blobs[role] = Blob(path, role, files[role], sums[at : at + size])
        at += size
    if at != len(sums):
        raise blob.corrupt(f"it has {len(sums)} bytes of digests instead of {at}")
    return blobs


class Table:
    """A Blob as an array of rows."""

    def __init__(self, blob: Blob, dtype: str, width: int = 1) -> None:
        self._blob, self._dtype, self.width = blob, np.dtype(dtype), width
        self._stride = self._dtype.itemsize * width
        if self._stride == 0 or blob.stored.size % self._stride:
            raise blob.corrupt(f"it is not made of rows of {self._stride} bytes")

    def __len__(self) -> int:
        return self._blob.stored.size // self._stride

    def rows(self, start: int = 0, end: int | None = None) -> NDArray[Any]:
        """Return rows start to end without a copy: (n,) or (n, width)."""
        end = len(self) if end is None else end
        flat = np.frombuffer(self._blob.view(start * self._stride, end * self._stride), dtype=self._dtype)
        return flat if self.width == 1 else flat.reshape(-1, self.width)

    def row(self, number: int, count: int = 1) -> NDArray[Any]:
        """Return a copy of `count` rows starting at `number`, as one flat array, verified on every call."""
        return np.frombuffer(self._blob.read(number * self._stride, (number + count) * self._stride), self._dtype)


def file_sha256(file: Path) -> str:
    """Hash a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
