"""Chooses the encoder of a new index by what its documents want."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from rag.models.choice import encoder_for
from rag.types import Skipped

LOOKED_AT = 40  # files whose languages choose


def encoder_for_folder(seeds: Path) -> tuple[str, str]:
    """Return the name of the encoder that fits a folder, and advice where a fitting one is not on this machine."""
    from rag.load import load_documents

    looked_at = islice(load_documents(seeds), LOOKED_AT)
    return encoder_for(found.text for found in looked_at if not isinstance(found, Skipped))
