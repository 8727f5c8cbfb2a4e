"""Summarises a document by its headings or most central sentences, and a series by what each document says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from rag.answer.neighbours import leans
from rag.answer.read import topic
from rag.answer.reply import Reply, Statement
from rag.answer.which_document import BRIEF
from rag.evidence import Evidence
from rag.language.quantities import counting_word
from rag.protocols import Encoder
from rag.split.blocks import blocks_of
from rag.types import Document, Passage

WORDS, WORDS_IN_BRIEF = 115, 72  # of a summary, and of a brief one
POINTS_IN_BRIEF = 5
TELLING = 0.1  # bonus on the cosine for a sentence with a figure: people want amounts, dates and codes
POINTS = 7  # most points of a summary
SECTIONS = 10  # most sections in a summary by headings
SHORTEST = 4  # words; shorter sentences say too little
LONGEST = 45  # words of one point
MOST_READ = 160  # sentences embedded, spread over the document, to bound the time
DIVERSITY = 0.5  # weight of diversity against centrality, as in maximal marginal relevance (Carbonell, Goldstein 1998)
CORE = re.compile(
    r"\b(?:abstract|summary|conclusions?|results?|key (?:points|findings)|zusammenfassung|fazit|résumé|resumen)\b",
    re.IGNORECASE,
)
LABELLED = re.compile(r"[^\W\d_]+:\s")  # "Present: ...", as in a form


def sum_up(question: str, document: Document, passages: Sequence[Passage], encoder: Encoder) -> Reply:
    """Return three to seven points over a whole document, in the length asked for."""
    points = points_of(document, passages)
    brief = BRIEF.search(question)
    most = (counting_word(brief[1]) or POINTS) if brief and brief[1] else POINTS_IN_BRIEF if brief else POINTS
    limit, said, reply = (WORDS_IN_BRIEF if brief else WORDS), 0, list[Statement]()
    told = [e for e in points if not LABELLED.match(e.text)] or points
    short = sum(len(e.text.split()) for e in told) <= limit and len(told) <= POINTS
    chosen = told if short else _by_headings(points, encoder, most) or _central(told, encoder, most)
    for evidence in chosen:
        length = len(evidence.text.split())
        if reply and said + length > limit:
            continue
        said += length
        reply.append(Statement(evidence.text, (evidence,), layout="text" if len(chosen) < 3 else "bullet"))
    return tuple(reply)


def points_of(document: Document, passages: Sequence[Passage]) -> list[Evidence]:
    """Return the sentences and items that a summary may use, in order."""
    return [e for passage in passages for e in (Evidence.of(b) for b in blocks_of(document, passage)) if _is_point(e)]


def _is_point(evidence: Evidence) -> bool:
    count = len(evidence.text.split())
    return evidence.kind in ("sentence", "item") and SHORTEST <= count <= LONGEST


def _by_headings(points: Sequence[Evidence], encoder: Encoder, most: int) -> list[Evidence]:
    """Return the first sentence of each section, or only those of a summary or conclusion; [] without sections."""
    sections: dict[str, list[Evidence]] = {}
    for evidence in points:
        sections.setdefault(evidence.passage.heading, []).append(evidence)
    core = {heading: found for heading, found in sections.items() if CORE.search(heading.rpartition(" › ")[2])}
    if core:
        return _central([e for found in core.values() for e in found], encoder, most)
    if len(sections) < 3:
        return []
    heads = [found[0] for found in sections.values()]
    most = max(most, SECTIONS) if most == POINTS else most
    if len(heads) > most:
        heads = [
            head for head in heads if " › " in head.passage.heading
        ] or heads  # text before the first heading comes first
    return heads if len(heads) <= most else _central(heads, encoder, most)


def _central(points: Sequence[Evidence], encoder: Encoder, most: int) -> list[Evidence]:
    """Return the most central sentences, all dissimilar, in document order."""
    found = [e for e in points if not leans(e.text)] or list(points)
    found = found[:: max(1, -(-len(found) // MOST_READ))]
    if not found:
        return []
    vectors = encoder.encode([f"{topic(e.passage)}: {e.text}" for e in found])
    central = vectors @ vectors.mean(axis=0) + TELLING * np.array([any(map(str.isdigit, e.text)) for e in found])
    chosen: list[int] = []
    while len(chosen) < min(most, len(found)):
        repeated = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(found), dtype=np.float32)
        value = central - DIVERSITY * repeated
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return [found[i] for i in sorted(chosen)]


def of_series(sources: Iterable[str], best_of: Callable[[str], Sequence[Evidence]]) -> Reply:
    """Return what each document of a series says on the question, one bullet each; `best_of` reads one document."""
    reply = [Statement(e.text, (e,), layout="bullet") for source in sources for e in best_of(source)]
    return tuple(reply)
