"""Downloads a file with resume: the next try, in this run or a later one, continues where the last one stopped."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from rag.models.catalog import sha256_of

TRIES = 5  # per run; a try that brings nothing is the last
TIMEOUT = 60.0  # seconds without a byte
BLOCK = 1 << 18  # bytes
PARTIAL, NO_SUCH_RANGE = 206, 416  # HTTP statuses


class BrokenOff(Exception):
    """An incomplete download; `held` counts the bytes kept for the next try."""

    def __init__(self, words: str, held: int = 0) -> None:
        super().__init__(words)
        self.held = held


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at an address, with its sha256; `settings` may name a `proxy` and a `cert` file, as pip's do."""

    url: str
    sha256: str
    settings: Mapping[str, str]

    def opener(self) -> OpenerDirector:
        """Return the opener for the address."""
        proxy, context = self.settings.get("proxy"), _context(self.settings.get("cert"))
        proxies = [ProxyHandler({"http": proxy, "https": proxy})] if proxy else []
        return build_opener(HTTPSHandler(context=context), *proxies)


@cache
def _context(cert: str | None) -> ssl.SSLContext:
    """Return what checks the server's certificate, read once: the system has hundreds of certificates."""
    return ssl.create_default_context(cafile=cert)


def complete(remote: Remote, part: Path, *, tries: int = TRIES) -> None:
    """Read the rest of a file into `part`; BrokenOff if that fails, OSError if writing fails.

    A file with a different sha256 is deleted and reported.
    """
    for _ in range(tries):
        held = _size(part)
        trouble = _read_on(remote, part, held)
        if not trouble:
            break
        if _size(part) <= held:
            raise BrokenOff(trouble, held)
    else:
        raise BrokenOff(trouble, _size(part))
    if sha256_of(part) != remote.sha256:
        part.unlink()
        raise BrokenOff("the downloaded file is not the expected one (sha256 differs)")


def _read_on(remote: Remote, part: Path, held: int) -> str:
    """Read from byte `held` on; return the reason of an interruption, nothing if the end was reached."""
    request = Request(remote.url, headers={"Range": f"bytes={held}-"} if held else {})
    try:
        answer = remote.opener().open(request, timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        return "" if error.code == NO_SUCH_RANGE and held else f"the server says {error.code}"
    except OSError as error:
        return str(error.reason if hasattr(error, "reason") else error)
    with answer:
        return _written(answer, part, held)


def _written(answer: HTTPResponse, part: Path, held: int) -> str:
    goes_on = answer.status == PARTIAL and answer.headers.get("Content-Range", "").startswith(f"bytes {held}-")
    left = answer.length
    with part.open("ab" if goes_on else "wb") as stream:
        while True:
            try:
                block = answer.read(BLOCK)
            except (OSError, HTTPException) as error:
                return str(error) or type(error).__name__
            if not block:
                break
            stream.write(block)
            left = None if left is None else left - len(block)
    return "the connection ended early" if left else ""


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0
