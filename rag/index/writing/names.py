"""Makes the searchable name of a document from its file, folders, title and stated date."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.types import Document

RUN_TOGETHER = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[^\W\d_]{3})(?=\d)")  # AnnualReport2025


def name_text(document: Document) -> str:
    """Return the words that a question may use to name the document."""
    name = str(PurePosixPath(document.source).with_suffix("")).replace("/", " ").replace("_", " ")
    apart = RUN_TOGETHER.sub(" ", name)
    stated = document.stated.isoformat() if document.stated else ""
    return " ".join(dict.fromkeys(filter(None, (name, apart, stated))))
