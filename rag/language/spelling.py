"""Corrects the spelling of a question, using the words of the documents and everyday English.

A word is replaced only if both lack it and one of them has a similar word. Names, codes and foreign words are left
unchanged, and so is a question without mistakes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.language.hurried import SHORT, in_full
from rag.language.lists import FUNCTION_WORDS
from rag.language.terms import language_asked, words_of

WORD = re.compile(r"(?<![\w@./#&+-])[A-Za-z]+(?:['’][A-Za-z]+)*(?![\w@/#&+-]|\.\w)")
SHORTEST = 3
FREQUENT = 500  # rank up to which an English word may begin a sentence with a capital
PLAIN = 3_000  # rank of English words that form compounds: dishcloth, superbowl
ENDINGS = tuple(
    (ending, put)
    for ending in "s es d ed n en r er rs ers ing ly ally ness less ful able ible ion ation ment ory y ies ied ier al ish like".split()
    for put in (("y", "e", "") if ending.startswith("i") else ("", "e") if ending[0] in "aeioy" else ("",))
)
RARE = 30_000  # rank from which an English word may be a typo for a very similar word in the documents
PREFIXES = (
    "un",
    "re",
    "over",
    "under",
    "pre",
    "non",
    "anti",
    "super",
    "sub",
    "mis",
    "out",
    "self",
    "micro",
    "mini",
    "multi",
)
LONGEST_SLIP = 5  # most letters of such a word
SLIP = 0.7  # maximum distance: one letter swapped, doubled, or a vowel left out
LETTERS = 26
FARTHEST = {3: 0.7, 4: 0.7, 5: 1.0, 6: 1.3, 7: 1.4}  # maximum distance to the right word, by length
FARTHEST_OF_LONG = 2.0
PER_EDIT = 3.0  # weight of an edit against log word frequency
IN_DOCUMENTS = 2.0  # bonus for a word of the documents
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS = frozenset("aeiouy")
SOUNDS = frozenset(map(frozenset, ("ck", "cs", "sz", "fv", "ck", "kq", "gj", "dt", "bp", "mn")))


class Vocabulary(Protocol):
    """The words of the documents."""

    def knows(self, word: str) -> bool:
        """Return True if the documents or their names hold a word in any form."""

    @property
    def speller(self) -> Speller:
        """The words for corrections."""


class Speller:
    """Words with their frequencies, prepared for finding the nearest."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Take the words of documents with their counts."""
        worth = {word: 3.0 - 0.35 * float(np.log1p(rank)) for word, rank in english().items() if rank < RARE}
        for word, count in counts.items():
            if word.isascii() and word.isalpha() and len(word) >= SHORTEST:
                worth[word] = max(worth.get(word, 0.0), 0.5 * float(np.log1p(count))) + (
                    word not in FUNCTION_WORDS and IN_DOCUMENTS
                )
        self._words = sorted(worth)
        self._worth = np.array([worth[word] for word in self._words])
        self._letters = _letters(self._words)

    def nearest(self, word: str, farthest: float = FARTHEST_OF_LONG) -> str:
        """Return the most likely intended word, or the word itself if none is near enough."""
        farthest = min(farthest, FARTHEST.get(len(word), FARTHEST_OF_LONG))
        most = 2 if farthest <= 1 else 3 if farthest < 1.6 else 4  # differing letters, each at least half an edit
        differs = np.abs(self._letters - _letters([word])).sum(axis=1)
        best, chosen = -np.inf, word
        for i in np.flatnonzero(differs <= most).tolist():
            distance = distance_of(word, self._words[i])
            if distance <= farthest and (score := float(self._worth[i]) - PER_EDIT * distance) > best:
                best, chosen = score, self._words[i]
        return chosen


def corrected(question: str, vocabulary: Vocabulary) -> str:
    """Return a question with its misspelt words replaced; everything else stays as it is."""
    if language_asked([word for word in words_of(question) if word not in SHORT]) != "english":  # "wat" is Dutch, too
        return question
    question = in_full(question, vocabulary.knows)
    shouts = question.isupper()
    telling_case = not shouts and not question.istitle()
    found = [match.group().lower() for match in WORD.finditer(question)]
    unknown = [word for word in found if word not in SHORT and not _is_word(word, vocabulary)]
    if not unknown and SHORT.keys().isdisjoint(found):
        return question
    parts: list[str] = []
    end, right = 0, {word: _right(word, vocabulary) for word in found}
    foreign = [word for word in found if word not in english() and word not in SHORT and word not in unknown]
    if len(found) > 1 and 2 * len(foreign) >= len(found):
        return question  # in another language of the documents, or made of their names
    if 2 * len(unknown) > len(found) > 1 and any(right[word] == word for word in unknown):
        return question  # in another language, or made of names
    for match in WORD.finditer(question):
        word = match.group()
        is_letter = len(word) == 1 and word.isupper() and not shouts
        is_name = telling_case and not word.islower() and (match.start() > 0 or not word.istitle())
        better = word if is_name or is_letter else right[word.lower()]
        if word[0].isupper() and word.istitle() and _hides_name(word.lower(), better, vocabulary):
            better = word  # the sentence begins with a name
        parts += [question[end : match.start()], _in_case_of(word, better)]
        end = match.end()
    return "".join(parts) + question[end:]


