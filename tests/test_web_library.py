"""Files are added only to the seeds folder, and the list shows the state of each."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.load.names import clean_name
from rag.load.walk import Found
from rag.types import Document
from rag.web import strings
from rag.web.session.contents import Contents
from rag.web.session.guides import telling
from rag.web.view import library
from rag.web.view.library_table import table

SUFFIXES = frozenset({".md", ".txt"})


def upload(folder: Path, text: str = "x") -> Path:
    file = folder / "upload"
    file.write_text(text)
    return file


def document(source: str, data: bytes) -> Document:
    return Document(source, source, source, data.decode(), sha256=hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("notes.md", "notes.md"),
        ("../../etc/notes.md", "notes.md"),
        ("C:\\Users\\me\\notes.md", "notes.md"),
        ("Résumé 2024 – final.md", "Résumé 2024 – final.md"),
        ("a\nb\x00c.md", "a_bc.md"),
        ("invoice\u202egpj.md", "invoicegpj.md"),
        ('<img src="x">.md', "_img src=_x__.md"),
        ("  .hidden.md", "hidden.md"),
        ("..", ""),
        ("/", ""),
        ("con.md", ""),
        (".md", "md"),
        ("x" * 300 + ".md", "x" * 117 + ".md"),
        ("x." + "y" * 248, "x." + "y" * 117),
        ("." + "\U0001f600" * 60, "\U0001f600" * 60),
    ],
)
def test_a_file_name_is_cleaned(name: str, safe: str) -> None:
    assert clean_name(name) == safe


@given(st.text(max_size=400))
def test_a_cleaned_name_is_one_visible_name_in_its_folder(name: str) -> None:
    safe = clean_name(name)
    if safe:
        assert Path("/seeds", safe).parent == Path("/seeds")
        assert not safe.startswith(".")
        assert len(safe.encode()) <= 255
        assert clean_name(safe) == safe


def test_an_added_file_is_copied_and_listed_as_new(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    assert library.add(upload(tmp_path, "text"), "../notes.md", seeds, SUFFIXES) == "notes.md"
    assert (seeds / "notes.md").read_text() == "text"
    assert [(row.source, row.kind) for row in library.rows(seeds, {}, Contents())] == [("notes.md", "new")]


@pytest.mark.parametrize(("name", "words"), [("a.exe", "kind"), ("..", "file name"), ("there.md", "already")])
def test_a_rejected_file_gets_an_explanation(tmp_path: Path, name: str, words: str) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "there.md").write_text("old")
    with pytest.raises(ValueError, match=words):
        library.add(upload(tmp_path), name, seeds, SUFFIXES)
    assert (seeds / "there.md").read_text() == "old"
    assert library.folder(seeds) == ["there.md"]


def test_an_unknown_suffix_is_accepted_if_the_content_is_text(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    assert library.add(upload(tmp_path, "The bakery opens at noon."), "notes.2026", seeds, SUFFIXES) == "notes.2026"
    (tmp_path / "upload").write_bytes(b"\x00\x01\x02\xff" * 40)
    with pytest.raises(ValueError, match=r"other\.2026 was not added: files of the kind '\.2026' are not read"):
        library.add(tmp_path / "upload", "other.2026", seeds, SUFFIXES)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "FILE_LIMIT", 0.000001)
    with pytest.raises(ValueError, match="MB"):
        library.add(upload(tmp_path, "four"), "a.md", tmp_path / "seeds", SUFFIXES)
    assert library.folder(tmp_path / "seeds") == []


def test_a_full_disk_leaves_no_part_of_a_file_among_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: BinaryIO, target: BinaryIO) -> None:
        target.write(source.read(2))
        raise OSError(28, "No space left on device")

    seeds = tmp_path / "seeds"
    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        library.add(upload(tmp_path, "text"), "u.md", seeds, SUFFIXES)
    assert list(seeds.iterdir()) == []
    monkeypatch.undo()
    assert library.add(upload(tmp_path, "text"), "u.md", seeds, SUFFIXES) == "u.md"


def test_a_disk_without_hard_links_takes_files_and_never_overwrites_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(source: object, target: object) -> None:
        raise OSError(1, "Operation not permitted")

    seeds = tmp_path / "seeds"
    monkeypatch.setattr("os.link", unsupported)
    assert library.add(upload(tmp_path, "text"), "u.md", seeds, SUFFIXES) == "u.md"
    with pytest.raises(ValueError, match="already"):
        library.add(upload(tmp_path, "other"), "u.md", seeds, SUFFIXES)
    assert [(file.name, file.read_text()) for file in seeds.iterdir()] == [("u.md", "text")]


def test_a_file_saved_many_times_has_one_remembered_hash(tmp_path: Path) -> None:
    for number in range(5):
        file = upload(tmp_path, "x" * number)
        assert library.sha256(file) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len([key for key in library._HASHES if str(file) in str(key)]) == 1


def test_a_removed_document_is_moved_aside_and_not_lost(tmp_path: Path) -> None:
    seeds, aside = tmp_path / "seeds", tmp_path / "aside"
    (seeds / "sub").mkdir(parents=True)
    aside.mkdir()
    (aside / "a.md").write_text("older")
    (seeds / "sub" / "a.md").write_text("text")
    assert library.remove("sub/a.md", seeds, aside).read_text() == "text"
    assert (aside / "a.md").read_text() == "older"
    assert library.folder(seeds) == []


@pytest.mark.parametrize(
    "source", ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "", ".", "missing.md", "link.md"]
)
def test_nothing_outside_the_folder_can_be_removed(tmp_path: Path, source: str) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (seeds / "link.md").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ValueError, match="no document"):
        library.remove(source, seeds, tmp_path / "aside")
    assert (tmp_path / "secret.txt").read_text() == "secret"


def test_the_state_of_each_document_is_shown(tmp_path: Path) -> None:
    (tmp_path / "same.md").write_bytes(b"same")
    (tmp_path / "changed.md").write_bytes(b"new text")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF")
    (tmp_path / ".hidden.md").write_bytes(b"x")
    documents = {
        name: document(name, data) for name, data in [("same.md", b"same"), ("changed.md", b"old"), ("gone.md", b"x")]
    }
    rows = library.rows(tmp_path, documents, Contents({"same.md": 3}, {"same.md": 2}, {"scan.pdf": "it holds no text"}))
    assert [(row.source, row.kind) for row in rows] == [
        ("changed.md", "changed"), ("gone.md", "gone"), ("same.md", "ready"), ("scan.pdf", "skipped")
    ]  # fmt: skip
    assert "it holds no text" in rows[3].state
    assert (rows[2].passages, rows[2].folded) == (3, 2)


def test_totals_and_reasons_for_skipped_files_are_above_the_list(tmp_path: Path) -> None:
    ready = [library.Row(f"{n}.pdf", "", strings.STATE_READY, "ready", 3, 10, n) for n in range(2)]
    skipped = {"b.exe": "it is a program", "a.exe": "it is a program", "scan.pdf": "it holds no text"}
    shown = table([*ready, library.Row("b.exe", "", "", "skipped")], [], "", tmp_path, SUFFIXES, skipped)
    assert '<p class="totals">2 documents, 20 passages · Pages: 6 · Repeats, kept once: 1 · 1 skipped</p>' in shown
    assert "<li>it holds no text: <bdi>scan.pdf</bdi></li><li>it is a program: <bdi>b.exe, a.exe</bdi></li>" in shown
    assert 'data-guide="/ui/guide/-"' in shown
    assert 'data-guide="/ui/guide/-"' not in table(ready[:1], [], "", tmp_path, SUFFIXES)


def test_a_collections_guide_takes_the_largest_document_of_each_folder_in_turn() -> None:
    passages = {"mail/1": 1, "mail/2": 3, "house/a": 9, "house/b": 7, "house/c": 1, "top": 2, "new": 0}
    assert telling(passages, passages) == ["house/a", "mail/2", "top", "house/b", "mail/1"]
    assert telling([], {}) == []


def test_an_empty_library_explains_how_to_begin(tmp_path: Path) -> None:
    shown = table([], [], "", tmp_path, SUFFIXES)
    assert strings.EMPTY_LIBRARY_MORE in shown
    assert str(tmp_path) in shown
    assert ".md .txt" in shown


def test_a_removed_document_is_restored_to_its_place_and_never_over_another(tmp_path: Path) -> None:
    seeds, aside = tmp_path / "seeds", tmp_path / "aside"
    (seeds / "sub").mkdir(parents=True)
    (seeds / "sub" / "a.md").write_text("text")
    library.remove("sub/a.md", seeds, aside)
    assert library.folder(aside) == ["sub/a.md"]
    library.restore("sub/a.md", seeds, aside)
    assert (seeds / "sub" / "a.md").read_text() == "text"
    library.remove("sub/a.md", seeds, aside)
    (seeds / "sub" / "a.md").write_text("newer")
    with pytest.raises(ValueError, match="already"):
        library.restore("sub/a.md", seeds, aside)
    assert (seeds / "sub" / "a.md").read_text() == "newer"


@pytest.mark.parametrize("source", ["../secret.txt", "/etc/passwd", "", "missing.md"])
def test_nothing_outside_the_folder_of_removed_documents_can_be_restored(tmp_path: Path, source: str) -> None:
    (tmp_path / "aside").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    with pytest.raises(ValueError, match="no removed document"):
        library.restore(source, tmp_path / "seeds", tmp_path / "aside")
    assert (tmp_path / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("**Bold** `x` guide", "Bold x guide"),
        ("# Head", "# Head"),
        ("<b>A</b> B", "A B"),
        ("snake_case 2 * 3", "snake_case 2 * 3"),
    ],
)
def test_a_title_is_shown_without_markup(title: str, shown: str) -> None:
    assert library.unmarked(title) == shown


def test_of_many_files_a_few_are_named_and_the_rest_counted() -> None:
    assert library.named(["a", "b"]) == "a, b"
    assert library.named(list("abcdef")) == "a, b, c, d and 2 more"
    assert library.gathered(["no"] * 6) == ["no"] * 4 + ["2 more were not added."]


def test_undoing_a_removal_gives_a_document_its_name_although_another_one_was_removed_before(tmp_path: Path) -> None:
    seeds, aside = tmp_path / "seeds", tmp_path / "aside"
    seeds.mkdir()
    for text in ("first", "second", "third"):
        (seeds / "a.md").write_text(text)
        last = library.remove("a.md", seeds, aside)
    library.restore(last.relative_to(aside).as_posix(), seeds, aside)
    assert (seeds / "a.md").read_text() == "third"
    assert sorted(file.read_text() for file in aside.iterdir()) == ["first", "second"]


def test_a_file_that_is_gone_a_moment_later_does_not_end_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = document("a.md", b"text")
    monkeypatch.setattr(library, "file_of", lambda seeds, source: Found(seeds, source))
    assert not library.is_changed(tmp_path, one)
