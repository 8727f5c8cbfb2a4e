"""Finds what was already parsed and embedded, in the old generation and in the journal of an interrupted build."""

from __future__ import annotations

import contextlib
import hashlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from posixpath import splitext

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt
from rag.index.storage.generation import Generation
from rag.index.storage.journal import Journal
from rag.index.storage.records import Split, decoded, document_of, document_record, encoded, renamed, split_of
from rag.index.writing.digest_table import KEY, NONE, DigestTable
from rag.types import Document, Vectors

VECTORS = b"VECS"
DOCUMENT = b"DOCS"
CHUNK = 1_024  # vectors copied at a time, 1.5 MB for the default encoder
WIDTH = 20  # bits for the dimension of a vector; 43 are left for its offset in the journal
Parsed = tuple[Document, Split | None]
At = int  # where a document can be read again: its number in the old generation, or its negated offset in the journal


class Keys:
    """The keys of embedded texts, digests for one encoder."""

    def __init__(self, fingerprint: str) -> None:
        self._head = hashlib.blake2b(fingerprint.encode() + b"\0", digest_size=KEY)
        self._digests = bytearray()

    def add(self, text: str) -> None:
        """Append the key of a text."""
        one = self._head.copy()
        one.update(text.encode("utf-8", "surrogatepass"))
        self._digests += one.digest()

    def rows(self) -> NDArray[np.uint64]:
        """Return the keys so far, in order: (n, 2)."""
        return np.frombuffer(bytes(self._digests), dtype="<u8").reshape(-1, 2)


