"""The laws of an index: what was published is found, and no work is done twice."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rag.errors import IndexBusy, IndexCorrupt, IndexMismatch, IndexMissing, RagError
from rag.index import Index, IndexWriter, newest, verify
from rag.index.storage.folder import FORMAT, read_manifest
from rag.index.storage.generation import Generation
from rag.index.storage.objects import Stored
from rag.index.writing.layout import Files
from rag.index.writing.reuse import keys_of
from rag.types import Continued, Passage, Place
from tests.small_index import FILES, FINGERPRINT, Letters, build, split


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build(tmp_path / "index", FILES)
    return tmp_path / "index"


def found(index: Index, question: str, k: int = 3, **where: Sequence[str]) -> list[str]:
    return [hit.passage.text for hit in index.search(Letters().encode([question])[0], k, **where)]


def test_a_text_is_found_by_its_own_vector(path: Path) -> None:
    index = Index.open(path)
    for passage in index.passages:
        hit = index.search(Letters().encode([passage.text])[0], 1)[0]
        assert hit.passage == passage
        assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_a_passage_is_the_span_of_its_document(path: Path) -> None:
    index = Index.open(path)
    assert len(index.passages) == 9
    for passage in index.passages:
        for place in passage.places:
            assert index.documents[place.source].text[place.start : place.end] == passage.text


def test_documents_are_read_back_unchanged(path: Path) -> None:
    index = Index.open(path)
    assert list(index.documents) == sorted(FILES)
    assert index.documents["größe.txt"] == split("größe.txt", FILES["größe.txt"])[0]
    assert "nothing.txt" not in index.documents
    with pytest.raises(KeyError):
        index.documents["nothing.txt"]


def test_a_document_that_is_asked_for_again_and_again_is_decoded_once(path: Path) -> None:
    index = Index.open(path)
    one, other = sorted(FILES)[:2]
    assert index.documents[one] is index.documents[one]
    assert index.documents[other].source == other
    assert index.documents[one].source == one


def test_words_find_passages_with_other_inflections(path: Path) -> None:
    index = Index.open(path)
    assert index.search_text("hunting owl", 1)[0].passage.text == "Owls hunt mice at night."
    assert index.search_text("Apfel reift Herbst", 1)[0].passage.text.startswith("Äpfel")
    assert index.search_text("中国首都", 1)[0].passage.text == "北京是中国的首都。"
    assert index.search_text("zebra", 5) == []


def test_a_filter_leaves_only_its_files_and_folders(path: Path) -> None:
    index = Index.open(path)
    for hits in (found(index, "owl", 9, sources=["birds"]), found(index, "owl", 9, sources=["birds/"])):
        assert len(hits) == 3
        assert "Trout live in cold brooks." not in hits
    with pytest.raises(ValueError, match=r"no document or folder 'no.txt'"):
        found(index, "trout", 9, sources=["fish.md", "no.txt"])
    assert [hit.passage.source for hit in index.search_text("owl night", 9, sources=["fish.md"])] == []


def test_a_folded_passage_is_found_in_every_file_that_contains_it(path: Path) -> None:
    index = Index.open(path)
    assert "Owls hunt mice at night." in found(index, "Owls hunt", 9, sources=["birds/tit.txt"])
    assert [h.passage.text for h in index.search_text("owls", 9, sources=["birds/tit.txt"])] == [
        "Owls hunt mice at night."
    ]


def test_nothing_changed_means_nothing_parsed_embedded_or_written(path: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file() and file.name != "lock"}
    encoder, parsed = Letters(), []
    assert build(path, FILES, encoder, parsed) == 1
    assert (encoder.encoded, parsed) == ([], [])
    after = {file: file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file() and file.name != "lock"}
    assert after == before


def test_one_changed_paragraph_embeds_one_passage(path: Path) -> None:
    encoder, parsed = Letters(), []
    files = FILES | {"fish.md": "Salmon swim up the river to spawn.\n\nTrout live in warm ponds."}
    assert build(path, files, encoder, parsed) == 2
    assert encoder.encoded == ["Trout live in warm ponds."]
    assert parsed == ["fish.md"]
    assert found(Index.open(path), "Trout live", 1) == ["Trout live in warm ponds."]


def test_a_renamed_file_parses_and_embeds_nothing(path: Path) -> None:
    encoder, parsed = Letters(), []
    files = {("sea/" + source if source == "fish.md" else source): text for source, text in FILES.items()}
    assert build(path, files, encoder, parsed) == 2
    assert (encoder.encoded, parsed) == ([], [])
    index = Index.open(path)
    assert index.documents["sea/fish.md"] == split("sea/fish.md", FILES["fish.md"])[0]
    assert index.search_text("trout", 1)[0].passage == split("sea/fish.md", FILES["fish.md"])[1][1]


def test_a_deleted_file_disappears_from_answers(path: Path) -> None:
    build(path, {source: text for source, text in FILES.items() if source != "fish.md"})
    index = Index.open(path)
    assert "fish.md" not in index.documents
    assert index.search_text("trout salmon", 5) == []
    assert not any("Trout" in text for text in found(index, "Trout", 9))


def test_an_interrupted_build_keeps_what_was_parsed_and_embedded(tmp_path: Path) -> None:
    document, passages = split("fish.md", FILES["fish.md"])

    def interrupted() -> None:
        with IndexWriter(tmp_path, FINGERPRINT, versions="1") as writer:
            writer.add(document, passages)
            writer.add_vectors([passages[0].text], Letters().encode([passages[0].text]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(IndexMissing):
        Index.open(tmp_path)
    encoder, parsed = Letters(), []
    build(tmp_path, {"fish.md": FILES["fish.md"]}, encoder, parsed)
    assert (encoder.encoded, parsed) == ([passages[1].text], [])
    assert not (tmp_path / "pending").exists()


def test_a_reader_keeps_its_generation_while_others_are_published(path: Path) -> None:
    index = Index.open(path)
    texts = [passage.text for passage in index.passages]
    for turn in range(4):
        build(path, {"only.txt": f"This is text number {turn}."})
    assert [passage.text for passage in index.passages] == texts
    assert found(index, "trout", 1) == ["Trout live in cold brooks."]
    assert (index.generation, newest(path)) == (1, 5)
    assert len(list((path / "manifests").iterdir())) == 2
    assert [passage.text for passage in Index.open(path).passages] == ["This is text number 3."]


def test_a_second_writer_gets_an_error_with_the_process_that_builds(path: Path) -> None:
    with IndexWriter(path, FINGERPRINT, versions="1"), pytest.raises(IndexBusy, match=r"process \d+"):
        IndexWriter(path, FINGERPRINT, versions="1").__enter__()
    with IndexWriter(path, FINGERPRINT, versions="1"):
        pass


def test_another_encoder_is_refused_by_name(path: Path) -> None:
    with pytest.raises(IndexMismatch) as caught:
        Index.open(path, fingerprint="other@2")
    assert (caught.value.expected, caught.value.found) == ("other@2", FINGERPRINT)


def test_another_version_parses_again_but_embeds_nothing(path: Path) -> None:
    with IndexWriter(path, FINGERPRINT, versions="2") as writer:
        assert not writer.reuse(hashlib.sha256(FILES["fish.md"].encode()).hexdigest(), "fish.md", None)
        assert writer.missing(keys_of(FINGERPRINT, ["Trout live in cold brooks.", "new", "new"])).tolist() == [1]


def test_a_missing_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="rag build"):
        Index.open(tmp_path / "nowhere")
    assert newest(tmp_path / "nowhere") == 0


def test_the_manifest_lists_skipped_files_and_the_kind_of_search(path: Path) -> None:
    manifest = Index.open(path).manifest
    assert manifest.skipped == (("bad.pdf", "it is encrypted"),)
    assert (manifest.search, manifest.passages, manifest.documents, manifest.dimension) == ("exact", 9, 5, 64)


def test_a_torn_newest_manifest_falls_back_with_a_warning(path: Path) -> None:
    (path / "manifests" / "00000002").write_bytes(b"")
    index = Index.open(path)
    assert index.generation == newest(path) == 1
    assert "00000002" in index.notes[0]
    assert "00000002" in verify(path)[0]
    assert build(path, {"only.txt": "One."}) == 2
    assert verify(path) == []


def test_an_index_of_another_format_is_reported_and_built_anew(path: Path) -> None:
    manifest = path / "manifests" / "00000001"
    manifest.write_bytes(manifest.read_bytes().replace(b"rag index %d " % FORMAT, b"rag index 1 ", 1))
    with pytest.raises(IndexCorrupt, match=f"it has format 1, this program reads format {FORMAT}; run: rag build"):
        Index.open(path)
    build(path, FILES)
    assert verify(path) == []
    assert len(Index.open(path).documents) == len(FILES)


def test_a_manifest_with_a_changed_digit_is_not_read(path: Path) -> None:
    manifest = path / "manifests" / "00000001"
    manifest.write_bytes(manifest.read_bytes().replace(b'"passages": 9', b'"passages": 8', 1))
    with pytest.raises(ValueError, match="checksum does not match"):
        read_manifest(path, 1)


def test_each_text_has_one_vector(tmp_path: Path) -> None:
    with IndexWriter(tmp_path / "index", FINGERPRINT, versions="1") as writer:
        for vectors in (np.ones((1, 64), np.float32), np.ones(64, np.float32)):
            with pytest.raises(ValueError, match="2 texts cannot have vectors"):
                writer.add_vectors(["one", "two"], vectors)


def test_days_in_the_wrong_order_are_an_error_that_says_so(path: Path) -> None:
    with pytest.raises(ValueError, match="since must not be after until"):
        Index.open(path).matching("owls", 3, since=date(2020, 2, 1), until=date(2020, 1, 1))


def test_a_manifest_under_another_number_is_ignored(path: Path) -> None:
    shutil.copy(path / "manifests" / "00000001", path / "manifests" / "00000002")
    with pytest.raises(ValueError, match="it belongs to generation 1"):
        read_manifest(path, 2)


@pytest.mark.skipif(os.name == "nt", reason="other file permissions")
def test_a_build_keeps_an_index_for_its_user_alone(path: Path) -> None:
    path.chmod(0o755)
    build(path, FILES)
    assert path.stat().st_mode & 0o777 == 0o700


def test_a_damaged_object_is_named_and_the_next_build_repairs_it(path: Path) -> None:
    for role in Index.open(path).manifest.files:
        file = path / "objects" / Index.open(path).manifest.files[role].sha256
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert any(file.name in problem for problem in verify(path)), role
        build(path, FILES)
        assert verify(path) == []


def test_wrong_arguments_are_refused(path: Path) -> None:
    index = Index.open(path)
    with pytest.raises(ValueError, match="k must be"):
        index.search(Letters().encode(["a b"])[0], 0)
    with pytest.raises(ValueError, match="shape"):
        index.search(np.zeros(3, dtype=np.float32), 1)
    document, passages = split("a.txt", "new text")
    with IndexWriter(path, FINGERPRINT, versions="1") as writer, pytest.raises(ValueError, match="no vector"):
        writer.publish(writer.plan({"a.txt": document}, passages))


def test_progress_ends_when_everything_is_counted(tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    document, passages = split("fish.md", FILES["fish.md"])
    texts = [passage.text for passage in passages]
    with IndexWriter(tmp_path, FINGERPRINT, versions="1") as writer:
        writer.add_vectors(texts, Letters().encode(texts))
        plan = writer.plan({"fish.md": document}, passages)
        writer.publish(plan, progress=lambda *step: said.append(step))
    assert said[-1] == ("indexing", 2, 2)


@pytest.mark.parametrize("used", ["", "manifests", "objects", "pending"])
def test_files_in_use_are_left_for_a_later_build_with_everything_they_reference(
    used: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a file that any process has open can be neither removed nor replaced."""
    reader = Index.open(path)
    unlink, replace = os.unlink, os.replace

    def refuse(file: Path) -> None:
        if used in file.relative_to(path).parts[0]:
            raise PermissionError(13, "the file is used by another process", str(file))
        unlink(file)

    def refuse_existing(source: Path, target: Path) -> None:
        if target.exists():
            raise PermissionError(13, "the file is used by another process", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "unlink", refuse)
    monkeypatch.setattr(os, "replace", refuse_existing)
    for turn, files in enumerate(({"only.txt": "One."}, FILES, {"only.txt": "Two."}, FILES), start=2):
        assert build(path, files) == turn
        assert [hit.passage.source for hit in Index.open(path).search_text("one two trout", 1)] in (
            [["only.txt"], ["fish.md"]][turn % 2 :][:1]
        )
    assert verify(path) == []  # no remaining generation has lost a file
    assert found(reader, "trout", 1) == ["Trout live in cold brooks."]
    monkeypatch.setattr(os, "unlink", unlink)
    monkeypatch.setattr(os, "replace", replace)
    assert build(path, {"only.txt": "Three."}) == 6
    named = {stored.sha256 for number in (5, 6) for stored in Generation(path, number).manifest.files.values()}
    assert {file.name for file in (path / "objects").iterdir()} == named
    assert sorted(file.name for file in path.iterdir()) == ["lock", "manifests", "objects"]


