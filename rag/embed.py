"""Turns texts into unit-length vectors with a sentence-transformers model.

Vectors are float32 rows of length 1, so that an inner product is a cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from rag import models
from rag.types import Vectors

BATCH = 32  # texts; larger batches only add padding on a CPU


class SentenceEncoder:
    """An Encoder on a sentence-transformers model; the model is loaded at the first text."""

    def __init__(self, name: str = models.DEFAULT_ENCODER) -> None:
        self.folder = models.locate(name)
        self.fingerprint = models.fingerprint(name)
        self._model: Any = None

    @classmethod
    @cache
    def named(cls, name: str) -> SentenceEncoder:
        """Return the encoder of that name, the same one for the whole process."""
        return cls(name)

    @property
    def window(self) -> int:
        return int(self._loaded().max_seq_length)

    def measure(self, text: str) -> int:
        return len(self._loaded().tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), d) float32, rows of unit length; ValueError for a plain string."""
        if isinstance(texts, str):
            raise ValueError("encode takes a sequence of texts, not one string")
        model = self._loaded()
        if not texts:
            return np.zeros((0, int(model.get_embedding_dimension())), dtype=np.float32)
        vectors: Vectors = model.encode(
            list(texts),
            batch_size=BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return vectors

    def _loaded(self) -> Any:
        if self._model is None:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # loading weights takes a moment; the doors show their own progress

            self._model = SentenceTransformer(
                str(self.folder), device="cpu", local_files_only=True, trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )  # fmt: skip
        return self._model
