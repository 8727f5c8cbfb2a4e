"""Turns texts into unit-length vectors with a sentence-transformers model.

Vectors are float32 rows of length 1, so that an inner product is a cosine. Models like the embedded one run in
`rag.models.openvino_bert`, several times as fast; all others in sentence-transformers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from rag.models import catalog, openvino_bert
from rag.types import Vectors

BATCH = 32  # texts; larger batches only add padding on a CPU
MEASURED = 1_024  # texts whose token counts are cached: splitting measures each paragraph two or three times
PLAIN = ("Transformer", "Pooling", "Normalize")  # the modules of a plain sentence-transformers model


class SentenceEncoder:
    """An Encoder on a sentence-transformers model; the model is loaded on first use."""

    def __init__(self, name: str = catalog.DEFAULT_ENCODER, *, library: bool = False) -> None:
        """Find the model; `library` forces sentence-transformers, the reference implementation."""
        self.folder = catalog.locate(name)
        self.fingerprint = catalog.fingerprint(name)
        self._kind = LibraryModel if library or not fits(self.folder) else FastModel
        self._model: FastModel | LibraryModel | None = None
        self._lock = Lock()

    @classmethod
    @cache
    def named(cls, name: str) -> SentenceEncoder:
        """Return the encoder of that name, the same one for the whole process."""
        return cls(name)

    @property
    def window(self) -> int:
        return self._loaded().window

    def measure(self, text: str) -> int:
        return self._loaded().measure(text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), d) float32, rows of unit length; ValueError for a plain string."""
        if isinstance(texts, str):
            raise ValueError("encode takes a sequence of texts, not one string")
        return self._loaded().encode(texts)

    def _loaded(self) -> FastModel | LibraryModel:
        with self._lock:
            if self._model is None:
                self._model = self._kind(self.folder)
            return self._model


class FastModel:
    """A BERT with mean pooling, in `rag.models.openvino_bert`."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = openvino_bert.tokenizer_of(folder)
        self._bert = openvino_bert.Bert.load(
            folder, ranges=catalog.ranges_of(folder / "model.safetensors"), pooled=True
        )
        self.window = int(_read(folder / "sentence_bert_config.json")["max_seq_length"])
        self._prompt = openvino_bert.prompt_of(folder)
        self.dimension = int(openvino_bert.config_of(folder)["hidden_size"])
        self.measure = lru_cache(MEASURED)(self._measured)

    def _measured(self, text: str) -> int:
        return len(self._tokenizer.encode(openvino_bert.whole(self._prompt + text)).ids)

    def encode(self, texts: Sequence[str]) -> Vectors:
        means = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, mean in self._bert.run(map(self._tokens, texts)):
            means[row] = mean
        vectors: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return vectors

    def _tokens(self, text: str) -> openvino_bert.Tokens:
        ids = self._tokenizer.encode(openvino_bert.whole(self._prompt + text)).ids
        cut = [*ids[: self.window - 1], ids[-1]] if len(ids) > self.window else ids  # every text ends with the last one
        return cut, [0] * len(cut)


class LibraryModel:
    """Any model, in sentence-transformers."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # callers show their own progress
        self._model: Any = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )  # fmt: skip
        self.window = int(self._model.max_seq_length)

    def measure(self, text: str) -> int:
        return len(self._model.tokenizer(openvino_bert.whole(text), truncation=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, int(self._model.get_embedding_dimension())), dtype=np.float32)
        vectors: Vectors = self._model.encode(
            list(map(openvino_bert.whole, texts)),
            batch_size=BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return vectors


def fits(folder: Path) -> bool:
    """Return True for a sentence-transformers BERT with mean pooling that `rag.models.openvino_bert` supports."""
    modules = _read(folder / "modules.json")
    if (
        not modules
        or not openvino_bert.fits(folder)
        or "max_seq_length" not in _read(folder / "sentence_bert_config.json")
    ):
        return False
    kinds = tuple(str(module["type"]).rpartition(".")[2] for module in modules)
    pooling = _read(folder / modules[1]["path"] / "config.json") if len(modules) > 1 else {}
    ways = {name for name, on in pooling.items() if name.startswith("pooling_mode_") and on}
    return kinds in (PLAIN, PLAIN[:2]) and ways == {"pooling_mode_mean_tokens"}


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
