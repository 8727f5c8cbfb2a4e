"""Finds what was parsed and embedded before: in the old generation, and in the journal of an interrupted build."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from posixpath import splitext

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt
from rag.index.generation import KEY, Generation
from rag.index.journal import Entry, Journal
from rag.index.records import Split, decoded, document_of, document_record, encoded, renamed, split_of
from rag.types import Document, Vectors

VECTORS = b"VECS"
DOCUMENT = b"DOCS"
CHUNK = 4_096  # vectors that are copied at a time
Parsed = tuple[Document, Split | None]
At = Entry | int  # where a document can be read again: in the journal, or by its number in the old generation


class Keys:
    """Names embedded texts, for one encoder, by digests."""

    def __init__(self, fingerprint: str) -> None:
        self._head = hashlib.blake2b(fingerprint.encode() + b"\0", digest_size=KEY)
        self._digests = bytearray()

    def add(self, text: str) -> None:
        """Append the name of a text."""
        one = self._head.copy()
        one.update(text.encode("utf-8", "surrogatepass"))
        self._digests += one.digest()

    def rows(self) -> NDArray[np.uint64]:
        """Return the names so far, in order: (n, 2)."""
        return np.frombuffer(bytes(self._digests), dtype="<u8").reshape(-1, 2)


def keys_of(fingerprint: str, texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return the names of texts: (n, 2)."""
    keys = Keys(fingerprint)
    for text in texts:
        keys.add(text)
    return keys.rows()


class KnownDocuments:
    """Documents by the bytes that they were made of, with the passages that they were split into."""

    def __init__(self, old: Generation | None, journal: Journal, stamp: str) -> None:
        """Know what was made under the same stamp of versions, and nothing else."""
        self._old = old if old and old.manifest.versions == stamp else None
        self._journal, self._stamp = journal, stamp
        self._hashes: dict[bytes, list[int]] | None = None  # of the bytes → numbers in the old generation
        self._entries: dict[tuple[str, str], Entry] = {}
        for entry in journal.entries:
            if entry.kind == DOCUMENT:
                made, _, record = decoded(journal.read(entry.start, entry.size))
                if made == stamp:
                    self._entries[record["sha256"], _suffix(record["source"])] = entry

    def add(self, document: Document, split: Split) -> At:
        """Put a document into the journal; return where it stands."""
        record = [self._stamp, document.text, document_record(document, split)]
        entry = self._journal.append(DOCUMENT, encoded(record))
        self._entries[document.sha256, _suffix(document.source)] = entry
        return entry

    def find(self, sha256: str, source: str) -> At | None:
        """Return where what was made of these bytes stands, or None."""
        entry = self._entries.get((sha256, _suffix(source)))
        if entry is not None or self._old is None:
            return entry
        with contextlib.suppress(IndexCorrupt):
            same = self._numbers_of(self._old, sha256)
            named = [number for number in same if self._old.sources[number] == source]
            alike = [number for number in same if _suffix(self._old.sources[number]) == _suffix(source)]
            return next(iter(named + alike), None)
        return None

    def read(self, at: At, source: str) -> Parsed:
        """Read what stands there, as it is under this source; IndexCorrupt if it is damaged."""
        if isinstance(at, int):
            assert self._old is not None  # or there would be no number
            document, split = self._old.parsed(at)
        else:
            _, text, record = decoded(self._journal.read(at.start, at.size))
            document = document_of(record, text)
            split = split_of(record, document)
        if document.source == source:
            return document, split
        from rag.load import document_id

        return renamed(document, split, source, document_id(source))

    def _numbers_of(self, old: Generation, sha256: str) -> list[int]:
        """Return the documents of the old generation that were made of these bytes."""
        if self._hashes is None:
            self._hashes = {}
            for number, row in enumerate(old.table("documents.sha256", "u1", 32).rows()):
                self._hashes.setdefault(row.tobytes(), []).append(number)
        return self._hashes.get(bytes.fromhex(sha256), [])


class KnownVectors:
    """Vectors by the key of their text."""

    def __init__(self, old: Generation | None, journal: Journal) -> None:
        self._journal = journal
        self._added: dict[tuple[int, int], tuple[int, int]] = {}  # key → (byte in the journal, dimension)
        for entry in journal.entries:
            if entry.kind == VECTORS:
                self._note(entry.start, entry.size)
        self._matrix = old.table("vectors", "<f4", max(1, old.manifest.dimension)) if old else None
        self._old = _sound_keys(old) if old else np.zeros((0, 2), dtype=np.uint64)
        self._order = np.argsort(self._old[:, 0], kind="stable")
        self._sorted = self._old[self._order, 0]

    def add(self, keys: NDArray[np.uint64], vectors: Vectors) -> None:
        """Put vectors into the journal."""
        if len(keys) == 0:
            return
        count, dimension = vectors.shape
        head = np.array([count, dimension], dtype="<u4").tobytes()
        payload = head + keys.astype("<u8").tobytes() + np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        entry = self._journal.append(VECTORS, payload)
        self._note(entry.start, entry.size)

    def old_rows(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each key its row in the old generation, or -1."""
        if len(self._sorted) == 0:
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._sorted, keys[:, 0]), len(self._sorted) - 1)
        rows = self._order[at]
        same: NDArray[np.bool_] = np.all(self._old[rows] == keys, axis=1)
        return np.where(same, rows, -1)

    def missing(self, keys: NDArray[np.uint64]) -> list[int]:
        """Return the positions of keys without a vector, each key once."""
        unknown = np.flatnonzero(self.old_rows(keys) < 0)
        first = {tuple(keys[i].tolist()): int(i) for i in unknown[::-1]}
        return sorted(i for key, i in first.items() if key not in self._added)

    def dimension(self, keys: NDArray[np.uint64]) -> int:
        """Return the width of the vectors of these keys, 0 without any."""
        for key in keys[:1]:
            if self.old_rows(key.reshape(1, 2))[0] >= 0 and self._matrix is not None:
                return int(self._matrix.row(0).shape[0])
            return self._added[tuple(key.tolist())][1]
        return 0

    def chunks(self, keys: NDArray[np.uint64]) -> Iterator[Vectors]:
        """Yield the vectors of the keys, in order, some rows at a time."""
        dimension = self.dimension(keys)
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            rows = self.old_rows(part)
            out = np.empty((len(part), dimension), dtype=np.float32)
            from_old = np.flatnonzero(rows >= 0)
            if len(from_old) and self._matrix is not None:
                low, high = int(rows[from_old].min()), int(rows[from_old].max()) + 1
                out[from_old] = self._matrix.rows(low, high)[rows[from_old] - low]
            for i in np.flatnonzero(rows < 0):
                out[i] = self._read(tuple(part[i].tolist()), dimension)
            yield out

    def _read(self, key: tuple[int, ...], dimension: int) -> Vectors:
        at, width = self._added[key[0], key[1]]
        if width != dimension:
            raise ValueError(f"vectors of {width} and of {dimension} numbers cannot stand in one index")
        return np.frombuffer(self._journal.read(at, 4 * width), dtype="<f4")

    def _note(self, start: int, size: int) -> None:
        count, dimension = np.frombuffer(self._journal.read(start, 8), dtype="<u4").tolist()
        keys = np.frombuffer(self._journal.read(start + 8, count * KEY), dtype="<u8").reshape(-1, 2)
        first = start + 8 + count * KEY
        for i, key in enumerate(keys.tolist()):
            self._added[key[0], key[1]] = (first + i * 4 * dimension, dimension)


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


def _suffix(source: str) -> str:
    return splitext(source)[1].lower()
