"""Detects in three minutes whether something became 20 % slower, on a machine that also runs other things.

    python -m benchmarks.guard            # compares with benchmarks/guard.json; exits with 1 if something is slower
    python -m benchmarks.guard --keep     # saves the measurements as the new baseline
    python -m benchmarks.guard --slowed 0.2   # tests itself: makes every workload 20 % slower; each must be detected

Each workload is measured alternately with a reference that never changes: a float32 matrix product for what multiplies,
a matrix-vector product for what reads memory, a loop of plain Python for the rest, a process that imports numpy for one
that imports this package. The measure is processor time of all threads, because wall-clock time mostly shows what else
is running; the result is the median ratio to the adjacent reference. What seems slower, and every new baseline, is
measured TRIES times: noise passes, a slowdown stays. Not detected: waiting, and idle cores. A baseline is valid for one
kind of machine; make another one with --keep.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

os.environ |= {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}  # more threads of the reference would only wait for each other

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.generation import prompts
from rag import Rag, build
from rag.answer.answer import blocks_of_hits
from rag.models.catalog import DEFAULT_ENCODER, DEFAULT_GENERATOR
from rag.models.encoder import SentenceEncoder
from rag.models.generator import TransformersGenerator
from rag.types import Hit, Vectors

KEPT = Path(__file__).with_suffix(".json")
SLOWER = 1.15  # times the baseline ratio; benchmarks/README.md says what it detects and misses
ROUNDS = 11  # rounds of each workload with its reference
TRIES = 3  # measurements of what seems slower; the best counts
SEED = 5
MATRIX = np.random.default_rng(SEED).random((3_000, 384), dtype=np.float32)
LARGE = 3_000  # passages of the searched index
WORDS = ("mill bridge harbour school theatre valley river market council winter railway garden engine museum island letter painter "
         "was built opened repaired described sold painted between after near under before the of a in and with by for from").split()  # fmt: skip


class Cheap:
    """An encoder whose vectors are hashes of the text: for an index whose embedding is not measured."""

    fingerprint, window = "digests@1", 256

    def measure(self, text: str) -> int:
        return len(text.split())

    def encode(self, texts: Sequence[str]) -> Vectors:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(384, dtype=np.float32) for seed in seeds])
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors


@dataclass(frozen=True, slots=True)
class Work:
    """A timed workload, with the reference that is timed beside it."""

    name: str
    run: Callable[[], object]
    reference: Callable[[], object]


def paragraphs(count: int) -> list[str]:
    """Return generated texts of about a hundred words."""
    chance = random.Random(SEED)

    def sentence() -> str:
        words = chance.choices(WORDS, k=chance.randrange(9, 22))
        return f"{' '.join(words).capitalize()} {chance.randrange(1500, 2000)}."

    return [" ".join(sentence() for _ in range(6)) for _ in range(count)]


def multiply(size: int = 1200, times: int = 3) -> Callable[[], object]:
    """Return the reference for multiplication: products of two float32 matrices."""
    left = np.random.default_rng(SEED).random((size, size), dtype=np.float32)
    return lambda: [left @ left for _ in range(times)]


def scan() -> object:
    """Reference for reading memory: a matrix times a vector, repeated."""
    return [MATRIX @ MATRIX[n] for n in range(200)]


def count_up() -> object:
    """Reference for plain Python: a loop over words and numbers."""
    held: dict[str, int] = {}
    for n in range(150_000):
        word = WORDS[n % len(WORDS)]
        held[word] = held.get(word, 0) + len(word) * n % 7
    return held


def process(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=KEPT.parent.parent)


def works(scratch: Path) -> Iterator[Work]:
    """Yield the workloads, warmed up."""
    product = multiply()
    texts = paragraphs(LARGE)
    encoder = SentenceEncoder.named(DEFAULT_ENCODER)
    yield Work("embedding 24 paragraphs", lambda: encoder.encode(texts[:24]), product)
    large = built(scratch / "large", texts, Cheap())
    vectors = Cheap().encode(texts[:100])
    yield Work("100 dense searches", lambda: [large.index.search(vector, 10) for vector in vectors], scan)
    asked = [" ".join(text.split()[:8]) for text in texts[:100]]
    yield Work("100 word searches", lambda: [large.index.search_text(text, 10) for text in asked], count_up)
    small = built(scratch / "small", texts[:40], encoder)
    hits = small.rankings(asked[0], k=10)["fused"][:10]
    yield Work("reading 10 passages", reading(small, hits), product)
    yield from generating(product)
    spare = (scratch / f"index-{n}" for n in range(10**6))
    cheap = Cheap()
    yield Work(
        "building 3000 passages without embedding",
        lambda: build(scratch / "large", next(spare), encoder=cheap),
        count_up,
    )
    yield Work("import rag", process("import rag"), process("import numpy"))


def built(folder: Path, texts: Sequence[str], encoder: SentenceEncoder | Cheap) -> Rag:
    """Write ten paragraphs per file, build and open."""
    folder.mkdir()
    for start in range(0, len(texts), 10):
        (folder / f"{start:05d}.txt").write_text("\n\n".join(texts[start : start + 10]), encoding="utf-8")
    index = folder.with_name(f"{folder.name}-index")
    build(folder, index, encoder=encoder)
    return Rag.open(index, encoder=encoder, generator=None)


def reading(rag: Rag, hits: Sequence[Hit]) -> Callable[[], object]:
    """Return a function that reads the hits without the cache of earlier readings."""
    blocks, numbers = blocks_of_hits(hits, rag.documents), count()
    return lambda: rag.reader.read(f"When was mill number {next(numbers)} built?", blocks)


def generating(product: Callable[[], object]) -> Iterator[Work]:
    """Yield the generator's first token, and the rest of a sentence."""
    generator = TransformersGenerator.named(DEFAULT_GENERATOR)
    asked = prompts(2)

    def first() -> None:
        pieces = generator.generate(asked[0])
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]

    yield Work("first token", first, product)
    yield Work("two sentences", lambda: ["".join(generator.generate(messages)) for messages in asked], product)


