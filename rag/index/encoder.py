"""Chooses the encoder of an index: by its documents for a new one, the one that it was built with for another."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path

from rag.index.storage.remembered import newest_manifest
from rag.models import DEFAULT_ENCODER
from rag.models.choice import encoder_for
from rag.models.encoder import SentenceEncoder
from rag.protocols import Encoder
from rag.types import Skipped

log = logging.getLogger(__name__)

LOOKED_AT = 40  # files whose languages choose


def encoder_for_folder(seeds: Path) -> tuple[str, str]:
    """Return the name of the encoder that fits a folder, and advice where a fitting one is not on this machine."""
    from rag.load import load_documents

    looked_at = islice(load_documents(seeds), LOOKED_AT)
    return encoder_for(found.text for found in looked_at if not isinstance(found, Skipped))


def encoder_of(index: Path, encoder: Encoder | str | None, *, building: bool = False) -> tuple[Encoder, str]:
    """Return the encoder that is meant, None being that of the index, with its name if it has one; a build that changes it says so."""
    kept = newest_manifest(index)
    name = (kept.encoder if kept else "") or DEFAULT_ENCODER if encoder is None else encoder
    coder, name = (SentenceEncoder.named(name), name) if isinstance(name, str) else (name, "")
    if building and kept and kept.fingerprint != coder.fingerprint:
        log.warning("the index is of encoder %s; %s embeds every passage anew", kept.fingerprint, coder.fingerprint)
    return coder, name
