"""Makes an open index on this machine a collection for programs that run here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from rag.pipeline import Rag
from rag.types import Answer, Document, Hit, Turn


class OwnLibrary:
    """A Library on a Rag; with `folder`, that of its documents, addresses are those of the files themselves."""

    ready = True

    def __init__(self, rag: Rag, folder: Path | None = None) -> None:
        self._rag = rag
        self._folder = folder

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""
        return self._rag.documents

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        """Yield an answer that grows, the last one whole."""
        return self._rag.stream(question, history=history, sources=sources)

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first."""
        return self._rag.search(question, k=k, sources=sources)

    def address(self, source: str, start: int, end: int) -> str:
        """Return the file's address with its page, or with the span in its text as RFC 5147 writes it.

        Without a folder nothing tells where the file lies on this machine.
        """
        document = self.documents.get(source)
        pages = document.pages if document is not None else ()
        place = f"page={sum(first <= start for first in pages)}" if pages else f"char={start},{end}"
        file = self._folder / source if self._folder else None
        address = file.resolve().as_uri() if file is not None and file.is_file() else f"rag:///{quote(source)}"
        return f"{address}#{place}"
