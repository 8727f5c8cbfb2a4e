"""Runs the models: encoder, cross-encoder and generators, local or remote."""

from rag.models.catalog import (
    DEFAULT_ENCODER,
    DEFAULT_GENERATOR,
    EMBEDDED,
    MULTILINGUAL_ENCODER,
    cache_folder,
    fingerprint,
    locate,
    remembered_sha256,
    weight_files,
)
from rag.models.download import fetch

__all__ = [
    "DEFAULT_ENCODER",
    "DEFAULT_GENERATOR",
    "EMBEDDED",
    "MULTILINGUAL_ENCODER",
    "cache_folder",
    "fetch",
    "fingerprint",
    "locate",
    "remembered_sha256",
    "weight_files",
]
