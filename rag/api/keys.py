"""Knows the programs that may ask, by the SHA-256 of their keys.

A key is 256 random bits that `rag key` makes, so nobody can guess it, and its plain hash tells nothing of it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

LINE = re.compile(r"([\w.@-]{1,64}):sha256:([0-9a-f]{64})")
PREFIX = "rag-"
KEY_BYTES = 32


class Keys:
    """The keys that are accepted."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take lines as `line_of` makes them; ValueError for one that is none."""
        self._digests = [_digest_in(line) for line in lines]

    def accepts(self, authorization: str) -> bool:
        """Return True if a header of authorization carries one of the keys; every key is compared, in constant time."""
        kind, _, key = authorization.partition(" ")
        digest = _digest(key.strip())
        found = [hmac.compare_digest(digest, known) for known in self._digests]
        return kind.lower() == "bearer" and any(found)


def new_key() -> str:
    """Return a key that nobody else has."""
    return PREFIX + secrets.token_urlsafe(KEY_BYTES)


def line_of(name: str, key: str) -> str:
    """Return the line that lets whoever has the key ask."""
    line = f"{name}:sha256:{_digest(key)}"
    if not LINE.fullmatch(line):
        raise ValueError(f"{name!r} is no name; give letters, digits, '.', '@', '-' or '_'")
    return line


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _digest_in(line: str) -> str:
    match = LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"{line[:20]!r}… is no name with the hash of its key; make one with: rag key NAME")
    return match[2]
