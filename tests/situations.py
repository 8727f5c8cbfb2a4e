"""Test situations for the forms of a reply: loaded documents, and evidence with a reader's scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rag.answer.question.intent import Intent
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.load.formats import LOADERS
from rag.split import split_document
from rag.split.blocks import blocks_of
from rag.types import Document, Passage

TODAY = date(2030, 5, 20)


def loaded(source: str, text: str) -> Document:
    """Return the loaded document of a file with this text."""
    parsed = LOADERS[source[source.rindex(".") :]](text.encode(), source)
    return Document(source, source, parsed.title or source, parsed.text, segments=parsed.segments)


def passages(document: Document) -> list[Passage]:
    """Return its passages, with a window counted in words."""
    return split_document(document, window=128, measure=lambda text: len(text.split()))


def situation(
    question: str, form: str, files: Mapping[str, str], *best: str, polarity: tuple[float, float, float] = (0, 0, 1)
) -> Situation:
    """Return a question whose evidence is every block.

    Blocks that contain one of `best` come first, in that order, with those words as their answer.
    """
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
