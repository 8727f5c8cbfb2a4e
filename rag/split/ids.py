"""Identifies texts by their content, ignoring case and spacing."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

MAX_CHARACTERS = 2_000  # of a passage: an encoder may read a string without blanks, however long, as one unknown token


def text_id(text: str) -> str:
    """Return the id of a passage's text: 16 hexadecimal digits, independent of case and spacing."""
    normal = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
