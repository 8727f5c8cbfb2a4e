"""A database role can read only the folders that were shared with it, and nothing derived from other documents."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from rag import Rag
from rag import build as build_folder
from rag.errors import IndexMissing, RagError
from rag.index import Address, Index, location_of, open_index, share, shares, unshare
from tests.conftest import OverlapReader
from tests.places import collection, database, seen
from tests.small_index import Letters

__all__ = ["collection", "database"]  # fixtures

TOLD = "The ferry to Lumo leaves at nine from the northern pier, and it carries forty cars and two hundred people."
FILES = {
    "board/merger.txt": f"The merger with Borealis closes in May.\n\n{TOLD.replace('it carries', 'this carries')}",
    "board/pay.md": "Severance is twelve months of pay.",
    "boarding.txt": "Boarding starts early.",
    "public/ferry.txt": f"{TOLD}\n\nTickets cost twelve crowns.",
    "public/owl.md": "Owls hunt mice at night.\n\nThe barn owl nests in old towers.",
}
HIDDEN = ("merger", "Borealis", "board", "this carries", "Severance")  # boarding.txt contains "board" too
ASKED = (
    "When does the merger with Borealis close?",
    "How many months of pay is severance?",
    "When does boarding start?",
)

Roles = Callable[..., Address]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder of documents."""
    return written(tmp_path / "seeds", FILES)


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def role(collection: Address) -> Iterator[Roles]:
    """Return a function that creates a role and returns the collection's address for it; its name is in the address."""
    from rag.index.postgres.connections import opened

    made: list[str] = []

    def new(*groups: Address) -> Address:
        made.append(name := f"r{uuid4().hex[:12]}")
        with opened(collection) as session:
            session.execute(f"CREATE ROLE {name}")  # type: ignore[call-overload]
            for group in groups:
                session.execute(f"GRANT {name_of(group)} TO {name}")  # type: ignore[call-overload]
        place = location_of(f"{collection}&options=-crole%3D{name}")
        assert isinstance(place, Address)
        return place

    yield new
    with opened(collection) as session:
        for name in made:
            session.execute(f"DROP OWNED BY {name}")  # type: ignore[call-overload]
            session.execute(f"DROP ROLE {name}")  # type: ignore[call-overload]


def name_of(place: Address) -> str:
    return str(place).rpartition("%3D")[2]


def rebuilt(seeds: Path, place: Address) -> list[str]:
    """Build, and return the embedded texts."""
    encoder = Letters()
    build_folder(seeds, place, encoder=encoder)
    return encoder.encoded


def of_these_alone(tmp_path: Path, files: dict[str, str]) -> dict[str, object]:
    """Return everything that an index of only these files answers."""
    folder = tmp_path / uuid4().hex
    build_folder(written(folder / "seeds", files), folder / "index", encoder=Letters())
    return seen(Index.open(folder / "index"))


def under(*folders: str) -> dict[str, str]:
    return {name: text for name, text in FILES.items() if name.startswith(folders)}


def told(place: Address) -> dict[str, bytes]:
    """Return all that can be selected, by table."""
    from rag.index.postgres.connections import opened

    with opened(place) as session:
        tables = session.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'rag'::regnamespace AND relkind IN ('r', 'v', 'm')"
        ).fetchall()
        found = {}
        for (table,) in tables:
            rows = session.execute(f"SELECT * FROM rag.{table}", binary=True).fetchall()  # type: ignore[call-overload]
            found[table] = b"\n".join(
                one if isinstance(one, bytes) else str(one).encode() for row in rows for one in row
            )
        return found


def test_a_role_sees_an_index_of_only_its_folders(
    collection: Address, role: Roles, seeds: Path, tmp_path: Path
) -> None:
    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public/"])
    assert len(rebuilt(seeds, collection)) == 1  # the passage that otherwise folds into one of the board's
    assert seen(open_index(ana)) == of_these_alone(tmp_path, under("public/"))
    assert seen(open_index(collection)) == of_these_alone(tmp_path, FILES)
    assert rebuilt(seeds, collection) == []
    share(collection, name_of(ana), ["board/pay.md", "public/owl.md"])
    rebuilt(seeds, collection)
    assert seen(open_index(ana)) == of_these_alone(tmp_path, under("board/pay.md", "public/owl.md"))