def test_too_little_space_is_reported_before_anything_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(path.rglob("*"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000))
    with pytest.raises(RagError, match=r"no space left .* are needed"):
        build(path, {**FILES, "new.txt": "Foxes dig dens."})
    monkeypatch.undo()
    assert [file for file in sorted(path.rglob("*")) if file.name != "pending"] == before
    assert Index.open(path).generation == 1


def test_contents_give_the_same_facts_about_a_passage_as_reading_it(tmp_path: Path) -> None:
    elsewhere = (Place("b.txt", 0, 5), Place("z.txt", 3, 8))
    with IndexWriter(tmp_path, FINGERPRINT, versions="1") as writer:
        document, passages = split("a.txt", "First.\n\nSecond.\n\nThird.")
        own = passages[1]
        continued = Continued(*(getattr(own, name) for name in Passage.__slots__))
        given = [passages[0], continued, replace(passages[2], places=elsewhere)]
        writer.add(document, given)
        writer.add(*split("b.txt", "Fifth."))
        contents = writer.contents
        assert list(contents.passages)[:3] == given
        assert list(contents.passages.places) == [passage.places for passage in contents.passages]
        assert list(contents.passages.continued) == [0, 1, 0, 0]


def test_a_disk_that_loses_what_was_written_publishes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Files.finish

    def forgetful(files: Files) -> dict[str, Stored]:
        stored = finish(files)
        kept = path / "objects" / stored["vectors"].sha256
        kept.chmod(0o600)
        kept.write_bytes(b"\0" * stored["vectors"].size)  # like a disk that lost its cache
        return stored

    before = newest(path)
    monkeypatch.setattr(Files, "finish", forgetful)
    with pytest.raises(RagError, match="did not keep"):
        build(path, {**FILES, "new.md": "A new document."})
    assert newest(path) == before
    assert found(Index.open(path), "anything")
