"""Embeds the passages whose vectors are not known yet."""

from __future__ import annotations

from rag.index.writing.layout import Plan
from rag.index.writing.writer import IndexWriter
from rag.protocols import Encoder
from rag.types import Progress

BATCH = 256  # passages synced at a time: an interrupted build loses seconds


def embed_new(plan: Plan, writer: IndexWriter, encoder: Encoder, say: Progress) -> int:
    """Embed the texts of a plan that have no vector, syncing each batch; return how many."""
    new = writer.missing(plan.keys)
    for start in range(0, len(new), BATCH):
        texts = [plan.texts[row] for row in new[start : start + BATCH].tolist()]
        writer.add_vectors(texts, encoder.encode(texts))
        say("embedding", start + len(texts), len(new))
    return len(new)
