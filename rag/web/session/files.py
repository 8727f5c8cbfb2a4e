"""Writes the files of conversations: private to this user, and old or new as a whole."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

SURROGATES = "backslashreplace"  # a lone surrogate is an escape in JSON, and is read back unchanged


def private(path: str, flags: int) -> int:
    """Open a file that only this user can read."""
    return os.open(path, flags, 0o600)


def replaced(path: Path, data: bytes) -> None:
    """Write a file by one rename, so that a reader sees the old file or the new one."""
    scratch = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    try:
        with open(scratch, "xb", opener=private) as stream:
            stream.write(data)
        os.replace(scratch, path)
    except OSError:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise


def state_of(file: Path) -> tuple[int, ...]:
    """Return what changes with a file: its time first, its size and its inode; (0,) for a missing one."""
    try:
        status = file.stat()
    except OSError:
        return (0,)
    return status.st_mtime_ns, status.st_size, status.st_ino
