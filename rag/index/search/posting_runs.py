"""Stores postings in a file during counting, so that they can be merged a range of terms at a time.

A posting is the count of a term in a passage. The terms, which are digests, are divided into RANGES of equal width.
Each source returns its postings range by range; across sources they are unordered.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from rag.index.storage.objects import BINARY

POSTING = np.dtype([("term", "<u8"), ("row", "<u4"), ("count", "u1")])  # 13 bytes
RANGES = 256  # ranges of terms, by their first byte; with a million passages, each has about 400,000 postings
_BOUNDS = np.arange(1, RANGES, dtype=np.uint64) << np.uint64(56)  # the first terms of all ranges but the first

Array = NDArray[Any]


class Copied(Protocol):
    """An array on disk that is copied from."""

    def __len__(self) -> int: ...

    def row(self, number: int, count: int = 1) -> Array:
        """Return a copy of `count` rows starting at `number`."""


class Runs:
    """Postings in a temporary file, as a context manager: removed on exit, or by the next writer after a kill."""

    def __init__(self, path: Path) -> None:
        self._file = path / "objects" / "runs.tmp"
        self._bounds: list[Array] = []  # for each run, the postings before each range; 4 bytes per passage
        self._size = 0

    def __enter__(self) -> Self:
        self._descriptor = os.open(self._file, os.O_CREAT | os.O_TRUNC | os.O_RDWR | BINARY, 0o600)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
        with contextlib.suppress(OSError):
            self._file.unlink()  # the next writer removes leftovers

    def add(self, postings: Array) -> None:
        """Append postings, (p,) POSTING, in ascending order of term."""
        self._bounds.append(self._size + bounds_of(postings["term"]))
        self._size += len(postings)
        data = memoryview(postings.tobytes())
        done = 0
        while done < len(data):
            done += os.write(self._descriptor, data[done:])

    def sizes(self) -> Array:
        """Return the number of postings in each range: (RANGES,)."""
        return sum((np.diff(bounds) for bounds in self._bounds), np.zeros(RANGES, dtype=np.int64))

    def read(self, low: int, high: int) -> Array:
        """Return the postings of the ranges low to high, high excluded."""
        parts = [self._read(int(bounds[low]), int(bounds[high])) for bounds in self._bounds]
        os.lseek(self._descriptor, 0, os.SEEK_END)  # where the next run goes
        return np.concatenate(parts) if parts else np.empty(0, dtype=POSTING)

    def _read(self, start: int, end: int) -> Array:
        os.lseek(self._descriptor, start * POSTING.itemsize, os.SEEK_SET)
        wanted, parts = (end - start) * POSTING.itemsize, bytearray()
        while len(parts) < wanted and (part := os.read(self._descriptor, wanted - len(parts))):
            parts += part
        return np.frombuffer(parts, dtype=POSTING)


class Kept:
    """Postings of an older generation, for the passages that are kept."""

    def __init__(self, tables: Mapping[str, Copied], rows: Array) -> None:
        """Take the posting tables of the old generation by name; rows[i] is the old row of passage i, or -1."""
        self.rows, self._tables = rows, tables
        stay = np.flatnonzero(rows >= 0)
        olds = rows[stay]
        order = np.argsort(olds, kind="stable")
        self._stay = stay[order].astype(np.uint32)  # by old row
        self._firsts = np.searchsorted(
            olds[order], np.arange(len(tables["lengths"]) + 1)
        )  # position in _stay of each old row
        self._terms, self._offsets = (tables[name].row(0, len(tables[name])) for name in ("terms", "offsets"))
        self._bounds = bounds_of(self._terms)

    def sizes(self) -> Array:
        """Return the approximate number of postings in each range: (RANGES,)."""
        return np.diff(self._offsets[self._bounds].astype(np.int64))

    def read(self, low: int, high: int) -> Array:
        """Return the postings of the ranges low to high, high excluded."""
        first, last = self._bounds[low], self._bounds[high]
        offsets = self._offsets[first : last + 1].astype(np.int64)
        start, count = int(offsets[0]), int(offsets[-1] - offsets[0])
        olds = self._tables["rows"].row(start, count).astype(np.int64)
        copies = self._firsts[olds + 1] - self._firsts[olds]  # new passages per old one, mostly one or none
        within = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
        found = np.empty(len(within), dtype=POSTING)
        found["term"] = np.repeat(np.repeat(self._terms[first:last], np.diff(offsets)), copies)
        found["row"] = self._stay[np.repeat(self._firsts[olds], copies) + within]
        found["count"] = np.repeat(self._tables["counts"].row(start, count), copies)
        return found

    def of_passages(self, name: str) -> Array:
        """Return the column "lengths" or "languages", (n,); 0 for a passage that is new."""
        column = self._tables[name].row(0, len(self._tables[name]))
        found = np.zeros(len(self.rows), dtype=column.dtype)
        found[self.rows >= 0] = column[self.rows[self.rows >= 0]]
        return found


def bounds_of(terms: Array) -> Array:
    """Return the boundaries of the ranges in ascending terms: (RANGES + 1,)."""
    return np.concatenate([[0], np.searchsorted(terms, _BOUNDS), [len(terms)]])
