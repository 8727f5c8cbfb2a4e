"""A damaged file raises IndexCorrupt with its name, or has no effect: never a wrong passage."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from rag.errors import IndexCorrupt
from rag.index import Index, IndexWriter, verify
from rag.index.writing.reuse import keys_of
from tests.small_index import FILES, FINGERPRINT, Letters, build
from tests.test_index_crash import NEW, answers

SEED = 20_261_123
FLIPS = 120  # benchmarks/crash.py does a thousand
CUTS = 8  # of each file; benchmarks/crash.py makes 64


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "index"
    build(path, FILES)
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "index")
    return tmp_path / "index"


def files_of(path: Path) -> list[Path]:
    """Return every file that an answer depends on."""
    return sorted(file for file in path.rglob("*") if file.is_file() and file.name not in ("lock", "pending"))


def outcome(path: Path, file: Path, expected: list[str]) -> str:
    """Return the effect of damage to one file: an error that names it, unchanged answers, or something bad."""
    try:
        return "unharmed" if answers(path) == expected else "wrong"
    except IndexCorrupt as error:
        return "named" if file.name in error.file and file.name in str(error) else f"names {error.file}"


def test_a_flipped_bit_is_reported_or_harmless(path: Path, whole: Path) -> None:
    expected, dice = answers(whole), random.Random(SEED)
    outcomes = []
    for _ in range(FLIPS):
        file = dice.choice([file for file in files_of(path) if file.stat().st_size])
        data = file.read_bytes()
        at = dice.randrange(len(data))
        file.write_bytes(data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :])
        outcomes.append(outcome(path, file, expected))
        file.write_bytes(data)
    assert set(outcomes) <= {"named", "unharmed"}
    assert outcomes.count("named") > FLIPS / 2


def test_a_truncated_or_cut_file_is_reported(path: Path, whole: Path) -> None:
    expected = answers(whole)
    for file in files_of(path):
        data = file.read_bytes()
        for part in range(CUTS if data else 0):
            file.write_bytes(data[: len(data) * part // CUTS])
            assert outcome(path, file, expected) == "named"
        file.write_bytes(data)


def test_a_file_in_the_place_of_another_is_reported(path: Path, whole: Path) -> None:
    expected = answers(whole)
    build(path, NEW)  # now the folder has the objects of both generations
    (path / "manifests" / "00000002").unlink()
    objects = [file for file in files_of(path) if file.parent.name == "objects"]
    for role, stored in Index.open(path).manifest.files.items():
        target = path / "objects" / stored.sha256
        data = target.read_bytes()
        for other in objects:
            content = data if other == target else other.read_bytes()
            target.write_bytes(content)
            harmless = content == data or role in ("keys", "documents.sha256")  # read only by a build
            assert outcome(path, target, expected) in (["unharmed", "named"] if harmless else ["named"])
        target.write_bytes(data)


def test_a_missing_or_foreign_file_is_reported_or_ignored(path: Path, whole: Path) -> None:
    expected = answers(whole)
    for file in files_of(path):
        if file.parent.name == "objects":
            data = file.read_bytes()
            file.unlink()
            assert outcome(path, file, expected) == "named"
            file.write_bytes(data)
    (path / "objects" / "readme.txt").write_text("hello")
    (path / "manifests" / "notes").write_text("hello")
    (path / "manifests" / "00000000").mkdir()
    assert outcome(path, path, expected) == "unharmed"


def test_a_file_cut_or_changed_while_it_is_open_is_reported(path: Path) -> None:
    index = Index.open(path)
    question = Letters().encode(["Trout live"])[0]
    index.search(question, 3)
    file = path / "objects" / index.manifest.files["vectors"].sha256
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    with file.open("r+b") as stream:  # in place, as a faulty program would; the open index has the same file
        stream.write(data)
    with pytest.raises(IndexCorrupt, match=file.name):
        index.search(question, 3)
    with file.open("r+b") as stream:
        stream.truncate(100)
    with pytest.raises(IndexCorrupt, match=file.name):
        index.search(question, 3)


def test_a_build_replaces_damaged_vectors_and_reuses_those_around_them(tmp_path: Path) -> None:
    files = {f"{i:02}.txt": f"Pier {i} has {i + 4} berths." for i in range(60)}
    build(tmp_path, files)
    file = tmp_path / "objects" / Index.open(tmp_path).manifest.files["vectors"].sha256
    whole = file.read_bytes()
    at = 4 * 64 * 24  # position in bytes; 16 vectors share a block of 4,096 bytes
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    encoder = Letters()
    build(tmp_path, files, encoder)
    assert encoder.encoded == [files[f"{i:02}.txt"] for i in range(16, 32)]
    assert file.read_bytes() == whole
    assert verify(tmp_path) == []


def test_verify_names_every_damaged_file(path: Path) -> None:
    assert verify(path) == []
    damaged = [file for file in files_of(path) if file.stat().st_size and file.parent.name == "objects"]
    for file in damaged:
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 4]))
    problems = "\n".join(verify(path))
    assert "rag build" in problems
    assert any(file.name in problems for file in damaged)


def test_a_journal_that_was_cut_keeps_the_records_before_the_cut(tmp_path: Path) -> None:
    texts = [f"text number {i}" for i in range(4)]
    for end in (0, 1, 7, 200, 400, 800, 10_000):
        path = tmp_path / str(end)
        with IndexWriter(path, FINGERPRINT, versions="1") as writer:
            for text in texts:
                writer.add_vectors([text], Letters().encode([text]))
        journal = path / "pending"
        size = journal.stat().st_size
        with journal.open("r+b") as stream:
            stream.truncate(min(end, size))
        with IndexWriter(path, FINGERPRINT, versions="1") as writer:
            kept = min(end, size) * 4 // size
            assert writer.missing(keys_of(FINGERPRINT, texts)).tolist() == list(range(kept, len(texts)))
