"""Releases the pages of a memory-mapped file after its content was copied.

Pages of a mapped file count as this process's memory until the system reclaims them.
"""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path

MAPS = Path("/proc/self/maps")  # of this process; Linux only, elsewhere nothing happens


def let_go(file: Path) -> None:
    """Release the pages of every mapping of a file; later reads load them from the file again."""
    if not (MAPS.is_file() and hasattr(mmap, "MADV_DONTNEED")):
        return
    system = ctypes.CDLL(None)
    for mapping in MAPS.read_text(encoding="utf-8").splitlines():
        span, rights, *_ = mapping.split()
        if mapping.endswith(f" {file.resolve()}") and "w" not in rights:  # changes to a writable one would be lost
            start, end = (int(address, 16) for address in span.split("-"))
            system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)
