"""Finds near vectors in PostgreSQL: all of a generation are compared or, of very many, those that pgvector's graph (HNSW) leads to.

The graph is an index of one collection's vectors of one width. It holds the rows of other generations too, which are passed over.
"""

from __future__ import annotations

import contextlib
import json
from itertools import pairwise
from typing import LiteralString

import numpy as np
from psycopg import errors, sql

from rag.index.postgres.connections import Session
from rag.index.postgres.postings import Array
from rag.index.postgres.schema import GRAPHS, LOCK
from rag.index.search.ivf import NEAREST, TARGET, beside, others, sampled, shared
from rag.index.storage.objects import Table
from rag.types import Vectors

GRAPH = "graph"  # how a manifest names it
COMPARED = 50_000  # vectors; up to here all are compared, in a tenth of a second, and nothing is missed
SAMPLE = 100  # questions that the graph's recall is measured with
WIDTHS = (100, 150, 225, 340, 500, 750, 1_000)  # of a search in the graph (ef_search); pgvector takes no more
FEW = 2_000  # rows; so few are looked up by their ids
OWN = "collection = %(collection)s AND id BETWEEN %(first)s AND %(last)s"
ALL: LiteralString = (
    f"SELECT id, embedding <#> %(vector)s::vector AS far FROM rag.passages WHERE {OWN} ORDER BY far LIMIT %(wanted)s"
)
SOME: LiteralString = ALL.replace(OWN, OWN + " AND id = ANY(%(among)s::bigint[])")
MANY: LiteralString = ALL.replace(OWN, OWN + " AND id <@ %(among)s::int8multirange")
SETTINGS = """
SELECT set_config('hnsw.ef_search', %(width)s::text, true), set_config('hnsw.iterative_scan', 'strict_order', true),
       set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)"""

BRIEFLY = 1_000  # milliseconds that readers may have to wait for the deletion of a graph
GRAPHS_MADE = """
SELECT key[1]::int, key[2]::int FROM pg_indexes, regexp_match(indexname, '^passages_near_(\\d+)_(\\d+)$') AS key
WHERE schemaname = 'rag' AND key IS NOT NULL"""
NAMED = "SELECT manifest FROM rag.generations WHERE collection = %s"


def written(vector: Vectors) -> str:
    """Return a vector (d,) as pgvector reads it, to the last bit."""
    return f"[{','.join(map(str, vector.tolist()))}]"


def among(ids: Array) -> tuple[LiteralString, str]:
    """Return the query that looks only at these ids, and how they are written in it."""
    if len(ids) <= FEW:
        return SOME, f"{{{','.join(map(str, ids.tolist()))}}}"
    ids = np.sort(ids.astype(np.int64))
    breaks = np.flatnonzero(np.diff(ids) != 1) + 1
    edges = [0, *breaks.tolist(), len(ids)]
    return MANY, f"{{{','.join(f'[{ids[low]},{ids[high - 1]}]' for low, high in pairwise(edges))}}}"


def through_graph(query: str, collection: int, dimension: int) -> str:
    """Return a query so that it can be answered through the graph of a collection."""
    own = f"collection = {collection} AND vector_dims(embedding) = {dimension}"
    wide = f"(embedding::vector({dimension})) <#> %(vector)s::vector({dimension}) AS far"
    return query.replace("collection = %(collection)s", own).replace("embedding <#> %(vector)s::vector AS far", wide)


def graph_of(collection: int, width: int) -> sql.Identifier:
    """Return the name of the graph of a collection's vectors of one width."""
    return sql.Identifier("rag", f"passages_near_{collection}_{width}")


def wait_for_graphs(session: Session) -> None:
    """Wait until no other builder makes a graph, until the end of this transaction: two of them would wait for each other."""
    session.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK, GRAPHS))


def drop_graphs(session: Session) -> None:
    """Delete the graphs of collections that are gone and of widths that no generation has; what is in use waits for the next time."""
    for collection, width in session.execute(GRAPHS_MADE).fetchall():
        manifests = session.execute(NAMED, (collection,)).fetchall()
        if any(json.loads(manifest)["dimension"] == width for (manifest,) in manifests):
            continue
        with contextlib.suppress(errors.LockNotAvailable, errors.InsufficientPrivilege), session.transaction():
            session.execute(f"SET LOCAL lock_timeout = {BRIEFLY}")
            session.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(graph_of(collection, width)))


def build_graph(session: Session, collection: int, matrix: Table, ids: Array) -> tuple[int, float]:
    """Make the graph of a collection where there is none, and return the width of a search that finds TARGET of the nearest, and what it finds."""
    d = matrix.width
    session.execute(
        f"CREATE INDEX IF NOT EXISTS passages_near_{collection}_{d} ON rag.passages USING hnsw ((embedding::vector({d})) vector_ip_ops) "
        f"WHERE collection = {collection} AND vector_dims(embedding) = {d}"
    )
    import faiss

    asked, order = sampled(len(matrix), SAMPLE), np.argsort(ids)
    questions = beside(matrix, asked)
    truth = others(faiss.knn(questions, matrix.rows(), NEAREST + 1, metric=faiss.METRIC_INNER_PRODUCT)[1], asked)
    width, recall = 0, 0.0
    for width in WIDTHS:
        ranked = [_asked(session, collection, question, width, ids) for question in questions]
        found = [_rows_of(near, ids, order) for near in ranked]
        recall = shared(truth, others(found, asked))
        if recall >= TARGET:
            break
    return width, recall


def _asked(session: Session, collection: int, question: Vectors, width: int, ids: Array) -> Array:
    """Return the ids that the graph leads to for a question, of this generation and of others."""
    values = {
        "vector": written(question),
        "width": width,
        "first": int(ids.min()),
        "last": int(ids.max()),
        "wanted": NEAREST + 1,
    }
    with session.transaction():
        session.execute(SETTINGS, values)
        found = session.execute(through_graph(ALL, collection, len(question)), values).fetchall()
    return np.array([id_ for id_, _ in found], dtype=np.int64)


def _rows_of(some: Array, ids: Array, order: Array) -> Array:
    """Return the rows of some of the ids, in their order; those of other generations are left out."""
    at = order[np.minimum(np.searchsorted(ids, some, sorter=order), len(ids) - 1)]
    rows: Array = at[ids[at] == some]
    return rows
