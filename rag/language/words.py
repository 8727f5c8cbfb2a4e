"""Classifies the words of a sentence: content words, numbers, names, negations.

The rules are for English; `is_english` tests if they apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rag.language.lists import DENIALS, FUNCTION_WORDS, NEGATIONS, NUMBER_WORDS
from rag.language.stems import stem

WORD = re.compile(r"\w+(?:[.,:'’\-–/]\w+)*%?")
POSSESSIVE = re.compile(r"['’]s?$")
DIGIT = re.compile(r"\d")
CONTRACTED = ("n't", "n’t")

ENGLISH_SHARE = (
    0.12  # share of function words in a sentence; English prose has at least 0.4, other languages almost none
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its span and canonical form."""

    text: str
    start: int
    stem: str

    @property
    def is_number(self) -> bool:
        return bool(DIGIT.search(self.text)) or self.stem in _number_stems()

    @property
    def is_capitalised(self) -> bool:
        return self.text[:1].isupper()

    @property
    def is_content(self) -> bool:
        return self.text.lower() not in FUNCTION_WORDS and self.text.lower() not in NEGATIONS


def words(text: str) -> list[Word]:
    """Return the words of a text in order; a possessive ending is cut off."""
    return list(_words(text))


def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the content words, including numbers."""
    return frozenset(w.stem for w in words(text) if w.is_content or w.is_number or _is_the_month(w, text))


def _is_the_month(word: Word, text: str) -> bool:
    """Return True for "in May" and for a label "May", not for "May I ...?"."""
    return word.text == "May" and (word.start > 0 or text == word.text)


def names(text: str) -> list[Word]:
    """Return the capitalised names: not the first word of a sentence, unless another name follows directly."""
    found = words(text)
    return [
        word
        for i, word in enumerate(found)
        if word.is_capitalised
        and word.is_content
        and (not _opens_sentence(text, word) or _next_is_name(text, found, i))
    ]


def is_negated(word: Word) -> bool:
    """Return True if the word negates a statement."""
    return word.text.lower() in NEGATIONS or ends_in_not(word.text)


def is_denial(word: Word) -> bool:
    """Return True if the word denies a statement outright."""
    return word.text.lower() in DENIALS or ends_in_not(word.text)


def ends_in_not(word: str) -> bool:
    """Return True for "isn't" and the like."""
    return word.lower().endswith(CONTRACTED)


def is_english(text: str) -> bool:
    """Return True if a sentence has the function words of English."""
    found = words(text)
    function_words = sum(word.text.lower() in FUNCTION_WORDS for word in found)
    return bool(found) and function_words / len(found) >= ENGLISH_SHARE


def _words(text: str) -> Iterator[Word]:
    for match in WORD.finditer(text):
        bare = POSSESSIVE.sub("", match.group())
        if bare:
            yield Word(bare, match.start(), stem(bare.lower()))


def _opens_sentence(text: str, word: Word) -> bool:
    before = text[: word.start].rstrip(" \t\n\"'“‘(*_")
    return not before or before[-1] in ".!?:"


def _next_is_name(text: str, found: list[Word], i: int) -> bool:
    if i + 1 == len(found):
        return False
    between = text[found[i].start + len(found[i].text) : found[i + 1].start]
    return between == " " and found[i + 1].is_capitalised and found[i + 1].is_content


@cache
def _number_stems() -> frozenset[str]:
    return frozenset(map(stem, NUMBER_WORDS))
