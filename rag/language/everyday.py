"""Reads the list of everyday words in English, German, Spanish and French, and tells the language of a few such words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from rag.language.spelling import english
from rag.language.stems import stem

LANGUAGES = {"de": "german", "es": "spanish", "fr": "french"}  # in the order of the columns
SMALL = frozenset(("# questions", "# small words", "# to be, have, may, must"))  # sections without content words
TOKEN = re.compile(r"[^\W_]+")
COMMON = 10_000  # rank up to which a word is English
FEWEST = 2  # words of one language that tell it

Phrase: TypeAlias = tuple[str, ...]
Meanings: TypeAlias = Mapping[Phrase, tuple[str, ...]]  # English, the likeliest first


@dataclass(frozen=True, slots=True)
class Words:
    """What the words and phrases of a language mean."""

    exact: Meanings
    folded: Meanings  # without accents
    stems: Mapping[str, tuple[str, ...]]  # of content words
    content: Mapping[str, tuple[str, ...]]  # content words of one word, without accents

    def of(self, phrase: Phrase) -> tuple[str, ...]:
        """Return what a phrase in lower case means, () if it is not listed."""
        return self.exact.get(phrase) or self.folded.get(tuple(map(fold, phrase))) or ()


def fold(word: str) -> str:
    """Return a lower-case word without its accents."""
    bare = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def tokens_of(text: str) -> Phrase:
    """Return the words of a text in lower case; apostrophes and hyphens part words."""
    return tuple(TOKEN.findall(text.lower()))


@cache
def words_in(language: str) -> Words:
    """Return the everyday words of de, es or fr."""
    exact: dict[Phrase, tuple[str, ...]] = {}
    folded: dict[Phrase, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    content: dict[str, tuple[str, ...]] = {}
    for meanings, phrases, is_small in _lines(list(LANGUAGES).index(language)):
        for phrase in phrases:
            exact.setdefault(phrase, meanings)
            folded.setdefault(tuple(map(fold, phrase)), meanings)
            if len(phrase) == 1 and not is_small:
                stems.setdefault(stem(phrase[0], LANGUAGES[language]), meanings)
                content.setdefault(fold(phrase[0]), meanings)
    return Words(exact, folded, stems, content)


@cache
def into(language: str) -> Mapping[Phrase, tuple[str, ...]]:
    """Return the words of de, es or fr for the stems of English words and phrases."""
    found: dict[Phrase, tuple[str, ...]] = {}
    for meanings, phrases, _ in _lines(list(LANGUAGES).index(language)):
        for each in meanings if phrases else ():
            stems = tuple(stem(word) for word in tokens_of(each))
            found[stems] = (*found.get(stems, ()), *(" ".join(phrase) for phrase in phrases))
    return found


def _lines(column: int) -> Iterator[tuple[tuple[str, ...], list[Phrase], bool]]:
    """Yield the English words of each line, the phrases of one language, and True for words without content."""
    section = ""
    for line in (Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            section = line
            continue
        meanings, *others = line.split("|")
        phrases = [tokens_of(word.replace("_", " ")) for word in others[column].split()]
        yield tuple(word.strip() for word in meanings.split("/")), phrases, section in SMALL


def likeliest(words: Sequence[str]) -> str:
    """Return de, es or fr if at least FEWEST words that are not English are listed in it, more than in the others; else ""."""
    told = [word for word in words if english().get(word, COMMON) >= COMMON]
    votes = {language: sum(bool(words_in(language).of((w,))) for w in told) for language in LANGUAGES}
    best = max(votes, key=lambda language: votes[language])
    clear = all(votes[best] > votes[other] for other in votes if other != best)
    return best if clear and votes[best] >= FEWEST else ""
