"""Finds indexes by name: a collection is a folder `collections/NAME` with an `index` and maybe `documents`."""

from __future__ import annotations

import re
from pathlib import Path

from rag.index.storage.remembered import newest_manifest, seeds_of

COLLECTIONS = "collections"  # beside the unnamed index
DOCUMENTS = "documents"
NAME = re.compile(r"\w[\w .,()&-]{0,58}[\w)]|\w")  # one visible folder name
MOST = 100  # collections


def index_of(name: str, index: Path) -> Path:
    """Return the index folder of a named collection, beside the unnamed index; ValueError for an invalid name."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a collection; give letters, digits, blanks and - . , ( ) &")
    return index.parent / COLLECTIONS / name / "index"


def documents_of(index: Path) -> Path:
    """Return the folder of a collection's documents: the one its index names, else its own."""
    kept = seeds_of(index)
    return kept if kept and kept.is_dir() else index.parent / DOCUMENTS


def collections_of(index: Path) -> list[tuple[str, Path]]:
    """List (name, index) of the collections beside an index, by name."""
    folder = index.parent / COLLECTIONS
    found = [entry.name for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    named = [(name, index_of(name, index)) for name in sorted(found) if NAME.fullmatch(name)]
    return [(name, one) for name, one in named if (one.parent / DOCUMENTS).is_dir() or newest_manifest(one)][:MOST]


def begin_collection(name: str, index: Path) -> None:
    """Create the folder of a collection without documents; ValueError if there are too many or the name is invalid."""
    if len(collections_of(index)) >= MOST:
        raise ValueError(f"there are {MOST} collections already; delete one in the folder {COLLECTIONS}")
    (index_of(name, index).parent / DOCUMENTS).mkdir(parents=True, exist_ok=True)
