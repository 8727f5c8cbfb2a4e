"""Identifies texts by what they say, whatever their case and spacing."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

MAX_CHARACTERS = 2_000  # of a passage: to an encoder, a string of any length without a blank can be one unknown token


def text_id(text: str) -> str:
    """Return the id of a passage's text: 16 hexadecimal digits, the same whatever its case and spacing."""
    normal = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
