"""Splits documents into passages and texts into sentences."""

from rag.language.sentences import is_list, sentences
from rag.split.ids import text_id
from rag.split.join import join_neighbours
from rag.split.passages import HEADING_ROOM, SPLITTER_VERSION, embedded_text, split_document

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
