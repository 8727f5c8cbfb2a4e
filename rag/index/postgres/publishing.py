"""Publishes a generation that was built on this machine's disk as the newest of a collection in PostgreSQL.

Only what the collection does not hold yet is sent. Laws: one transaction publishes; what a kept generation names stays; the
builder holds a lock, and a dead one holds nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg

from rag.errors import IndexBusy, IndexMissing
from rag.index.places import Receiver
from rag.index.postgres import nearest
from rag.index.postgres.clearing import clear
from rag.index.postgres.connections import Session, explained, opened
from rag.index.postgres.copying import numbers_of
from rag.index.postgres.opening import open_stored
from rag.index.postgres.reading import Stored
from rag.index.postgres.schema import LOCK, alone, prepare
from rag.index.postgres.sending import Sending
from rag.index.storage.address import Address
from rag.index.storage.generation import Generation
from rag.models.catalog import cache_folder

EMBEDDINGS = "SELECT id, embedding FROM rag.passages WHERE collection = %(collection)s AND id = ANY(%(ids)s)"
OWN: dict[str, Any] = {
    "generation": 0,
    "created": "",
    "search": "exact",
    "recall": 1.0,
    "probes": 0,
}  # what is no matter of the documents
PARTS = "SELECT id, folders FROM rag.collections WHERE name = %s AND folders <> '{}' ORDER BY id"
GONE = "DELETE FROM rag.readers WHERE role NOT IN (SELECT oid FROM pg_roles)"
UNREAD = """
DELETE FROM rag.collections WHERE name = %s AND folders <> '{}' AND id NOT IN (SELECT collection FROM rag.readers)"""
BATCH = 1_000  # vectors that are read at a time


class Held:
    """The one builder of a collection, with the folder in which a generation is built before it is sent."""

    def __init__(self, address: Address, session: Session, collection: int, folders: tuple[str, ...] = ()) -> None:
        self.address, self._session, self._collection = address, session, collection
        self.folders = folders  # whose documents alone belong here; none for all
        whole = _hash_of(str(address))
        self.folder = cache_folder() / "postgresql" / (f"{whole}-{_hash_of(*folders)}" if folders else whole)

    def parts(self) -> list[Held]:
        """Return the parts of this collection that are shared, to be built by themselves; those that nobody may read any more are deleted."""
        name = (self.address.collection,)
        with self._session.transaction():
            alone(self._session, self.address)
            self._session.execute(GONE)
            self._session.execute(UNREAD, name)
            found = self._session.execute(PARTS, name).fetchall()
        parts = [Held(self.address, self._session, collection, tuple(folders)) for collection, folders in found]
        for folder in set(self.folder.parent.glob(f"{self.folder.name}-*")) - {part.folder for part in parts}:
            shutil.rmtree(folder, ignore_errors=True)  # of a part that is shared no more
        return parts

    def holds(self, source: str) -> bool:
        """Return True for a document that belongs here."""
        return not self.folders or any(f"{source}/".startswith(f"{folder}/") for folder in self.folders)

    def lend(self, writer: Receiver) -> None:
        """Give a writer the vectors that the collection holds and its folder does not: another machine embedded them."""
        stored = self._newest()
        if stored is None or stored.manifest.fingerprint != writer.fingerprint:
            return
        keys = stored.column("keys", "<u8", 2).rows()
        rows = writer.missing(keys)
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            found = dict(stored.select(EMBEDDINGS, ids=stored.ids[some].tolist()))
            writer.remember(keys[some], np.stack([numbers_of(found[id_]) for id_ in stored.ids[some].tolist()]))

    def publish(self, made: int) -> int:
        """Send what the generation `made` in the folder has and the collection has not, and return the new number; the old one if all is there."""
        local = Generation(self.folder, made)
        old = self._newest()
        manifest = replace(
            local.manifest, **OWN, files={},
            seeds=os.path.normpath(self.folder.resolve() / local.manifest.seeds) if local.manifest.seeds else "",
        )  # fmt: skip
        same, part = old is not None and replace(old.manifest, **OWN) == manifest, bool(self.folders)
        number = (old.number if old else 0) + (0 if same else 1)
        with self._session.transaction():
            if not same:
                sending = Sending(self._session, self._collection, number, local, old, part=part)
                sending.send(replace(manifest, generation=number, created=local.manifest.created))
            if part or not same:
                clear(self._session, self._collection, part=part)
        if not part:
            nearest.drop_graphs(self._session)
        return number

    def _newest(self) -> Stored | None:
        with contextlib.suppress(IndexMissing):
            return open_stored(self.address, self._collection)
        return None


@contextlib.contextmanager
def building(address: Address) -> Iterator[Held]:
    """Hold a collection for one builder, making it where there is none; IndexBusy if another has it."""
    with explained(address), contextlib.closing(opened(address)) as session:
        prepare(session)
        name = (address.collection,)
        session.execute("INSERT INTO rag.collections (name) VALUES (%s) ON CONFLICT DO NOTHING", name)
        ((collection,),) = session.execute(
            "SELECT id FROM rag.collections WHERE name = %s AND folders = '{}'", name
        ).fetchall()
        ((free,),) = session.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK, collection)).fetchall()
        if not free:
            raise IndexBusy(str(address), "another builder")
        try:
            yield Held(address, session, collection)
        finally:  # the server notices a closed connection only later, and the next builder may come before that
            with contextlib.suppress(psycopg.Error):
                session.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK, collection))


def _hash_of(*names: str) -> str:
    return hashlib.blake2b("\0".join(names).encode(), digest_size=16).hexdigest()