@cache
def english() -> Mapping[str, int]:
    """Return the known English words with their frequency rank, 0 for the most frequent.

    They are from SymSpell's dictionary (english.LICENSE), with some newer ones.
    """
    packed = (Path(__file__).parent / "english.txt.gz").read_bytes()
    return {word: rank for rank, word in enumerate(gzip.decompress(packed).decode("ascii").split("\n"))}


def distance_of(typed: str, word: str) -> float:
    """Return the edit distance of words: about 1 per wrong, missing, added or swapped letter, less for likely typos."""
    before: list[float] = []
    row = [0.0]
    for j in range(len(word)):
        row.append(row[-1] + _lost(word, j))
    for i, letter in enumerate(typed):
        now = [row[0] + _added(typed, i)]
        for j, right in enumerate(word):
            cost = min(
                row[j] + (0.0 if letter == right else _swapped_for(letter, right)),
                row[j + 1] + _added(typed, i),
                now[j] + _lost(word, j),
            )
            if i and j and letter == word[j - 1] and typed[i - 1] == right and letter != right:
                cost = min(cost, before[j - 1] + 0.6)
            now.append(cost)
        before, row = row, now
    return row[-1] + (0.8 if typed[0] != word[0] and typed[:2] != word[1::-1] else 0.0)


def _right(word: str, vocabulary: Vocabulary) -> str:
    """Return the correction of a lower-case word."""
    if word in SHORT or _is_word(word, vocabulary):
        return SHORT.get(word, word)
    is_rare = word in english()
    chosen = vocabulary.speller.nearest(word, SLIP if is_rare else FARTHEST_OF_LONG)
    is_plain = english().get(chosen, PLAIN) < PLAIN
    if (is_rare and not vocabulary.knows(chosen)) or (len(word) == SHORTEST and not is_plain):
        return word
    return chosen


def _hides_name(word: str, better: str, vocabulary: Vocabulary) -> bool:
    return word not in SHORT and english().get(better, FREQUENT) >= FREQUENT and not vocabulary.knows(better)


def _is_word(word: str, vocabulary: Vocabulary) -> bool:
    """Return True if a word is known, or is a known word with an ending, or a compound of two."""
    known = english()
    if len(word) < SHORTEST or "'" in word or "’" in word or known.get(word, RARE) < RARE or vocabulary.knows(word):
        return True
    if word in known:
        return len(word) > LONGEST_SLIP
    rests = (word.removeprefix(prefix) for prefix in PREFIXES if word.startswith(prefix))
    if any(len(rest) > SHORTEST + 1 and known.get(rest, RARE) < RARE for rest in rests):
        return True
    bases = (word.removesuffix(ending) + put for ending, put in ENDINGS if word.endswith(ending))
    if any(len(base) >= SHORTEST + 1 and (known.get(base, RARE) < RARE or vocabulary.knows(base)) for base in bases):
        return True
    parts = ((word[:i], word[i:]) for i in range(SHORTEST, len(word) - SHORTEST + 1))
    return any(known.get(a, PLAIN) < PLAIN and known.get(b, PLAIN) < PLAIN for a, b in parts)


def _in_case_of(word: str, right: str) -> str:
    if word.lower() == right:
        return word
    if word.isupper() and len(word) > 1:
        return right.upper()
    return right[0].upper() + right[1:] if word[0].isupper() else right


def _lost(word: str, j: int) -> float:
    """Return the cost of omitting letter j of the right word."""
    if j and word[j] == word[j - 1]:
        return 0.5
    if word[j : j + 2] == "ck":
        return 0.6
    return 0.7 if word[j] in VOWELS and j else 1.0


def _added(typed: str, i: int) -> float:
    """Return the cost of typing an extra letter."""
    return 0.4 if i and typed[i] == typed[i - 1] else 1.1


@cache
def _swapped_for(letter: str, right: str) -> float:
    alike = (letter in VOWELS and right in VOWELS) or frozenset((letter, right)) in SOUNDS
    return 0.8 if alike or _are_neighbours(letter, right) else 1.0


def _are_neighbours(letter: str, right: str) -> bool:
    places = {key: (r, c) for r, keys in enumerate(ROWS) for c, key in enumerate(keys)}
    (r, c), (s, d) = places[letter], places[right]
    return abs(r - s) <= 1 and abs(c - d) <= 1


def _letters(words: Sequence[str]) -> NDArray[np.int16]:
    """Count the letters of words: (n, LETTERS)."""
    rows = np.repeat(np.arange(len(words)), [len(word) for word in words])
    letters = np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8).astype(np.int64) - ord("a")
    counts = np.bincount(rows * LETTERS + letters, minlength=len(words) * LETTERS)
    return counts.reshape(-1, LETTERS).astype(np.int16)
