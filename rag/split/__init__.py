"""Splits documents into passages and texts into sentences."""

from rag.split.passages import HEADING_ROOM, SPLITTER_VERSION, embedded_text, split_document, text_id
from rag.split.spans import is_list, sentences

__all__ = [
    "HEADING_ROOM",
    "SPLITTER_VERSION",
    "embedded_text",
    "is_list",
    "sentences",
    "split_document",
    "text_id",
]
