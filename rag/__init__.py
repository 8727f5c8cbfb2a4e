"""Answers questions from your own documents, every sentence backed by a checked citation."""

import sys

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # disable OpenVINO's telemetry

from rag.building import build  # noqa: E402
from rag.errors import (  # noqa: E402
    IndexBusy,
    IndexCorrupt,
    IndexMismatch,
    IndexMissing,
    LoadError,
    ModelUnavailable,
    RagError,
)
from rag.evidence import Block, Evidence, Reading  # noqa: E402
from rag.models.remote import RemoteGenerator  # noqa: E402
from rag.pipeline import Rag, ask  # noqa: E402
from rag.protocols import Encoder, Generator, Reader  # noqa: E402
from rag.types import (  # noqa: E402
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
