"""Serves an open local index as a collection for local programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from rag.pipeline import Rag
from rag.types import Answer, Document, Hit, Turn


class OwnLibrary:
    """A Library on a Rag; with `folder`, the folder of its documents, URLs point to the files."""

    ready = True

    def __init__(self, rag: Rag, folder: Path | None = None) -> None:
        self._rag = rag
        self._folder = folder

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""
        return self._rag.documents

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        """Yield a growing answer, the last one complete."""
        return self._rag.stream(question, history=history, sources=sources)

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first."""
        return self._rag.search(question, k=k, sources=sources)

    def address(self, source: str, start: int, end: int) -> str:
        """Return the file's URL with its page, or with the span in its text (RFC 5147).

        Without a folder the location of the file is unknown.
        """
        document = self.documents.get(source)
        pages = document.pages if document is not None else ()
        place = f"page={sum(first <= start for first in pages)}" if pages else f"char={start},{end}"
        file = self._folder / source if self._folder else None
        address = file.resolve().as_uri() if file is not None and file.is_file() else f"rag:///{quote(source)}"
        return f"{address}#{place}"
