"""Checks names and passwords against scrypt hashes, with a rate limit."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable

COST, BLOCK, LANES = 2**15, 8, 3  # of scrypt: OWASP's password storage cheat sheet; 32 MB and a fifth of a second
MEMORY = 2 * 128 * COST * BLOCK  # memory limit of scrypt in bytes
LINE = re.compile(r"([\w.@-]{1,64}):scrypt:([0-9a-f]{32}):([0-9a-f]{64})")
WRONG = 5  # failed tries per address, and ten times as many in total, before a rate limit applies
WINDOW = 60.0  # seconds
SHORTEST = 8  # characters: NIST SP 800-63B


class TooMany(Exception):
    """Too many failed logins; the client must wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts; wait {seconds} seconds")
        self.seconds = seconds


class Passwords:
    """Names with the hashes of their passwords."""

    def __init__(self, lines: Iterable[str], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take lines made by `hashed`; ValueError for an invalid one."""
        self._hashes = dict(map(_parts, lines))
        if not self._hashes:
            raise ValueError("nobody can log in yet; make a line for a name with: rag password NAME")
        self._clock = clock
        self._lock = threading.Lock()  # one hash at a time, so that guessing cannot exhaust CPU and memory
        self._key = secrets.token_bytes(32)
        self._right: dict[str, bytes] = {}  # name → digest of a verified password, to avoid hashing on every request
        self._wrong: list[tuple[float, str]] = []  # (time, address)

    def right(self, name: str, password: str, *, client: str) -> bool:
        """Return True if this is the password of that name; TooMany after too many recent failures."""
        digest = hmac.digest(self._key, password.encode("utf-8", "replace"), "sha256")
        if hmac.compare_digest(self._right.get(name, b""), digest):
            return True
        with self._lock:
            self._wait(client)
            salt, expected = self._hashes.get(name, (b"", b"\0" * 32))  # an unknown name takes equally long
            found = hmac.compare_digest(_hash(password, salt), expected) and name in self._hashes
            if found:
                self._right[name] = digest
            else:
                self._wrong.append((self._clock(), client))
        return found

    def _wait(self, client: str) -> None:
        now = self._clock()
        self._wrong = [(when, who) for when, who in self._wrong if now - when < WINDOW]
        theirs = [when for when, who in self._wrong if who == client]
        if len(theirs) >= WRONG or len(self._wrong) >= 10 * WRONG:
            raise TooMany(int(WINDOW - (now - (theirs or [self._wrong[0][0]])[0])) + 1)


def hashed(name: str, password: str) -> str:
    """Return the line for this name and password."""
    if len(password) < SHORTEST:
        raise ValueError(f"the password has {len(password)} characters; give at least {SHORTEST}")
    salt = secrets.token_bytes(16)
    line = f"{name}:scrypt:{salt.hex()}:{_hash(password, salt).hex()}"
    if not LINE.fullmatch(line):
        raise ValueError(f"{name!r} is not a valid name; give letters, digits, '.', '@', '-' or '_'")
    return line


def _parts(line: str) -> tuple[str, tuple[bytes, bytes]]:
    match = LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(
            f"{line[:20]!r}… is not a name with the hash of its password; make one with: rag password NAME"
        )
    return match[1], (bytes.fromhex(match[2]), bytes.fromhex(match[3]))


def _hash(password: str, salt: bytes) -> bytes:
    secret = password.encode("utf-8", "replace")
    return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=MEMORY, dklen=32)
