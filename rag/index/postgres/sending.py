"""Sends a generation to a collection: the rows that it does not hold yet, and the columns that name all of them."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rag.index.postgres import nearest
from rag.index.postgres.connections import Session
from rag.index.postgres.copying import copy_rows, integer, vector, whole
from rag.index.postgres.postings import Array, new_postings
from rag.index.postgres.reading import Stored
from rag.index.search.index import SAMPLED
from rag.index.storage.generation import POSTINGS, Generation
from rag.index.storage.manifest import Manifest, manifest_body
from rag.index.storage.objects import Table
from rag.index.storage.records import document_record, encoded
from rag.index.writing.digest_table import NONE, DigestTable

LARGEST = (1 << 32) - 1  # id, in four bytes
DIGEST = 16  # bytes that stand for a document or passage
FILES = (
    "sources",
    "sources.offsets",
    "first",
    "days",
    "elsewhere",
    "keys",
    "words.lengths",
)  # that become columns as they are
SPARSE = (
    2  # times more ids than passages: from here on all are written anew, and postings of what is gone are left behind
)
FEW = 10_000  # ids more, for which that does not pay
INSERT = """
INSERT INTO rag.generations (collection, number, since, next_passage, next_document, manifest) VALUES (%s, %s, %s, %s, %s, %s)"""
NEXT = "SELECT next_passage, next_document FROM rag.generations WHERE collection = %s AND number = %s"


class Ids:
    """Ids of rows by the digests of what they hold; a digest without one gets the next."""

    def __init__(self, following: int) -> None:
        self.following = following
        self._known = DigestTable()

    def know(self, digests: bytes, ids: Array) -> None:
        """Take the ids of rows that are there."""
        for at, id_ in enumerate(ids.tolist()):
            self._known.put(digests[DIGEST * at : DIGEST * at + DIGEST], id_)

    def of(self, digest: bytes) -> tuple[int, bool]:
        """Return the id for a digest, and whether it is new."""
        found = self._known.get(digest)
        if found != NONE:
            return found, False
        self.following += 1
        return self.following - 1, True


class Sending:
    """One generation on its way, inside a transaction."""

    def __init__(
        self, session: Session, collection: int, number: int, local: Generation, old: Stored | None, *, part: bool
    ) -> None:
        """Begin; the word counts of a `part` are written anew when something left it, so that none of it stays in them."""
        self._session, self._key, self._local = session, (collection, number), local
        self._left = old if part else None
        found = session.execute(NEXT, (collection, old.number)).fetchone() if old else None
        self._passages, self._documents = map(Ids, found or (0, 0))
        self._since = number
        if old and not _anew(old, local.manifest):
            self._since = old.since
            self._passages.know(old.data("digests"), old.ids)
            self._documents.know(old.data("documents.digests"), old.column("documents.ids", "<u4").rows())
        self._new = np.zeros(local.manifest.passages, dtype=np.bool_)
        self._columns: dict[str, bytes] = {}

    def send(self, manifest: Manifest) -> None:
        """Write everything; it is seen when the transaction is committed."""
        collection, number = self._key
        if self._local.manifest.passages > nearest.COMPARED:
            nearest.wait_for_graphs(self._session)
        copy_rows(self._session, "rag.documents", ("collection", "id", "record", "text"), self._document_rows())
        columns = ("collection", "id", "record", "text", "embedding")
        copy_rows(self._session, "rag.passages", columns, self._passage_rows())
        ids = np.frombuffer(self._columns["ids"], dtype="<u4")
        if self._left and len(np.setdiff1d(self._left.ids, ids)):
            self._since = number
            self._new[:] = True
        postings = (
            (integer(collection), whole(term), integer(number), passages, counts)
            for term, passages, counts in new_postings(self._local.postings(), self._new, ids)
        )
        copy_rows(self._session, "rag.postings", ("collection", "term", "born", "passages", "counts"), postings)
        if len(ids) > nearest.COMPARED:
            width, recall = nearest.build_graph(self._session, collection, self._vectors(), ids)
            manifest = replace(manifest, search=nearest.GRAPH, probes=width, recall=recall)
        body = json.dumps(manifest_body(manifest))
        following = self._passages.following, self._documents.following
        self._session.execute(INSERT, (collection, number, self._since, *following, body))
        for role, data in (*self._columns.items(), *self._taken()):
            self._session.execute("INSERT INTO rag.columns VALUES (%s, %s, %s, %s)", (collection, number, role, data))

    def _document_rows(self) -> Iterator[tuple[bytes, ...]]:
        """Yield the documents that are new, and note the ids of all."""
        ids, digests = array("Q"), bytearray()
        for number in range(self._local.manifest.documents):
            document = self._local.document(number)
            record, text = encoded(document_record(document, None)), document.text.encode("utf-8", "surrogatepass")
            digest = _digest(record, text)
            id_, new = self._documents.of(digest)
            ids.append(id_)
            digests += digest
            if new:
                yield integer(self._key[0]), whole(id_), record, text
        self._columns |= {"documents.ids": _ids(ids), "documents.digests": bytes(digests)}

    def _passage_rows(self) -> Iterator[tuple[bytes, ...]]:
        """Yield the passages that are new, and note the ids of all, and which are new."""
        ids, digests = array("Q"), bytearray()
        keys, vectors = self._local.table("keys", "<u8", 2), self._vectors()
        for row in range(self._local.manifest.passages):
            record, text = self._local.told(row)
            digest = _digest(record, text, keys.row(row, 1).tobytes())
            id_, self._new[row] = self._passages.of(digest)
            ids.append(id_)
            digests += digest
            if self._new[row]:
                yield integer(self._key[0]), whole(id_), record, text, vector(vectors.row(row))
        self._columns |= {"ids": _ids(ids), "digests": bytes(digests)}

    def _vectors(self) -> Table:
        return self._local.table("vectors", "<f4", max(1, self._local.manifest.dimension))

    def _taken(self) -> Iterator[tuple[str, bytes]]:
        """Yield the columns that are files of the generation on disk."""
        for role in (*FILES, *(f"names.{name}" for name in POSTINGS)):
            yield role, self._local.blobs[role].whole()
        yield "sample", self._local.sample(SAMPLED).encode("utf-8", "surrogatepass")


def _anew(old: Stored, manifest: Manifest) -> bool:
    """Return True if nothing of an older generation is used: another encoder or tokenisation made it, or too much of what is kept is gone."""
    span = old.last_id - old.first_id + 1
    other = (old.manifest.fingerprint, old.manifest.words) != (manifest.fingerprint, manifest.words)
    return other or span > SPARSE * len(old.ids) + FEW


def _ids(ids: array[int]) -> bytes:
    if len(ids) and max(ids) > LARGEST:
        raise ValueError("this collection has had four billion passages; build it anew under another name")
    return np.array(ids, dtype="<u4").tobytes()


def _digest(*parts: bytes) -> bytes:
    whole_ = hashlib.blake2b(digest_size=DIGEST)
    for part in parts:
        whole_.update(part)
    return whole_.digest()
