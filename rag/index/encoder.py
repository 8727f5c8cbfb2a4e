"""Chooses the encoder of an index: for a new index by its documents, else the one it was built with."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path

from rag.errors import ModelUnavailable
from rag.index.places import newest_manifest
from rag.index.storage.address import Location
from rag.models import DEFAULT_ENCODER
from rag.models.encoder import SentenceEncoder
from rag.models.remote_encoder import SERVED, RemoteEncoder
from rag.protocols import Encoder
from rag.types import Document

log = logging.getLogger(__name__)

LOOKED_AT = 40  # files whose languages decide
LONG_ENOUGH = 4_000_000  # characters of these files kept for the build; at most about 16 MB


def first_documents(seeds: Path) -> dict[str, Document]:
    """Return the first documents of a folder by source: up to LOOKED_AT files, fewer once they have LONG_ENOUGH characters."""
    from rag.load import load_documents

    found: dict[str, Document] = {}
    for document in islice(load_documents(seeds), LOOKED_AT):
        if isinstance(document, Document):
            found[document.source] = document
        if sum(len(each.text) for each in found.values()) >= LONG_ENOUGH:
            break
    return found


def encoder_of(index: Location, encoder: Encoder | str | None, *, building: bool = False) -> tuple[Encoder, str]:
    """Return the encoder and its name, if it has one; None means that of the index. A build that changes it logs so."""
    kept = newest_manifest(index)
    if encoder is None and kept and SERVED in kept.fingerprint:
        model = kept.fingerprint.partition(SERVED)[0]
        raise ModelUnavailable(
            model,
            f"the index at '{index}' was built with this model on a server, which is used only if you name it: --encoder http://SERVER/v1#{model}",
        )
    name = (kept.encoder if kept else "") or DEFAULT_ENCODER if encoder is None else encoder
    if isinstance(name, str) and name.startswith(("http://", "https://")):
        name = RemoteEncoder.named(
            name
        )  # the index does not store the server's address: opening an index never contacts a server by itself
    coder, name = (SentenceEncoder.named(name), name) if isinstance(name, str) else (name, "")
    if building and kept and kept.fingerprint != coder.fingerprint:
        log.warning(
            "the index was built with encoder %s; %s embeds every passage again", kept.fingerprint, coder.fingerprint
        )
    return coder, name
