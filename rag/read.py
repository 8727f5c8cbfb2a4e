"""Finds the sentences that answer a question.

Every sentence of the retrieved passages is scored by how near its meaning is to the question (the encoder's cosine, the
heading in front) and by clues that need no model: which of the question's words it holds, whether it holds the kind of
thing that is asked for, how well its passage was retrieved. The weights of both sums were fitted on the training part of
openly licensed question sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from rag import clues
from rag.split import sentences
from rag.types import Encoder, Evidence, Hit, Passage, Reading

Matrix = NDArray[np.float32]
LONGEST = 600  # characters of a sentence that are embedded; an encoder's window is about 1,000
MOST_SENTENCES = 120  # of all hits together: bounds the time of one reading


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit: `passage.text[start:end] == text`."""

    hit: int  # rank of its passage, from 0
    passage: Passage
    start: int
    end: int
    text: str
    order: int  # place among its passage's sentences, from 0


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """List the sentences of the hits, best hit first; a text that stands in several passages is listed once."""
    found: list[Candidate] = []
    seen: set[str] = set()
    for rank, hit in enumerate(hits):
        for order, (start, end) in enumerate(sentences(hit.passage.text)):
            text = hit.passage.text[start:end]
            if text not in seen and any(letter.isalnum() for letter in text):
                seen.add(text)
                found.append(Candidate(rank, hit.passage, start, end, text, order))
    return found[:MOST_SENTENCES]


def in_context(candidate: Candidate) -> str:
    """Return the sentence as it is embedded: its heading in front, which says what "it" and "the city" are."""
    heading = candidate.passage.heading
    return f"{heading}: {candidate.text[:LONGEST]}" if heading else candidate.text[:LONGEST]


# fitted by training/reader_weights.py on 2,200 questions of the training part; higher is likelier the sentence that answers
SENTENCE_WEIGHTS = {
    "cosine": 6.12, "best_neighbour": 1.81, "passage_cosine": 12.04, "coverage": 4.33, "passage_coverage": 3.08, "names": -0.36, "fit": 2.04,
    "new": -1.10, "heading": -4.21, "first": 0.70, "rank": 0.71, "hit": 1.06, "length": 5.04, "pronoun": 0.05,
}  # fmt: skip
SENTENCE_FEATURES = tuple(SENTENCE_WEIGHTS)
# the same questions, with their article taken out of the index as what has to be refused; a logit
CONFIDENCE_WEIGHTS = {
    "score": 0.128, "second": -0.173, "cosine": 5.858, "best_cosine": 4.30, "coverage": -0.498, "passage_coverage": 2.645, "all_coverage": -0.158,
    "names": 0.059, "passage_names": 0.495, "all_names": 0.454, "fit": 0.699, "kind_known": -0.34, "words": -1.055, "mean_cosine": 2.384,
    "rank": 0.559, "rarest_missing": 0.225,
}  # fmt: skip
CONFIDENCE_FEATURES = tuple(CONFIDENCE_WEIGHTS)
CONFIDENCE_BIAS = -7.77 + 0.87  # 0.87: one answerable training question of twenty falls below the threshold
REFUSAL_THRESHOLD = 0.5  # of a reading's confidence; see CONFIDENCE_BIAS
SHOWN_SHARE = 0.35  # a further sentence is shown if it is at least this likely, compared with the best
MOST_SHOWN = 3  # sentences
BYLINE = 8.0  # added to the score of a sentence that names an author, and to the confidence, when the author is asked for; by judgement


class SentenceReader:
    """A Reader on any encoder: embeds the sentences of the hits and weighs them."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Score every sentence of the hits: the scores are shares of likelihood that sum to 1 over all sentences."""
        found = candidates(hits)
        if not found or not question.strip():
            return Reading((), 0.0)
        vectors = self.encoder.encode([question, *map(in_context, found)])
        rows = sentence_features(question, found, vectors[1:] @ vectors[0], hits)
        scores = rows @ np.array(list(SENTENCE_WEIGHTS.values()), dtype=np.float32)
        bylines = _bylines(question, found)
        scores += bylines
        logit = confidence_features(question, found, rows, scores) @ np.array(
            list(CONFIDENCE_WEIGHTS.values()), dtype=np.float32
        )
        logit += bylines[int(scores.argmax())]
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        order = np.argsort(-scores, kind="stable")
        evidence = tuple(_evidence(found[i], float(shares[i])) for i in order)
        return Reading(evidence, 1 / (1 + exp(-float(logit) - CONFIDENCE_BIAS)))


