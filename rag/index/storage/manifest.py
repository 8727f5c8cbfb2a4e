"""Describes the contents of a generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rag.index.storage.objects import Stored
from rag.types import Trait


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a generation; `recall` is recall@10 against exact search, measured at build time."""

    generation: int
    created: str  # UTC, ISO 8601
    fingerprint: str  # of the encoder
    versions: str  # of parser and splitter
    documents: int
    passages: int
    dimension: int
    words: int  # version of the tokenisation into terms
    search: str  # "exact", "lists" (inverted lists in files) or "graph" (HNSW in PostgreSQL)
    recall: float
    probes: int  # lists read per question, or the width of a search in the graph; 0 for exact search
    languages: Mapping[str, int]  # number of passages the lexical index stemmed in each language
    content: str  # digest of everything published
    files: Mapping[str, Stored]
    skipped: tuple[tuple[str, str], ...]  # the files that could not be read: (source, reason)
    encoder: str = ""  # its name, "" if it was given as an object
    planted: Mapping[str, tuple[Trait, ...]] = field(default_factory=dict)  # files made for programs, by source
    planted_rules: int = 0  # version of the rules that found them; 0 if none were applied
    seeds: str = ""  # the folder of the documents, relative to the index; "" in an index of an earlier version


def manifest_body(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest as JSON values."""
    body = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    return body | {"files": {role: [stored.size, stored.sha256] for role, stored in manifest.files.items()}}


def manifest_of(body: dict[str, Any]) -> Manifest:
    """Return the manifest for JSON values; ValueError if they are not one."""
    try:
        given = {"encoder": "", "seeds": "", "planted": {}, "planted_rules": 0, **body}
        values = {
            name: given[name] for name in Manifest.__dataclass_fields__ if name not in ("files", "skipped", "planted")
        }
        files = {role: Stored(int(size), str(sha256)) for role, (size, sha256) in body["files"].items()}
        skipped = tuple((source, reason) for source, reason in body["skipped"])
        planted = {source: tuple(traits) for source, traits in given["planted"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it was written by another version of this program: {error!r}") from error
    return Manifest(files=files, skipped=skipped, planted=planted, **values)
