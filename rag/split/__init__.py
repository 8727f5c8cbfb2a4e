"""Splits documents into passages and folds those that say the same."""

from rag.split.ids import text_id
from rag.split.join import join_neighbours
from rag.split.passages import HEADING_ROOM, SPLITTER_VERSION, embedded_text, split_document

__all__ = [
    "HEADING_ROOM",
    "SPLITTER_VERSION",
    "embedded_text",
    "join_neighbours",
    "split_document",
    "text_id",
]
