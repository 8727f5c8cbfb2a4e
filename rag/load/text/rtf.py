"""Reads Rich Text files as the plain text in them."""

from __future__ import annotations

from rag.load.archive import require_kind
from rag.load.parsed import Parsed
from rag.load.text.plain import parse_plain


def parse_rtf(data: bytes, source: str) -> Parsed:
    """Return the text of an RTF file."""
    from striprtf.striprtf import rtf_to_text

    require_kind(data, source, "an RTF file")
    text = rtf_to_text(
        data.decode("latin-1"), errors="replace"
    )  # RTF itself is ASCII and declares the encoding of its text
    return parse_plain(text.encode("utf-8", "replace"), source)
