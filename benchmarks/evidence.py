"""Measures the time from a question to passages and to evidence on an existing index, and the memory of the process.

    python -m benchmarks.evidence INDEX [--questions 200]

The questions are the first sentences of evenly sampled passages, without their last words. No language model is loaded:
the answers are quotes.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag import Rag
from rag.language.sentences import sentences

WORDS = 12  # maximum words of a question
WARM_UP = 10  # questions that are not counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    rag = Rag.open(given.index, generator=None)
    passages = rag.index.passages
    stride = max(1, len(passages) // (given.questions + WARM_UP))
    drawn = [passages[i] for i in range(0, len(passages), stride)][: given.questions + WARM_UP]
    asked = [" ".join(p.text[slice(*sentences(p.text)[0])].split()[:WORDS]) for p in drawn]
    rows: dict[str, list[float]] = {"dense search alone": [], "question to passages": [], "question to evidence": []}
    for question in asked:
        started = time.perf_counter()
        rag.index.search(rag.encoder.encode([question])[0], 10)
        rows["dense search alone"].append(time.perf_counter() - started)
        started = time.perf_counter()
        answers = rag.stream(question)
        next(answers)
        rows["question to passages"].append(time.perf_counter() - started)
        for _ in answers:
            pass
        rows["question to evidence"].append(time.perf_counter() - started)
    print(f"{len(passages)} passages, {len(asked) - WARM_UP} questions\n\n| | p50 | p95 |\n|---|---|---|")
    for name, seconds in rows.items():
        p50, p95 = 1e3 * np.quantile(seconds[WARM_UP:], (0.5, 0.95))
        print(f"| {name} | {p50:.1f} ms | {p95:.1f} ms |")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB resident")


if __name__ == "__main__":
    main()
