"""Walks a folder for regular files, in the order of their names.

Symbolic links are not followed, so that nothing outside the folder is read and there are no loops. Skipped entries are
yielded with their reason.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.errors import LoadError
from rag.types import Skipped

MAX_FILE = 50_000_000  # bytes, checked before parsing
MAX_DEPTH = 64  # nested folders
DEMONSTRATION = ".demonstration"  # the list of the bundled documents; skipped silently
JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file; `source` is its path relative to the seeds folder, with forward slashes."""

    seeds: Path
    source: str

    @property
    def path(self) -> Path:
        """Its path, computed on access, because a large folder has many."""
        return self.seeds / self.source


def walk(seeds: Path) -> Iterator[Found | Skipped]:
    """Yield every file below the folder, or why it is skipped; LoadError if the folder cannot be listed."""
    if not seeds.exists():
        raise LoadError(str(seeds), "there is no such folder; make it, put documents into it and run: rag build seeds")
    if not seeds.is_dir():
        raise LoadError(str(seeds), "it is not a folder; give the folder that holds it")
    try:
        os.scandir(seeds).close()
    except OSError as error:
        raise LoadError(str(seeds), f"the folder cannot be listed ({error.strerror}); check its permissions") from error
    yield from _walk_folder(seeds, os.fspath(seeds), "", 0)


def file_of(seeds: Path, source: str) -> Found | None:
    """Return the regular file of a source; None if it is missing, outside the folder, or behind a link."""
    path, root = seeds / source, seeds.resolve()
    try:
        resolved = path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # an invalid name, or a loop of links
        return None
    direct = resolved == root / source and resolved.is_relative_to(root)
    return Found(seeds, source) if direct and path.is_file() else None


def read_bytes(found: Found) -> tuple[bytes, date]:
    """Return the file's bytes and the date of its last change; LoadError if it is irregular, too large, or
    unreadable."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(found.path, flags)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise LoadError(found.source, "it is not a regular file")
            _check_size(found.source, status.st_size)
            data = stream.read(status.st_size)  # read(MAX_FILE) would allocate 50 MB each time
    except OSError as error:
        raise LoadError(
            found.source, f"it cannot be opened ({error.strerror}); check that it is there and may be read"
        ) from error
    _check_size(found.source, len(data))
    return data, _day(status.st_mtime)


def _day(changed: float) -> date:
    """Return the local date; an impossible time is the earliest date."""
    try:
        return date.fromtimestamp(changed)
    except (ValueError, OverflowError, OSError):
        return date.min


def _check_size(source: str, size: int) -> None:
    if size > MAX_FILE:
        raise LoadError(
            source,
            f"it has {size / 1e6:,.0f} MB, more than the {MAX_FILE / 1e6:.0f} MB that are read; split it",
        )
    if size == 0:
        raise LoadError(source, "the file is empty (0 bytes)")


def _walk_folder(seeds: Path, folder: str, prefix: str, depth: int) -> Iterator[Found | Skipped]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(prefix.rstrip("/"), f"the folder cannot be listed ({error.strerror}); check its permissions")
        return
    for entry in entries:
        if not prefix and entry.name == DEMONSTRATION:
            continue
        source = prefix + entry.name
        reason = _skip_reason(entry)
        if reason:
            yield Skipped(_printable(source), reason)
        elif entry.is_dir(follow_symlinks=False):
            if depth + 1 > MAX_DEPTH:
                yield Skipped(source, f"folders nest deeper than {MAX_DEPTH}")
            else:
                yield from _walk_folder(seeds, entry.path, source + "/", depth + 1)
        else:
            yield Found(seeds, source)


def _skip_reason(entry: os.DirEntry[str]) -> str:
    """Return why an entry is skipped, or an empty string."""
    name = entry.name
    if not name.isprintable():
        if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
            return "its name is not valid UTF-8; rename it"
        return "its name holds control or invisible characters; rename it"
    if name.startswith((".", "~$", "._")) or name.lower() in JUNK_NAMES:
        return "it is a hidden or temporary file"
    try:
        if entry.is_symlink():
            return "it is a link, and links are not followed; put the file itself here"
        if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
            return "it is not a regular file"
    except OSError as error:
        return f"it cannot be accessed ({error.strerror})"
    return ""


def _printable(source: str) -> str:
    """Return a name as one line of valid UTF-8."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in source)
