"""Opens one generation of an index as values: documents, passages and the tables beside them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt, IndexMissing
from rag.index.storage.folder import numbers, read_manifest
from rag.index.storage.manifest import manifest_of
from rag.index.storage.objects import Blob, Table, open_blobs
from rag.index.storage.records import Split, decoded, document_of, places_of, split_of
from rag.index.storage.unmatched import no_day, unknown
from rag.split.lazy import Lazy
from rag.types import Document, Passage

POSTINGS = {
    "terms": "<u8", "offsets": "<u8", "rows": "<u4", "counts": "u1", "lengths": "<u4", "languages": "u1",
}  # fmt: skip
PIECE = 1 << 16  # bytes of texts that are read in one go
RETRIES = 5  # attempts to open: the generation may be removed meanwhile


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


class Documents(Mapping[str, Document]):
    """The documents of a generation by their source; each is read from disk on access."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def __len__(self) -> int:
        return self._generation.manifest.documents

    def __iter__(self) -> Iterator[str]:
        return iter(self._generation.sources)

    def __contains__(self, source: object) -> bool:
        return isinstance(source, str) and self._generation.find(source) is not None

    def __getitem__(self, source: str) -> Document:
        number = self._generation.find(source)
        if number is None:
            raise KeyError(source)
        return self._generation.document(number)


class Generation:
    """A whole generation, held open: what is published or collected later does not change it."""

    def __init__(self, path: Path, number: int) -> None:
        """Check the manifest, the digests and every file's size; raise ValueError for a manifest that is not whole."""
        self.path = path
        self.manifest = manifest_of(read_manifest(path, number))
        self.blobs = open_blobs(path, self.manifest.files)
        self.sources = Strings(self.blobs["sources"], self.table("sources.offsets", "<u8"))
        self._firsts = self.table("first", "<u4")
        self._offsets = {role: self.table(f"{role}.offsets", "<u8") for role in ("passages", "documents")}
        self._check_counts()

    def table(self, role: str, dtype: str, width: int = 1) -> Table:
        """Return a file of the generation as an array."""
        return Table(self.blobs[role], dtype, width)

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages, each read from disk on access."""
        return Lazy(self.manifest.passages, self.passage)

    def postings(self, role: str = "words") -> dict[str, Table]:
        """Return the tables of a lexical index by the names that Postings gives them: of "words" of passages, or "names" of documents."""
        return {name: self.table(f"{role}.{name}", dtype) for name, dtype in POSTINGS.items()}

    @property
    def firsts(self) -> NDArray[np.int64]:
        """The first row of each document, then the total number of rows."""
        return self._firsts.rows().astype(np.int64)

    def line(self, role: str, number: int) -> Any:
        """Decode one record of a file of JSON lines."""
        start, end = self._offsets[role].row(number, 2).tolist()
        return decoded(self.blobs[role].read(start, end))

    def find(self, source: str) -> int | None:
        """Return the number of a document, or None."""
        number = bisect_left(self.sources, source)
        return number if number < len(self.sources) and self.sources[number] == source else None

    def document(self, number: int) -> Document:
        """Read one document with its text."""
        return self.parsed(number)[0]

    def parsed(self, number: int) -> tuple[Document, Split | None]:
        """Read one document and what it was split into."""
        record, first, last = self.line("documents", number)
        document = document_of(record, self._text(first, last))
        return document, split_of(record, document)

    def passage(self, row: int) -> Passage:
        """Read one passage with its text."""
        number, document_id, first, last, (id_, start, end, page, heading, places) = self.line("passages", row)
        source, text = self.sources[number], self._text(first, last)
        return Passage(id_, document_id, source, text, start, end, page, heading, places_of(places, source, start, end))

    def _text(self, start: int, end: int) -> str:
        return self.blobs["texts"].read(start, end).decode("utf-8", "surrogatepass")

    def sample(self, size: int) -> str:
        """Return about `size` bytes of the texts of documents, in pieces that are spread evenly, with their names."""
        blob = self.blobs["texts"]
        pieces = [(0, blob.stored.size)] if blob.stored.size <= size else _spread(blob.stored.size, size)
        texts = [blob.read(start, end).decode("utf-8", "ignore") for start, end in pieces]
        return "\n".join(
            [*texts, *(self.sources[number] for number in range(0, len(self.sources), 1 + len(self.sources) // 10_000))]
        )

    def within(
        self, sources: Sequence[str] = (), since: date | None = None, until: date | None = None
    ) -> NDArray[np.bool_]:
        """Return a mask over the documents: True for those in these files or folders (() for all) and of these days.

        The first and the last day are included. A document without a day is within no days. ValueError where nothing matches.
        """
        if isinstance(sources, str):
            raise ValueError(f"sources is one string, {sources!r}; give a list: [{sources!r}]")
        if since and until and since > until:
            raise ValueError(f"no day is since {since} and until {until}; since must not be after until")
        chosen = np.full(len(self.sources), not sources)
        for source in sources:
            ranges = list(_ranges(self.sources, source))
            if not ranges:
                raise ValueError(unknown(source, self.sources))
            for low, high in ranges:
                chosen[low:high] = True
        if since or until:
            days = self.table("days", "<u4").rows() if "days" in self.blobs else np.zeros(len(chosen), dtype=np.uint32)
            first = since.toordinal() if since else date.min.toordinal()
            meant = days[chosen & (days > 0)]
            chosen &= (days >= first) & (days <= (until or date.max).toordinal())
            if not chosen.any():
                raise ValueError(no_day(since, until, meant))
        return chosen

    def rows_of(self, documents: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the rows, ascending, of the passages that stand in one of the documents that are True."""
        chosen = np.repeat(documents, np.diff(self._firsts.rows()))
        elsewhere = self.table("elsewhere", "<u4", 2).rows()
        chosen[elsewhere[documents[elsewhere[:, 0]], 1]] = True
        return np.flatnonzero(chosen)

    def check(self) -> list[IndexCorrupt]:
        """Compare every byte of every file and return what is wrong."""
        problems = []
        for role, blob in self.blobs.items():
            if spans := blob.damaged() if role != "sums" else []:
                said = f"{len(spans)} of its blocks are not what was written, the first at byte {spans[0][0]}"
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
    """Return the number of the newest generation whose manifest is whole, 0 if there is none; reads one small file."""
    for number in numbers(path):
        try:
            read_manifest(path, number)
        except (OSError, ValueError):
            continue
        return number
    return 0


