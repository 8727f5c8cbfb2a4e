"""Tells the words of a sentence apart: content words, numbers, names, negations, hedges.

The rules are those of English; `is_english` says whether they apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

WORD = re.compile(r"\w+(?:[.,:'’\-–/]\w+)*%?")
POSSESSIVE = re.compile(r"['’]s?$")
DIGIT = re.compile(r"\d")

# The closed classes of English: they carry no content of their own.
FUNCTION_WORDS = frozenset(
    """a about above after again against all also although am among an and any are around as at away back be became because become
    been before being below between both but by came can come could did do does doing done down during each either else even ever
    every few for from further get gets given go goes got had has have having he hence her here hers herself him himself his how
    however i if in indeed instead into is it its itself just kind let like made make makes making many may me might mine more most
    much must my myself near of off often on once one ones only onto or other others our ours out over own per perhaps please quite
    rather same say says said shall she should since so some such take taken tell than that the their theirs them themselves then
    there therefore these they this those though through thus till to together too toward towards under until up upon us used very
    via was way we well were what whatever when where whereas whether which while who whom whose why will with within would yet you
    your yours yourself according regarding called known""".split()
)
NEGATIONS = frozenset(
    "no not never none nobody nothing neither nor without cannot hardly barely unable fails failed refused".split()
)
HEDGES = frozenset(
    """may might could would should likely unlikely probably possibly perhaps allegedly alleged reportedly expected proposed planned
    plans if suggests suggested claims claimed believed believe appears seems rumoured rumored supposedly potential""".split()
)
NUMBER_WORDS = frozenset(
    """zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
    twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half third quarter twice
    thrice first second fourth fifth sixth seventh eighth ninth tenth""".split()
)
ENGLISH_SHARE = 0.12  # of function words in a sentence; English prose has 0.4 and more, other languages next to none


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802  (PyStemmer's name)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, where it stands, and the form in which it is compared."""

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


def names(text: str) -> list[Word]:
    """Return the capitalised words that are names: not the first of a sentence, unless a further name follows it at once."""
    found = words(text)
    return [
        word
        for i, word in enumerate(found)
        if word.is_capitalised
        and word.is_content
        and (not _opens_sentence(text, word) or _next_is_name(text, found, i))
    ]


def is_negated(word: Word) -> bool:
    """Tell whether the word turns a statement around."""
    lower = word.text.lower()
    return lower in NEGATIONS or lower.endswith(("n't", "n’t"))


def is_hedge(word: Word) -> bool:
    """Tell whether the word makes a statement less than a fact."""
    return word.text.lower() in HEDGES


def is_english(text: str) -> bool:
    """Tell whether a sentence has the function words of English."""
    found = words(text)
    function_words = sum(word.text.lower() in FUNCTION_WORDS for word in found)
    return bool(found) and function_words / len(found) >= ENGLISH_SHARE


def _words(text: str) -> Iterator[Word]:
    for match in WORD.finditer(text):
        bare = POSSESSIVE.sub("", match.group())
        if bare:
            yield Word(bare, match.start(), _stemmer().stemWord(bare.lower()))


def _opens_sentence(text: str, word: Word) -> bool:
    before = text[: word.start].rstrip(" \t\n\"'“‘(*_")
    return not before or before[-1] in ".!?:"


def _next_is_name(text: str, found: list[Word], i: int) -> bool:
    if i + 1 == len(found):
        return False
    between = text[found[i].start + len(found[i].text) : found[i + 1].start]
    return between == " " and found[i + 1].is_capitalised and found[i + 1].is_content


@cache
def _stemmer() -> _Stemmer:
    from Stemmer import Stemmer

    stemmer: _Stemmer = Stemmer("english")
    return stemmer


@cache
def _number_stems() -> frozenset[str]:
    return frozenset(_stemmer().stemWord(word) for word in NUMBER_WORDS)