def test_nothing_that_a_role_can_select_contains_a_byte_of_a_hidden_document(
    collection: Address, role: Roles, seeds: Path
) -> None:
    from rag.index.postgres.connections import opened

    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    mine, whole = told(ana), told(collection)
    assert (
        set(mine)
        == set(whole)
        == {"collections", "readers", "generations", "columns", "documents", "passages", "postings"}
    )
    for word in map(str.encode, HIDDEN):
        assert [table for table, data in mine.items() if word in data] == [], word
        assert [table for table, data in whole.items() if word in data] != [], word
    assert b"Tickets" in mine["documents"]
    with opened(ana) as session, opened(collection) as owner:
        for table in set(whole) - {"collections"}:
            query = f"SELECT count(*), count(DISTINCT collection) FROM rag.{table}"
            (few, own), (many, _) = (one.execute(query).fetchall()[0] for one in (session, owner))  # type: ignore[call-overload]
            assert (own, few < many or table == "readers") == (1, True), table


def test_no_answer_shows_a_document_that_was_not_shared(collection: Address, role: Roles, seeds: Path) -> None:
    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    mine, whole = (
        Rag.open(place, encoder=Letters(), reader=OverlapReader(), generator=None) for place in (ana, collection)
    )
    for asked in ASKED:
        assert not whole.ask(asked).abstained, asked
        answer = mine.ask(asked)
        assert (answer.abstained, answer.citations) == (True, ()), asked
        assert {hit.passage.source for hit in (*answer.hits, *mine.search(asked, k=50))} <= set(under("public/"))
    assert list(mine.documents) == mine.index.files() == list(under("public/"))
    answer = mine.ask("What do tickets cost?")
    assert [citation.passage.source for citation in answer.citations] == ["public/ferry.txt"]
    everything = mine.ask("Which documents do you have?").text
    assert [word for word in HIDDEN if word in everything] == []
    assert [mine.index.knows(word) for word in ("severance", "owls")] == [False, True]
    with pytest.raises(ValueError, match="no document or folder 'board'"):
        mine.search("owls", sources=["board"])


def test_revoked_rights_end_at_once(collection: Address, role: Roles, seeds: Path) -> None:
    ana = role()
    rebuilt(seeds, collection)
    with pytest.raises(RagError, match="permission denied for schema rag"):
        open_index(ana)
    share(collection, name_of(ana))
    index = open_index(ana)
    assert len(index.files()) == len(FILES)
    share(collection, name_of(ana), ["public"])
    with pytest.raises(RagError, match="cleared away; ask again"):
        index.search_text("owls", 3)
    with pytest.raises(IndexMissing):
        open_index(ana)  # until the next build
    rebuilt(seeds, collection)
    assert open_index(ana).files() == list(under("public/"))
    assert shares(collection) == [(name_of(ana), ("public",))]
    unshare(collection, name_of(ana))
    with pytest.raises(IndexMissing):
        open_index(ana)
    rebuilt(seeds, collection)
    from tests.test_index_postgres import executed

    assert executed(collection, f"SELECT count(*) FROM rag.collections WHERE name = '{collection.collection}'") == [
        (1,)
    ]


def test_a_document_moved_out_of_a_folder_is_gone_after_the_next_build(
    collection: Address, role: Roles, seeds: Path
) -> None:
    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    (seeds / "public/owl.md").rename(seeds / "board/owl.md")
    rebuilt(seeds, collection)
    assert open_index(ana).files() == ["public/ferry.txt"]
    (seeds / "public/ferry.txt").rename(seeds / "board/ferry.txt")
    rebuilt(seeds, collection)
    assert open_index(ana).files() == []
    assert open_index(ana).search_text("ferry", 3) == []


