import mmap
from pathlib import Path

import pytest

from rag.models.release_memory import MAPS, let_go


def resident(file: Path) -> int:
    """Return the KB of a file's mapping that are in memory."""
    lines = iter(Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines())
    assert next(line for line in lines if line.endswith(f" {file}"))
    return int(next(line for line in lines if line.startswith("Rss:")).split()[1])


@pytest.mark.skipif(not MAPS.is_file(), reason="only Linux lists mapped files")
def test_a_released_file_uses_no_memory_and_reads_as_before(tmp_path: Path) -> None:
    file, other = tmp_path / "weights.bin", tmp_path / "other weights.bin"
    for each in (file, other):
        each.write_bytes(bytes(range(256)) * 16_384)
    with file.open("rb") as stream, other.open("rb") as second:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        kept = mmap.mmap(second.fileno(), 0, access=mmap.ACCESS_READ)
        assert sum(mapped[::4096]) == sum(kept[::4096]) == 0
        assert resident(file) == resident(other) == 4096
        let_go(file)
        assert (resident(file), resident(other)) == (0, 4096)
        assert mapped[:] == file.read_bytes()
