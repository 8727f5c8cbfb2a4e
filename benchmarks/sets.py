"""What several benchmarks share: a caching encoder, and questions with given passages."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.protocols import Encoder
from rag.types import Hit, Passage, Vectors


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the passages to answer it from."""

    kind: str
    question: str
    hits: tuple[Hit, ...]
    answers: tuple[str, ...]


def passage(title: str, text: str) -> Passage:
    name = hashlib.sha256(f"{title}|{text}".encode()).hexdigest()[:16]
    return Passage(name, title, f"{title}.txt", text, 0, len(text), heading=title)


class Remembering:
    """An encoder that caches its vectors in a folder."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder, self.folder = encoder, folder
        self.fingerprint, self.window, self.measure = encoder.fingerprint, encoder.window, encoder.measure
        folder.mkdir(parents=True, exist_ok=True)
        self.known: dict[str, np.ndarray] = {}
        for file in sorted(folder.glob("*.npz")):
            stored = np.load(file)
            self.known.update(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        new = sorted({t for t in texts if _key(t) not in self.known}, key=len)
        if new:
            vectors = self.encoder.encode(new)
            self.known.update(zip(map(_key, new), vectors, strict=True))
            if len(new) > 200:
                keys = np.array([_key(t) for t in new])
                np.savez(
                    self.folder / f"{len(list(self.folder.glob('*.npz'))):04d}.npz",
                    texts=keys,
                    vectors=vectors,
                )
        return np.stack([self.known[_key(t)] for t in texts])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def noise_cases(root: Path) -> Iterator[Case]:
    """Yield RGB's questions with only noise, and with noise beside good documents; never used for training."""
    for line in map(json.loads, (root / "rgb/en_fact.json").read_text(encoding="utf-8").splitlines()):
        good, bad = line["positive"][:2], line["negative"][:5]
        answers = tuple(_flat(line["answer"]))
        if len(bad) >= 3:
            yield Case("rgb-noise", line["query"], tuple(Hit(passage("", t), 0.03) for t in bad), ())
            mixed = [*good, *bad[:3]]
            random.Random(len(mixed[0])).shuffle(mixed)
            yield Case(
                "rgb-mixed",
                line["query"],
                tuple(Hit(passage("", t), 0.03) for t in mixed),
                answers,
            )


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _flat(inner)
    else:
        yield str(value)
