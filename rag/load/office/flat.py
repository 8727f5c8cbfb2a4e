"""Reads flat OpenDocument files: the same XML, in one file instead of an archive."""

from __future__ import annotations

from rag.load.office.opendocument import read_content
from rag.load.office.package import parse_xml_part
from rag.load.parsed import Parsed


def parse_flat(data: bytes, source: str) -> Parsed:
    """Return the text of a flat OpenDocument file."""
    root = parse_xml_part(data, source, "the file")
    return read_content(root, root, source)
