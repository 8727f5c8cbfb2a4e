"""A small index for the index tests: realistic texts, and an encoder without a model."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from rag.index import IndexWriter, Location, building, embed_new
from rag.index.search.postings import Postings
from rag.load import document_id
from rag.split.fold import drop_duplicates
from rag.types import Document, Passage, Place, Skipped, Vectors

FINGERPRINT = "letters@1"


class Letters:
    """An encoder that counts letter pairs: deterministic, and similar for texts that share words."""

    fingerprint = FINGERPRINT
    window = 10_000

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def measure(self, text: str) -> int:
        return len(text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            for first, second in zip(text, text[1:], strict=False):
                vectors[row, (ord(first) * 31 + ord(second)) % 64] += 1
        return vectors / np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True))


def split(source: str, text: str) -> tuple[Document, list[Passage]]:
    """Return a document whose paragraphs are its passages."""
    document = Document(
        document_id(source),
        source,
        Path(source).stem,
        text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        modified=date(2020, 1, 1 + len(text) % 31),
    )
    passages, start = [], 0
    for paragraph in text.split("\n\n"):
        end = start + len(paragraph)
        id_ = hashlib.blake2b(paragraph.encode(), digest_size=8).hexdigest()
        passages.append(
            Passage(id_, document.id, source, paragraph, start, end, None, "", (Place(source, start, end),))
        )
        start = end + 2
    return document, passages


def build(
    place: Location, files: dict[str, str], encoder: Letters | None = None, parsed: list[str] | None = None
) -> int:
    """Build as the pipeline does: parse and embed what is new, then publish."""
    encoder = encoder or Letters()
    with building(place) as held, IndexWriter(held.folder, encoder.fingerprint, versions="1") as writer:
        for source, text in sorted(files.items()):
            document, passages = split(source, text)
            if not writer.reuse(document.sha256, source, document.modified):
                writer.add(document, passages)
                if parsed is not None:
                    parsed.append(source)
        plan = writer.plan(writer.contents, drop_duplicates(writer.contents.passages, writer.contents.prints))
        held.lend(writer)
        embed_new(plan, writer, partial(map, encoder.encode), lambda stage, done, total: None)
        return held.publish(writer.publish(plan, skipped=[Skipped("bad.pdf", "it is encrypted")]))


class Held:
    """An in-memory table."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, start: int = 0, end: int | None = None) -> np.ndarray:
        return self.values[start:end]

    def row(self, number: int, count: int = 1) -> np.ndarray:
        return self.values[number : number + count].copy()


def held(postings: Postings) -> dict[str, Held]:
    """Return the tables of postings, each in memory."""
    parts = defaultdict(list)
    for name, part in postings.parts():
        parts[name].append(part)
    return {name: Held(np.concatenate(some)) for name, some in parts.items()}


FILES = {
    "fish.md": "Salmon swim up the river to spawn.\n\nTrout live in cold brooks.",
    "birds/owl.txt": "Owls hunt mice at night.\n\nThe barn owl nests in old towers.",
    "birds/tit.txt": "Great tits eat caterpillars.\n\nOwls hunt mice at night.",
    "größe.txt": "Die Größe der Bäume beträgt zwölf Meter.\n\nÄpfel reifen im Herbst. 🍎 Birnen auch.",
    "zh.txt": "北京是中国的首都。\n\n长城很长。",
}  # fmt: skip
