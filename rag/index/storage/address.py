"""Parses the location of an index: a local folder, or a collection in a PostgreSQL database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
COLLECTION = re.compile(r"\w[\w .-]{0,59}")


@dataclass(frozen=True, slots=True)
class Address:
    """A collection in a database: `postgresql://[user[:password]@]host[:port]/database/collection[?host=…]`."""

    database: str = field(repr=False)  # the database's address, as libpq takes it; it may hold a password
    collection: str
    shown: str  # without the password

    def __str__(self) -> str:
        return self.shown


Location: TypeAlias = Path | Address


def location_of(index: str | Path | Address) -> Location:
    """Return the location for a folder's name or a database address; ValueError for an address without a collection."""
    if isinstance(index, str) and index.partition("://")[0] in SCHEMES:
        return _address(index)
    return index if isinstance(index, Address) else Path(index)


def _address(text: str) -> Address:
    parts = urlsplit(text)
    database, _, collection = parts.path.strip("/").rpartition("/")
    collection = unquote(collection)
    if "@" in parts.path:
        raise ValueError("an address in PostgreSQL has an @ after its host; write / in a password as %2F, and @ as %40")
    if not database or not COLLECTION.fullmatch(collection):
        raise ValueError(
            "an index in PostgreSQL is postgresql://host/database/collection; this address names no collection"
        )
    user, _, host = parts.netloc.rpartition("@")
    known = f"{user.partition(':')[0]}@{host}" if user else host
    told = "&".join(one for one in parts.query.split("&") if one and "password" not in unquote(one.partition("=")[0]))
    return Address(
        f"{parts.scheme}://{parts.netloc}/{database}{f'?{parts.query}' if parts.query else ''}",
        collection,
        f"{parts.scheme}://{known}/{database}/{quote(collection)}{f'?{told}' if told else ''}",
    )
