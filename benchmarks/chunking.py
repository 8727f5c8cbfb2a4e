"""Compares ways to split documents: token recall, precision and IoU at k = 5 on the chunking_eval set.

    python benchmarks/chunking.py DATA/qa/chunking_eval

The metrics are those of "Evaluating Chunking Strategies for Retrieval" (Smith and Troynikov, Chroma 2024), computed
over characters: the five nearest chunks to a question, by cosine under the default encoder, against the spans that
answer it. Do not tune on it: the set is small (two of its five corpora are in the folder).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.load.documents import LOADERS
from rag.models.encoder import SentenceEncoder
from rag.split import embedded_text, join_neighbours, split_document
from rag.split.fold import drop_duplicates
from rag.split.lazy import Passages
from rag.types import Document

Span = tuple[int, int]
Chunk = tuple[str, list[Span]]  # the text that is embedded, and the spans it covers
FIXED, OVERLAP = 1_000, 100  # characters
K = 5


def ours(text: str, name: str, encoder: SentenceEncoder) -> list[Chunk]:
    parsed = LOADERS[".md"](text.encode(), name)
    document = Document("id", name, parsed.title, parsed.text, segments=parsed.segments)
    folded = drop_duplicates(Passages.of(split_document(document, window=encoder.window, measure=encoder.measure)))
    passages = join_neighbours(folded, {document.source: document})
    return [(embedded_text(p), [(place.start, place.end) for place in p.places]) for p in passages]


def fixed(text: str, name: str, encoder: SentenceEncoder) -> list[Chunk]:
    starts = range(0, max(len(text) - OVERLAP, 1), FIXED - OVERLAP)
    return [(text[start : start + FIXED], [(start, min(start + FIXED, len(text)))]) for start in starts]


def semantic(text: str, name: str, encoder: SentenceEncoder) -> list[Chunk]:
    from semantic_text_splitter import MarkdownSplitter

    chunks = MarkdownSplitter(FIXED).chunk_indices(text)
    return [(body, [(start, start + len(body))]) for start, body in chunks]


def semantic_text(text: str, name: str, encoder: SentenceEncoder) -> list[Chunk]:
    from semantic_text_splitter import TextSplitter

    chunks = TextSplitter(FIXED).chunk_indices(text)
    return [(body, [(start, start + len(body))]) for start, body in chunks]


WAYS: dict[str, Callable[[str, str, SentenceEncoder], list[Chunk]]] = {
    "rag.split": ours,
    "fixed 1000/100": fixed,
    "semantic-text-splitter text 1000": semantic_text,
    "semantic-text-splitter markdown 1000": semantic,
}


def covered(spans: Sequence[Span]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def measure(way: Callable[[str, str, SentenceEncoder], list[Chunk]], corpora: dict[str, str],
            questions: Sequence[dict[str, str]], encoder: SentenceEncoder, asked: np.ndarray) -> dict[str, float]:  # fmt: skip
    """Return mean recall, precision and IoU over the questions, with the number and mean length of the chunks."""
    scores: list[tuple[float, float, float]] = []
    lengths: list[int] = []
    for name, text in corpora.items():
        chunks = way(text, f"{name}.md", encoder)
        lengths += [spans[0][1] - spans[0][0] for _, spans in chunks]
        vectors = encoder.encode([body for body, _ in chunks])
        for i, question in enumerate(questions):
            if question["corpus_id"] != name:
                continue
            best = np.argsort(-(vectors @ asked[i]), kind="stable")[:K]
            found = covered([span for at in best for span in chunks[at][1]])
            wanted = covered([(r["start_index"], r["end_index"]) for r in json.loads(question["references"])])
            both = len(found & wanted)
            scores.append((both / len(wanted), both / len(found), both / len(found | wanted)))
    recall, precision, iou = (100 * sum(column) / len(scores) for column in zip(*scores, strict=True))
    return {"recall": recall, "precision": precision, "IoU": iou, "chunks": len(lengths), "length": float(np.mean(lengths)),
            "questions": len(scores)}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    folder = arguments.parse_args().folder
    corpora = {file.stem: file.read_bytes().decode() for file in sorted((folder / "corpora").glob("*.md"))}
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as stream:
        questions = [row for row in csv.DictReader(stream) if row["corpus_id"] in corpora]
    encoder = SentenceEncoder()
    asked = encoder.encode([question["question"] for question in questions])
    print(f"{len(questions)} questions over {', '.join(corpora)}; k = {K}; {encoder.fingerprint}")
    print(f"{'way':38} {'recall':>7} {'precision':>9} {'IoU':>6} {'chunks':>7} {'length':>7} {'seconds':>8}")
    for name, way in WAYS.items():
        start = time.perf_counter()
        row = measure(way, corpora, questions, encoder, asked)
        print(f"{name:38} {row['recall']:7.1f} {row['precision']:9.2f} {row['IoU']:6.2f} {row['chunks']:7.0f} "
              f"{row['length']:7.0f} {time.perf_counter() - start:8.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
