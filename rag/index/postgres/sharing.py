"""Grants roles of a database the right to read a collection, or some folders of it.

A part is a collection of its own, built from the documents of its folders alone: texts, vectors, word counts, names and the ranking
owe nothing to other documents. Row-level security (schema.py) hides every collection that a role may not read.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from rag.errors import RagError
from rag.index.postgres.connections import Session, explained, opened
from rag.index.postgres.opening import open_stored
from rag.index.postgres.schema import READ, alone
from rag.index.storage.address import Address

PART = """
INSERT INTO rag.collections (name, folders) VALUES (%(name)s, %(folders)s)
ON CONFLICT (name, folders) DO UPDATE SET name = excluded.name RETURNING id"""
END = """
DELETE FROM rag.readers WHERE role = %(role)s::regrole AND collection IN (SELECT id FROM rag.collections WHERE name = %(name)s)"""
BEGIN = "INSERT INTO rag.readers VALUES (%s, %s::regrole)"
ROLE = """
SELECT quote_ident(rolname), rolsuper OR rolbypassrls OR pg_has_role(oid, (SELECT relowner FROM pg_class WHERE oid = 'rag.passages'::regclass), 'MEMBER')
FROM pg_roles WHERE rolname = %s"""
LIST = """
SELECT pg_get_userbyid(r.role), c.folders FROM rag.readers r JOIN rag.collections c ON c.id = r.collection
WHERE c.name = %s ORDER BY 1, 2"""


def share(address: Address, role: str, folders: Sequence[str] = ()) -> None:
    """Let a role read these folders (or files) and nothing else, or with none all; what it could read before ends.

    ValueError for a folder that is not in the index, IndexMissing, RagError for a role that there is not.
    """
    wanted = sorted({folder.strip("/") for folder in folders})
    stored = open_stored(address)
    stored.catalogue.within(wanted)
    with explained(address), opened(address) as session, session.transaction():
        values = {"name": address.collection, "folders": wanted, "role": _quoted(session, role, bool(wanted))}
        alone(session, address)  # a build deletes what nobody reads
        session.execute(END, values)
        ((part,),) = session.execute(PART, values).fetchall()
        session.execute(BEGIN, (part, values["role"]))
        tables = sql.SQL(", ").join(sql.Identifier("rag", table) for table in (*READ, "readers"))
        session.execute(sql.SQL("GRANT USAGE ON SCHEMA rag TO {}").format(sql.Identifier(role)))
        session.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(tables, sql.Identifier(role)))


def unshare(address: Address, role: str) -> None:
    """Let a role read nothing, from now on."""
    with explained(address), opened(address) as session:
        session.execute(END, {"name": address.collection, "role": _quoted(session, role)})


def shares(address: Address) -> list[tuple[str, tuple[str, ...]]]:
    """Return who may read which folders, none for all: (role, folders), in the order of the roles."""
    with explained(address), opened(address) as session:
        return [(role, tuple(folders)) for role, folders in session.execute(LIST, (address.collection,)).fetchall()]


def _quoted(session: Session, role: str, part: bool = False) -> str:
    """Return a role's name as PostgreSQL reads it; RagError if there is none, or if row-level security does not bind one that gets a part."""
    found = session.execute(ROLE, (role,)).fetchone()
    if found is None:
        raise RagError(f"there is no role {role!r} in the database; create it in psql: CREATE ROLE {role} LOGIN")
    name, unbound = found
    if part and unbound:
        raise RagError(
            f"role {role!r} is a superuser or an owner of the tables and reads everything; name one that is neither"
        )
    return str(name)
