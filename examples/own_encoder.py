"""Uses a custom encoder: here without a model, by hashing words."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rag import Rag, build

DIMENSION = 256


class HashedWords:
    """An encoder is any class with these four members."""

    fingerprint = "hashed-words@1"  # stored in the index, to detect a different encoder
    window = 256  # tokens

    def measure(self, text: str) -> int:
        return len(text.split())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.full((len(texts), DIMENSION), 1e-3, dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                vector[crc32(word.encode()) % DIMENSION] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


encoder = HashedWords()
build("seeds", "index", encoder=encoder)
rag = Rag.open("index", encoder=encoder, generator=None)
print(rag.search("North Korean workers in Russia", k=1)[0])
