"""Chooses the points of a summary as the program did before it had a salience: to compare with (training/points.py)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answer.neighbours import leans
from rag.answer.read import topic
from rag.evidence import Evidence
from rag.protocols import Encoder

TELLING = 0.1  # bonus on the cosine for a sentence with a figure
SECTIONS = 10  # most sections in a summary by headings
POINTS = 7
DIVERSITY = 0.5  # weight of diversity against centrality, as in maximal marginal relevance (Carbonell, Goldstein 1998)
MOST_READ = 160
CORE = re.compile(
    r"\b(?:abstract|summary|conclusions?|results?|key (?:points|findings)|zusammenfassung|fazit|résumé|resumen)\b",
    re.IGNORECASE,
)
LABELLED = re.compile(r"[^\W\d_]+:\s")


class Remembering:
    """An encoder that keeps the vector of every text in a file."""

    def __init__(self, encoder: Encoder, file: Path | None) -> None:
        self.encoder, self.file = encoder, file
        self.known: dict[str, NDArray[np.float32]] = {}
        if file and file.exists():
            with np.load(file) as kept:
                self.known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts: (texts, d) float32."""
        new = list(dict.fromkeys(text for text in texts if text not in self.known))
        if new:
            self.known |= dict(zip(new, self.encoder.encode(new), strict=True))
        return np.array([self.known[text] for text in texts])

    def keep(self) -> None:
        """Write the file."""
        if self.file:
            np.savez(self.file, texts=np.array(list(self.known)), vectors=np.array(list(self.known.values())))


def before(points: Sequence[Evidence], encoder: Remembering, most: int, words: int) -> list[Evidence]:
    """Return the first sentences of sections or the most central sentences, as many as fit into so many words."""
    told = [point for point in points if not LABELLED.match(point.text)] or list(points)
    short = sum(len(point.text.split()) for point in told) <= words and len(told) <= POINTS
    found = told if short else _by_headings(points, encoder, most) or _central(told, encoder, most)
    kept: list[Evidence] = []
    for point in found:
        length = len(point.text.split())
        if not kept or length <= words:
            kept.append(point)
            words -= length
    return kept


def _by_headings(points: Sequence[Evidence], encoder: Remembering, most: int) -> list[Evidence]:
    sections: dict[str, list[Evidence]] = {}
    for point in points:
        sections.setdefault(point.passage.heading, []).append(point)
    core = {heading: found for heading, found in sections.items() if CORE.search(heading.rpartition(" › ")[2])}
    if core:
        return _central([point for found in core.values() for point in found], encoder, most)
    if len(sections) < 3:
        return []
    heads = [found[0] for found in sections.values()]
    most = max(most, SECTIONS) if most == POINTS else most
    if len(heads) > most:
        heads = [head for head in heads if " › " in head.passage.heading] or heads
    return heads if len(heads) <= most else _central(heads, encoder, most)


def _central(points: Sequence[Evidence], encoder: Remembering, most: int) -> list[Evidence]:
    found = [point for point in points if not leans(point.text)] or list(points)
    found = found[:: max(1, -(-len(found) // MOST_READ))]
    if not found:
        return []
    vectors = encoder.encode([f"{topic(point.passage)}: {point.text}" for point in found])
    central = vectors @ vectors.mean(axis=0) + TELLING * np.array([any(map(str.isdigit, e.text)) for e in found])
    told: list[int] = []
    while len(told) < min(most, len(found)):
        repeated = (vectors @ vectors[told].T).max(axis=1) if told else np.zeros(len(found), dtype=np.float32)
        value = central - DIVERSITY * repeated
        value[told] = -np.inf
        told.append(int(value.argmax()))
    return [found[i] for i in sorted(told)]
