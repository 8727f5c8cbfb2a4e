"""Authenticates programs by the SHA-256 of their keys.

A key is 256 random bits made by `rag key`: it cannot be guessed, and a plain hash does not reveal it.
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
    """The accepted keys."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take lines made by `line_of`; ValueError for an invalid one."""
        self._digests = [_digest_in(line) for line in lines]

    def accepts(self, authorization: str) -> bool:
        """Return True if an Authorization header has one of the keys; every key is compared, in constant time."""
        kind, _, key = authorization.partition(" ")
        digest = _digest(key.strip())
        found = [hmac.compare_digest(digest, known) for known in self._digests]
        return kind.lower() == "bearer" and any(found)


def new_key() -> str:
    """Return a new random key."""
    return PREFIX + secrets.token_urlsafe(KEY_BYTES)


def line_of(name: str, key: str) -> str:
    """Return the line that grants access with a key."""
    line = f"{name}:sha256:{_digest(key)}"
    if not LINE.fullmatch(line):
        raise ValueError(f"{name!r} is not a valid name; give letters, digits, '.', '@', '-' or '_'")
    return line


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _digest_in(line: str) -> str:
    match = LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"{line[:20]!r}… is not a name with the hash of its key; make one with: rag key NAME")
    return match[2]
