"""Answers questions from your own documents, every sentence backed by a checked citation."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # disable OpenVINO's telemetry

if TYPE_CHECKING:
    from rag.building import build
    from rag.errors import (
        IndexBusy,
        IndexCorrupt,
        IndexMismatch,
        IndexMissing,
        LoadError,
        ModelUnavailable,
        RagError,
    )
    from rag.evidence import Block, Evidence, Reading
    from rag.models.remote import RemoteGenerator
    from rag.pipeline import Rag, ask
    from rag.protocols import Encoder, Generator, Reader
    from rag.types import (
        Answer,
        BuildReport,
        Citation,
        Document,
        Hit,
        Message,
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
    "Block",
    "BuildReport",
    "Citation",
    "Document",
    "Encoder",
    "Evidence",
    "Generator",
    "Hit",
    "IndexBusy",
    "IndexCorrupt",
    "IndexMismatch",
    "IndexMissing",
    "LoadError",
    "Message",
    "ModelUnavailable",
    "Passage",
    "Place",
    "Rag",
    "RagError",
    "Reader",
    "Reading",
    "RemoteGenerator",
    "Segment",
    "Sentence",
    "Skipped",
    "Trace",
    "Turn",
    "__version__",
    "ask",
    "build",
]

__version__ = "0.2.0"

# A name is imported when it is used: the process that parses documents uses none of them, and starts in half the time.
HOMES = (
    "rag.errors",
    "rag.types",
    "rag.evidence",
    "rag.protocols",
    "rag.models.remote",
    "rag.pipeline",
    "rag.building",
)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import a public name from its module."""
        if name in __all__:
            for module in map(import_module, HOMES):
                if hasattr(module, name):
                    globals()[name] = getattr(module, name)
                    return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
