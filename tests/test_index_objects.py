"""Bytes are returned as they were written, or not at all, whatever was read before."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import IndexCorrupt
from rag.index.storage.objects import AHEAD, BLOCK, Blob, ObjectWriter, Table
from rag.index.writing.layout import Files

SIZE = BLOCK * (2 * AHEAD + 5) + 100
DATA = bytes(i * 7 % 251 for i in range(SIZE))


@pytest.fixture(scope="module")
def blob(tmp_path_factory: pytest.TempPathFactory) -> Blob:
    return written(tmp_path_factory.mktemp("blob"))


def written(path: Path) -> Blob:
    (path / "objects").mkdir()
    writer = ObjectWriter(path, "texts")
    writer.write(DATA)
    return Blob(path, "texts", *writer.close())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(st.tuples(st.integers(0, SIZE), st.integers(0, 3 * BLOCK)), max_size=20))
def test_what_is_read_is_what_was_written(blob: Blob, spans: list[tuple[int, int]]) -> None:
    for start, size in spans:
        end = min(SIZE, start + size)
        assert blob.read(start, end) == DATA[start:end]
        assert blob.read(end, min(SIZE, end + 100)) == DATA[end : end + 100]  # sequential reading


def damage(blob: Blob, block: int) -> None:
    with blob.file.open("r+b") as stream:
        stream.seek(block * BLOCK + 9)
        stream.write(b"\xff")


def test_a_damaged_block_does_not_affect_the_blocks_before_and_after(tmp_path: Path) -> None:
    blob = written(tmp_path)
    damage(blob, 5)
    for block in range(5):
        assert blob.read(block * BLOCK, block * BLOCK + 50) == DATA[block * BLOCK :][:50]
    with pytest.raises(IndexCorrupt):
        blob.read(5 * BLOCK, 5 * BLOCK + 8)  # its first bytes are unchanged
    assert blob.read(6 * BLOCK, 6 * BLOCK + 50) == DATA[6 * BLOCK :][:50]
    assert len(blob.damaged()) == 1


def test_sequential_blocks_are_read_from_the_file_together(tmp_path: Path) -> None:
    blob = written(tmp_path)
    for at in range(0, 3 * BLOCK, 1_000):
        blob.read(at, at + 500)
    damage(blob, 8)  # the blocks read ahead are cached
    assert blob.read(8 * BLOCK, 8 * BLOCK + 20) == DATA[8 * BLOCK :][:20]


def test_a_file_that_cannot_get_its_name_is_closed_once(tmp_path: Path) -> None:
    (tmp_path / "objects" / hashlib.sha256(b"owls").hexdigest() / "in the way").mkdir(parents=True)

    def keep() -> None:
        with Files(tmp_path) as files:
            files.write("texts", b"owls")
            files.finish()

    with pytest.raises((IsADirectoryError, PermissionError)):  # not: Bad file descriptor
        keep()


def test_digests_that_do_not_fit_the_size_are_reported(tmp_path: Path) -> None:
    blob = written(tmp_path)
    sums = blob._sums
    assert Blob(tmp_path, "texts", blob.stored, sums).read(0, 9) == DATA[:9]
    with pytest.raises(IndexCorrupt, match="digests do not match"):
        Blob(tmp_path, "texts", blob.stored, sums[:-1])


def test_a_file_that_does_not_consist_of_whole_rows_is_reported(tmp_path: Path) -> None:
    blob = written(tmp_path)
    assert len(Table(blob, "u1", SIZE // 2)) == 2
    with pytest.raises(IndexCorrupt, match=f"not made of rows of {SIZE - 1} bytes"):
        Table(blob, "u1", SIZE - 1)