def test_nothing_of_a_document_that_left_a_folder_can_be_selected(
    collection: Address, role: Roles, seeds: Path
) -> None:
    from tests.test_index_postgres import executed

    ana, bob = role(), role()
    (seeds / "public/broken.pdf").write_bytes(b"%PDF-1.7 broken")
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    words = (b"Owls", b"barn", b"owl.md", b"broken.pdf")
    mine = told(ana)
    assert [word for word in words if not any(word in data for data in mine.values())] == []
    for name in ("owl.md", "broken.pdf"):
        (seeds / "public" / name).rename(seeds / "board" / name)
    share(collection, name_of(bob), ["public/ferry.txt"])
    rebuilt(seeds, collection)
    mine = told(ana)
    assert [(word, table) for word in words for table, data in mine.items() if word in data] == []
    terms = "SELECT DISTINCT term FROM rag.postings ORDER BY 1"
    assert executed(ana, terms) == executed(bob, terms) != []  # bob's part never held the owls


def test_a_part_keeps_its_older_generation_while_nothing_left_it(collection: Address, role: Roles, seeds: Path) -> None:
    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    index = open_index(ana)
    (seeds / "public/bat.txt").write_text("Bats hunt moths.")
    rebuilt(seeds, collection)
    assert index.search_text("owls", 3)
    assert open_index(ana).search_text("bats", 3)


def test_a_right_that_is_given_while_a_build_deletes_what_nobody_reads_stays(
    collection: Address, role: Roles, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import sharing
    from rag.index.postgres.publishing import building
    from tests.test_index_postgres import executed

    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    unshare(collection, name_of(ana))

    def look_through() -> None:
        with building(collection) as held:
            held.parts()

    builder = threading.Thread(target=look_through)

    class Meanwhile(tuple[str, ...]):
        def __iter__(self) -> Iterator[str]:  # the right is written, but not yet seen by others
            builder.start()
            while executed(collection, "SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
                assert builder.is_alive()
            return super().__iter__()

    monkeypatch.setattr(sharing, "READ", Meanwhile(sharing.READ))
    share(collection, name_of(ana), ["public"])
    builder.join()
    assert shares(collection) == [(name_of(ana), ("public",))]


def test_what_an_ended_part_left_behind_is_deleted(
    collection: Address, role: Roles, seeds: Path, tmp_path: Path
) -> None:
    from tests.test_index_postgres import executed

    folders, ana = tmp_path / "cache" / "postgresql", role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    own = f"SELECT id FROM rag.collections WHERE name = '{collection.collection}' ORDER BY folders"
    (whole,), (part,) = executed(collection, own)
    for key, width in ((whole, 64), (whole, 7), (part, 64)):
        graph = f"passages_near_{key}_{width} ON rag.passages (id) WHERE collection = {key}"
        executed(collection, f"CREATE INDEX {graph}")
    assert len(list(folders.iterdir())) == 2
    unshare(collection, name_of(ana))
    rebuilt(seeds, collection)
    graphs = f"SELECT indexname FROM pg_indexes WHERE indexname ~ '^passages_near_({whole}|{part})_'"
    assert executed(collection, graphs) == [(f"passages_near_{whole}_64",)]
    assert len(list(folders.iterdir())) == 1


def test_a_document_at_hand_is_withheld_once_its_right_ended(collection: Address, role: Roles, seeds: Path) -> None:
    ana = role()
    rebuilt(seeds, collection)
    for end in (lambda: share(collection, name_of(ana), ["public"]), lambda: unshare(collection, name_of(ana))):
        share(collection, name_of(ana))
        documents = open_index(ana).documents
        assert documents["board/pay.md"].text == FILES["board/pay.md"]
        end()
        with pytest.raises(RagError, match="cleared away; ask again"):
            documents["board/pay.md"]


def test_an_open_index_follows_its_rights_to_another_part(collection: Address, role: Roles, seeds: Path) -> None:
    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana))
    for text in ("Bats hunt moths.", "Bats hunt moths at dusk."):
        (seeds / "public/bat.txt").write_text(text)
        rebuilt(seeds, collection)
    rag = Rag.open(ana, encoder=Letters(), reader=OverlapReader(), generator=None)
    assert "board/pay.md" in rag.documents
    share(collection, name_of(ana), ["public"])
    with pytest.raises(IndexMissing):
        rag.search("severance")
    rebuilt(seeds, collection)
    assert sorted(rag.documents) == ["public/bat.txt", *under("public/")]
    assert rag.index.generation == 1
    assert not rag.ask("What do tickets cost?").abstained
    share(collection, name_of(ana))
    assert sorted(rag.documents) == sorted([*FILES, "public/bat.txt"])
    unshare(collection, name_of(ana))
    with pytest.raises(IndexMissing):
        assert rag.documents