def open_newest(path: Path) -> tuple[Generation, tuple[str, ...]]:
    """Open the newest whole generation, and say in a line each what was passed over.

    A manifest that is torn or foreign was never published, so the one before it is what serves; a damaged object of a published
    generation is IndexCorrupt.
    """
    for _ in range(RETRIES):
        passed: list[str] = []
        for number in numbers(path):
            try:
                return Generation(path, number), tuple(passed)
            except FileNotFoundError:
                break  # collected between listing and reading: a newer one is there
            except ValueError as error:
                passed.append(f"manifests/{number:08d} was passed over: {error}")
            except IndexCorrupt:
                if newest(path) > number:
                    break  # its objects were collected while they were being opened
                raise
        else:
            if passed:
                raise IndexCorrupt(path, passed[0].split(" ")[0], passed[0].split(": ", 1)[1])
            raise IndexMissing(path)
    raise IndexCorrupt(path, "manifests", "generations vanish faster than they can be opened")


def open_any(path: Path, notes: list[str]) -> Generation | None:
    """Open the newest generation of which something can be used for a build, or None; note what was passed over."""
    for number in numbers(path):
        try:
            return Generation(path, number)
        except (IndexCorrupt, ValueError, OSError) as error:
            notes.append(f"manifests/{number:08d} was passed over: {error}")
    return None


def _spread(whole: int, size: int) -> list[tuple[int, int]]:
    """Return spans of PIECE bytes that are together about `size` of the whole."""
    return [(start, start + PIECE) for start in range(0, whole - PIECE, PIECE * whole // size)]


def _ranges(sources: Sequence[str], source: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of documents that are this file, or stand in this folder."""
    name = source.strip("/")
    for low_key, high_key in ((name, name + "\0"), (name + "/", name + "0")):  # "0" follows "/"
        low, high = bisect_left(sources, low_key), bisect_left(sources, high_key)
        if low < high:
            yield low, high
