"""Opens the newest generation of a collection, or says only which it is."""

from __future__ import annotations

import json
from typing import Any

from rag.errors import IndexMismatch, IndexMissing
from rag.index.postgres.connections import Session, connections_to
from rag.index.postgres.reading import HELD, Stored
from rag.index.postgres.schema import present
from rag.index.search.bm25 import Lexicon
from rag.index.search.index import Index
from rag.index.search.name_lexicon import NameLexicon
from rag.index.storage.address import Address
from rag.index.storage.generation import POSTINGS
from rag.index.storage.manifest import Manifest, manifest_of

NEWEST = """
SELECT g.collection, g.number, g.since, g.manifest FROM rag.generations g JOIN rag.collections c ON c.id = g.collection
WHERE c.name = %s ORDER BY g.number DESC LIMIT 1"""
NUMBER = """
SELECT max(g.number) FROM rag.generations g JOIN rag.collections c ON c.id = g.collection WHERE c.name = %s"""
COLUMNS = "SELECT role, data FROM rag.columns WHERE collection = %s AND number = %s AND role = ANY(%s)"


def open_stored(address: Address) -> Stored:
    """Open the newest generation; IndexMissing if there is none."""
    connections = connections_to(address)

    def work(session: Session) -> tuple[tuple[int, int, int], str, dict[str, bytes]] | None:
        found = session.execute(NEWEST, (address.collection,)).fetchone() if present(session) else None
        if found is None:
            return None
        return found[:3], found[3], dict(session.execute(COLUMNS, (*found[:2], list(HELD)), binary=True).fetchall())

    found = connections.read(work)
    if found is None:
        raise IndexMissing(str(address))
    key, manifest, columns = found
    return Stored(connections, key, manifest_of(json.loads(manifest)), columns)


def open_index(address: Address, *, fingerprint: str | None = None) -> Index:
    """Open the newest generation; IndexMissing, IndexMismatch if it was built with another encoder than `fingerprint`."""
    stored = open_stored(address)
    if fingerprint is not None and stored.manifest.fingerprint != fingerprint:
        raise IndexMismatch(fingerprint, stored.manifest.fingerprint)
    lexicon = Lexicon(stored, stored.column("words.lengths", "<u4"), stored.manifest.languages)
    names = {name: stored.column(f"names.{name}", dtype) for name, dtype in POSTINGS.items()}
    return Index(stored, stored, lexicon, NameLexicon(names, stored.catalogue))


def newest_number(address: Address) -> int:
    """Return the number of the newest generation, 0 if there is none."""

    def work(session: Session) -> tuple[Any, ...] | None:
        return session.execute(NUMBER, (address.collection,)).fetchone() if present(session) else None

    found = connections_to(address).read(work)
    return int(found[0] or 0) if found else 0


def newest_stored(address: Address) -> Manifest | None:
    """Return the manifest of the newest generation, None if there is none."""

    def work(session: Session) -> tuple[Any, ...] | None:
        return session.execute(NEWEST, (address.collection,)).fetchone() if present(session) else None

    found = connections_to(address).read(work)
    return manifest_of(json.loads(found[3])) if found else None
