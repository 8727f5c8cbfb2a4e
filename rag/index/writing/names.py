"""Says in words what a document is called: its file, its folders, its title and the day that it states."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.types import Document

RUN_TOGETHER = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[^\W\d_]{3})(?=\d)")  # AnnualReport2025


def name_text(document: Document) -> str:
    """Return the text whose words a question may use to name the document."""
    name = str(PurePosixPath(document.source).with_suffix("")).replace("/", " ").replace("_", " ")
    apart = RUN_TOGETHER.sub(" ", name)
    stated = document.stated.isoformat() if document.stated else ""
    return " ".join(dict.fromkeys(filter(None, (name, apart, stated))))