def test_a_role_has_the_rights_of_its_groups_and_gets_an_error_if_they_are_several_parts(
    collection: Address, role: Roles, seeds: Path
) -> None:
    sailors, board = role(), role()
    bob, eve = role(sailors), role(sailors, board)
    rebuilt(seeds, collection)
    share(collection, name_of(sailors), ["public"])
    share(collection, name_of(board), ["board"])
    rebuilt(seeds, collection)
    assert open_index(bob).files() == list(under("public/"))
    with pytest.raises(RagError, match=r"shared with this role in several parts \(board; public\)"):
        open_index(eve)
    share(collection, name_of(eve))
    assert open_index(eve).files() == list(FILES)


def test_a_right_that_could_not_be_enforced_is_refused(collection: Address, role: Roles, seeds: Path) -> None:
    from rag.index.postgres.connections import opened

    rebuilt(seeds, collection)
    ana = role()
    with pytest.raises(ValueError, match="no document or folder 'publik' is in the index"):
        share(collection, name_of(ana), ["publik"])
    with pytest.raises(RagError, match=r"no role 'nobody at all'.*CREATE ROLE"):
        share(collection, "nobody at all")
    with opened(collection) as session:
        ((owner,),) = session.execute("SELECT current_user::text").fetchall()
    with pytest.raises(RagError, match="superuser or an owner of the tables"):
        share(collection, owner, ["public"])
    share(collection, name_of(ana))
    with pytest.raises(RagError, match="permission denied"):
        share(ana, name_of(ana))
    assert shares(collection) == [(name_of(ana), ())]


def test_the_graph_of_a_part_is_used_under_row_level_security(
    collection: Address, role: Roles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.index.postgres import nearest, reading
    from tests.test_index_postgres import WORDS, explained

    for room in (nearest, reading):
        monkeypatch.setattr(room, "COMPARED", 100)
    dice = np.random.default_rng(1)
    files = {f"{part}/{n}.txt": " ".join(dice.choice(WORDS, 12)) for part in ("a", "b") for n in range(150)}
    seeds, ana = written(tmp_path / "many", files), role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["a"])
    rebuilt(seeds, collection)
    index = open_index(ana)
    assert (index.manifest.search, index.manifest.passages) == ("graph", 150)
    plan = explained(index, Letters().encode(["owl"])[0])
    assert "passages_near_" in plan
    assert "Filter" in plan
    (vector,) = Letters().encode([files["b/7.txt"]])
    assert len(index.search(vector, 150)) >= 147


def test_a_page_starts_with_the_rights_of_a_role_that_may_only_read(
    collection: Address, role: Roles, seeds: Path
) -> None:
    from rag.web.session.contents import counted
    from rag.web.start import built, folder_of

    ana = role()
    rebuilt(seeds, collection)
    share(collection, name_of(ana), ["public"])
    rebuilt(seeds, collection)
    said: list[str] = []
    assert (folder_of(ana, None), built(seeds, ana, said.append), said) == (seeds, None, [])
    rag = Rag.open(ana, encoder=Letters(), reader=OverlapReader(), generator=None)
    assert rag.search("What is this about?", k=1)
    contents = counted(rag.index.passages, rag.index.manifest.skipped, rag.index.manifest.planted)
    assert not any(word in str(contents) for word in HIDDEN)
