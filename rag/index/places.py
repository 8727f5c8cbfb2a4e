"""Opens an index in a folder or in a database; the database driver is loaded only when needed."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import RagError
from rag.index.search.index import Index
from rag.index.storage import generation, remembered
from rag.index.storage.address import Address, Location
from rag.index.storage.manifest import Manifest
from rag.types import Vectors


class Receiver(Protocol):
    """A writer that accepts vectors."""

    @property
    def fingerprint(self) -> str:
        """That of the encoder that makes them."""

    def missing(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return which text keys, (n, 2), have no vector yet."""

    def remember(self, keys: NDArray[np.uint64], vectors: Vectors) -> None:
        """Store vectors, (n, d), by their text keys, (n, 2)."""


class Building(Protocol):
    """A place locked by one builder."""

    @property
    def folder(self) -> Path:
        """The local folder in which a generation is built."""

    def parts(self) -> Sequence[Building]:
        """Return the parts of this place that are shared, each built by itself from the documents that it holds."""

    def holds(self, source: str) -> bool:
        """Return True for a document that belongs here."""

    def lend(self, writer: Receiver) -> None:
        """Give a writer the vectors that this place has and the folder lacks."""

    def publish(self, made: int) -> int:
        """Publish generation `made` of the folder to this place; return its number here."""


def open_index(place: Location, *, fingerprint: str | None = None) -> Index:
    """Open the newest whole generation.

    Raises IndexMissing, IndexCorrupt, and IndexMismatch if it was built with another encoder than `fingerprint`.
    """
    if isinstance(place, Address):
        found: Index = _postgres("opening").open_index(place, fingerprint=fingerprint)
        return found
    return Index.open(place, fingerprint=fingerprint)


def newest(place: Location) -> int:
    """Return the number of the newest generation, 0 if there is none; reads little."""
    return pointer(place)[1]


def pointer(place: Location) -> tuple[int, int]:
    """Return what an open index has as its `key` if it is the newest: the number is 0 if there is none; reads little."""
    if isinstance(place, Address):
        found: tuple[int, int] = _postgres("opening").pointer(place)
        return found
    return 0, generation.newest(place)


def newest_manifest(place: Location) -> Manifest | None:
    """Return the newest valid manifest, None if there is none."""
    if isinstance(place, Address):
        found: Manifest | None = _postgres("opening").newest_stored(place)
        return found
    return remembered.newest_manifest(place)


def seeds_of(place: Location) -> Path | None:
    """Return the folder that an index was built from, None if unknown; it may have moved."""
    if isinstance(place, Address):
        manifest = newest_manifest(place)
        return Path(manifest.seeds) if manifest and manifest.seeds else None
    return remembered.seeds_of(place)


def building(place: Location) -> AbstractContextManager[Building]:
    """Lock a place for one builder, as a context manager; IndexBusy if another holds it."""
    if isinstance(place, Address):
        found: AbstractContextManager[Building] = _postgres("publishing").building(place)
        return found
    return contextlib.nullcontext(Folder(place))


def share(address: Address, role: str, folders: Sequence[str] = ()) -> None:
    """Let a role of the database read these folders of an index and nothing else, or with none all of it."""
    _postgres("sharing").share(address, role, folders)


def unshare(address: Address, role: str) -> None:
    """Let a role read nothing of an index, from now on."""
    _postgres("sharing").unshare(address, role)


def shares(address: Address) -> list[tuple[str, tuple[str, ...]]]:
    """Return who may read which folders of an index, none for all of it: (role, folders)."""
    found: list[tuple[str, tuple[str, ...]]] = _postgres("sharing").shares(address)
    return found


class Folder:
    """An index that is built in place; its writer holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self) -> Sequence[Building]:
        """Return none: who may read a folder, the operating system decides."""
        return ()

    def holds(self, source: str) -> bool:
        """Return True: every document belongs here."""
        return True

    def lend(self, writer: Receiver) -> None:
        """Lend nothing: the writer already has everything."""

    def publish(self, made: int) -> int:
        """Return the number: it is published already."""
        return made


def _postgres(module: str) -> Any:
    """Import a module that needs the database driver; RagError if the driver is not installed."""
    try:
        return importlib.import_module(f"rag.index.postgres.{module}")
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise RagError(
            "an index in PostgreSQL needs the driver psycopg, which is not installed; run: pip install 'cited-rag[postgres]'"
        ) from error
