"""Generates text from messages with a local language model; decoding is greedy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from rag.models import catalog
from rag.models.compiled import CompiledModel, compiled_model
from rag.models.download import fetch
from rag.models.transformers_lm import ADAPTER, LibraryModel, library_model
from rag.types import Message

MAX_NEW_TOKENS = 96  # one sentence, about as long as the longest quote of a reader
GUESSES = 8  # tokens verified per step; a step reads all weights once, so a few more tokens cost little
NGRAMS = (3, 2, 1)  # tokens that must match for a speculative continuation; Saxena 2023, "Prompt Lookup Decoding"
REPLACEMENT = "\ufffd"  # what a tokenizer returns for an incomplete character

log = logging.getLogger(__name__)


class TransformersGenerator:
    """A Generator on any causal language model that transformers supports, loaded on first use.

    The embedded model runs compiled (`rag.models.compiled`), unless `library` forces transformers, the reference
    implementation. One step is computed at a time: conversations take turns, and closing an iterator stops its
    generation. The messages before the last are cached while they stay the same. `adapter` is used only with the model
    it was made for.
    """

    def __init__(
        self,
        name: str = catalog.DEFAULT_GENERATOR,
        *,
        max_new_tokens: int = MAX_NEW_TOKENS,
        adapter: Path | None = ADAPTER,
        library: bool = False,
        say: Callable[[str], None] = log.info,
    ) -> None:
        if max_new_tokens < 1:
            raise ValueError(f"max_new_tokens is {max_new_tokens}; give at least 1")
        self.name = name
        self.folder = catalog.locate(name)
        self.max_new_tokens = max_new_tokens
        self._adapter = adapter
        self._library = library
        self._say = say
        self._lock = Lock()
        self._model: CompiledModel | LibraryModel | None = None
        self._prefix: tuple[list[int], Any] = ([], None)  # token ids and their cache

    @classmethod
    @cache
    def named(cls, name: str) -> TransformersGenerator:
        """Return the generator of that name, one per process; a missing embedded one is fetched."""
        fetch(name, log.warning)
        return cls(name, say=log.warning)

    def load(self) -> CompiledModel | LibraryModel:
        """Load the model now unless it is loaded; ModelUnavailable if its files cannot be read."""
        with self._lock:
            if self._model is None:
                compiled = None
                if self.name in catalog.EMBEDDED and not self._library:
                    compiled = compiled_model(self.name, self.folder, adapter=self._adapter, say=self._say)
                self._model = compiled or library_model(self.name, self.folder, adapter=self._adapter, say=self._say)
            return self._model

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the greedy text, in whole characters, until the model ends it or `max_new_tokens`."""
        model = self.load()
        made: list[int] = []
        shown = ""
        for token in self._tokens(model, messages):
            made.append(token)
            text = model.decode(made)
            if len(text) > len(shown) and not text.endswith(REPLACEMENT):
                yield text[len(shown) :]
                shown = text

    def _tokens(self, model: CompiledModel | LibraryModel, messages: Sequence[Message]) -> Iterator[int]:
        """Yield greedy tokens; continuations copied from the prompt are verified several tokens at a time."""
        prompt, prefix = model.encode(messages), model.encode(messages[:-1], asks=False)
        fresh, guess, made = prompt, list[int](), list[int]()
        writing: Any = None
        while len(made) < self.max_new_tokens:
            with self._lock:
                if writing is None:
                    writing, known = self._begun(model, prefix, prompt)
                    fresh = prompt[known:]
                likeliest = writing.read(fresh, guess)
            for token in likeliest[: self.max_new_tokens - len(made)]:
                if token in model.ends:
                    return
                made.append(token)
                yield token
            fresh = made[-1:]
            guess = _copied_on(prompt[len(prefix) :] + made) if writing.forgets else []

    def _begun(self, model: CompiledModel | LibraryModel, prefix: list[int], prompt: list[int]) -> tuple[Any, int]:
        """Return a text that has read the prefix, and its length; an empty one if the prompt begins differently."""
        if not prefix or len(prefix) >= len(prompt) or prompt[: len(prefix)] != prefix:
            return model.begin(), 0
        if self._prefix[0] != prefix:
            read = model.begin()
            read.read(prefix)
            self._prefix = (prefix, read.kept())
        return model.begin(self._prefix[1]), len(prefix)


def _copied_on(tokens: list[int]) -> list[int]:
    """Guess the next tokens: those after an earlier occurrence of the last few; empty if there is none."""
    for length in NGRAMS:
        last = tokens[-length:]
        for start in range(len(tokens) - length):
            if tokens[start : start + length] == last:
                return tokens[start + length : start + length + GUESSES]
    return []
