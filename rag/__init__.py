"""Answers questions from your own documents, every sentence backed by a checked citation."""

from rag.errors import IndexBusy, IndexCorrupt, IndexMismatch, IndexMissing, LoadError, ModelUnavailable, RagError
from rag.pipeline import Rag, ask, build
from rag.types import (
    Answer,
    BuildReport,
    Citation,
    Document,
    Evidence,
    Hit,
    Passage,
    Place,
    Segment,
    Sentence,
    Skipped,
    Trace,
    Turn,
)

__all__ = [
    "Answer",
    "BuildReport",
    "Citation",
    "Document",
    "Evidence",
    "Hit",
    "IndexBusy",
    "IndexCorrupt",
    "IndexMismatch",
    "IndexMissing",
    "LoadError",
    "ModelUnavailable",
    "Passage",
    "Place",
    "Rag",
    "RagError",
    "Segment",
    "Sentence",
    "Skipped",
    "Trace",
    "Turn",
    "__version__",
    "ask",
    "build",
]

__version__ = "0.1.0"
