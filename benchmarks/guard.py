"""Shows in three minutes whether something became a fifth slower, on a machine on which other things run too.

    python -m benchmarks.guard            # compares with benchmarks/guard.json; ends with 1 if something is slower
    python -m benchmarks.guard --keep     # keeps what was measured as the new standard

Every work is timed in turn with a reference workload that never changes (a float32 product for what multiplies, a loop of plain Python
for what does not, a process that imports numpy for a process that imports this package). What counts is the median ratio to the
reference beside it, so that a slow minute slows both. What seems slower is measured again, TRIES times: noise passes, a slowdown stays.
The standard holds for one kind of machine; another needs its own, by --keep. Texts are invented here; nothing is downloaded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.generation import prompts
from rag import Rag, build
from rag.embed import SentenceEncoder
from rag.generate import TransformersGenerator
from rag.models import DEFAULT_ENCODER, DEFAULT_GENERATOR
from rag.types import Vectors

KEPT = Path(__file__).with_suffix(".json")
SLOWER = 1.20  # times the kept ratio
ROUNDS = 11  # of a work with its reference
TRIES = 3  # measurements of what seems slower; the best counts
SEED = 5
LARGE = 3_000  # passages of the index that is searched
WORDS = ("mill bridge harbour school theatre valley river market council winter railway garden engine museum island letter painter "
         "was built opened repaired described sold painted between after near under before the of a in and with by for from").split()  # fmt: skip


class Cheap:
    """An encoder whose vectors are made of a digest: for an index whose embedding is not what is measured."""

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
    """Something that is timed, with the reference that is timed beside it."""

    name: str
    run: Callable[[], object]
    reference: Callable[[], object]


def paragraphs(count: int) -> list[str]:
    """Invent texts of some hundred words."""
    chance = random.Random(SEED)

    def sentence() -> str:
        words = chance.choices(WORDS, k=chance.randrange(9, 22))
        return f"{' '.join(words).capitalize()} {chance.randrange(1500, 2000)}."

    return [" ".join(sentence() for _ in range(6)) for _ in range(count)]


def multiply(size: int = 1200, times: int = 3) -> Callable[[], object]:
    """Return the reference of what multiplies: products of two float32 matrices."""
    left = np.random.default_rng(SEED).random((size, size), dtype=np.float32)
    return lambda: [left @ left for _ in range(times)]


def count_up() -> object:
    """The reference of what is plain Python: a loop over words and numbers."""
    held: dict[str, int] = {}
    for n in range(150_000):
        word = WORDS[n % len(WORDS)]
        held[word] = held.get(word, 0) + len(word) * n % 7
    return held


def process(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=KEPT.parent.parent)


def works(scratch: Path) -> Iterator[Work]:
    """Yield what is measured, each warm."""
    product = multiply()
    texts = paragraphs(LARGE)
    encoder = SentenceEncoder.named(DEFAULT_ENCODER)
    yield Work("embedding 24 paragraphs", lambda: encoder.encode(texts[:24]), product)
    large = Rag(built(scratch / "large", texts, Cheap()).index, encoder=Cheap(), reader=Rag.open(scratch / "large-index", encoder=Cheap(), generator=None).reader)  # fmt: skip
    vectors = Cheap().encode(texts[:100])
    yield Work("100 dense searches", lambda: [large.index.search(vector, 10) for vector in vectors], count_up)
    asked = [" ".join(text.split()[:8]) for text in texts[:20]]
    yield Work("20 word searches", lambda: [large.index.search_text(text, 10) for text in asked], count_up)
    small = built(scratch / "small", texts[:40], encoder)
    hits = small.rankings(asked[0], k=10)["fused"][:10]
    yield Work("reading 10 passages", lambda: small.reader.read(f"When was {asked[0]}?", hits), product)
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
    """Write ten paragraphs a file, build and open."""
    folder.mkdir()
    for start in range(0, len(texts), 10):
        (folder / f"{start:05d}.txt").write_text("\n\n".join(texts[start : start + 10]), encoding="utf-8")
    index = folder.with_name(f"{folder.name}-index")
    build(folder, index, encoder=encoder)
    return Rag.open(index, encoder=encoder, generator=None)


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


def ratio(work: Work) -> float:
    """Return the median ratio of a work to the mean of the references before and after it."""
    work.run()
    before, ratios = timed(work.reference), []
    for _ in range(ROUNDS):
        taken = timed(work.run)
        after = timed(work.reference)
        ratios.append(2 * taken / (before + after))
        before = after
    return median(ratios)


def timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def checked(work: Work, kept: float | None) -> tuple[float, bool]:
    """Return a work's ratio, and whether it is slower than the kept one however often it is measured."""
    least = ratio(work)
    for _ in range(TRIES - 1):
        if kept is None or least <= SLOWER * kept:
            break
        least = min(least, ratio(work))
    return least, kept is not None and least > SLOWER * kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() and not given.keep else {}
    found, slow, started = {}, [], time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        for work in works(Path(scratch)):
            found[work.name], slower = checked(work, kept.get(work.name))
            change = f"{found[work.name] / kept[work.name]:5.2f} of the kept" if work.name in kept else "nothing kept"
            print(
                f"{work.name:<42}{found[work.name]:9.3f} times its reference  {change}{'  SLOWER' * slower}", flush=True
            )
            slow += [work.name] * slower
    print(f"{time.perf_counter() - started:.0f} s")
    if given.keep:
        KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
