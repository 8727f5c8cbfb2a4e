"""Answers searches from a generation in PostgreSQL.

In memory are the columns of the generation: sources, days, ids, lengths, the words of names; some 20 bytes for each passage. Read
for a question are its postings, the nearest vectors, and the passages and documents that it is answered from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import RagError
from rag.index.postgres.connections import Connections, Session
from rag.index.postgres.nearest import ALL, COMPARED, GRAPH, SETTINGS, among, through_graph, written
from rag.index.search import flat
from rag.index.storage.catalogue import Catalogue
from rag.index.storage.generation import POSTINGS
from rag.index.storage.manifest import Manifest
from rag.index.storage.records import decoded, document_of, places_of
from rag.split.lazy import Lazy
from rag.types import Document, Passage, Vectors

Array = NDArray[Any]

AT_HAND = 64  # documents that are kept once they are read: an answer looks at each of its own again and again
TOGETHER = 1_000  # passages that are read in one go
WHOLE = 16  # documents likewise
TIES = 16  # rows more than are wanted, so that a tie at the border goes to the lower row, as in an index of files
COLUMN = "SELECT data FROM rag.columns WHERE collection = %(collection)s AND number = %(number)s AND role = %(role)s"
HELD = (
    "sources", "sources.offsets", "first", "days", "elsewhere", "ids", "documents.ids", "words.lengths",
    *(f"names.{name}" for name in POSTINGS),
)  # fmt: skip
THERE = "SELECT 1 FROM rag.generations WHERE collection = %(collection)s AND number = %(number)s"
MANIFEST = "SELECT manifest FROM rag.generations WHERE collection = %(collection)s ORDER BY number DESC LIMIT 1"
PASSAGES = "SELECT id, record, text FROM rag.passages WHERE collection = %(collection)s AND id = ANY(%(ids)s)"
DOCUMENTS = "SELECT id, record, text FROM rag.documents WHERE collection = %(collection)s AND id = ANY(%(ids)s)"
TERMS = """
SELECT term, passages, counts FROM rag.postings
WHERE collection = %(collection)s AND term = ANY(%(terms)s) AND born BETWEEN %(since)s AND %(number)s"""


class Column:
    """An array that is held in memory."""

    def __init__(self, data: bytes, dtype: str, width: int = 1) -> None:
        flat_ = np.frombuffer(data, dtype=dtype)
        self._values = flat_ if width == 1 else flat_.reshape(-1, width)

    def __len__(self) -> int:
        return len(self._values)

    def rows(self, start: int = 0, end: int | None = None) -> Array:
        """Return rows start to end."""
        return self._values[start:end]


class Stretches(Lazy[Passage]):
    """Passages that are read one by one where one is asked for, and many at a time where all are gone through."""

    def __init__(self, length: int, read: Callable[[Sequence[int]], list[Passage]]) -> None:
        super().__init__(length, lambda row: read([row])[0])
        self._read = read

    def __iter__(self) -> Iterator[Passage]:
        for start in range(0, len(self), TOGETHER):
            yield from self._read(range(start, min(start + TOGETHER, len(self))))


class Stored:
    """A generation in a database; what is published later does not change it. RagError once it was cleared away."""

    def __init__(
        self, connections: Connections, key: tuple[int, int, int], manifest: Manifest, columns: dict[str, bytes]
    ) -> None:
        """Take the collection, the number and the oldest number of its postings, and the columns HELD."""
        self._connections, self.manifest = connections, manifest
        self.path = connections.address
        self.collection, self.number, self.since = key
        self._columns = columns
        self.catalogue = Catalogue(
            self._sources(), self.column("first", "<u4"), self.column("days", "<u4"), self.column("elsewhere", "<u4", 2)
        )
        self.ids = self.column("ids", "<u4").rows()
        self.first_id = int(self.ids.min()) if len(self.ids) else 0
        self.last_id = int(self.ids.max()) if len(self.ids) else -1
        self._rows = np.full(self.last_id - self.first_id + 1, -1, dtype=np.int64)
        self._rows[self.ids - self.first_id] = np.arange(len(self.ids))
        self._documents = self.column("documents.ids", "<u4").rows()
        self._document = lru_cache(AT_HAND)(self._read_document)

    def _sources(self) -> list[str]:
        starts, names = self.column("sources.offsets", "<u8").rows().tolist(), self.data("sources")
        return [names[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(starts)]

    def column(self, role: str, dtype: str, width: int = 1) -> Column:
        """Return one of the columns as an array."""
        return Column(self.data(role), dtype, width)

    def data(self, role: str) -> bytes:
        """Return the bytes of one of the columns: those that answering needs are held, the others are for who builds on."""
        held = self._columns.get(role)
        return self.select(COLUMN, role=role)[0][0] if held is None else held

    def select(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Return rows of this collection; RagError if the generation is not there any more: some of its rows may be gone."""
        values |= {"collection": self.collection, "number": self.number}

        def work(session: Session) -> list[tuple[Any, ...]] | None:
            there = session.execute(THERE, values).fetchone()
            if "width" in values:
                session.execute(SETTINGS, values)
            return session.execute(query, values, binary=True).fetchall() if there else None

        found = self._connections.read(work)
        if found is None:
            raise self._gone()
        return found

    def _gone(self) -> RagError:
        """Return the error for a generation that is not there any more."""
        values, own = {"collection": self.collection}, self.manifest.fingerprint
        manifests = self._connections.read(lambda session: session.execute(MANIFEST, values).fetchall(), alone=True)
        now = next((json.loads(manifest)["fingerprint"] for (manifest,) in manifests), own)
        then = "ask again" if now == own else f"start again with the new encoder, {now}"
        return RagError(f"generation {self.number} of the index at '{self.path}' was cleared away; {then}")

    def rows_of_ids(self, ids: Array) -> Array:
        """Return the rows of passages by their ids, -1 for those that are not of this generation."""
        inside = (ids >= self.first_id) & (ids <= self.last_id)
        return np.where(inside, self._rows[np.where(inside, ids - self.first_id, 0)] if len(self._rows) else -1, -1)

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages, each read on access."""
        return Stretches(len(self.ids), self.passages_at)

    def passages_at(self, rows: Sequence[int]) -> list[Passage]:
        """Read some passages."""
        if not rows:
            return []
        ids = [int(self.ids[row]) for row in rows]
        found = {id_: (record, text) for id_, record, text in self.select(PASSAGES, ids=ids)}
        return [_passage(*found[id_]) for id_ in ids]

    def document(self, number: int) -> Document:
        """Return one document with its text; RagError if the right to read it has ended, also for one that is at hand."""
        values = {"collection": self.collection, "number": self.number}
        if not self._connections.read(lambda session: session.execute(THERE, values).fetchone(), alone=True):
            raise self._gone()
        return self._document(number)

    def _read_document(self, number: int) -> Document:
        (document,) = self.documents_at([number])
        return document

    def documents_at(self, numbers: Sequence[int]) -> Iterator[Document]:
        """Read some documents, a few at a time."""
        for start in range(0, len(numbers), WHOLE):
            ids = [int(self._documents[number]) for number in numbers[start : start + WHOLE]]
            found = {id_: (record, text) for id_, record, text in self.select(DOCUMENTS, ids=ids)}
            for record, text in map(found.__getitem__, ids):
                yield document_of(decoded(record), text.decode("utf-8", "surrogatepass"))

    def sample(self, size: int) -> str:
        """Return the sample of the documents' texts that was taken when they were published, `size` bytes at most."""
        return self.data("sample")[:size].decode("utf-8", "ignore")

    def of(self, terms: Array) -> list[tuple[Array, Array]]:
        """Return for each of these digests of terms, ascending, that occurs: the rows, ascending, and how often in each."""
        wanted = terms.view(np.int64).tolist()
        parts: dict[int, list[tuple[bytes, bytes]]] = {term: [] for term in wanted}
        for term, passages, counts in self.select(TERMS, terms=wanted, since=self.since) if wanted else ():
            parts[term].append((passages, counts))
        return [lists for lists in map(self._joined, filter(None, parts.values())) if len(lists[0])]

    def _joined(self, parts: list[tuple[bytes, bytes]]) -> tuple[Array, Array]:
        ids = np.concatenate([np.frombuffer(passages, dtype="<u4") for passages, _ in parts]).astype(np.int64)
        counts = np.concatenate([np.frombuffer(counts, dtype="u1") for _, counts in parts])
        rows = self.rows_of_ids(ids)
        order = np.argsort(rows, kind="stable")
        order = order[np.count_nonzero(rows < 0) :]
        return rows[order], counts[order]

    def search(self, vector: Vectors, k: int, rows: Array | None) -> tuple[Array, Array]:
        """Return the k rows nearest to a vector (d,), best first, with their cosines; only of `rows` if they are given.

        Rows of other generations are between them in the table: as many more are read as it takes.
        """
        values: dict[str, object] = {"vector": written(vector), "first": self.first_id, "last": self.last_id}
        query = ALL
        if rows is not None:
            query, values["among"] = among(self.ids[rows])
        count = len(self.ids if rows is None else rows)
        if self.manifest.search == GRAPH and (rows is None or count > COMPARED):
            led = through_graph(query, self.collection, self.manifest.dimension)
            found = self._nearest(led, k, {**values, "width": self.manifest.probes})
            if len(found[0]) >= min(k, count):
                return found
        return self._nearest(query, k, values)  # also where a graph gives up, because too many others are nearer

    def _nearest(self, query: str, k: int, values: dict[str, object]) -> tuple[Array, Array]:
        wanted = k + TIES
        while True:
            found = self.select(query, **values, wanted=wanted)
            own = self.rows_of_ids(np.array([id_ for id_, _ in found], dtype=np.int64))
            scores = np.array([-distance for _, distance in found], dtype=np.float32)
            if len(found) < wanted or np.count_nonzero(own >= 0) >= k + TIES:
                return flat.best(own[own >= 0], scores[own >= 0], k)
            wanted *= 4


def _passage(record: bytes, text: bytes) -> Passage:
    source, document_id, (id_, start, end, page, heading, places) = decoded(record)
    told = text.decode("utf-8", "surrogatepass")
    return Passage(id_, document_id, source, told, start, end, page, heading, places_of(places, source, start, end))
