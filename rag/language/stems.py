"""Stems words with Snowball."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache


@cache
def stemmer(language: str) -> Callable[[list[str]], list[str]]:
    """Return the function that stems lower-case words of a language."""
    import Stemmer

    stem_words: Callable[[list[str]], list[str]] = Stemmer.Stemmer(language).stemWords
    return stem_words


def stem(word: str, language: str = "english") -> str:
    """Return the stem of one lower-case word."""
    return stemmer(language)([word])[0]
