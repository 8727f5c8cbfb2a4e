"""Removes from a collection what no reader asks for any more, or may read any more."""

from __future__ import annotations

import json

import numpy as np

from rag.index.postgres.connections import Session
from rag.index.postgres.postings import Array

KEPT = 2  # generations that stay in any case
LINGER = "10 minutes"  # that a generation stays after it was published: somebody may still be answering from it
PARTS = (("passages", "ids"), ("documents", "documents.ids"))  # tables, and the columns that name their rows
LEFT = "SELECT number, published < now() - %s::interval, manifest FROM rag.generations WHERE collection = %s ORDER BY number DESC"
IDS = "SELECT data FROM rag.columns WHERE collection = %s AND role = %s AND number = ANY(%s)"
POSTINGS = """
DELETE FROM rag.postings WHERE collection = %s AND born < (SELECT min(since) FROM rag.generations WHERE collection = %s)"""


def clear(session: Session, collection: int, *, part: bool = False) -> None:
    """Delete the generations that are neither new nor lately published, and the rows that only they name.

    Of a `part` none stays that names what the newest does not: its readers lost the right to that.
    """
    found = session.execute(LEFT, (LINGER, collection)).fetchall()
    gone = [number for number, old, _ in found[KEPT:] if old]
    if part and _more(session, collection, {number: manifest for number, _, manifest in found}):
        gone = [number for number, _, _ in found[1:]]
    if not gone:
        return
    stay = [number for number, _, _ in found if number not in gone]
    for table, role in PARTS:
        dead = np.setdiff1d(_ids(session, collection, role, gone), _ids(session, collection, role, stay))
        session.execute(f"DELETE FROM rag.{table} WHERE collection = %s AND id = ANY(%s)", (collection, dead.tolist()))
    session.execute("DELETE FROM rag.generations WHERE collection = %s AND number = ANY(%s)", (collection, gone))
    session.execute(POSTINGS, (collection, collection))


def _more(session: Session, collection: int, manifests: dict[int, str]) -> bool:
    """Return True if older generations name a document, a passage or a skipped file that the newest, the first, does not."""
    newest, *older = manifests
    skipped = {number: {tuple(file) for file in json.loads(body)["skipped"]} for number, body in manifests.items()}
    return bool(older) and (
        any(skipped[number] - skipped[newest] for number in older)
        or any(
            len(np.setdiff1d(_ids(session, collection, role, older), _ids(session, collection, role, [newest])))
            for _, role in PARTS
        )
    )


def _ids(session: Session, collection: int, role: str, numbers: list[int]) -> Array:
    """Return the ids that some generations name."""
    parts = session.execute(IDS, (collection, role, numbers), binary=True).fetchall()
    return np.unique(np.concatenate([np.frombuffer(data, dtype="<u4") for (data,) in parts]))
