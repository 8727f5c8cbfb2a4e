"""Reads what an index says about itself, from its newest manifest only."""

from __future__ import annotations

import os
from pathlib import Path

from rag.index.storage.folder import numbers, read_manifest
from rag.index.storage.manifest import Manifest, manifest_of


def newest_manifest(path: Path) -> Manifest | None:
    """Return the newest valid manifest, None if there is none."""
    for number in numbers(path):
        try:
            return manifest_of(read_manifest(path, number))
        except (OSError, ValueError):
            continue
    return None


def seeds_of(path: Path) -> Path | None:
    """Return the folder that an index was built from, None if unknown; both may have moved."""
    manifest = newest_manifest(path)
    if manifest is None or not manifest.seeds:
        return None
    found = Path(os.path.normpath(path.resolve() / manifest.seeds))
    return found.relative_to(Path.cwd()) if found.is_relative_to(Path.cwd()) else found
