"""Opens one generation of an index as values: documents, passages and the tables beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import IndexCorrupt, IndexMissing
from rag.index.storage.catalogue import Catalogue
from rag.index.storage.folder import numbers, read_manifest
from rag.index.storage.manifest import manifest_of
from rag.index.storage.objects import Blob, Table, open_blobs
from rag.index.storage.records import Split, decoded, document_of, encoded, places_of, split_of
from rag.split.lazy import Lazy
from rag.types import Document, Passage

POSTINGS = {
    "terms": "<u8", "offsets": "<u8", "rows": "<u4", "counts": "u1", "lengths": "<u4", "languages": "u1",
}  # fmt: skip
PIECE = 1 << 16  # bytes of text read at a time
RETRIES = 5  # attempts to open, because the generation may be removed meanwhile


class Strings(Lazy[str]):
    """Sorted texts in a blob, decoded one by one."""

    def __init__(self, blob: Blob, offsets: Table) -> None:
        super().__init__(len(offsets) - 1, self._decoded)
        self._blob, self._offsets = blob, offsets

    def __iter__(self) -> Iterator[str]:
        data, offsets = self._blob.view(0, self._blob.stored.size), self._offsets.rows().tolist()
        for start, end in zip(offsets, offsets[1:], strict=False):
            yield bytes(data[start:end]).decode("utf-8", "surrogatepass")

    def _decoded(self, number: int) -> str:
        start, end = self._offsets.rows(number, number + 2).tolist()
        return bytes(self._blob.view(start, end)).decode("utf-8", "surrogatepass")


class Generation:
    """A complete generation, held open: later publishing or collection does not change it."""

    collection = 0  # a folder holds only one

    def __init__(self, path: Path, number: int) -> None:
        """Check the manifest, the digests and every file's size; ValueError for an invalid manifest."""
        self.path = path
        self.manifest = manifest_of(read_manifest(path, number))
        self.blobs = open_blobs(path, self.manifest.files)
        self.sources = Strings(self.blobs["sources"], self.table("sources.offsets", "<u8"))
        self.catalogue = Catalogue(
            self.sources,
            self.table("first", "<u4"),
            self._table_or_none("days", "<u4"),
            self.table("elsewhere", "<u4", 2),
        )
        self._offsets = {role: self.table(f"{role}.offsets", "<u8") for role in ("passages", "documents")}
        self._check_counts()
        self._last: tuple[int, Document] | None = None

    def table(self, role: str, dtype: str, width: int = 1) -> Table:
        """Return a file of the generation as an array."""
        return Table(self.blobs[role], dtype, width)

    def _table_or_none(self, role: str, dtype: str) -> Table | None:
        return self.table(role, dtype) if role in self.blobs else None

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages, each read from disk on access."""
        return Lazy(self.manifest.passages, self.passage)

    def passages_at(self, rows: Sequence[int]) -> list[Passage]:
        """Read some passages."""
        return [self.passage(row) for row in rows]

    def postings(self, role: str = "words") -> dict[str, Table]:
        """Return the tables of a lexical index by their names in Postings: "words" of passages or "names" of documents.

        "names" is empty in an index of an earlier version.
        """
        if f"{role}.terms" not in self.blobs:
            return {}
        return {name: self.table(f"{role}.{name}", dtype) for name, dtype in POSTINGS.items()}

    def line(self, role: str, number: int) -> Any:
        """Decode one record of a file of JSON lines."""
        start, end = self._offsets[role].row(number, 2).tolist()
        return decoded(self.blobs[role].read(start, end))

    def document(self, number: int) -> Document:
        """Return one document with its text; the last one is kept: many rows of one table are asked for in turn."""
        last = self._last
        if last is None or last[0] != number:
            last = self._last = number, self.parsed(number)[0]
        return last[1]

    def documents_at(self, numbers: Sequence[int]) -> Iterator[Document]:
        """Read some documents, one after another."""
        return (self.parsed(number)[0] for number in numbers)

    def parsed(self, number: int) -> tuple[Document, Split | None]:
        """Read one document and its split."""
        record, first, last = self.line("documents", number)
        document = document_of(record, self._text(first, last))
        return document, split_of(record, document)

    def passage(self, row: int) -> Passage:
        """Read one passage with its text."""
        number, document_id, first, last, (id_, start, end, page, heading, places) = self.line("passages", row)
        source, text = self.sources[number], self._text(first, last)
        return Passage(id_, document_id, source, text, start, end, page, heading, places_of(places, source, start, end))

    def told(self, row: int) -> tuple[bytes, bytes]:
        """Read a passage in portable form: its record with the source, and its text."""
        number, document_id, first, last, record = self.line("passages", row)
        return encoded([self.sources[number], document_id, record]), self.blobs["texts"].read(first, last)

    def _text(self, start: int, end: int) -> str:
        return self.blobs["texts"].read(start, end).decode("utf-8", "surrogatepass")

    def sample(self, size: int) -> str:
        """Return about `size` bytes of document text, in evenly spread pieces, with the documents' names."""
        blob = self.blobs["texts"]
        pieces = [(0, blob.stored.size)] if blob.stored.size <= size else _spread(blob.stored.size, size)
        texts = [blob.read(start, end).decode("utf-8", "ignore") for start, end in pieces]
        return "\n".join(
            [*texts, *(self.sources[number] for number in range(0, len(self.sources), 1 + len(self.sources) // 10_000))]
        )

    def check(self) -> list[IndexCorrupt]:
        """Verify every byte of every file and return the problems."""
        problems = []
        for role, blob in self.blobs.items():
            if spans := blob.damaged() if role != "sums" else []:
                said = f"{len(spans)} of its blocks are damaged, the first at byte {spans[0][0]}"
                problems.append(blob.corrupt(said))
        return problems

    def _check_counts(self) -> None:
        passages, documents = self.manifest.passages, self.manifest.documents
        for role, count in (
            ("passages.offsets", passages), ("documents.offsets", documents), ("sources.offsets", documents),
        ):  # fmt: skip
            if len(self.table(role, "<u8")) != count + 1:
                raise self.blobs[role].corrupt(f"it does not hold {count + 1} numbers")


def newest(path: Path) -> int:
    """Return the number of the newest generation with a valid manifest, 0 if there is none; reads one small file."""
    for number in numbers(path):
        try:
            read_manifest(path, number)
        except (OSError, ValueError):
            continue
        return number
    return 0


def open_newest(path: Path) -> tuple[Generation, tuple[str, ...]]:
    """Open the newest valid generation, and return one line for each that was skipped.

    A torn or foreign manifest was never published, so the one before it is used; a damaged object of a published
    generation raises IndexCorrupt.
    """
    for _ in range(RETRIES):
        passed: list[str] = []
        for number in numbers(path):
            try:
                return Generation(path, number), tuple(passed)
            except FileNotFoundError:
                break  # collected between listing and reading: there is a newer one
            except ValueError as error:
                passed.append(f"manifests/{number:08d} was skipped: {error}")
            except IndexCorrupt:
                if newest(path) > number:
                    break  # its objects were collected while being opened
                raise
        else:
            if passed:
                raise IndexCorrupt(path, passed[0].split(" ")[0], passed[0].split(": ", 1)[1])
            raise IndexMissing(path)
    raise IndexCorrupt(path, "manifests", "generations are removed faster than they can be opened")


def open_any(path: Path, notes: list[str]) -> Generation | None:
    """Open the newest generation that a build can reuse, or None; log what was skipped."""
    for number in numbers(path):
        try:
            return Generation(path, number)
        except (IndexCorrupt, ValueError, OSError) as error:
            notes.append(f"manifests/{number:08d} was skipped: {error}")
    return None


def _spread(whole: int, size: int) -> list[tuple[int, int]]:
    """Return spans of PIECE bytes with a total of about `size`."""
    return [(start, start + PIECE) for start in range(0, whole - PIECE, PIECE * whole // size)]
