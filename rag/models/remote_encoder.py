"""Turns texts into unit-length vectors with a model on an OpenAI-compatible server (`/v1/embeddings`)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rag.errors import ModelUnavailable
from rag.models.remote import REMOTE_TIMEOUT
from rag.models.wire import Address, Request, Unanswered, http_address, posted
from rag.types import Vectors

BATCH = 64  # texts in one request
WINDOW = 256  # tokens of a passage by default: the least that such models support
SERVED = " on a server@"  # in the fingerprint, between model name and window
KEY = "RAG_API_KEY"  # environment variable with the server's key
MOST = 16 << 20  # bytes of a reply: 64 vectors of 8,192 numbers of 30 characters
LETTERS = 3  # fewest Latin letters per token; a character outside ASCII counts as one token


class RemoteEncoder:
    """An Encoder on an OpenAI-compatible server (vLLM, llama.cpp, Ollama, Text Embeddings Inference, or a paid one).

    Every passage and question leaves this machine, but only for this address: no redirect is followed, no proxy used.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        *,
        window: int = WINDOW,
        timeout: float = REMOTE_TIMEOUT,
        allowed: Callable[[Address], bool] = lambda address: True,
    ) -> None:
        """`window` is the model's limit in tokens, `timeout` the longest silence in seconds."""
        self.base_url, self.model, self.window = http_address(base_url), model, window
        self._api_key, self._timeout, self._allowed = api_key, timeout, allowed
        self._dimension = 0  # of the vectors, once known

    @classmethod
    def named(cls, name: str) -> RemoteEncoder:
        """Return the encoder that `http://server/v1#model` names, with the key of RAG_API_KEY."""
        url, _, model = name.partition("#")
        if not model:
            raise ValueError(
                f"{name!r} names no model; give the server and the model, like http://127.0.0.1:8000/v1#bge-m3"
            )
        return cls(url, model, os.environ.get(KEY, ""))

    @property
    def fingerprint(self) -> str:
        """The model's name on the server: the address does not matter, and the weights cannot be seen."""
        return f"{self.model}{SERVED}{self.window}"

    def measure(self, text: str) -> int:
        """Return an upper estimate of a text's tokens, without the model's tokenizer."""
        ascii_ = sum(map(str.isascii, text))
        return -(-ascii_ // LETTERS) + len(text) - ascii_ + 2

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), d) float32, rows of unit length; ModelUnavailable, with the address, if the server gives none."""
        if isinstance(texts, str):
            raise ValueError("encode takes a sequence of texts, not one string")
        parts = [self._encoded(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self._dimension), dtype=np.float32)

    def _encoded(self, texts: Sequence[str]) -> Vectors:
        url = f"{self.base_url.rstrip('/')}/embeddings"
        body = {"model": self.model, "input": list(map(_whole, texts)), "encoding_format": "float"}
        request = Request(url, body, self._api_key, silence=self._timeout, allowed=self._allowed, most=MOST, line=MOST)
        try:
            reply = b"".join(line for line in posted(request) if line)
            return self._unit(self._vectors(reply, len(texts)))
        except Unanswered as error:
            raise ModelUnavailable(self.model, str(error).replace(url, self.base_url)) from error

    def _vectors(self, reply: bytes, count: int) -> Vectors:
        """Return the vectors of a reply in the order of the texts: (count, d)."""
        try:
            data: Any = json.loads(reply)["data"]
            places = sorted(int(one["index"]) for one in data)
            rows = np.array(
                [one["embedding"] for one in sorted(data, key=lambda one: int(one["index"]))], dtype=np.float32
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            said = reply[:80].decode("utf-8", "replace")
            raise Unanswered(
                f"{self._server} does not speak OpenAI's protocol ({type(error).__name__}: {said}); check the address"
            ) from error
        if places != list(range(count)):
            raise Unanswered(
                f"{self._server} sent {len(places)} vectors for {count} texts; try again, or choose another model"
            )
        return rows

    def _unit(self, rows: Vectors) -> Vectors:
        """Return the vectors scaled to length 1, after checking their dimension and that none is zero."""
        self._dimension = self._dimension or (rows.shape[1] if rows.ndim == 2 else 0)
        if rows.ndim != 2 or rows.shape[1] != self._dimension:
            raise Unanswered(
                f"{self._server} sent vectors of the shape {rows.shape} where {self._dimension} numbers each were expected; choose another model"
            )
        lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise Unanswered(
                f"{self._server} sent an unusable vector (zero, empty or not a number); choose another model"
            )
        unit: Vectors = (rows / lengths).astype(np.float32)
        return unit

    @property
    def _server(self) -> str:
        return f"the server at {self.base_url}"


def _whole(text: str) -> str:
    """Return a text without lone surrogates, which cannot be sent; servers need a blank for an empty one."""
    return text.encode("utf-8", "replace").decode() or " "
