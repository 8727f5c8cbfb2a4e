"""Compares embedding with a plain sentence-transformers loop: the floor, passages a second, cosine, nDCG, whole builds.

    python -m benchmarks.embedding DATA [--passages 600] [--rounds 5]

Both run alternately in this process on the same texts; the result is the median of the ratios per round. The plain loop
is what the documentation of sentence-transformers and faiss shows: read files, split at blank lines, drop equal
paragraphs, encode in float32, write the index. It truncates what is longer than the model's window, where ours makes a
second passage, so a third row gives the same passages to both. The floor is the number of multiplications that the
texts need, divided by the float32 rate measured on this machine.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import ir_measures
import numpy as np
from ir_measures import nDCG

from benchmarks.floor import encoder_operations, operations_a_second, seconds
from rag import build, models
from rag.models.encoder import FastModel, LibraryModel, SentenceEncoder
from rag.models.openvino_bert import config_of, cores
from training.data import texts_without_labels

PARAGRAPHS_A_FILE = 20
DEEP = 10  # cutoff of nDCG


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--passages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    folder = models.locate(models.DEFAULT_ENCODER)
    fast, plain = FastModel(folder), LibraryModel(folder)
    texts = sorted({text for _, text in texts_without_labels(given.data)})[: given.passages]
    print(
        f"{len(texts)} paragraphs, {np.mean([fast.measure(t) for t in texts]):.0f} word pieces each, {cores()} cores\n"
    )
    print("| what | plain | ours | ratio, median (all) |\n|---|---|---|---|")
    compare(
        "embedding, paragraphs/s", lambda: plain.encode(texts), lambda: fast.encode(texts), len(texts), given.rounds
    )
    floor(texts, fast, folder)
    with tempfile.TemporaryDirectory() as scratch:
        seeds = written(texts, Path(scratch) / "seeds")
        spare = (Path(scratch) / f"index-{n}" for n in range(10**6))
        compare(
            "files to published index, paragraphs/s",
            lambda: plain_build(seeds, next(spare), plain),
            lambda: build(seeds, next(spare)),
            len(texts),
            given.rounds,
        )
        library = SentenceEncoder(library=True)
        compare(
            "the same with the same passages, nothing cut off",
            lambda: build(seeds, next(spare), encoder=library),
            lambda: build(seeds, next(spare)),
            len(texts),
            given.rounds,
        )
    near(fast.encode(texts), plain.encode(texts))
    for name in ("cranfield", "cisi"):
        ranked(given.data / f"ir_{name}", name, fast, plain)


def compare(name: str, plain: Callable[[], Any], ours: Callable[[], Any], count: int, rounds: int) -> None:
    """Print a row: run both alternately, `rounds` times after one warm-up."""
    pairs = [(timed(plain), timed(ours)) for _ in range(rounds + 1)][1:]
    ratios = sorted(p / o for p, o in pairs)
    rates = [count / median(side) for side in zip(*pairs, strict=True)]
    print(
        f"| {name} | {rates[0]:.0f} | {rates[1]:.0f} | {median(ratios):.2f} ({', '.join(f'{r:.2f}' for r in ratios)}) |"
    )


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def floor(texts: Sequence[str], model: FastModel, folder: Path) -> None:
    """Print the operations per paragraph, this machine's float32 rate, and the ratio of our time to the floor."""
    config = config_of(folder)
    operations = sum(encoder_operations(config, min(model.window, model.measure(text))) for text in texts)
    peak, taken = operations_a_second(), seconds(lambda: model.encode(texts), 3)
    print(
        f"| floor: {operations / len(texts) / 1e9:.2f} GFLOP a paragraph, {peak / 1e9:.0f} GFLOP/s float32 measured "
        f"| | {operations / peak:.1f} s needed at that rate, {taken:.1f} s taken | {taken * peak / operations:.2f} of the floor |"
    )


def written(texts: Sequence[str], seeds: Path) -> Path:
    seeds.mkdir()
    for start in range(0, len(texts), PARAGRAPHS_A_FILE):
        (seeds / f"{start:06d}.txt").write_text("\n\n".join(texts[start : start + PARAGRAPHS_A_FILE]), encoding="utf-8")
    return seeds


def plain_build(seeds: Path, index: Path, model: LibraryModel) -> None:
    import faiss

    paragraphs = [p.strip() for file in sorted(seeds.iterdir()) for p in file.read_text(encoding="utf-8").split("\n\n")]
    distinct = list(dict.fromkeys(filter(None, paragraphs)))
    vectors = model.encode(distinct)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    index.mkdir()
    faiss.write_index(flat, str(index / "index.faiss"))
    (index / "passages.json").write_text(json.dumps(distinct), encoding="utf-8")


def near(ours: np.ndarray, plain: np.ndarray) -> None:
    cosines = (ours * plain).sum(axis=1)
    print(f"| cosine to float32 | 1 | least {cosines.min():.4f}, mean {cosines.mean():.4f} | |")


def ranked(folder: Path, name: str, fast: FastModel, plain: LibraryModel) -> None:
    """Print nDCG@10 of dense search with each model's vectors."""
    passages = {
        row["_id"]: f"{row.get('title') or ''}\n{row['text']}".strip() for row in lines(folder / "corpus.jsonl")
    }
    questions = {row["_id"]: row["text"] for row in lines(folder / "queries.jsonl")}
    judged: dict[str, dict[str, int]] = {}
    for file in sorted((folder / "qrels").glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines()[1:]:
            question, passage, grade = line.split("\t")
            judged.setdefault(question, {})[passage] = int(grade)
    asked = [question for question in questions if any(g > 0 for g in judged.get(question, {}).values())]
    figures = []
    for model in (plain, fast):
        matrix, wanted = (model.encode(side) for side in (list(passages.values()), [questions[q] for q in asked]))
        cosines = wanted @ matrix.T
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :DEEP]
        ids = list(passages)
        run = {q: {ids[i]: float(cosines[n, i]) for i in best[n]} for n, q in enumerate(asked)}
        figures.append(float(ir_measures.calc_aggregate([nDCG @ DEEP], judged, run)[nDCG @ DEEP]))
    print(
        f"| {name}, dense nDCG@10, {len(asked)} questions | {figures[0]:.4f} | {figures[1]:.4f} "
        f"| {figures[1] - figures[0]:+.4f} |"
    )


def lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as opened:
        for line in opened:
            yield json.loads(line)


if __name__ == "__main__":
    main()
