"""Finds the sentences that answer a question.

Sentences are weighed by `rag.answer.features`; how surely the hits answer at all is a second sum over what speaks for the best of
them. With the embedded encoder a trained reader, which reads question and passage together, joins in; with any other
encoder the rules stand alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.answer.features import (
    CONFIDENCE_FEATURES,
    SENTENCE_FEATURES,
    Candidate,
    candidates,
    confidence_features,
    in_context,
    sentence_features,
    topic,
)
from rag.language import clues
from rag.models.recent import Remembered
from rag.types import Encoder, Evidence, Hit, Reading

if TYPE_CHECKING:
    from rag.models.cross_encoder import CrossEncoder

WEIGHTS = Path(__file__).parent.parent / "weights"
REFUSAL_THRESHOLD = (
    0.4  # of a confidence: from 0.5 down to here no removed article more is answered, and fewer questions are refused
)
SHOWN_SHARE = 0.35  # of the best one's likelihood; a sentence above it is shown too: 1.3 sentences on average
READER_SHARE = 0.9  # of a passage's score; benchmarks/retrieval.py: the rest helps where a question asks for a subject
MOST_SHOWN = 3  # sentences
KEPT = 2_048  # vectors of sentences that are remembered, 3 MB: the next question often meets the same passages
BYLINE = 8.0  # added, when the author is asked for, to the score of a line that names one, and to the confidence


@dataclass(frozen=True, slots=True)
class Factors:
    """What the features count: one factor for each sentence feature, one for each confidence feature, and biases.

    With the trained reader a sentence scores `rules` times its sum plus `joint` times the trained score, and the best trained
    score counts `sure` towards the confidence.
    """

    sentence: NDArray[np.float32]
    confidence: NDArray[np.float32]
    bias: float
    rules: float
    joint: float
    sure: float
    joint_bias: float


@cache
def factors() -> Factors:
    """Return the fitted factors."""
    read = json.loads((WEIGHTS / "reader.json").read_text(encoding="utf-8"))
    sentence = np.array([read["sentence"][name] for name in SENTENCE_FEATURES], dtype=np.float32)
    confidence = np.array([read["confidence"][name] for name in CONFIDENCE_FEATURES], dtype=np.float32)
    together = read["joint"]
    return Factors(
        sentence, confidence, read["bias"], together["rules"], together["joint"], together["sure"], together["bias"]
    )


class SentenceReader:
    """A Reader on any encoder; `joint` is the trained part, None reads by rule.

    With it the vectors of sentences are remembered, for its encoder's depend on nothing but their own text.
    """

    def __init__(self, encoder: Encoder, *, joint: CrossEncoder | None = None) -> None:
        self.encoder = encoder
        self.joint = joint
        self._vectors = Remembered(self._apart, KEPT) if joint else encoder.encode

    @classmethod
    def named(cls, encoder: Encoder) -> SentenceReader:
        """Return the reader for an encoder: with the trained part where it fits, which is the embedded encoder."""
        from rag import models

        weights = WEIGHTS / "reader.safetensors"
        fits = encoder.fingerprint.startswith(f"{models.DEFAULT_ENCODER}@")  # elsewhere it need not be on this machine
        if not fits or encoder.fingerprint != models.fingerprint(models.DEFAULT_ENCODER) or not weights.is_file():
            return cls(encoder)
        from rag.models.cross_encoder import CrossEncoder

        return cls(encoder, joint=CrossEncoder(weights))

    def _apart(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Return each vector by itself: as a row of a matrix it would keep all the others in memory."""
        return [vector.copy() for vector in self.encoder.encode(texts)]

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Score every sentence of the hits: the scores are shares of likelihood that sum to 1 over all sentences."""
        found = candidates(hits)
        if not found or not question.strip():
            return Reading((), 0.0)
        vectors = np.asarray(self._vectors([question, *map(in_context, found)]))
        rows = sentence_features(question, found, vectors[1:] @ vectors[0], hits)
        known = factors()
        scores = rows @ known.sentence
        logit = float(confidence_features(question, found, rows, scores) @ known.confidence)
        if self.joint is None:
            logit += known.bias
        else:
            together = self.joint.score(question, passages(found))
            scores = known.rules * scores + known.joint * together
            logit += known.sure * float(together.max()) + known.joint_bias
        bylines = _bylines(question, found)
        scores += bylines
        return _reading(found, scores, logit + float(bylines[int(scores.argmax())]))


def enough(reading: Reading) -> tuple[Evidence, ...]:
    """Return the sentences to quote: the best, and those nearly as likely, three at most; best first."""
    if not reading.evidence:
        return ()
    best = reading.evidence[0].score
    return tuple(e for e in reading.evidence[:MOST_SHOWN] if e.score >= SHOWN_SHARE * best)


def rerank(hits: Sequence[Hit], reading: Reading) -> list[Hit]:
    """Return the hits ordered by the best sentence that each holds, and a little by the scores (0 to 1) they came with."""
    best: dict[str, float] = {}
    for evidence in reading.evidence:
        best[evidence.passage.id] = max(best.get(evidence.passage.id, 0.0), evidence.score)
    scores = [READER_SHARE * best.get(hit.passage.id, 0.0) + (1 - READER_SHARE) * hit.score for hit in hits]
    ranked = [Hit(hit.passage, score) for hit, score in zip(hits, scores, strict=True)]
    return sorted(ranked, key=lambda hit: -hit.score)


def passages(found: Sequence[Candidate]) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Return (topic, text, spans of the candidates in it) of each passage, in the order of the candidates."""
    texts: dict[int, tuple[str, str, list[tuple[int, int]]]] = {}
    for c in found:
        texts.setdefault(c.hit, (topic(c.passage), c.passage.text, []))[2].append((c.start, c.end))
    return list(texts.values())


def _reading(found: Sequence[Candidate], scores: NDArray[np.float32], logit: float) -> Reading:
    """Return the sentences, best first, with their shares of likelihood."""
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.argsort(-scores, kind="stable")
    return Reading(tuple(_evidence(found[i], float(shares[i])) for i in order), 1 / (1 + exp(-logit)))


def _bylines(question: str, found: Sequence[Candidate]) -> NDArray[np.float32]:
    """Return what speaks for each sentence as the one that names the author: (n,); 0 if nobody asks for the author."""
    asked = clues.asks_for_author(question)
    return np.array([BYLINE * asked * clues.names_author(c.text) for c in found], dtype=np.float32)


def _evidence(candidate: Candidate, score: float) -> Evidence:
    start = candidate.passage.start
    return Evidence(candidate.passage, start + candidate.start, start + candidate.end, candidate.text, score)
