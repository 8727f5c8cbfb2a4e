"""Reads files of many formats into Documents."""

from rag.load.documents import (
    PARSER_VERSION,
    File,
    document_id,
    load_documents,
    parse,
    read_files,
    why_nothing,
)
from rag.load.formats import LOADERS
from rag.load.pdf.pdf import Rectangle
from rag.load.sandbox.parser import Parser
from rag.load.walk import Found

__all__ = [
    "LOADERS",
    "PARSER_VERSION",
    "File",
    "Found",
    "Parser",
    "Rectangle",
    "document_id",
    "load_documents",
    "parse",
    "read_files",
    "why_nothing",
]
