"""Writes documents and passages as the files of a generation."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.index.search.postings import Postings
from rag.index.storage.folder import sync_folder
from rag.index.storage.generation import POSTINGS
from rag.index.storage.objects import BUFFER, Blob, ObjectWriter, Stored
from rag.index.storage.records import Split, document_record, encoded, split_record
from rag.index.writing.names import name_text
from rag.index.writing.reuse import Keys
from rag.split.lazy import Lazy
from rag.split.passages import embedded_text
from rag.types import Document, Passage

DIGEST = 16  # bytes per document or passage in the digest of a generation
COUNTED = 1.6  # bytes of postings per character: 18 for 11 characters (abstracts), 13 of them until the merge


class Files:
    """The objects of one generation being written, by role."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: dict[str, ObjectWriter] = {}
        self._done: dict[str, tuple[Stored, bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._open.values():  # left open only if writing failed
            writer.abandon()

    def write(self, role: str, data: bytes | memoryview) -> None:
        """Append bytes to the file of a role."""
        if role not in self._open:
            self._open[role] = ObjectWriter(self._path, role)
        self._open[role].write(data)

    def put(self, role: str, values: NDArray[Any]) -> None:
        """Write an array as the whole file of a role."""
        data = np.ascontiguousarray(values).data.cast("B") if values.size else memoryview(b"")
        for start in range(0, max(1, len(data)), BUFFER):
            self.write(role, data[start : start + BUFFER])

    def put_postings(self, role: str, postings: Postings) -> None:
        """Write the tables of postings."""
        for name in POSTINGS:
            self.write(f"{role}.{name}", b"")
        for name, part in postings.parts():
            self.put(f"{role}.{name}", part)

    def close(self, role: str) -> Blob:
        """Sync the file of a role and open it for reading."""
        self._keep(role)
        return Blob(self._path, role, *self._done[role])

    def finish(self) -> dict[str, Stored]:
        """Sync everything and return the entry of each file."""
        for role in sorted(self._open):
            self._keep(role)
        for role in sorted(self._done):
            self.write("sums", self._done[role][1])
        self._keep("sums")
        sync_folder(self._path / "objects")
        return {role: stored for role, (stored, _) in self._done.items()}

    def _keep(self, role: str) -> None:
        self._done[role] = self._open[role].close()
        del self._open[role]


class Plan:
    """The contents to publish, in index order: by source, then by position in the document."""

    def __init__(
        self,
        documents: Mapping[str, Document],
        passages: Sequence[Passage],
        *,
        fingerprint: str,
        split: Callable[[str], Split | None],
    ) -> None:
        """Check and sort, reading everything once; ValueError for a passage that is not a span of its document.

        `fingerprint` is the encoder's; `split` returns the split of a document.
        """
        self.documents, self.sources = documents, sorted(documents)
        self._split = split
        self._said = np.zeros(len(self.sources), dtype=f"S{DIGEST}")  # digests of documents, by number
        self._looked_at = np.zeros(len(self.sources), dtype=np.bool_)
        spans = np.zeros((len(passages), 3), dtype=np.int64)  # number of the document, start, end
        digests = np.zeros(len(passages), dtype=f"S{DIGEST}")
        keys = Keys(fingerprint)
        for i, passage in enumerate(passages):
            at = self._number_of(passage.source)
            if at is None or documents[passage.source].text[passage.start : passage.end] != passage.text:
                raise ValueError(
                    f"passage {passage.id!r} is not a span of a document {passage.source!r} that was given"
                )
            self._look_at(at)
            spans[i] = at, passage.start, passage.end
            digests[i] = _digest(encoded([passage.source, passage.document_id, *split_record(passage)]))
            keys.add(embedded_text(passage))
        for at in range(len(self.sources)):  # documents without a passage
            self._look_at(at)
        order = np.lexsort(spans.T[::-1])
        numbers = np.arange(len(self.sources) + 1)
        self.firsts = np.searchsorted(spans[order, 0], numbers)  # the first row of each document
        self.keys = keys.rows()[order]  # (passages, 2) uint64
        self._digests = digests[order]
        self._characters = int((spans[:, 2] - spans[:, 1]).sum())
        self.passages: Sequence[Passage] = Lazy(len(order), lambda row: passages[order[row]])
        self.texts: Sequence[str] = Lazy(len(order), lambda row: embedded_text(passages[order[row]]))
        self.names: list[str] = []  # the name of each document, once written

    def _number_of(self, source: str) -> int | None:
        number = bisect_left(self.sources, source)
        return number if number < len(self.sources) and self.sources[number] == source else None

    def _look_at(self, number: int) -> None:
        if not self._looked_at[number]:
            self._looked_at[number] = True
            document = self.documents[self.sources[number]]
            text = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).digest()
            self._said[number] = _digest(text + encoded(document_record(document, self._split(document.source))))

    def size(self) -> int:
        """Return the approximate bytes needed to write the documents and passages, without vectors."""
        return int((1 + COUNTED) * self._characters) + 300 * len(self.passages) + self.keys.nbytes

    def digest(self, settings: object) -> str:
        """Return a digest of everything in the generation made from this."""
        whole = hashlib.sha256(encoded(settings))
        for part in (self._said, self.firsts, self._digests, self.keys):
            whole.update(np.ascontiguousarray(part).tobytes())
        return whole.hexdigest()

    def write(self, files: Files) -> None:
        """Write documents and passages."""
        lines, documents, sources = (Lines(files, role) for role in ("passages", "documents", "sources"))
        self.names.clear()
        base, days, elsewhere = 0, array("i"), set[tuple[int, int]]()
        for number, (document, mine) in enumerate(self._each()):
            elsewhere |= self._elsewhere(mine, int(self.firsts[number]))
            places = _bytes_at(document.text, {at for passage in mine for at in (passage.start, passage.end)})
            for passage in mine:
                first, last = base + places[passage.start], base + places[passage.end]
                lines.add(encoded([number, passage.document_id, first, last, split_record(passage)]))
            text = document.text.encode("utf-8", "surrogatepass")
            documents.add(encoded([document_record(document, self._split(document.source)), base, base + len(text)]))
            sources.add(document.source.encode("utf-8", "surrogatepass"))
            files.write("texts", text)
            files.write("documents.sha256", _hash_of(document))
            self.names.append(name_text(document))
            days.append(document.day.toordinal() if document.day else 0)
            base += len(text)
        for part in (lines, documents, sources):
            part.close()
        files.write("texts", b"")
        files.write("documents.sha256", b"")
        files.put("first", self.firsts.astype("<u4"))
        files.put("elsewhere", np.array(sorted(elsewhere), dtype="<u4").reshape(-1, 2))
        files.put("days", np.array(days, dtype="<u4"))

    def _each(self) -> Iterator[tuple[Document, Sequence[Passage]]]:
        """Yield each document with its passages."""
        for number, source in enumerate(self.sources):
            yield self.documents[source], self.passages[self.firsts[number] : self.firsts[number + 1]]

    def _elsewhere(self, passages: Sequence[Passage], first: int) -> set[tuple[int, int]]:
        """Return (document, row) for each passage that also occurs in another document; rows start at `first`."""
        return {
            (number, row)
            for row, passage in enumerate(passages, start=first)
            for place in passage.places
            if place.source != passage.source and (number := self._number_of(place.source)) is not None
        }


class Lines:
    """A file of records with a file of their offsets."""

    def __init__(self, files: Files, role: str) -> None:
        self._files, self._role, self._offsets = files, role, array("Q", [0])
        files.write(role, b"")

    def add(self, record: bytes) -> None:
        """Append a record."""
        self._files.write(self._role, record)
        self._offsets.append(self._offsets[-1] + len(record))

    def close(self) -> None:
        """Write the offsets."""
        self._files.put(f"{self._role}.offsets", np.array(self._offsets, dtype="<u8"))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=DIGEST).digest()


def _bytes_at(text: str, positions: Iterable[int]) -> dict[int, int]:
    """Return for each position in a text the number of UTF-8 bytes before it."""
    if text.isascii():
        return {at: at for at in positions}
    before, count, found = 0, 0, {}
    for at in sorted(positions):
        count += len(text[before:at].encode("utf-8", "surrogatepass"))
        found[at], before = count, at
    return found


def _hash_of(document: Document) -> bytes:
    try:
        return bytes.fromhex(document.sha256).ljust(32, b"\0")[:32]
    except ValueError:
        return bytes(32)
