"""Fits the check of sentences against their quotes and writes `rag/weights/support.json`.

    python -m training.support_weights DATA [--cache FOLDER]

Claims with labels: wice and begin, three quarters of each to learn from and the rest to report on; and pairs made by rule from
passages of the training part: a sentence cut short against its passage holds, the same with a number, a name or a negation
changed does not, nor does a neighbour. AttributionBench, which states no licence, is only measured.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.cases import Remembering
from rag import models
from rag.embed import SentenceEncoder
from rag.split import sentences
from rag.support import FEATURES, WEIGHTS, features
from training.data import plain, read_all

SEED = 5
MADE = 1200  # pairs made by rule
COUNTS = {"wice": 2.0, "begin": 1.0, "made": 0.5}  # what a pair counts: people's labels more than ours


@dataclass(frozen=True, slots=True)
class Pair:
    source: str
    claim: str
    quotes: tuple[str, ...]
    holds: bool
    dev: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(".cache/vectors"))
    given = parser.parse_args()
    encoder = Remembering(SentenceEncoder.named(models.DEFAULT_ENCODER), given.cache)
    pairs = [*wice(given.data), *begin(given.data), *made(given.data)]
    rows = np.array([features(p.claim, p.quotes, encoder) for p in pairs])
    train = np.array([not p.dev for p in pairs])
    holds = np.array([p.holds for p in pairs])
    middle, spread = rows[train].mean(0), rows[train].std(0) + 1e-6
    weight = np.array([COUNTS[p.source] for p in pairs])
    model = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced")
    model.fit(((rows - middle) / spread)[train], holds[train], sample_weight=weight[train])
    factors = model.coef_[0] / spread
    bias = float(model.intercept_[0] - middle @ factors)
    named = {name: round(float(value), 4) for name, value in zip(FEATURES, factors, strict=True)}
    WEIGHTS.write_text(json.dumps({"factors": named, "bias": round(bias, 4)}, indent=1) + "\n", encoding="utf-8")
    for source in ("wice", "begin", "made"):
        mine = np.array([p.source == source and p.dev for p in pairs])
        print(line(source, rows[mine] @ factors + bias > 0, holds[mine]))
    measured = list(attributionbench(given.data))
    said = np.array([features(p.claim, p.quotes, encoder) for p in measured]) @ factors + bias > 0
    print(line("attributionbench", said, np.array([p.holds for p in measured])))


def line(name: str, said: np.ndarray, holds: np.ndarray) -> str:
    right, wrong = float(said[holds].mean()), float(said[~holds].mean())
    return f"{name:<17} n={len(said):<5} balanced accuracy {(right + 1 - wrong) / 2:.3f}  passes {wrong:.3f} of what does not hold"


def wice(root: Path) -> Iterator[Pair]:
    for text in (root / "wice/dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        yield Pair("wice", row["claim"], tuple(row["evidence"]), row["label"] == "supported", _dev(row["claim"]))


def begin(root: Path) -> Iterator[Pair]:
    for file in sorted((root / "begin").rglob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                claim, knowledge = plain(row["response"] or ""), plain(row["knowledge"] or "")
                if claim and knowledge:
                    yield Pair(
                        "begin", claim, (knowledge,), row["begin_label"] == "Fully attributable", _dev(knowledge)
                    )


def made(root: Path) -> Iterator[Pair]:
    """Make pairs by rule, half of which hold."""
    chance = random.Random(SEED)
    passages = sorted({e.passage for e in read_all(root, "train") if e.source != "covid_qa"})
    for passage in chance.sample(passages, MADE):
        spans = [(a, b) for a, b in sentences(passage) if 40 <= b - a <= 260]
        if len(spans) > 1:
            (a, b), other = chance.sample(spans, 2)
            claim = _shortened(passage[a:b], chance)
            kind = chance.choice(("holds", "holds", "holds", "changed", "changed", "neighbour"))
            changed = _changed(claim, passage, chance) if kind == "changed" else claim
            quote = passage[slice(*other)] if kind == "neighbour" else passage[a:b]
            if kind != "changed" or changed != claim:
                yield Pair("made", changed, (quote,), kind == "holds", _dev(passage))


def _shortened(sentence: str, chance: random.Random) -> str:
    """Return the sentence with what stands in brackets, between commas or in front of the first comma left out."""
    cut = chance.choice(
        (r" \([^)]*\)", r", [^,]{3,60},", r"^[^,]{3,40}, ", r",? (?:which|who|where|because|although) [^.]*")
    )
    shorter = re.sub(cut, "", sentence, count=1)
    return shorter[:1].upper() + shorter[1:] if len(shorter) > 25 else sentence


def _changed(claim: str, passage: str, chance: random.Random) -> str:
    """Return the claim with a number or a name of the passage in another's place, or negated."""
    pattern = re.compile(r"(?<!^)\b\d[\d,.]*\b|(?<=[a-z,] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
    mine = list(pattern.finditer(claim))
    if mine and chance.random() < 0.75:
        old = chance.choice(mine)
        number = old.group()[0].isdigit()
        others = sorted({m.group() for m in pattern.finditer(passage)} - {m.group() for m in mine})
        others = [o for o in others if o[0].isdigit() == number] or (
            [str(int(re.sub(r"\D", "", old.group())) + 3)] if number else []
        )
        if others:
            return claim[: old.start()] + chance.choice(others) + claim[old.end() :]
    return re.sub(r"\b(is|are|was|were|has|have|had|can|will|did)\b(?! not)", r"\1 not", claim, count=1)


def attributionbench(root: Path) -> Iterator[Pair]:
    for text in (root / "attributionbench/dev_all_subset_balanced.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        quotes = tuple(part for part in row["references"] if part.strip())
        if quotes:
            yield Pair("attributionbench", row["claim"], quotes, row["attribution_label"] == "attributable", True)


def _dev(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 4 == 0


if __name__ == "__main__":
    main()
