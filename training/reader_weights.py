"""Fits the factors of the reader's two sums and writes `rag/weights/reader.json`.

    python -m training.reader_weights DATA [--joint FILE]

On the training part: the sentence factors make the sentences that people chose likely among all sentences of the hits; the
confidence factors tell answerable questions from those whose article was taken out and from near misses. One question of four is
asked of passages without a topic, since files have poor names too. On the development part, because the trained reader would be
believed too much where it has learnt: how much the trained score counts beside the rules' (two factors), and the two biases, so
that FALSE_REFUSALS of the answerable squad questions fall below the threshold of refusal.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rag.answer.features import (
    CONFIDENCE_FEATURES,
    SENTENCE_FEATURES,
    Candidate,
    Matrix,
    candidates,
    confidence_features,
    in_context,
    sentence_features,
)

from benchmarks.cases import TOP, Case, Remembering, cases, without_topics
from rag import models
from rag.answer.read import REFUSAL_THRESHOLD, WEIGHTS, passages
from rag.models.cross_encoder import CrossEncoder
from rag.models.encoder import SentenceEncoder
from rag.protocols import Encoder
from training.data import Part

Vector = NDArray[np.float32]
FILE = WEIGHTS / "reader.json"
SEED = 3
MOST = {"squad": 700, "squad-absent": 600, "squad-near": 500, "nq": 500, "nq-absent": 300}  # questions of a kind
COUNTS = {"clapnq": 4.0, "clapnq-near": 4.0, "squad-near": 0.3}  # few and near misses; near misses by trickery
FALSE_REFUSALS = 0.03
SURE = (
    0.4  # what the best trained score counts: more refuses more near misses, and fewer questions whose article is gone
)
TOPICLESS = 4
SHRINK = 1e-3  # of the sentence factors


@dataclass(frozen=True, slots=True)
class Read:
    """A case with the features of its sentences and which of them people chose."""

    case: Case
    found: list[Candidate]
    rows: Matrix
    chosen: Vector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--joint", type=Path, default=WEIGHTS / "reader.safetensors")
    parser.add_argument("--cache", type=Path, default=Path(".cache/vectors"))
    given = parser.parse_args()
    encoder = Remembering(SentenceEncoder.named(models.DEFAULT_ENCODER), given.cache)
    written = fit(reads_of(given.data, "train", encoder))
    written |= combine(written, reads_of(given.data, "dev", encoder), CrossEncoder(given.joint))
    FILE.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def reads_of(root: Path, part: Part, encoder: Encoder) -> list[Read]:
    asked = picked(list(cases(root, part, encoder)))
    asked = [case if n % TOPICLESS else without_topics(case) for n, case in enumerate(asked)]
    return [read_case(case, encoder) for case in asked]


def combine(rules: dict[str, Any], reads: Sequence[Read], scorer: CrossEncoder) -> dict[str, Any]:
    """Return the factors of the trained score, and both biases."""
    from scipy.optimize import minimize

    sentence = np.array([rules["sentence"][name] for name in SENTENCE_FEATURES])
    confidence = np.array([rules["confidence"][name] for name in CONFIDENCE_FEATURES])
    scores = [read.rows @ sentence for read in reads]
    together = [scorer.score(read.case.question, passages(read.found)) for read in reads]
    logits = np.array([
        confidence_features(read.case.question, read.found, read.rows, score) @ confidence
        for read, score in zip(reads, scores, strict=True)
    ])  # fmt: skip

    def loss(pair: Vector) -> float:
        shares = [pair[0] * a + pair[1] * b for a, b in zip(scores, together, strict=True)]
        kept = [(s, r.chosen > 0) for s, r in zip(shares, reads, strict=True) if r.chosen.any()]
        return float(sum(np.logaddexp.reduce(s) - np.logaddexp.reduce(s[chosen]) for s, chosen in kept))

    pair = minimize(loss, [1.0, 0.3], method="Nelder-Mead").x
    plain = np.array([read.case.kind == "squad" for read in reads])
    sure = logits + SURE * np.array([score.max() for score in together])
    least = log(REFUSAL_THRESHOLD / (1 - REFUSAL_THRESHOLD))
    biases = [_short(least - np.quantile(values[plain], FALSE_REFUSALS)) for values in (logits, sure)]
    joint = {"rules": _short(pair[0]), "joint": _short(pair[1]), "sure": SURE, "bias": biases[1]}
    return {"bias": biases[0], "joint": joint}


def picked(found: Sequence[Case]) -> list[Case]:
    """Take at most MOST of each kind, by a fixed draw."""
    drawn, count = random.Random(SEED).sample(list(found), len(found)), dict.fromkeys(MOST, 0)
    kept = []
    for case in drawn:
        count[case.kind] = count.get(case.kind, 0) + 1
        if count[case.kind] <= MOST.get(case.kind, len(drawn)):
            kept.append(case)
    return kept


def read_case(case: Case, encoder: Encoder) -> Read:
    hits = case.hits[:TOP]
    found = candidates(hits)
    vectors = encoder.encode([case.question, *map(in_context, found)])
    rows = sentence_features(case.question, found, vectors[1:] @ vectors[0], hits)
    return Read(case, found, rows, np.array([_chosen(case, c) for c in found], dtype=np.float32))


def _chosen(case: Case, c: Candidate) -> float:
    if case.gold_passage:
        return float(c.passage.id == case.gold_passage and any(a < c.end and b > c.start for a, b in case.gold))
    return float(any(answer.casefold() in c.text.casefold() for answer in case.answers))


def fit(reads: Sequence[Read]) -> dict[str, Any]:
    """Return the factors by name."""
    sentence = fit_sentences([r for r in reads if r.chosen.any() and len(r.found) > 1])
    rows, answerable, weight = confidence_rows(reads, sentence)
    confidence = fit_confidence(rows, answerable, weight)
    named = dict(zip(SENTENCE_FEATURES, map(_short, sentence), strict=True))
    sure = dict(zip(CONFIDENCE_FEATURES, map(_short, confidence), strict=True))
    return {"sentence": named, "confidence": sure}


def fit_sentences(reads: Sequence[Read]) -> Vector:
    most, width = max(len(r.found) for r in reads), len(SENTENCE_FEATURES)
    rows, chosen = torch.zeros(len(reads), most, width), torch.zeros(len(reads), most, dtype=torch.bool)
    there = torch.zeros_like(chosen)
    for i, read in enumerate(reads):
        n = len(read.found)
        rows[i, :n], chosen[i, :n], there[i, :n] = torch.tensor(read.rows), torch.tensor(read.chosen) > 0, True
    spread = rows[there].std(0)
    scale = torch.where(spread > 1e-6, 1 / spread.clamp(min=1e-6), torch.zeros_like(spread))
    factors = torch.zeros(width, requires_grad=True)
    search = torch.optim.LBFGS([factors], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        shares = torch.log_softmax(((rows * scale) @ factors).masked_fill(~there, -1e9), 1)
        total = -torch.logsumexp(shares.masked_fill(~chosen, -1e9), 1).mean() + SHRINK * factors.square().sum()
        total.backward()
        return total

    search.step(loss)
    fitted: Vector = (factors.detach() * scale).numpy()
    return fitted


def confidence_rows(reads: Sequence[Read], sentence: Vector) -> tuple[Matrix, NDArray[np.bool_], Vector]:
    kept = [r for r in reads if r.found]
    rows = np.array([confidence_features(r.case.question, r.found, r.rows, r.rows @ sentence) for r in kept])
    weight = np.array([COUNTS.get(r.case.kind, 1.0) for r in kept], dtype=np.float32)
    return rows, np.array([r.case.answerable for r in kept]), weight


def fit_confidence(rows: Matrix, answerable: NDArray[np.bool_], weight: Vector) -> Vector:
    from sklearn.linear_model import LogisticRegression

    middle, spread = rows.mean(0), rows.std(0)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0)
    model = LogisticRegression(C=1.0, max_iter=2000).fit((rows - middle) * scale, answerable, sample_weight=weight)
    fitted: Vector = (model.coef_[0] * scale).astype(np.float32)
    return fitted


def _short(value: float) -> float:
    return round(float(value), 4)


if __name__ == "__main__":
    main()
