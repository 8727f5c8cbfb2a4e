"""Files are closed: neither questions and builds nor an unused index keep files open."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from rag import Rag, build
from tests.conftest import OverlapReader, WordEncoder

OPEN = Path("/proc/self/fd")


def opened() -> int:
    """Return the number of files that this process has open and still uses."""
    gc.collect()
    return len(list(OPEN.iterdir()))


@pytest.mark.skipif(not OPEN.is_dir(), reason="this system does not list a process's open files")
def test_asking_building_and_opening_again_leave_no_file_open(seeds: Path, tmp_path: Path) -> None:
    def asked(number: int) -> None:
        (seeds / "news.txt").write_text(f"The harbour master opened lighthouse number {number} in May 2019.\n")
        build(seeds, tmp_path / "index", encoder=encoder)
        rag = Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)
        assert f"number {number}" in rag.ask("Which lighthouse did the harbour master open?").text

    encoder = WordEncoder()
    asked(0)
    before = opened()
    for number in range(1, 6):
        asked(number)
    assert opened() == before
