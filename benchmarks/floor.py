"""Compares the time of an answer with its floor: the operations and bytes it needs, divided by this machine's rates.

    python -m benchmarks.floor INDEX [--questions 30]

Measured first, on all cores: float32 operations a second (a square matrix product) and bytes a second (a matrix, larger
than every cache, times a vector). A token needs two operations per weight, and every weight and vector is read once;
the floor is the longer of the two times. 8-bit products can be faster than a floor of float32 operations. Embedding and
builds: benchmarks/embedding.py.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.generation import prompts
from rag import Rag, models
from rag.answer.path import PASSAGES
from rag.language.sentences import sentences
from rag.models.compiled import GRAPH
from rag.models.generator import TransformersGenerator
from rag.models.openvino_bert import config_of
from rag.pipeline import READ
from rag.split import embedded_text

WORDS = 12  # maximum words of a question
SIDE = 2_048  # rows and columns of the square matrices
ROWS, WIDTH = 40_000, 3_072  # of the matrix that is read: 490 MB


def seconds(work: Callable[[], Any], rounds: int = 7) -> float:
    """Return the median seconds of a function, after one warm-up."""
    work()
    return median(once(work) for _ in range(rounds))


def once(work: Callable[[], Any]) -> float:
    """Return the seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def operations_a_second() -> float:
    square = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
    return 2 * SIDE**3 / seconds(lambda: square @ square)


def bytes_a_second() -> float:
    matrix, vector = np.ones((ROWS, WIDTH), dtype=np.float32), np.ones(WIDTH, dtype=np.float32)
    return matrix.nbytes / seconds(lambda: matrix @ vector)


def encoder_weights(config: Mapping[str, Any]) -> int:
    """Return the number of encoder weights that each token is multiplied with."""
    width, inner = int(config["hidden_size"]), int(config["intermediate_size"])
    return int(config["num_hidden_layers"]) * (4 * width * width + 2 * width * inner)


def encoder_operations(config: Mapping[str, Any], tokens: int) -> int:
    """Return the operations for one text: two for each weight and token, plus attention."""
    attention = 4 * int(config["num_hidden_layers"]) * tokens * tokens * int(config["hidden_size"])
    return 2 * encoder_weights(config) * tokens + attention


def generator_weights() -> tuple[int, int]:
    """Return the generator's weights used by every token, and those used only to predict the next one."""
    import openvino

    file = max((models.cache_folder() / "compiled").glob(f"*/{GRAPH}"), key=lambda each: each.stat().st_mtime)
    shapes = [
        tuple(op.get_output_shape(0)) for op in openvino.Core().read_model(file).get_ops() if op.get_type_name() == "Constant"
    ]  # fmt: skip
    sizes = sorted(int(np.prod(shape)) for shape in shapes if len(shape) == 3 and shape[-1] > 1)
    return sum(sizes[:-1]), sizes[-1]  # the largest matrix is the vocabulary's


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=int, default=30)
    given = parser.parse_args()
    operations, read = operations_a_second(), bytes_a_second()
    print(f"{operations / 1e9:.0f} GFLOP/s float32, {read / 1e9:.1f} GB/s\n")
    print("| work | operations | bytes | floor | taken, median | of the floor |\n|---|---|---|---|---|---|")

    def row(name: str, needed: float, touched: float, taken: float) -> None:
        floor = max(needed / operations, touched / read)
        print(f"| {name} | {needed / 1e9:.2f} G | {touched / 1e6:.0f} MB | {floor * 1e3:.1f} ms | {taken * 1e3:.1f} ms | {taken / floor:.1f} |")  # fmt: skip

    searches(given.index, given.questions, row)
    sentence(given.questions, row)


def searches(index: Path, count: int, row: Callable[[str, float, float, float], None]) -> None:
    """Print the rows for a dense search and for evidence."""
    rag, config = Rag.open(index, generator=None), config_of(models.locate(models.DEFAULT_ENCODER))
    passages, measure = rag.index.passages, rag.encoder.measure
    drawn = [passages[i].text for i in range(0, len(passages), len(passages) // count)][:count]
    asked = [" ".join(text[slice(*sentences(text)[0])].split()[:WORDS]) for text in drawn]
    rag.ask(passages[1].text[:80])
    asking = median(encoder_operations(config, measure(question)) for question in asked)
    vectors = 4 * len(passages) * int(config["hidden_size"])
    dense = median(seconds(lambda q=q: rag.index.search(rag.encoder.encode([q])[0], 10), 3) for q in asked)  # type: ignore[misc]
    row(f"dense search of {len(passages):,}", asking + vectors / 2, encoder_weights(config) + vectors, dense)
    reading = []
    for question in asked:
        hits = rag.rankings(question, k=READ)["fused"][:PASSAGES]
        tokens = [measure(question) + measure(embedded_text(hit.passage)) for hit in hits]
        reading.append(sum(encoder_operations(config, each) for each in tokens))
    evidence = median(once(lambda q=q: rag.ask(q)) for q in asked)  # type: ignore[misc]  # once: reading is cached
    row("question to evidence", asking + vectors / 2 + median(reading), 2 * encoder_weights(config) + vectors, evidence)


def sentence(count: int, row: Callable[[str, float, float, float], None]) -> None:
    """Print the rows for the first token of a sentence and for one decoding step."""
    generator = TransformersGenerator()
    model, (layers, head) = generator.load(), generator_weights()
    asked = prompts(count)
    prefix = model.encode(asked[0][:-1], asks=False)
    fresh = [model.encode(messages)[len(prefix) :] for messages in asked]
    for messages in asked[:2]:
        list(generator.generate(messages))
    tokens = median(map(len, fresh))
    first = median(seconds(lambda m=m: next(iter(generator.generate(m))), 3) for m in asked)  # type: ignore[misc]
    row(f"first token, after {tokens:.0f} new ones", 2 * layers * tokens + 2 * head, layers + head, first)
    writing = model.begin()
    writing.read(prefix)
    row("each step after it", 2 * (layers + head), layers + head, seconds(lambda: writing.read(prefix[-1:]), 30))


if __name__ == "__main__":
    main()
