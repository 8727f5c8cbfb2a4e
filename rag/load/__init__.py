"""Reads files of many formats into Documents."""

from rag.load.documents import (
    LOADERS,
    PARSER_VERSION,
    Loaded,
    document_id,
    iter_documents,
    load_documents,
    read_document,
)
from rag.load.parser import Parser
from rag.load.pdf import Rectangle
from rag.load.walk import Found

__all__ = [
    "LOADERS",
    "PARSER_VERSION",
    "Found",
    "Loaded",
    "Parser",
    "Rectangle",
    "document_id",
    "iter_documents",
    "load_documents",
    "read_document",
]
