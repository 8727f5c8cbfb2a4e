"""Publishes, lists and garbage-collects the generations of an index folder.

The folder holds `objects/<sha256>` (immutable files, named by their content), `manifests/<number>` (one for each generation:
which objects it is made of), `lock` and, while a build runs, `pending`. Laws: no manifest names an object that is not synced; a
manifest appears by one rename; an object outlives every manifest that names it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.errors import IndexBusy, RagError
from rag.index.storage.objects import BINARY, Stored, file_sha256

FORMAT = 2  # of the folder; any other number is refused with an error that names it
KEPT = 2  # generations kept on disk, so that a reader opening the older one still finds it
ROOM = 1.2  # times the bytes of a generation that must be free before it is written
_HEADER = re.compile(rb"rag index (\d+) sha256=([0-9a-f]{64})\n")


def prepare(path: Path) -> None:
    """Create the folders of an index, private to this user: they hold the text of the documents."""
    for folder in (path, path / "objects", path / "manifests"):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)
        elif folder.stat().st_mode & 0o077:
            with contextlib.suppress(OSError):  # a volume owned by another user
                folder.chmod(0o700)


def write_manifest(path: Path, number: int, body: Mapping[str, object]) -> None:
    """Publish a generation: when this returns, it is on disk and every new reader gets it."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "surrogatepass")
    header = f"rag index {FORMAT} sha256={hashlib.sha256(text).hexdigest()}\n".encode()
    temporary = path / "manifests" / "next.tmp"
    write_synced(temporary, header + text)
    os.replace(temporary, path / "manifests" / f"{number:08d}")
    sync_folder(path / "manifests")


def read_manifest(path: Path, number: int) -> dict[str, Any]:
    """Return the body of one manifest; ValueError if it is invalid."""
    data = (path / "manifests" / f"{number:08d}").read_bytes()
    header = _HEADER.match(data)
    if header is None:
        raise ValueError("it is empty" if not data else "it does not begin like a manifest")
    if int(header[1]) != FORMAT:
        raise ValueError(f"it has format {int(header[1])}, this program reads format {FORMAT}")
    text = data[header.end() :]
    if hashlib.sha256(text).hexdigest().encode() != header[2]:
        raise ValueError("its checksum does not match")
    body: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    if body.get("generation") != number:
        raise ValueError(f"it belongs to generation {body.get('generation')}")
    return body


def require_space(path: Path, size: int) -> None:
    """Raise OSError, before anything is written, if a generation of this size does not fit."""
    free = shutil.disk_usage(path).free
    if free < ROOM * size:
        needed = f"about {ROOM * size / 2**20:,.0f} MB are needed, {free / 2**20:,.0f} MB are free"
        raise OSError(errno.ENOSPC, f"no space left ({needed})", str(path))


def check_files(path: Path, files: Mapping[str, Stored]) -> None:
    """Verify the written files by reading them back; OSError if the disk did not keep one."""
    for role, stored in files.items():
        file = path / "objects" / stored.sha256
        if file.stat().st_size != stored.size or file_sha256(file) != stored.sha256:
            raise OSError(errno.EIO, f"the disk did not keep what was written ({role})", str(file))


def numbers(path: Path) -> list[int]:
    """List the generations that have a manifest, valid or not, newest first."""
    try:
        names = os.listdir(path / "manifests")
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted((int(name) for name in names if re.fullmatch(r"[0-9]{8}", name)), reverse=True)


def collect(path: Path) -> None:
    """Remove what no reader opens any more: all but the newest valid generations, and all leftovers.

    Called by the writer that holds the lock. Files in use stay until a later call.
    """
    kept = set[str]()
    for number in numbers(path):
        if len(kept) < KEPT and _objects_of(path, number):
            kept.add(f"{number:08d}")
    gone = [file for file in (path / "manifests").iterdir() if file.name not in kept]
    _unlink(gone)
    if gone:
        sync_folder(path / "manifests")  # on disk, too, an object must outlive every manifest that names it
    wanted = set[str]().union(*(_objects_of(path, number) for number in numbers(path)))
    _unlink(file for file in (path / "objects").iterdir() if file.name not in wanted)


def _objects_of(path: Path, number: int) -> set[str]:
    """Return the names of a generation's objects, none if its manifest is invalid."""
    try:
        return {sha256 for _, sha256 in read_manifest(path, number)["files"].values()}
    except (OSError, ValueError):
        return set()


def write_synced(file: Path, data: bytes) -> None:
    """Write a whole file and sync it."""
    descriptor = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | BINARY, 0o600)
    try:
        done = 0
        while done < len(data):
            done += os.write(descriptor, memoryview(data)[done:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows does so automatically."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the index for one writer; IndexBusy names the process that holds it. A dead process holds no lock."""
    descriptor = os.open(path / "lock", os.O_CREAT | os.O_RDWR | BINARY, 0o600)
    try:
        if not _take(descriptor):
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip("\0 \n")
            raise IndexBusy(path, f"process {holder}" if holder else "another process")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn a disk failure into a one-line error that says what to do."""
    try:
        yield
    except OSError as error:
        file = error.filename or path
        raise RagError(
            f"cannot write the index at '{path}': {file}: {error.strerror}; the index published before still answers; "
            "free some space or permit writing there, then run: rag build seeds"
        ) from error


def _take(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(
                descriptor, 1 << 20, os.SEEK_SET
            )  # beyond the text, so that other processes can read who holds the lock
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        return False
    return True


def _unlink(files: Iterable[Path]) -> None:
    for file in files:
        with contextlib.suppress(PermissionError, FileNotFoundError):  # Windows refuses while a reader has it open
            file.unlink()
