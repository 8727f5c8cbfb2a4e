"""Fits the reader's confidence: one logistic function of its scores for all kinds of documents, tested by leaving kinds
out.

    python -m training.reader_confidence PREPARED BASE DEV.json.xz --tokenizer TOKENIZER.json [--threshold 0.5]

DEV.json.xz is the output of `training.reader` on the development part. Every kind has the same weight, answerable or
not; each is also measured with a function fitted on the other kinds only. The shipped function has one feature (`SURE`
and `SHIFT` of `rag.answer.read`), here the total of the best passage's scores. Also tested: its lead over every other
passage, and the question's words, numbers and codes that are in no passage.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.reader import Numbers

FEATURES = ("total", "ahead", "unseen", "codes")
WORLDS = {  # related kinds, which are left out together
    "squad": ("squad", "squad-near", "squad-removed"), "nq": ("nq", "nq-removed"), "qed": ("qed", "qed-removed"),
    "clapnq": ("clapnq", "clapnq-near"), "selqa": ("selqa", "selqa-removed"), "medquad": ("medquad", "medquad-near"),
    "covid": ("covid", "covid-removed"), "written": ("written", "written-absent", "written-removed"),
    "world": ("world", "world-absent", "world-removed"),
}  # fmt: skip
STEPS, STEP = 400, 0.5  # iterations and step size of the fit
SHRINK = 1e-3


def rows_of(numbers: Numbers, found: Sequence[Any]) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return, by kind, the features (n, f) and whether the passages answer (n,)."""
    rows: dict[str, list[list[float]]] = defaultdict(list)
    labels: dict[str, list[float]] = defaultdict(list)
    for n, removed, texts, blocks in found:
        item = numbers.items[n]
        kind = item.domain + ("-removed" if removed else "")
        if not blocks:
            continue
        totals = [
            float(np.logaddexp.reduce([b[2] for b in blocks if b[0] == place])) for place in {b[0] for b in blocks}
        ]
        best, second = sorted([-9.0, *totals])[:-3:-1]
        rows[kind].append([best, best - second, *_lexical(numbers, numbers.asked[item.wordings[0]], texts)])
        labels[kind].append(float(bool(item.gold) and not removed))
    return {kind: (np.array(rows[kind]), np.array(labels[kind])) for kind in rows}


def _lexical(numbers: Numbers, asked: NDArray[np.int64], texts: Sequence[int]) -> tuple[float, float]:
    """Return the weight, by rarity, of the question's words in no passage, and 1 if one is a number or code, else 0."""
    held = {int(i) for t in texts for i in (*numbers.passages[t], *numbers.topics[t])}
    rare = [numbers.rarity[int(i)] for i in asked]
    gone = [numbers.rarity[int(i)] for i in asked if int(i) not in held]
    return sum(gone) / max(1e-6, sum(rare)), float(any(int(i) in numbers.coded and int(i) not in held for i in asked))


def fitted(
    parts: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]], columns: Sequence[int]
) -> NDArray[np.float64]:
    """Return the factors and bias of a logistic regression; each part has the same weight."""
    x = np.concatenate([np.c_[rows[:, columns], np.ones(len(rows))] for rows, _ in parts])
    y = np.concatenate([labels for _, labels in parts])
    weight = np.concatenate([np.full(len(labels), 1 / len(labels)) for _, labels in parts])
    good = (weight * y).sum() / weight.sum()
    weight *= np.where(y == 1, 0.5 / max(good, 1e-9), 0.5 / max(1 - good, 1e-9)) / weight.sum()
    scale = np.maximum(np.abs(x).max(axis=0), 1e-9)
    x, w = x / scale, np.zeros(x.shape[1])
    for _ in range(STEPS):  # Newton's method
        p = 1 / (1 + np.exp(-x @ w))
        slope = x.T @ (weight * (p - y)) + SHRINK * w
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + SHRINK * np.eye(len(w))
        change = np.linalg.solve(curve, slope)
        w -= np.clip(change, -5, 5)
        if np.abs(change).max() < 1e-9:
            break
    return w / scale


def confidence(rows: NDArray[np.float64], factors: NDArray[np.float64], columns: Sequence[int]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = 1 / (1 + np.exp(-(rows[:, columns] @ factors[:-1] + factors[-1])))
    return value


def area(good: NDArray[np.float64], bad: NDArray[np.float64]) -> float:
    return float((good[:, None] > bad[None]).mean() + 0.5 * (good[:, None] == bad[None]).mean())


def report(
    kinds: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]], columns: Sequence[int], threshold: float
) -> None:
    """Print each world's shares, fitted without it and on all."""
    whole = fitted([kinds[k] for w in WORLDS.values() for k in w if k in kinds], columns)
    print("features", [FEATURES[c] for c in columns], "factors", np.round(whole, 3).tolist())
    for world, members in WORLDS.items():
        rest = fitted([kinds[k] for w, some in WORLDS.items() if w != world for k in some if k in kinds], columns)
        shown = []
        for kind in (k for k in members if k in kinds):
            out, inside = (float((confidence(kinds[kind][0], f, columns) > threshold).mean()) for f in (rest, whole))
            shown.append(f"{kind} ({len(kinds[kind][1])}) {out:.3f} / {inside:.3f}")
        good = confidence(kinds[members[0]][0], rest, columns)
        areas = [f"{k} {area(good, confidence(kinds[k][0], rest, columns)):.3f}" for k in members[1:] if k in kinds]
        print(f"  {world}: answered, left out / fitted: {', '.join(shown)}; area under the curve: {', '.join(areas)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("base")
    parser.add_argument("read", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json of the base")
    parser.add_argument("--threshold", type=float, default=0.5)
    given = parser.parse_args()
    numbers = Numbers(given.prepared, given.base)
    add_words(numbers, given.tokenizer)
    kinds = rows_of(numbers, json.loads(lzma.decompress(given.read.read_bytes())))
    for columns in ((0,), (0, 1), (0, 2, 3)):
        report(kinds, columns, given.threshold)


def add_words(numbers: Any, file: Path) -> None:
    """Add each token's rarity among the passages, and which tokens contain a digit."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    counts = np.ones(len(numbers.used))
    for row in numbers.passages:
        counts[np.unique(row)] += 1
    numbers.rarity = np.log((1 + len(numbers.passages)) / counts)
    numbers.coded = {
        i for i, token in enumerate(numbers.used.tolist()) if any(map(str.isdigit, tokenizer.id_to_token(token) or ""))
    }


if __name__ == "__main__":
    main()
