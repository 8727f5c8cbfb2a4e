"""Judges whether quotes support a sentence.

A logistic sum over what the two have in common: meaning (the encoder's cosines), words and pairs of words, numbers and names,
negations. Its factors lie in `weights/support.json`, fitted by `training/support_weights.py`; its own rate of error stands in
`weights/README.md`. It comes after the rules of `rag.cite`, never instead of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from math import exp, log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag import clues
from rag.split import sentences
from rag.types import Encoder

WEIGHTS = Path(__file__).parent / "weights" / "support.json"
COMPARED = 6  # sentences of the quotes, those that share most words with the claim
LONGEST = 600  # characters of a sentence that are embedded
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|hardly|barely|un\w+able)\b|n[’']t\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
FEATURES = (
    "cosine", "whole_cosine", "second_cosine", "coverage", "best_coverage", "pairs", "numbers_missing", "names_missing",
    "any_missing", "negation", "claim_length", "quotes_length", "new_words", "order",
)  # fmt: skip


class SentenceCheck:
    """A check on the encoder: the claim, the quotes → 0 to 1; from 0.5 on the quotes support the claim."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        read = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        self.factors = np.array([read["factors"][name] for name in FEATURES], dtype=np.float32)
        self.bias = float(read["bias"])

    def __call__(self, claim: str, quotes: Sequence[str]) -> float:
        if not claim.strip() or not any(quote.strip() for quote in quotes):
            return 0.0
        return 1 / (1 + exp(-float(features(claim, quotes, self.encoder) @ self.factors) - self.bias))


def features(claim: str, quotes: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Return (features,) float32, named by FEATURES."""
    said = clues.words(claim)
    meant = clues.content(claim)
    near = nearest_sentences(meant, quotes)
    vectors = encoder.encode(
        [claim[:LONGEST], " ".join(near)[: 2 * LONGEST], *(sentence[:LONGEST] for sentence in near)]
    )
    cosines = sorted((float(v) for v in vectors[2:] @ vectors[0]), reverse=True)
    everything = " ".join(quotes)
    quoted = clues.words(everything)
    held = clues.content(everything)
    share = [len(meant & clues.content(sentence)) / max(1, len(meant)) for sentence in near]
    numbers = set(NUMBER.findall(claim))
    names = clues.names(claim)
    lost_numbers = len(numbers - set(NUMBER.findall(everything))) / max(1, len(numbers))
    lost_names = len(names - held) / max(1, len(names))
    said_pairs = set(pairwise(said))
    values = (
        cosines[0], float(vectors[1] @ vectors[0]), cosines[1] if len(cosines) > 1 else cosines[0],
        len(meant & held) / max(1, len(meant)), max(share), len(said_pairs & set(pairwise(quoted))) / max(1, len(said_pairs)),
        lost_numbers, lost_names, float(lost_numbers > 0 or lost_names > 0),
        float(bool(NEGATION.search(claim)) != bool(NEGATION.search(near[0]))),
        log(1 + len(said)) / 4, log(1 + len(quoted)) / 7, min(1.0, len(meant - held) / 5), _in_order(said, clues.words(near[0])),
    )  # fmt: skip
    return np.array(values, dtype=np.float32)


def nearest_sentences(meant: frozenset[str], quotes: Sequence[str]) -> list[str]:
    """Return the sentences of the quotes that share most words with what a claim means, best first."""
    found = [quote[start:end] for quote in quotes for start, end in sentences(quote)]
    shared = {i: len(meant & clues.content(sentence)) for i, sentence in enumerate(found)}
    best = sorted(shared, key=lambda i: (-shared[i], i))[:COMPARED]
    return [found[i] for i in best] or [" ".join(quotes)]


def _in_order(said: Sequence[str], quoted: Sequence[str]) -> float:
    """Return the share of the claim's words that stand in the sentence in the same order."""
    at, kept = 0, 0
    for word in said:
        if word in quoted[at:]:
            at, kept = quoted.index(word, at) + 1, kept + 1
    return kept / max(1, len(said))