def enough(reading: Reading) -> tuple[Evidence, ...]:
    """Return the sentences to quote: the best, and those nearly as likely, three at most; best first."""
    if not reading.evidence:
        return ()
    best = reading.evidence[0].score
    return tuple(e for e in reading.evidence[:MOST_SHOWN] if e.score >= SHOWN_SHARE * best)


def rerank(hits: Sequence[Hit], reading: Reading) -> list[Hit]:
    """Return the hits ordered by the best sentence that each holds; a hit without a read sentence keeps its place behind those."""
    best: dict[str, float] = {}
    for evidence in reading.evidence:
        best[evidence.passage.id] = max(best.get(evidence.passage.id, 0.0), evidence.score)
    return sorted(
        (Hit(hit.passage, best.get(hit.passage.id, 0.0)) for hit in hits), key=lambda hit: -hit.score
    )


def _bylines(question: str, found: Sequence[Candidate]) -> NDArray[np.float32]:
    """Return what speaks for each sentence as the one that names the author: (n,); zeros if nobody asks for the author."""
    asked = clues.asks_for_author(question)
    return np.array([BYLINE * asked * clues.names_author(c.text) for c in found], dtype=np.float32)


def _evidence(candidate: Candidate, score: float) -> Evidence:
    start = candidate.passage.start
    return Evidence(candidate.passage, start + candidate.start, start + candidate.end, candidate.text, score)


def sentence_features(
    question: str, found: Sequence[Candidate], cosines: NDArray[np.float32], hits: Sequence[Hit]
) -> Matrix:
    """Return (sentences, features) float32; the columns are SENTENCE_FEATURES."""
    held = [clues.content(c.text) for c in found]
    about = [clues.content(c.passage.heading) for c in found]
    rarity = clues.rarities([h | a for h, a in zip(held, about, strict=True)], clues.content(question))
    kind, names, asked = clues.kind_asked(question), clues.names(question), frozenset(clues.words(question))
    whole: dict[int, frozenset[str]] = {}
    best: dict[int, float] = {}
    for c, h, cosine in zip(found, held, cosines, strict=True):
        whole[c.hit] = whole.get(c.hit, clues.content(c.passage.heading)) | h
        best[c.hit] = max(best.get(c.hit, -1.0), float(cosine))
    top = hits[0].score or 1.0
    rows = []
    for i, (c, h) in enumerate(zip(found, held, strict=True)):
        beside = [float(cosines[j]) for j in (i - 1, i + 1) if 0 <= j < len(found) and found[j].hit == c.hit]
        rows.append((
            float(cosines[i]), max(beside, default=0.0), best[c.hit],
            clues.coverage(rarity, h | about[i]), clues.coverage(rarity, whole[c.hit]),
            len(names & (h | about[i])) / len(names) if names else 0.5,
            clues.fits(kind, c.text, question), clues.new_words(clues.words(c.text), asked),
            float(len(c.text) < 80 and c.text[-1].isalnum()), float(c.order == 0), 1 / (1 + c.hit), hits[c.hit].score / top,
            min(1.0, log(1 + len(c.text)) / 7), float(c.text.split(" ", 1)[0] in {"It", "He", "She", "They", "This", "These", "However", "But"}),
        ))  # fmt: skip
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(SENTENCE_FEATURES))


def confidence_features(
    question: str, found: Sequence[Candidate], rows: Matrix, scores: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what speaks for the best sentence as an answer: (features,) float32; the entries are CONFIDENCE_FEATURES."""
    order = np.argsort(-scores, kind="stable")
    first = int(order[0])
    column = {name: rows[:, i] for i, name in enumerate(SENTENCE_FEATURES)}
    names, asked = clues.names(question), clues.content(question)
    held = [clues.content(f"{c.passage.heading} {c.text}") for c in found]
    rarity = clues.rarities(held, asked)
    everything = frozenset().union(*held)
    passage = frozenset().union(*(h for h, c in zip(held, found, strict=True) if c.hit == found[first].hit))
    rarest = max(rarity, key=lambda term: rarity[term], default="")
    values = (
        scores[first], scores[order[1]] if len(order) > 1 else scores[first] - 1, column["cosine"][first], column["cosine"].max(),
        column["coverage"][first], clues.coverage(rarity, passage), clues.coverage(rarity, everything),
        len(names & held[first]) / len(names) if names else 1.0, len(names & passage) / len(names) if names else 1.0,
        len(names & everything) / len(names) if names else 1.0, column["fit"][first], float(clues.kind_asked(question) != "other"),
        min(1.0, len(asked) / 10), column["cosine"].mean(), 1 / (1 + found[first].hit), float(rarest not in passage),
    )  # fmt: skip
    return np.array(values, dtype=np.float32)
