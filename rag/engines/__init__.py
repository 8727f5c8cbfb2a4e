"""Parses files and embeds texts for a build: in this process, or in the workers of a Ray cluster."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager

from rag.engines.engine import Engine
from rag.engines.local import Local
from rag.errors import RagError
from rag.protocols import Encoder

__all__ = ["LOCAL", "Engine", "engine_of"]

LOCAL = "local"
RAY = "ray"  # alone, or with the address of a cluster: ray:ADDRESS


def engine_of(name: str, encoder: Encoder, encoder_name: str) -> AbstractContextManager[Engine]:
    """Return the engine of a name, as a context manager; ValueError for an unknown one, RagError if Ray is not installed.

    `encoder_name` is what workers find the encoder by; empty for an object of the user's own, which is sent to them.
    """
    kind, _, address = name.partition(":")
    if name == LOCAL:
        return Local(encoder)
    if kind != RAY:
        raise ValueError(f"engine is {name!r}; give {LOCAL}, {RAY} or {RAY}:ADDRESS")
    try:
        on_ray = importlib.import_module("rag.engines.on_ray")
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise RagError(
            "building with Ray needs the package ray, which is not installed; run: pip install 'cited-rag[ray]'"
        ) from error
    found: AbstractContextManager[Engine] = on_ray.OnRay(address, encoder, encoder_name)
    return found
