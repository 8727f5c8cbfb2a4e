"""Lays out the tables of an index in PostgreSQL, in the schema `rag`.

Rows of documents, passages and postings are written once and never changed; a generation names the passages that are its own in
its columns. Laws: one transaction publishes a generation; a row outlives every generation that names it; a role that does not own
the tables sees the rows of the collections that `readers` grants it, and no others.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from rag.errors import RagError
from rag.index.storage.address import Address

VERSION = 2  # of these tables; another one is refused by name

TABLES = """
CREATE SCHEMA IF NOT EXISTS rag;
COMMENT ON SCHEMA rag IS 'rag index 2';
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE rag.collections (
    id serial PRIMARY KEY,
    name text NOT NULL,
    folders text[] NOT NULL DEFAULT '{}',  -- of which it is a part: an index of these folders alone; none for the whole
    UNIQUE (name, folders)
);
CREATE TABLE rag.readers (            -- roles that may read a collection
    collection int NOT NULL REFERENCES rag.collections ON DELETE CASCADE,
    role regrole NOT NULL,
    PRIMARY KEY (collection, role)
);
CREATE TABLE rag.generations (
    collection int NOT NULL REFERENCES rag.collections ON DELETE CASCADE,
    number int NOT NULL,
    since int NOT NULL,               -- the generation that wrote the oldest of its postings
    next_passage bigint NOT NULL,
    next_document bigint NOT NULL,
    manifest text NOT NULL,           -- JSON
    published timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (collection, number)
);
CREATE TABLE rag.columns (            -- what every reader keeps in memory, one array each
    collection int NOT NULL,
    number int NOT NULL,
    role text NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (collection, number, role),
    FOREIGN KEY (collection, number) REFERENCES rag.generations ON DELETE CASCADE
);
CREATE TABLE rag.documents (
    collection int NOT NULL REFERENCES rag.collections ON DELETE CASCADE,
    id bigint NOT NULL,
    record bytea NOT NULL,            -- JSON, which may hold what PostgreSQL's own type cannot
    text bytea NOT NULL,              -- UTF-8, likewise
    PRIMARY KEY (collection, id)
);
CREATE TABLE rag.passages (
    collection int NOT NULL REFERENCES rag.collections ON DELETE CASCADE,
    id bigint NOT NULL,
    record bytea NOT NULL,
    text bytea NOT NULL,
    embedding vector NOT NULL,        -- of unit length
    PRIMARY KEY (collection, id)
);
ALTER TABLE rag.passages ALTER COLUMN embedding SET STORAGE MAIN;  -- beside its row, where a search reads them all
CREATE TABLE rag.postings (           -- in which passages a term stands, of those that one generation brought
    collection int NOT NULL REFERENCES rag.collections ON DELETE CASCADE,
    term bigint NOT NULL,             -- the digest of a stem
    born int NOT NULL,
    passages bytea NOT NULL,          -- ids, uint32, ascending
    counts bytea NOT NULL,            -- how often, uint8
    PRIMARY KEY (collection, term, born)
);
ALTER TABLE rag.readers ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON rag.readers FOR SELECT USING (pg_has_role(role::oid, 'USAGE'));
"""
READ = ("collections", "generations", "columns", "documents", "passages", "postings")  # tables that a reader needs
RIGHTS = """
ALTER TABLE rag.{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON rag.{table} FOR SELECT USING ({key} = ANY (ARRAY(SELECT collection FROM rag.readers)));
"""
LOCK = (
    0x726167  # of the advisory locks: with a collection's id it is held by who builds it, with 0 while tables are made
)
GRAPHS = -(1 << 31)  # with this it is held from the first vector of a generation to the end of its graph
ALONE = """
SELECT pg_advisory_xact_lock(%s, -id) FROM rag.collections WHERE name = %s AND folders = '{}'"""  # who reads a collection


def prepare(connection: Connection[Any]) -> None:
    """Create the tables where there are none, in a transaction of their own."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (LOCK,))
        if not present(connection):
            connection.execute(TABLES)
            for table in READ:
                connection.execute(RIGHTS.format(table=table, key="id" if table == "collections" else "collection"))


def alone(connection: Connection[Any], address: Address) -> None:
    """Let nobody else change who reads a collection until the end of this transaction."""
    connection.execute(ALONE, (LOCK, address.collection))


def present(connection: Connection[Any]) -> bool:
    """Return True if there are tables; RagError for those of another version of this program."""
    found = connection.execute("SELECT obj_description(to_regnamespace('rag'), 'pg_namespace')").fetchone()
    comment = found[0] if found else None
    if comment is not None and comment != f"rag index {VERSION}":
        raise RagError(
            f"the schema rag of this database is {comment!r}; this program reads 'rag index {VERSION}': build into another database"
        )
    return comment is not None