def slowed(work: Work, share: float) -> Work:
    """Return a workload that takes longer by this share."""

    def run() -> None:
        started = spent()
        work.run()
        taken = spent()
        while spent() < taken + share * (taken - started):
            pass

    return Work(work.name, run, work.reference)


def ratio(work: Work) -> float:
    """Return the median ratio of a workload to the mean of the references before and after it."""
    work.run()
    before, ratios = timed(work.reference), []
    for _ in range(ROUNDS):
        taken = timed(work.run)
        after = timed(work.reference)
        ratios.append(2 * taken / (before + after))
        before = after
    return median(ratios)


def timed(run: Callable[[], object]) -> float:
    started = spent()
    run()
    return spent() - started


def spent() -> float:
    """Return the processor time in seconds of this process and of the child processes that have ended."""
    return time.process_time() + sum(os.times()[2:4])


def checked(work: Work, kept: float | None) -> tuple[float, bool]:
    """Return a workload's lowest ratio, and whether it was slower than the baseline in every measurement."""
    least = ratio(work)
    for _ in range(TRIES - 1):
        if kept is not None and least <= SLOWER * kept:
            break
        least = min(least, ratio(work))
    return least, kept is not None and least > SLOWER * kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--slowed", type=float, default=0.0, help="share by which every workload is made slower")
    parser.add_argument("--only", default="", help="measure only the workloads whose name contains this")
    given = parser.parse_args()
    held = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
    kept = {} if given.keep else held
    found, slow, started = {}, [], time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        for work in (slowed(work, given.slowed) for work in works(Path(scratch)) if given.only in work.name):
            found[work.name], slower = checked(work, kept.get(work.name))
            change = f"{found[work.name] / kept[work.name]:5.2f} of the kept" if work.name in kept else "nothing kept"
            print(
                f"{work.name:<42}{found[work.name]:9.3f} times its reference  {change}{'  SLOWER' * slower}", flush=True
            )
            slow += [work.name] * slower
    print(f"{time.perf_counter() - started:.0f} s")
    if given.keep:
        KEPT.write_text(json.dumps(held | found, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
