"""Tokenises a text into the terms of lexical search.

A term is a lower-case stem (Snowball's for the language of the text), or a pair of adjacent characters in scripts
without spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

from rag.language.lists import ASKING, FREQUENT, FUNCTION_WORDS

SCRIPTS = {  # the language of a script, or the most common one if several share it
    "arabic": (0x0600, 0x06FF),
    "armenian": (0x0530, 0x058F),
    "greek": (0x0370, 0x03FF),
    "hindi": (0x0900, 0x097F),
    "russian": (0x0400, 0x04FF),
    "tamil": (0x0B80, 0x0BFF),
}
LANGUAGES = sorted({*FREQUENT, *SCRIPTS})  # all have a stemmer in Snowball
DEFAULT_LANGUAGE = "english"  # for a text without frequent words, such as a table row
SAMPLE = 1_000  # characters that determine the language
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)  # Thai, Lao, Burmese, Khmer, kana, Han, Hangul
_WORD = rf"[{UNSPACED}]+|[^\W{UNSPACED}]+(?:'[^\W{UNSPACED}]+)*"  # compiled on first use, not at import
_PLAIN = re.compile(r"\w+(?:'\w+)*", re.ASCII)
_UNSPACED = f"[{UNSPACED}]"
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")
_OWNERS = {
    word: [name for name, all_ in FREQUENT.items() if word in all_] for all_ in FREQUENT.values() for word in all_
}


def words_of(text: str) -> list[str]:
    """Return the words of a text, in order and lower case; runs of an unspaced script become pairs of characters."""
    if text.isascii():
        return _PLAIN.findall(text.lower())
    text = unicodedata.normalize("NFKC", text.replace("’", "'")).casefold()
    found: list[str] = re.findall(_WORD, text)
    if not re.search(_UNSPACED, text):
        return found
    return [part for word in found for part in _pairs(word)]


def language_of(words: Sequence[str]) -> str:
    """Return the language whose frequent words occur most, or the language of the script."""
    votes: dict[str, int] = {}
    for word in filter(_OWNERS.__contains__, words):
        for language in _OWNERS[word]:
            votes[language] = votes.get(language, 0) + 1
    for word in () if "".join(words).isascii() else words:
        if not word[0].isascii():
            for language, (low, high) in SCRIPTS.items():
                if low <= ord(word[0]) <= high:
                    votes[language] = votes.get(language, 0) + 1
    return max(sorted(votes), key=lambda language: votes[language]) if votes else DEFAULT_LANGUAGE


def telling_words(question: str) -> list[str]:
    """Return the content words of a question; all words if there are none.

    The function words of its language are left out, except in capitals: IT, US, WHO.
    """
    asked = words_of(question)
    silent = function_words(language_asked(asked))
    if not question.isupper():
        silent = silent.difference(word.lower() for word in _ACRONYM.findall(question))
    return [word for word in asked if word not in silent] or asked


def language_asked(words: Sequence[str]) -> str:
    """Return the language of most function words in a question; English if it is among several."""
    found = languages_asked(words)
    return DEFAULT_LANGUAGE if not found or DEFAULT_LANGUAGE in found else min(found)


def languages_asked(words: Sequence[str]) -> set[str]:
    """Return the languages that have the most of a question's words among their function words; none for no such word."""
    votes = Counter(language for word in words for language in _languages_with().get(word, ()))
    return {name for name in votes if votes[name] == max(votes.values())}


@cache
def _languages_with() -> dict[str, list[str]]:
    """Return the languages of every function word."""
    found: dict[str, list[str]] = {}
    for language in FREQUENT:
        for word in function_words(language):
            found.setdefault(word, []).append(language)
    return found


@cache
def function_words(language: str) -> frozenset[str]:
    """Return the function words of a language."""
    listed = ASKING.get(language, frozenset()) | FREQUENT.get(language, frozenset())
    return listed | FUNCTION_WORDS - {"one"} if language == "english" else listed  # one is a number, too


def _pairs(word: str) -> list[str]:
    if len(word) < 2 or not re.match(_UNSPACED, word):
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]
