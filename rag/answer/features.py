"""Weighs sentences as evidence for a question.

A sentence's weight is a sum over its features: how near its meaning is to the question (the encoder's cosine, its topic in
front), which of the question's words it holds, whether it holds the kind of thing that is asked for, how well its
passage was retrieved. The factors of the sums lie in `weights/reader.json`, fitted by `training/reader_weights.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from rag.language import clues
from rag.language.sentences import sentences
from rag.types import Hit, Passage

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


def topic(passage: Passage) -> str:
    """Return what a passage is about: its heading path, else its file's name where that is made of words."""
    if passage.heading:
        return passage.heading
    stem = re.sub(r"[\W_]+", " ", PurePosixPath(passage.source).stem).strip()
    return "" if re.search(r"\d{3}", stem) or sum(map(str.isalpha, stem)) < 4 else stem


def in_context(candidate: Candidate) -> str:
    """Return the sentence as it is embedded: its heading in front, which says what "it" and "the city" are."""
    heading = topic(candidate.passage)
    return f"{heading}: {candidate.text[:LONGEST]}" if heading else candidate.text[:LONGEST]


SENTENCE_FEATURES = (
    "cosine", "best_neighbour", "passage_cosine", "coverage", "passage_coverage", "names", "fit", "new", "heading",
    "first", "rank", "hit", "length", "pronoun",
)  # fmt: skip
PRONOUNS = frozenset({"It", "He", "She", "They", "This", "These", "However", "But"})


def sentence_features(
    question: str,
    found: Sequence[Candidate],
    cosines: NDArray[np.float32],
    hits: Sequence[Hit],
) -> Matrix:
    """Return (sentences, features) float32; the columns are SENTENCE_FEATURES."""
    held = [clues.content(c.text) for c in found]
    about = [clues.content(topic(c.passage)) for c in found]
    together = [h | a for h, a in zip(held, about, strict=True)]
    rarity = clues.rarities(together, clues.content(question))
    kind, names, asked = clues.kind_asked(question), clues.names(question), frozenset(clues.words(question))
    whole: dict[int, frozenset[str]] = {}
    nearest: dict[int, float] = {}
    for c, words, cosine in zip(found, together, cosines, strict=True):
        whole[c.hit] = whole.get(c.hit, frozenset()) | words
        nearest[c.hit] = max(nearest.get(c.hit, -1.0), float(cosine))
    top = hits[0].score or 1.0
    rows = [
        (
            float(cosines[i]), _beside(found, cosines, i), nearest[c.hit],
            clues.coverage(rarity, together[i]), clues.coverage(rarity, whole[c.hit]),
            len(names & together[i]) / len(names) if names else 0.5,
            clues.fits(kind, c.text, question), clues.new_words(clues.words(c.text), asked),
            float(len(c.text) < 80 and c.text[-1].isalnum()), float(c.order == 0),
            1 / (1 + c.hit), hits[c.hit].score / top, min(1.0, log(1 + len(c.text)) / 7),
            float(c.text.split(" ", 1)[0] in PRONOUNS),
        )
        for i, c in enumerate(found)
    ]  # fmt: skip
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(SENTENCE_FEATURES))


def _beside(found: Sequence[Candidate], cosines: NDArray[np.float32], i: int) -> float:
    """Return the higher cosine of the sentences before and after, in the same passage."""
    beside = [float(cosines[j]) for j in (i - 1, i + 1) if 0 <= j < len(found) and found[j].hit == found[i].hit]
    return max(beside, default=0.0)


CONFIDENCE_FEATURES = (
    "score", "margin", "cosine", "best_cosine", "coverage", "passage_coverage", "all_coverage", "names",
    "passage_names", "all_names", "fit", "kind_known", "words", "mean_cosine", "rank", "rarest_missing",
)  # fmt: skip


def confidence_features(
    question: str, found: Sequence[Candidate], rows: Matrix, scores: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what speaks for the best sentence as an answer: (features,) float32, named by CONFIDENCE_FEATURES."""
    order = np.argsort(-scores, kind="stable")
    first = int(order[0])
    column = {name: rows[:, i] for i, name in enumerate(SENTENCE_FEATURES)}
    names, asked = clues.names(question), clues.content(question)
    held = [clues.content(f"{topic(c.passage)} {c.text}") for c in found]
    rarity = clues.rarities(held, asked)
    everything = frozenset[str]().union(*held)
    passage = frozenset[str]().union(*(h for h, c in zip(held, found, strict=True) if c.hit == found[first].hit))
    rarest = max(rarity, key=lambda term: rarity[term], default="")
    share = max(1, len(names))
    values = (
        scores[first], scores[first] - scores[order[1]] if len(order) > 1 else 1.0,
        column["cosine"][first], column["cosine"].max(),
        column["coverage"][first], clues.coverage(rarity, passage), clues.coverage(rarity, everything),
        len(names & held[first]) / share if names else 1.0, len(names & passage) / share if names else 1.0,
        len(names & everything) / share if names else 1.0,
        column["fit"][first], float(clues.kind_asked(question) != "other"), min(1.0, len(asked) / 10),
        column["cosine"].mean(), 1 / (1 + found[first].hit), float(rarest not in passage),
    )  # fmt: skip
    return np.array(values, dtype=np.float32)
