"""Situations as the forms of a reply meet them: documents as they are loaded, and evidence as a reader would score it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rag.answer.intent import Intent
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.load.formats import LOADERS
from rag.split import split_document
from rag.split.blocks import blocks_of
from rag.types import Document, Passage

TODAY = date(2030, 5, 20)


def loaded(source: str, text: str) -> Document:
    """The document of a file with this text."""
    parsed = LOADERS[source[source.rindex(".") :]](text.encode(), source)
    return Document(source, source, parsed.title or source, parsed.text, segments=parsed.segments)


def passages(document: Document) -> list[Passage]:
    """Its passages, by a window that is counted in words."""
    return split_document(document, window=128, measure=lambda text: len(text.split()))


def situation(
    question: str, form: str, files: Mapping[str, str], *best: str, polarity: tuple[float, float, float] = (0, 0, 1)
) -> Situation:
    """A question whose evidence is every block; those that hold one of `best` come first, in that order, and have its words as answer."""
    documents = {source: loaded(source, text) for source, text in files.items()}
    every = {source: passages(document) for source, document in documents.items()}
    blocks = [b for source, document in documents.items() for p in every[source] for b in blocks_of(document, p)]
    found: list[Evidence] = []
    for rank, words in enumerate(best):
        block = next(b for b in blocks if words in b.text)
        at = block.text.index(words)
        found.append(
            Evidence(
                block.passage, block.start, block.end, block.quote, 0.6 / (1 + rank), block.text, block.kind,
                (at, at + len(words)), 0.9, polarity, block.offsets,
            )
        )  # fmt: skip
    taken = {(e.passage.source, e.start) for e in found}
    found += [
        Evidence.of(b, 0.001) for b in blocks if (b.passage.source, b.start) not in taken and b.kind != "question"
    ]
    return Situation(
        question, Intent("ask", form, 0.0, 1.0), tuple(found), documents, every.__getitem__, TODAY, tuple(documents)
    )
