"""Validates the address of a web page, and derives the name of its file."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from rag.errors import LoadError
from rag.load.names import clean_name

LONGEST = 2_000  # characters that all browsers and servers support
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # not a host with its port
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?", re.IGNORECASE)
IPV6 = re.compile(r"[0-9a-f:.]+", re.IGNORECASE)
IN_PATH = "/%:@!$&'()*+,;=~-._"  # allowed unescaped in a path (RFC 3986)
DEEPEST = 16  # folders
SPELLED = {
    ".html": (".html", ".htm", ".xhtml"),
    ".txt": (".txt", ".text", ".log"),
}  # suffixes that already state the kind


def checked(said: str) -> SplitResult:
    """Return an address in normal form; LoadError if it is not the address of a web page."""
    said = said.strip()
    if len(said) > LONGEST or not said.isprintable() or " " in said:
        raise _no_address(said)
    try:
        parts = urlsplit(said if SCHEME.match(said) else f"https://{said}")
        host, port = _host(parts), parts.port
    except (ValueError, UnicodeError):
        raise _no_address(said) from None
    if parts.scheme not in ("http", "https"):
        raise LoadError(said[:80], "only addresses with http:// and https:// are fetched")
    if not host:
        raise _no_address(said)
    if "@" in parts.netloc:
        raise LoadError(host, "its address holds a name or a password; nothing is fetched with one")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    path, query = quote(parts.path or "/", safe=IN_PATH), quote(parts.query, safe=f"{IN_PATH}?")
    return urlsplit(urlunsplit((parts.scheme, place, path, query, "")))


def file_of(address: str, kind: str) -> str:
    """Return the path of a page below the documents, modelled on its address: example.org/guide/ferry.html.

    No part of it is hidden, leaves the folder, or has a character that a file system rejects.
    """
    parts = urlsplit(address)
    *folders, last = parts.path.split("/")
    folders = [name for name in map(_clean, folders) if name]
    folders = [*folders[: DEEPEST - 1], *([_clean("_".join(folders[DEEPEST - 1 :]))] if folders[DEEPEST - 1 :] else [])]
    last = f"{last or 'index'}?{parts.query}" if parts.query else last or "index"
    ends = last.lower().endswith(SPELLED.get(kind, (kind,)))
    name = _clean(last) or "page"
    name = name if ends and name.lower().endswith(SPELLED.get(kind, (kind,))) else f"{name[: 120 - len(kind)]}{kind}"
    return "/".join([_clean(parts.netloc) or "page", *folders, _clean(name) or f"page{kind}"])


def _no_address(said: str) -> LoadError:
    return LoadError(said[:80], "it is no address of a web page; give one like https://example.org/page")


def _host(parts: SplitResult) -> str:
    """Return the host in ASCII form; nothing if it is invalid."""
    host = parts.hostname or ""
    if ":" in host:
        return host if IPV6.fullmatch(host) else ""
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    return host if HOST.fullmatch(host) else ""


def _clean(part: str) -> str:
    """Return a part of an address as a file or folder name; nothing if no character is left."""
    part = re.sub(r"[/\\[\]]", "_", unquote(part))
    part = "".join(c if c.isprintable() else "_" for c in part).lstrip(" .~$")
    return clean_name(part).lstrip(" .~$")
