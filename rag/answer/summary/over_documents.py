"""Sums up what several documents say about a topic: "the whole story of the roof", "everything we have on allergens"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import log

import numpy as np
from numpy.typing import NDArray

from rag.answer.answer import Library
from rag.answer.situation import day_of
from rag.answer.summary.salience import salience
from rag.answer.summary.summary import greedy, points_of
from rag.answer.summary.which_document import about
from rag.evidence import Evidence
from rag.language.words import content_stems
from rag.protocols import Encoder
from rag.types import Document, Hit

ACROSS = re.compile(
    r"\b(?:(?:story|saga|history|business|affair|picture)\b(?! (?:for|by)\b)|everything (?:about|on|to do with|concerning|around|there is|that(?:'s| has) happened)"
    r"|everything (?:we|you|i) (?:know|have)|all (?:that )?(?:we|you|i|they) (?:know|have|got)|all about|what do (?:we|you|i) know"
    r"|altogether|all in all|(?:the|our|my|all|these) (?:papers|documents|files|notes|records) (?:say|tell|have|hold)"
    r"|(?:over|across|from|in) all (?:the |our |my )?(?:papers|documents|files|notes)|what became of|start to finish|so far|up to now|until now"
    r"|from the (?:start|beginning)|where do we stand)\b",
    re.IGNORECASE,
)
ONE = re.compile(  # what names a single document
    r"\b(?:letter|e-?mail|mail|minutes|report|contract|lease|agreement|diary|handbook|manual|sheet|page|policy|leaflet|article|study"
    r"|list|form|offer|quote|protocol|faq|tell\w*)\b|'s (?:own )?(?:story|history|account)\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
DOCUMENTS = 8  # at most, those with the best passages
# Fitted to the sentences that a person chose for 90 such questions in 60 folders (training/summaries.jsonl): the cosine
# of topic and sentence among the candidates in standard deviations, the share of the topic's words, the score of the
# passage found, the salience in the document. Of the sentences chosen 0.45 are among the first seven, by cosine 0.37.
WEIGHTS = np.array([0.35, 2.0, 2.5, 0.45], dtype=np.float32)
FARTHEST = 2.5  # off the best score, from which a sentence is about something else


def across_documents(
    request: str, hits: Sequence[Hit], library: Library, encoder: Encoder, *, most: int, words: int
) -> list[Evidence]:
    """Return the points of several documents about a topic, the oldest document first.

    [] if the request does not ask for more than one document, or if only one says anything.
    `hits` are the passages found for the topic, best first; `most` and `words` bound the points.
    """
    if not ACROSS.search(request) or ONE.search(request):
        return []
    topic = about(ACROSS.sub(" ", request))
    found = {hit.passage.id: hit.score for hit in hits}
    points, saliences = _candidates(hits, found, library)
    if not points:
        return []
    told, *vectors = encoder.encode([topic, *(point.text for point in points)])
    cosines = np.array([vector @ told for vector in vectors], dtype=np.float32)
    near = (cosines - cosines.mean()) / (cosines.std() + 1e-6)
    shares = _shares(content_stems(topic), points)
    scores = np.stack([near, shares, [found[p.passage.id] for p in points], saliences], axis=1) @ WEIGHTS
    scores[(scores < scores.max() - FARTHEST) | (shares == 0)] = -np.inf
    chosen = [points[i] for i in greedy(points, scores, most, words, stretches=1)]
    several = len({point.passage.source for point in chosen}) > 1
    return sorted(chosen, key=lambda point: _place(point, library.documents)) if several else []


def _candidates(
    hits: Sequence[Hit], found: Mapping[str, float], library: Library
) -> tuple[list[Evidence], NDArray[np.float32]]:
    """Return the sentences of the passages found, with their salience in their documents."""
    points, values = list[Evidence](), list[float]()
    for source in list(dict.fromkeys(hit.passage.source for hit in hits))[:DOCUMENTS]:
        own = points_of(library.documents[source], [p for p in library.passages_of(source) if p.source == source])
        for point, value in zip(own, salience(own, library.documents[source].text), strict=True):
            if point.passage.id in found:
                points.append(point)
                values.append(float(value))
    return points, np.array(values, dtype=np.float32)


def _shares(topic: frozenset[str], points: Sequence[Evidence]) -> NDArray[np.float32]:
    """Return the share of the topic's words that each sentence or its heading has; rare words count more."""
    held = [content_stems(f"{point.text} {point.passage.heading}") for point in points]
    rarity = {stem: log(1 + len(points) / (0.5 + sum(stem in one for one in held))) for stem in topic}
    whole = sum(rarity.values()) or 1.0
    return np.array([sum(rarity[stem] for stem in topic & one) / whole for one in held], dtype=np.float32)


def _place(point: Evidence, documents: Mapping[str, Document]) -> tuple[date, str, int]:
    source = point.passage.source
    year = YEAR.search(source)
    day = day_of(point, documents) or (date(int(year[0]), 1, 1) if year else date.max)
    return day, source, point.start
