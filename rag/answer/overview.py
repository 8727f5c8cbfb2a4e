"""Finds the sentences that say what a whole document is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from rag.language.sentences import sentences
from rag.language.words import words
from rag.types import Document, Encoder, Evidence, Passage

ASKED = re.compile(
    r"\bsummar(?:y|i[sz]e)\b|\boverview\b|\b(?:main|key) (?:points|ideas|findings)\b|\bgist\b|\btl;?dr\b"
    r"|\bwhat (?:is|are|does|do) (?:this|the|these) (?:\w+ )?(?:documents?|texts?|articles?|files?|papers?|reports?|pages?) (?:about|say)\b",
    re.IGNORECASE,
)
SHOWN = 4  # sentences
MOST_READ = 160  # sentences that are embedded, spread over the document: bounds the time of an overview
MOST_TITLES = 1_000  # documents whose titles are compared; in a larger library a document has to be put in scope
SHORTEST = 20  # characters; what is shorter carries no summary
DIVERSITY = (
    0.5  # weight of not repeating against being central, as in maximal marginal relevance (Carbonell, Goldstein 1998)
)
GENERIC = frozenset(
    "summary summarize summarise overview document text article file paper report page main key points about say".split()
)


def asks_for_overview(question: str) -> bool:
    """Tell whether a question asks what a document says as a whole."""
    return bool(ASKED.search(question))


def document_asked_for(question: str, documents: Mapping[str, Document], given: Sequence[str]) -> str | None:
    """Return the source of the document that the question names by title or file name, or of the only one in scope.

    `given` are the sources in scope. None where nothing or more than one is named.
    """
    if len(given) == 1:
        return given[0]
    asked = {word.stem for word in words(question) if word.is_content and word.text.lower() not in GENERIC}
    if not asked or len(given) > MOST_TITLES:
        return None
    if not given:
        return None
    shares = [len(asked & _name(documents[source])) / len(asked) for source in given]
    best = max(shares)
    return given[shares.index(best)] if best > 0.5 and shares.count(best) == 1 else None


def overview(passages: Sequence[Passage], encoder: Encoder) -> tuple[Evidence, ...]:
    """Return the sentences nearest to the middle of all, none like another, in the order of the document."""
    found = [e for passage in passages for e in _sentences(passage)]
    found = found[:: max(1, -(-len(found) // MOST_READ))]
    if not found:
        return ()
    vectors = encoder.encode([evidence.quote for evidence in found])
    central = vectors @ vectors.mean(axis=0)
    chosen: list[int] = []
    while len(chosen) < min(SHOWN, len(found)):
        repeated = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(found), dtype=np.float32)
        value = central - DIVERSITY * repeated
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return tuple(found[i] for i in sorted(chosen))


def _sentences(passage: Passage) -> list[Evidence]:
    found = []
    for start, end in sentences(passage.text):
        if end - start >= SHORTEST and passage.text[end - 1] in ".!?。।؟":
            found.append(Evidence(passage, passage.start + start, passage.start + end, passage.text[start:end], 1.0))
    return found


def _name(document: Document) -> set[str]:
    """Return the words by which people name a document."""
    file = re.sub(r"[\W_]+", " ", PurePosixPath(document.source).stem)
    return {word.stem for word in words(f"{document.title} {file}") if word.is_content}
