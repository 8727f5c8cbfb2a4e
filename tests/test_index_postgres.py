"""What is specific to PostgreSQL: killed builders, clean-up, other machines, broken connections, one-line errors."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from rag import Rag
from rag import build as build_folder
from rag.errors import IndexMismatch, IndexMissing, RagError
from rag.index import Address, Index, Location, location_of, newest, newest_manifest, open_index
from rag.index.search.index import SAMPLED
from rag.index.storage.generation import open_newest
from rag.types import Vectors
from tests.conftest import ROOT, WordEncoder
from tests.places import FILES, collection, database, seen
from tests.small_index import Letters, build

__all__ = ["collection", "database"]  # fixtures

WORDS = [
    first + last for first in ("ow", "tro", "sal", "mou", "tow") for last in ("l", "ut", "mon", "se", "er", "ling")
]
MOMENTS = 5
LATER = FILES | {
    "fish.md": "Only pike live here now.",
    "bats.txt": "Bats hunt moths at night.\n\nOwls hunt mice at night.",
}
KILLED = """
import os, signal, sys
from pathlib import Path
from rag.index import location_of
from tests.small_index import build

def killed(moment):
    # Build once, and again with other files until this many functions of the room were called.
    left = moment
    def step(frame, event, argument):
        nonlocal left
        if event == "call" and "/rag/index/postgres/" in frame.f_code.co_filename:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    build(place, files)
    sys.setprofile(step)
    build(place, later)
    sys.setprofile(None)
    (Path(base) / "log").write_text(str(moment - left))

def forked(number, moment):
    global place
    child = os.fork()
    if child == 0:
        place = location_of(address.replace("/mine", f"/mine{number}"))
        os.environ["RAG_CACHE"] = str(Path(base) / str(number))
        killed(moment)
        os._exit(0)
    return os.waitpid(child, 0)[1]

