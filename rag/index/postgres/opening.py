"""Opens the newest generation of a collection, or says only which it is."""

from __future__ import annotations

import json
from typing import Any

from rag.errors import IndexMismatch, IndexMissing, RagError
from rag.index.postgres.connections import Session, connections_to
from rag.index.postgres.reading import HELD, Stored
from rag.index.postgres.schema import present
from rag.index.search.bm25 import Lexicon
from rag.index.search.index import Index
from rag.index.search.name_lexicon import NameLexicon
from rag.index.storage.address import Address
from rag.index.storage.generation import POSTINGS
from rag.index.storage.manifest import Manifest, manifest_of

READABLE = "SELECT id, folders FROM rag.collections WHERE name = %s ORDER BY folders"  # the whole is the first
NEWEST = """
SELECT collection, number, since, manifest FROM rag.generations WHERE collection = %s ORDER BY number DESC LIMIT 1"""
NUMBER = "SELECT max(number) FROM rag.generations WHERE collection = %s"
COLUMNS = "SELECT role, data FROM rag.columns WHERE collection = %s AND number = %s AND role = ANY(%s)"


def readable(session: Session, address: Address) -> int | None:
    """Return the collection of this name that the role may read: the whole, or a part; None if there is none.

    RagError for several parts: which of them is meant nobody can tell.
    """
    found = session.execute(READABLE, (address.collection,)).fetchall() if present(session) else []
    if len(found) > 1 and found[0][1]:
        parts = "; ".join(", ".join(folders) for _, folders in found)
        raise RagError(
            f"the index at '{address}' is shared with this role in several parts ({parts}); share all of it with this role or with one of its groups"
        )
    return found[0][0] if found else None


def open_stored(address: Address, collection: int | None = None, *, fingerprint: str | None = None) -> Stored:
    """Open the newest generation of what the role may read, or of one collection; IndexMissing if there is none.

    IndexMismatch, before much is read, if it was built with another encoder than `fingerprint`.
    """
    connections = connections_to(address)

    def work(session: Session) -> tuple[tuple[int, int, int], Manifest, dict[str, bytes]] | None:
        found = _newest(session, address, collection)
        if found is None:
            return None
        manifest = manifest_of(json.loads(found[3]))
        if fingerprint not in (None, manifest.fingerprint):
            return found[:3], manifest, {}
        return found[:3], manifest, dict(session.execute(COLUMNS, (*found[:2], list(HELD)), binary=True).fetchall())

    found = connections.read(work)
    if found is None:
        raise IndexMissing(str(address))
    if fingerprint is not None and found[1].fingerprint != fingerprint:
        raise IndexMismatch(fingerprint, found[1].fingerprint)
    return Stored(connections, *found)


def _newest(session: Session, address: Address, collection: int | None = None) -> tuple[Any, ...] | None:
    meant = readable(session, address) if collection is None else collection
    return None if meant is None else session.execute(NEWEST, (meant,)).fetchone()


def open_index(address: Address, *, fingerprint: str | None = None) -> Index:
    """Open the newest generation; IndexMissing, IndexMismatch if it was built with another encoder than `fingerprint`."""
    stored = open_stored(address, fingerprint=fingerprint)
    lexicon = Lexicon(stored, stored.column("words.lengths", "<u4"), stored.manifest.languages)
    names = {name: stored.column(f"names.{name}", dtype) for name, dtype in POSTINGS.items()}
    return Index(stored, stored, lexicon, NameLexicon(names, stored.catalogue))


def pointer(address: Address) -> tuple[int, int]:
    """Return which collection the role reads, 0 for none, and the number of its newest generation, 0 if there is none."""

    def work(session: Session) -> tuple[int, int]:
        meant = readable(session, address)
        found = None if meant is None else session.execute(NUMBER, (meant,)).fetchone()
        return meant or 0, int(found[0] or 0) if found else 0

    return connections_to(address).read(work)


def newest_stored(address: Address) -> Manifest | None:
    """Return the manifest of the newest generation, None if there is none."""
    found = connections_to(address).read(lambda session: _newest(session, address))
    return manifest_of(json.loads(found[3])) if found else None
