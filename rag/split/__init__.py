"""Splits documents into passages and texts into sentences."""

from rag.split.gather import join_neighbours
from rag.split.passages import HEADING_ROOM, SPLITTER_VERSION, embedded_text, split_document
from rag.split.spans import is_list, sentences
from rag.split.texts import text_id

__all__ = [
    "HEADING_ROOM",
    "SPLITTER_VERSION",
    "embedded_text",
    "is_list",
    "join_neighbours",
    "sentences",
    "split_document",
    "text_id",
]