base, address, files, later, moments = eval(sys.stdin.read())
assert forked(0, 1 << 40) == 0
count = int((Path(base) / "log").read_text())
for number in range(1, moments + 1):
    assert forked(number, count * number // (moments + 1)) == signal.SIGKILL
"""


def test_the_next_builder_need_not_wait_until_the_server_notices_the_end_of_the_last(
    collection: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import publishing
    from rag.index.postgres.connections import Session, opened

    late: list[Session] = []

    def closed_late(address: Address) -> Session:
        session = opened(address)
        monkeypatch.setattr(session, "close", lambda: late.append(session))
        return session

    monkeypatch.setattr(publishing, "opened", closed_late)
    for _ in range(2):
        with publishing.building(collection) as held:
            assert held.address == collection
    monkeypatch.undo()
    assert len(late) == 2
    for session in late:
        session.close()


def test_a_killed_builder_leaves_the_old_generation_or_the_new(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _, query = database.partition("?")
    said = repr((str(tmp_path), f"{address}/mine?{query}", FILES, LATER, MOMENTS))
    subprocess.run([sys.executable, "-W", "ignore", "-c", KILLED], input=said, text=True, cwd=ROOT, check=True)
    places = [location_of(f"{address}/mine{number}?{query}") for number in range(MOMENTS + 1)]
    assert [newest(place) for place in places] == [2, *[1] * MOMENTS]  # only the commit, the last moment, publishes
    build(tmp_path / "old", FILES)
    build(tmp_path / "new", LATER)
    old, new = (seen(Index.open(tmp_path / name)) for name in ("old", "new"))
    assert [seen(open_index(place)) for place in places] == [new, *[old] * MOMENTS]
    for number, place in enumerate(places):
        monkeypatch.setenv("RAG_CACHE", str(tmp_path / str(number)))
        build(place, LATER, encoder := Letters())
        assert number < 2 or encoder.encoded == []  # embedded passages are kept
        assert seen(open_index(place)) == new


def test_another_machine_continues_a_build_without_embedding(
    collection: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(collection, FILES)
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "another"))
    files, encoder = FILES | {"new.md": "Bats hunt moths at night."}, Letters()
    assert build(collection, files, encoder) == 2
    assert encoder.encoded == ["Bats hunt moths at night."]
    build(tmp_path / "files", files)
    assert seen(open_index(collection)) == seen(Index.open(tmp_path / "files"))


def executed(place: Address, statement: str) -> list[tuple[int, ...]]:
    from rag.index.postgres.connections import opened

    with opened(place) as connection:
        done = connection.execute(statement)  # type: ignore[call-overload]
        return done.fetchall() if done.description else []


def rows_in(place: Address) -> dict[str, int]:
    own = f"collection = (SELECT id FROM rag.collections WHERE name = '{place.collection}')"
    tables = ("generations", "columns", "documents", "passages", "postings")
    return {table: executed(place, f"SELECT count(*) FROM rag.{table} WHERE {own}")[0][0] for table in tables}


def test_rows_that_no_generation_needs_are_deleted(collection: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.index.postgres import clearing, sending

    build(collection, FILES)
    first, before = open_index(collection), rows_in(collection)
    monkeypatch.setattr(clearing, "LINGER", "0 seconds")
    monkeypatch.setattr(sending, "FEW", 0)
    for number in range(8):  # each time, half of the documents are different
        build(collection, FILES | {name: f"Version {number} of {name}." for name in ("fish.md", "zh.txt", "größe.txt")})
    after = rows_in(collection)
    assert (after["generations"], after["columns"]) == (2, 2 * before["columns"])
    assert after["documents"] <= 2 * len(FILES)
    assert after["passages"] <= 3 * before["passages"]
    assert after["postings"] <= 3 * before["postings"]
    with pytest.raises(RagError, match=r"generation 1 of the index at 'postgresql:.*was cleared away; ask again"):
        first.matching("owls", 3)


def test_another_encoder_may_have_other_dimensions(collection: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.index.postgres import clearing, publishing

    class Wide(Letters):
        fingerprint = "wide@1"

        def encode(self, texts: Sequence[str]) -> Vectors:
            return np.pad(super().encode(texts), ((0, 0), (0, 32)))

    build(collection, FILES)
    old, wide = open_index(collection), Wide()
    monkeypatch.setattr(publishing, "EMBEDDINGS", "vectors of another encoder are of no use")
    build(collection, FILES, wide)
    (narrow,), (vector,) = Letters().encode(["owls hunt mice"]), wide.encode(["owls hunt mice"])
    assert old.nearest(narrow, 20) == open_index(collection).nearest(vector, 20) != []
    monkeypatch.setattr(clearing, "LINGER", "0 seconds")
    build(collection, FILES | {"new.md": "Bats."}, Letters())
    build(collection, FILES, wide)
    with pytest.raises(RagError, match="cleared away; start again with the new encoder, wide@1"):
        old.nearest(narrow, 20)


def test_rows_of_other_generations_are_never_found(collection: Address) -> None:
    build(collection, FILES | {f"owls/{n}.txt": f"Owls hunt mice at night, says number {n}." for n in range(60)})
    build(collection, FILES)
    (vector,) = Letters().encode(["Owls hunt mice at night, says number 7."])
    found = open_index(collection).search(vector, 4)
    assert (len(found), [hit for hit in found if hit.passage.source.startswith("owls/")]) == (4, [])


def explained(index: Index, vector: Vectors) -> str:
    """Return the database's query plan for a search."""
    from rag.index.postgres import nearest
    from rag.index.postgres.reading import Stored

    stored = index._dense
    assert isinstance(stored, Stored)
    query = nearest.through_graph(nearest.ALL, stored.collection, len(vector))
    values = {
        "vector": nearest.written(vector),
        "first": stored.first_id,
        "last": stored.last_id,
        "wanted": 26,
        "width": 100,
    }
    return "\n".join(line for (line,) in stored.select(f"EXPLAIN {query}", **values))


def test_a_graph_search_finds_almost_everything_that_exact_search_finds(
    collection: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import nearest, reading

    for room in (nearest, reading):
        monkeypatch.setattr(room, "COMPARED", 300)
    monkeypatch.setattr(nearest, "FEW", 20)
    dice = np.random.default_rng(1)
    files = {
        f"{part}/{number}.txt": "\n\n".join(" ".join(dice.choice(WORDS, 12)) for _ in range(10))
        for part in ("a", "b") for number in range(50)
    }  # fmt: skip
    build(collection, files | {"c.txt": "Owls hunt mice at night."})
    build(collection, files)
    build(tmp_path / "files", files)
    index, exact = open_index(collection), Index.open(tmp_path / "files")
    assert (index.manifest.search, index.manifest.recall >= 0.98) == ("graph", True)
    assert "passages_near_" in explained(index, Letters().encode(["owl"])[0])
    for where in ({}, {"sources": ["a"]}, {"sources": ["a/7.txt"]}):
        found, truth = [], []
        for vector in Letters().encode([" ".join(dice.choice(WORDS, 6)) for _ in range(30)]):
            found += [(row, round(score, 4)) for row, score in index.nearest(vector, 10, **where)]
            truth += [(row, round(score, 4)) for row, score in exact.nearest(vector, 10, **where)]
        assert len(set(found) & set(truth)) >= 0.98 * len(set(truth)), where


def test_a_broken_connection_is_replaced(collection: Address) -> None:
    build(collection, FILES)
    index = open_index(collection)
    found = index.matching("owls", 3)
    executed(
        collection,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    assert index.matching("owls", 3) == found
    document = index.documents["fish.md"]
    executed(
        collection,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    assert index.documents["fish.md"] == document


def test_a_connection_is_closed_when_its_first_statement_fails_and_when_nobody_can_use_it_again(
    collection: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    from rag.index.postgres import connections

    made: list[connections.Session] = []
    connect = psycopg.connect

    def counted(**given: Any) -> connections.Session:
        made.append(connect(**given))
        return made[-1]

    monkeypatch.setattr(psycopg, "connect", counted)
    pool = connections.Connections(collection)
    assert pool.read(lambda session: session.execute("SELECT 1").fetchone()) == (1,)
    monkeypatch.setattr(connections, "LIMIT", "SELECT no_such_function(%s)")
    with pytest.raises(RagError, match="refused"):
        connections.Connections(collection).read(lambda session: None)
    assert [one.closed for one in made] == [False, True]
    del pool
    gc.collect()
    assert made[0].closed


def test_a_refusal_on_a_kept_connection_is_one_line_and_is_not_tried_again(
    collection: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg import errors

    from rag.index.postgres.connections import Session, connections_to

    build(collection, FILES)
    connections, tried = connections_to(collection), []
    connections.read(lambda session: session.execute("SELECT 1"))

    def work(session: Session) -> None:
        tried.append(session)
        raise error

    for error in (errors.InsufficientPrivilege("permission denied"), errors.LockNotAvailable("locked")):
        tried.clear()
        assert connections.read(lambda session: 7) == 7  # so that one is kept
        with pytest.raises(RagError, match=str(error)):
            connections.read(work)
        assert len(tried) == 1


def test_a_database_that_falls_silent_is_given_up(collection: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.index.postgres import connections

    monkeypatch.setattr(connections, "LONGEST", 50)
    fresh = connections.Connections(collection)
    with pytest.raises(RagError, match="statement timeout"):
        fresh.read(lambda session: session.execute("SELECT pg_sleep(60)"))
    told = fresh.read(lambda session: session.info.get_parameters())
    assert (told["tcp_user_timeout"], told["keepalives_idle"]) == ("60000", "30")
    own = location_of(f"{collection}&tcp_user_timeout=9000&connect_timeout=3&options=-cstatement_timeout%3D7s")
    assert isinstance(own, Address)
    with connections.opened(own) as session:
        told = session.info.get_parameters()
    assert (told["tcp_user_timeout"], told["connect_timeout"]) == ("9000", "3")
    shown = connections.Connections(own).read(lambda session: session.execute("SHOW statement_timeout").fetchall())
    assert shown == [("7s",)]


def test_another_tokenisation_counts_all_words_again(
    collection: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.search import bm25, postings

    digest_of = postings.digest_of
    with monkeypatch.context() as before:
        before.setattr(bm25, "VERSION", 0)
        for room in (postings, bm25):
            before.setattr(room, "digest_of", lambda term: digest_of(f"old {term}"))
        build(collection, FILES)
    build(collection, FILES)
    build(tmp_path / "files", FILES)
    index = open_index(collection)
    assert (index.manifest.words, index.knows("owls")) == (bm25.VERSION, True)
    assert index.matching("owls", 5) == Index.open(tmp_path / "files").matching("owls", 5) != []


def test_two_collections_with_graphs_are_published_at_the_same_time(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import nearest

    both, errors = threading.Barrier(2), list[RagError]()
    build_graph = nearest.build_graph

    def together(*given: Any) -> tuple[int, float]:
        with suppress(threading.BrokenBarrierError):
            both.wait(2)  # both have sent their vectors, or one waits for the other
        return build_graph(*given)

    monkeypatch.setattr(nearest, "build_graph", together)
    monkeypatch.setattr(nearest, "COMPARED", 50)
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "cache"))
    address, _, query = database.partition("?")
    places = [location_of(f"{address}/{uuid4().hex}?{query}") for _ in range(2)]
    dice = np.random.default_rng(1)
    files = {f"{number}.txt": " ".join(dice.choice(WORDS, 12)) for number in range(100)}

    def publish(place: Location) -> None:
        try:
            build(place, files)
        except RagError as error:
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(place,)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [open_index(place).manifest.search for place in places] == ["graph", "graph"]


def test_a_filter_on_few_passages_far_away_finds_them_all_the_same(
    collection: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import nearest, reading

    for room in (nearest, reading):
        monkeypatch.setattr(room, "COMPARED", 10)
    dice = np.random.default_rng(1)
    files = {f"near/{number}.txt": " ".join(dice.choice(WORDS, 12)) for number in range(300)}
    files |= {f"far/{number}.txt": f"{number} 7{number * number} 9{number}" for number in range(20)}
    build(collection, files)
    place = location_of(f"{collection}&options=-chnsw.max_scan_tuples%3D1")  # as 20,000 are for a large collection
    (vector,) = Letters().encode(["owl trout salmon mouse tower"])
    assert len(open_index(place).nearest(vector, 10, sources=["far"])) == 10


def test_an_index_of_another_encoder_is_refused_by_its_manifest(
    collection: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import opening

    build(collection, FILES)
    monkeypatch.setattr(opening, "COLUMNS", "not read")
    with pytest.raises(IndexMismatch):
        open_index(collection, fingerprint="other@1")


def test_text_that_a_database_cannot_store_is_returned_unchanged(collection: Address, tmp_path: Path) -> None:
    files = {"o'd \"d.txt": "One\0two, and \U0001f34e.\n\nA \\ and a %s."}
    build(collection, files)
    build(tmp_path / "files", files)
    assert seen(open_index(collection)) == seen(Index.open(tmp_path / "files"))


def test_a_question_is_corrected_with_the_same_vocabulary(collection: Address, tmp_path: Path) -> None:
    from rag.index.postgres.opening import open_stored

    build(collection, FILES)
    build(tmp_path / "files", FILES)
    assert open_stored(collection).sample(SAMPLED) == open_newest(tmp_path / "files")[0].sample(SAMPLED)


def test_an_address_shows_no_password() -> None:
    place = location_of("postgresql://me:secret@host:5432/team/hand%20book?sslmode=require")
    assert str(place) == "postgresql://me@host:5432/team/hand%20book?sslmode=require"
    assert "secret" not in repr(place)
    assert isinstance(place, Address)
    assert place.database == "postgresql://me:secret@host:5432/team?sslmode=require"
    assert place.collection == "hand book"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://host/team/a/", "postgresql://host/team/a"),
        ("postgresql://host/team/hand book", "postgresql://host/team/hand%20book"),
        ("postgresql://host/team/a?host=/x&password=secret&port=9", "postgresql://host/team/a?host=/x&port=9"),
        ("postgresql://host/team/a?sslpassword=secret", "postgresql://host/team/a"),
        ("postgresql://host/team/a?sslmode=require&pass%77ord=secret", "postgresql://host/team/a?sslmode=require"),
    ],
)
def test_an_address_shows_all_but_its_passwords(given: str, shown: str) -> None:
    assert str(location_of(given)) == shown


def test_a_password_that_is_not_quoted_is_not_shown() -> None:
    for password in ("pa/secret", "pa?secret", "pa#secret"):
        with pytest.raises(ValueError, match="in PostgreSQL") as caught:
            location_of(f"postgresql://ana:{password}@host/team/handbook")
        assert "secret" not in str(caught.value)


def test_collections_of_one_database_are_built_in_folders_of_their_own(database: str) -> None:
    from rag.index.postgres.publishing import building

    address, _, query = database.partition("?")
    with building(location_of(f"{address}/{uuid4().hex}/?{query}")) as one:  # type: ignore[arg-type]
        assert re.fullmatch("[0-9a-f]{32}", one.folder.name)
        with building(location_of(f"{address}/{uuid4().hex}/?{query}")) as other:  # type: ignore[arg-type]
            assert one.folder != other.folder


def test_an_address_names_a_collection() -> None:
    with pytest.raises(ValueError, match="names no collection"):
        location_of("postgresql://host/database")


def test_an_unreachable_server_is_a_one_line_error(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    place = location_of(f"postgresql://me:secret@/team/handbook?host={tmp_path}")
    with pytest.raises(
        RagError, match=r"no answer from the database of the index at 'postgresql://me@/team/handbook"
    ) as caught:
        open_index(place)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_collection_that_does_not_exist_is_missing(collection: Address) -> None:
    with pytest.raises(IndexMissing, match=r"run: rag build seeds --index '?postgresql://"):
        Rag.open(collection, encoder=Letters(), generator=None)
    assert newest(collection) == 0
    assert newest_manifest(collection) is None


def test_without_the_driver_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "psycopg" or name.startswith("rag.index.postgres")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RagError, match=r"pip install 'cited-rag\[postgres\]'"):
        open_index(location_of("postgresql://host/team/handbook"))


def test_vectors_are_returned_bit_for_bit() -> None:
    from rag.index.postgres.copying import numbers_of, vector

    values = np.random.default_rng(1).standard_normal(384).astype(np.float32)
    assert np.array_equal(numbers_of(vector(values)), values)


def test_the_page_never_fills_a_database_with_documents_of_this_machine_only(
    collection: Address, tmp_path: Path
) -> None:
    from rag.web.start import folder_of

    (tmp_path / "owls").mkdir()
    (tmp_path / "owls" / "owl.txt").write_text("Owls hunt mice at night.")
    build_folder(tmp_path / "owls", collection, encoder=WordEncoder())
    assert folder_of(collection, None) == tmp_path / "owls"
    (tmp_path / "owls").rename(tmp_path / "elsewhere")
    with pytest.raises(RagError, match=r"are not on this machine; name their folder, or run: rag mcp"):
        folder_of(collection, None)
    assert folder_of(collection, tmp_path / "elsewhere") == tmp_path / "elsewhere"