def keys_of(fingerprint: str, texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return the keys of texts: (n, 2)."""
    keys = Keys(fingerprint)
    for text in texts:
        keys.add(text)
    return keys.rows()


class ReusableDocuments:
    """Documents by the bytes of their files, with their splits."""

    def __init__(self, old: Generation | None, journal: Journal, stamp: str) -> None:
        """Find only what the same versions of parser and splitter produced."""
        self._old = old if old and old.manifest.versions == stamp else None
        self._journal, self._stamp = journal, stamp
        self._hashes, self._heads, self._order = _hashes(self._old)
        self._added = DigestTable()  # offsets of documents in the journal, by the digest from _name
        for entry in journal.entries(DOCUMENT):
            made, _, record = decoded(journal.read(entry.start, entry.size))
            if made == stamp:
                self._added.put(_name(record["sha256"], record["source"]), entry.start)

    def add(self, document: Document, split: Split) -> At:
        """Append a document to the journal; return its place."""
        record = [self._stamp, document.text, document_record(document, split)]
        entry = self._journal.append(DOCUMENT, encoded(record))
        self._added.put(_name(document.sha256, document.source), entry.start)
        return -entry.start

    def find(self, sha256: str, source: str) -> At | None:
        """Return the place of the document made from these bytes, or None."""
        start = self._added.get(_name(sha256, source))
        if start != NONE:
            return -start
        if self._old is None:
            return None
        with contextlib.suppress(IndexCorrupt):
            same = {number: self._old.sources[number] for number in self._numbers_of(sha256)}
            named = [number for number, name in same.items() if name == source]
            alike = [number for number, name in same.items() if _suffix(name) == _suffix(source)]
            return next(iter(named + alike), None)
        return None

    def read(self, at: At, source: str) -> Parsed:
        """Read the document at a place, with this source; IndexCorrupt if it is damaged."""
        if at >= 0:
            assert self._old is not None  # else there would be no number
            document, split = self._old.parsed(at)
        else:
            _, text, record = decoded(self._journal.payload(-at))
            document = document_of(record, text)
            split = split_of(record, document)
        if document.source == source:
            return document, split
        from rag.load import document_id

        return renamed(document, split, source, document_id(source))

    def _numbers_of(self, sha256: str) -> list[int]:
        """Return the documents of the old generation made from these bytes."""
        wanted = bytes.fromhex(sha256)
        head = int.from_bytes(wanted[:8], "big")
        alike = self._order[bisect_left(self._heads, head) : bisect_right(self._heads, head)]
        return [number for number in alike if self._hashes[32 * number : 32 * number + 32] == wanted]


class ReusableVectors:
    """Vectors by text key."""

    def __init__(self, old: Generation | None, journal: Journal) -> None:
        self._journal = journal
        self._added = DigestTable()  # by key: offset in the journal << WIDTH | dimension
        for entry in journal.entries(VECTORS):
            self._note(entry.start)
        self._matrix = old.table("vectors", "<f4", max(1, old.manifest.dimension)) if old else None
        self._old = _sound_keys(old) if old else np.zeros((0, 2), dtype=np.uint64)
        self._order = np.argsort(self._old[:, 0], kind="stable")
        self._sorted = self._old[self._order, 0]

    def add(self, keys: NDArray[np.uint64], vectors: Vectors) -> None:
        """Append vectors to the journal."""
        if len(keys) == 0:
            return
        count, dimension = vectors.shape
        head = np.array([count, dimension], dtype="<u4").tobytes()
        payload = head + keys.astype("<u8").tobytes() + np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        self._note(self._journal.append(VECTORS, payload).start)

    def old_rows(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each key its row in the old generation, or -1."""
        if len(self._sorted) == 0:
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._sorted, keys[:, 0]), len(self._sorted) - 1)
        rows = self._order[at]
        same: NDArray[np.bool_] = np.all(self._old[rows] == keys, axis=1)
        return np.where(same, rows, -1)

    def missing(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the ascending positions, (m,), of keys without a vector; a repeated key only at its first."""
        unknown = np.flatnonzero(self.old_rows(keys) < 0)
        _, firsts = np.unique(_whole(keys[unknown]), return_index=True)
        first = unknown[np.sort(firsts)]
        return first[np.fromiter((self._added.get(keys[i].tobytes()) == NONE for i in first), np.bool_, len(first))]

    def dimension(self, keys: NDArray[np.uint64]) -> int:
        """Return the dimension of the vectors of these keys, 0 if there are none."""
        for key in keys[:1]:
            if self.old_rows(key.reshape(1, 2))[0] >= 0 and self._matrix is not None:
                return self._matrix.width
            return self._added.get(key.tobytes()) & ((1 << WIDTH) - 1)
        return 0

    def chunks(self, keys: NDArray[np.uint64]) -> Iterator[Vectors]:
        """Yield the vectors of the keys, in order, some rows at a time."""
        dimension = self.dimension(keys)
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            rows = self.old_rows(part)
            out = np.empty((len(part), dimension), dtype=np.float32)
            for first, last in _stretches(rows):
                if rows[first] < 0:
                    out[first] = self._read(part[first].tobytes(), dimension)
                elif self._matrix is not None:
                    out[first:last] = self._matrix.row(int(rows[first]), last - first).reshape(last - first, -1)
            yield out

    def _read(self, key: bytes, dimension: int) -> Vectors:
        at, width = divmod(self._added.get(key), 1 << WIDTH)
        if width != dimension:
            raise ValueError(f"vectors of {width} and of {dimension} numbers cannot stand in one index")
        return np.frombuffer(self._journal.read(at, 4 * width), dtype="<f4")

    def _note(self, start: int) -> None:
        count, dimension = np.frombuffer(self._journal.read(start, 8), dtype="<u4").tolist()
        keys = self._journal.read(start + 8, count * KEY)
        first = start + 8 + count * KEY
        for i in range(count):
            self._added.put(keys[i * KEY : i * KEY + KEY], first + i * 4 * dimension << WIDTH | dimension)


def _hashes(old: Generation | None) -> tuple[bytes, array[int], array[int]]:
    """Return the concatenated sha256 of all documents, the first 8 bytes of each in ascending order, and that order."""
    rows = np.zeros((0, 32), dtype=np.uint8)
    with contextlib.suppress(IndexCorrupt):
        rows = old.table("documents.sha256", "u1", 32).rows() if old else rows
    heads = np.ascontiguousarray(rows[:, :8]).view(">u8").reshape(-1).astype(np.uint64)
    order = np.argsort(heads, kind="stable")
    return rows.tobytes(), array("Q", heads[order].tobytes()), array("q", order.tobytes())


def _stretches(rows: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each run of consecutive rows; each -1 is a run of its own."""
    breaks = np.flatnonzero((np.diff(rows) != 1) | (rows[1:] == 0)) + 1  # -1 and 0 are not consecutive
    yield from pairwise([0, *breaks.tolist(), len(rows)])


def _whole(keys: NDArray[np.uint64]) -> NDArray[np.bytes_]:
    """Return each key as one value: (n,)."""
    return np.ascontiguousarray(keys).view(f"S{KEY}").reshape(-1)


def _sound_keys(old: Generation) -> NDArray[np.uint64]:
    """Return the keys of the old generation, zeroed where the key or its vector is damaged."""
    blob, width = old.blobs["vectors"], 4 * max(1, old.manifest.dimension)
    bad = [(start // width, -(-end // width)) for start, end in blob.damaged()]
    try:
        keys = old.table("keys", "<u8", 2).rows().copy()
    except IndexCorrupt:
        return np.zeros((0, 2), dtype=np.uint64)
    for start, end in bad:
        keys[start:end] = 0
    return keys


def _name(sha256: str, source: str) -> bytes:
    """Return a digest of the bytes of a file and the file type that its name implies."""
    return hashlib.blake2b(f"{sha256} {_suffix(source)}".encode("utf-8", "surrogatepass"), digest_size=KEY).digest()


def _suffix(source: str) -> str:
    return splitext(source)[1].lower()
