"""Files and PostgreSQL give the same results: the same ids, rankings and filters, and only complete generations."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from rag import Rag
from rag import build as build_folder
from rag.errors import IndexBusy, IndexMismatch, IndexMissing
from rag.index import Address, Index, Location, newest, newest_manifest, open_index, seeds_of
from tests.conftest import OverlapReader, WordEncoder
from tests.places import FILES, collection, database, seen
from tests.small_index import FINGERPRINT, Letters, build

__all__ = ["collection", "database"]  # fixtures

PARAGRAPHS = (
    "Owls hunt mice at night.",
    "Trout live in cold brooks.",
    "Bats hunt moths.",
    "北京是中国的首都。",
    "Part AX-2041.",
)
SOME_FILES = some.dictionaries(
    some.sampled_from(("fish.md", "birds/owl.txt", "birds/tit.txt", "zh.txt")),
    some.lists(some.sampled_from(PARAGRAPHS), min_size=1, max_size=4).map("\n\n".join),
    min_size=1,
)


@pytest.fixture(params=["files", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """Return the location of an index, of each kind."""
    return tmp_path / "index" if request.param == "files" else request.getfixturevalue("collection")


def edited() -> dict[str, dict[str, str]]:
    """Return the contents of a folder after each of several edits."""
    more = FILES | {"new.md": "Owls share towers with bats.\n\nBats hunt moths at night."}
    changed = more | {
        "birds/owl.txt": "First, a word.\n\nOwls hunt mice at night.\n\nThe barn owl nests in new towers."
    }
    renamed = {name.replace("tit", "great tit"): text for name, text in changed.items()}
    fewer = {name: text for name, text in renamed.items() if name != "fish.md"}
    return {
        "new": FILES,
        "same": FILES,
        "added": more,
        "changed": changed,
        "renamed": renamed,
        "deleted": fewer,
        "back": FILES,
    }


def test_the_answers_of_an_index_depend_only_on_its_documents(place: Location, tmp_path: Path) -> None:
    for edit, files in edited().items():
        build(place, files)
        build(tmp_path / edit, files)
        assert seen(open_index(place)) == seen(Index.open(tmp_path / edit)), edit


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=SOME_FILES)
def test_any_files_built_on_any_others_are_found_as_in_an_index_of_files(
    collection: Address, tmp_path: Path, files: dict[str, str]
) -> None:
    build(collection, files)  # each builds on the result of the one before
    build(tmp_path / "index", files)
    assert seen(open_index(collection)) == seen(Index.open(tmp_path / "index"))


def test_a_build_embeds_only_what_is_new_and_publishes_nothing_unchanged(place: Location) -> None:
    encoder = Letters()
    assert (build(place, FILES, encoder), len(encoder.encoded)) == (1, len(open_index(place).passages))
    encoder.encoded.clear()
    assert (build(place, FILES, encoder), newest(place), encoder.encoded) == (1, 1, [])
    assert (
        build(place, FILES | {"birds/owl.txt": "Owls hunt mice at night.\n\nThe barn owl nests in barns."}, encoder)
        == 2
    )
    assert encoder.encoded == ["The barn owl nests in barns."]


def test_an_index_states_what_it_was_built_from(place: Location, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "owl.txt").write_text(FILES["birds/owl.txt"])
    assert newest_manifest(place) is None
    with pytest.raises(IndexMissing, match=r"run: rag build"):
        open_index(place)
    build_folder(seeds, place, encoder=WordEncoder())
    manifest = newest_manifest(place)
    assert manifest is not None
    assert (manifest.documents, manifest.fingerprint, seeds_of(place)) == (1, WordEncoder.fingerprint, seeds)
    assert build_folder(None, place, encoder=WordEncoder()).embedded == 0
    with pytest.raises(IndexMismatch, match=FINGERPRINT):
        open_index(place, fingerprint=FINGERPRINT)


def test_a_reader_keeps_its_generation_while_the_next_is_published(place: Location) -> None:
    build(place, FILES)
    old = open_index(place)
    before = seen(old)
    build(place, FILES | {"fish.md": "Only pike live here now.", "birds/owl.txt": "No owls."})
    assert seen(old) == before
    assert open_index(place).matching("pike", 3)
    assert not old.matching("pike", 3)


def test_readers_see_the_old_or_the_new_generation_and_never_a_mix(place: Location) -> None:
    def notes(version: int) -> dict[str, str]:
        return {f"{name}.txt": f"Note {name} is of version {version}" for name in "abcdef"}

    mixed: list[object] = []
    looked, done = threading.Event(), threading.Event()

    def look() -> None:
        while not done.is_set():
            index = open_index(place)
            said = {hit.passage.text.split()[-1] for hit in index.search_text("version", 50)}
            told = {document.text.split()[-1] for document in index.documents.values()}
            mixed.extend([(said, told)] if len(said | told) > 1 else [])
            looked.set()

    build(place, notes(0))
    reader = threading.Thread(target=look)
    reader.start()
    for version in range(1, 7):
        build(place, notes(version))
        looked.clear()
        assert looked.wait(60)
    done.set()
    reader.join()
    assert mixed == []


def test_one_builder_at_a_time(place: Location) -> None:
    class Second(Letters):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            with pytest.raises(IndexBusy, match="wait for it to end"):
                build(place, FILES)
            return super().encode(texts)

    assert build(place, FILES, Second()) == 1


def test_all_documents_are_iterated_in_order(place: Location) -> None:
    files = {f"{number:02}.txt": f"Note {number}." for number in range(40)}
    build(place, files)
    documents = open_index(place).documents
    assert [(source, document.text) for source, document in documents.items()] == list(files.items())
    assert [document.text for document in documents.values()] == list(files.values())
    assert (len(documents.items()), ("07.txt", documents["07.txt"]) in documents.items()) == (40, True)


def test_a_question_has_the_same_answer(place: Location, seeds: Path, tmp_path: Path) -> None:
    encoder, reader = WordEncoder(), OverlapReader()
    answers = []
    for where in (place, tmp_path / "files"):
        build_folder(seeds, where, encoder=encoder)
        rag = Rag.open(where, encoder=encoder, reader=reader, generator=None)
        text = next(iter(rag.documents.values())).text
        asked = max(text.split(". "), key=len)[:120]
        answers.append([rag.search(asked), rag.ask(asked), rag.ask("Who painted the ceiling of the opera in Sydney?")])
    assert answers[0] == answers[1]
    assert answers[0][1].citations
