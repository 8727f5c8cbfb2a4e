"""Measures what a question's words and kind say about a sentence, without a model.

Every clue is a number between 0 and 1. The English words listed here sharpen the clues for English; in other
languages the words of the question count alike and no kind is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Literal

from rag.language.stems import stemmer

Kind = Literal["number", "date", "person", "place", "other"]

# Beside those of rag.language.lists: the weights of the reader's features were fitted with this list, as with NUMBER_WORDS below.
FUNCTION_WORDS = frozenset(
    """a an the and or but nor if of in on at by for with from to into onto about as than then that this these those
    there here it its he him his she her they them their we us our you your i me my is are was were be been being am
    do does did done doing have has had having can could may might must shall should will would what which who whom
    whose when where why how not no so such any some many much more most other also only just very up out over under
    between during after before s t re ve ll d m list tell give name describe explain please know""".split()
)
WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’][a-z]{1,2}\b)?")
WIDE = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"  # scripts written without blanks; compiled when first met, not at import
MEASURES = "many|much|long|old|tall|far|high|big|large|deep|fast|heavy|often|wide"
AMOUNTS = (
    r"percent\w*|number|amount|population|share|proportion|rate|age|height|length|size|cost|price|fraction|speed|"
    "temperature|distance|range"
)
PERIODS = "year|date|day|month|century|decade|era|period|season|time"
PEOPLE = "person|people|man|woman|author|actor|actress|president|king|queen|scientist|leader|singer"
PLACES = "country|countries|city|cities|state|region|place|location|town|county|continent|island|area|street"
WHICH = r"\b(?:what|which)(?: \w+)?"
ASKS: Mapping[Kind, re.Pattern[str]] = {
    "date": re.compile(rf"\bwhen\b|{WHICH} (?:{PERIODS})\b|\bhow long ago\b", re.IGNORECASE),
    "number": re.compile(rf"\bhow (?:{MEASURES})\b|{WHICH} (?:{AMOUNTS})\b", re.IGNORECASE),
    "person": re.compile(rf"\bwho(?:se|m)?\b|{WHICH} (?:{PEOPLE})\b", re.IGNORECASE),
    "place": re.compile(rf"\bwhere\b|{WHICH} (?:{PLACES})\b", re.IGNORECASE),
}
NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|"
    "seventy|eighty|ninety|hundred|thousand|million|billion|trillion|half|third|quarter|once|twice|dozen|several|none|zero"
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
CAPITAL = r"[A-Z][\w’'-]+"
CARRIES: Mapping[Kind, re.Pattern[str]] = {
    "number": re.compile(rf"\d|\b(?:{NUMBER_WORDS})\b", re.IGNORECASE),
    "date": re.compile(
        rf"\b1\d{{3}}\b|\b20\d\d\b|\b\d{{3}}\b(?= (?:BC|AD|CE|BCE))|\b(?:{MONTHS})\b|\bcentur(?:y|ies)\b|"
        r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\d(?: | ?:\d\d ?)(?:am|pm|a\.m|p\.m)|"
        r"\b(?:spring|summer|autumn|winter|today|yesterday|annually|yearly|ago)\b"
    ),
    "person": re.compile(
        rf"\b{CAPITAL}(?: (?:(?:de|von|van|der|al|bin|la) )*(?:[A-Z]\.? )*{CAPITAL})+|"
        r"\b(?:he|she|his|her|by [A-Z]\w+)\b"
    ),
    "place": re.compile(
        r"\b(?:in|at|from|near|to|of|on|across|throughout|around|through|between|into|within|the) "
        r"(?:the |\w+ern )?[A-Z]\w+|\b(?:north|south|east|west)\w*\b"
    ),
}
NAME = re.compile(  # not only a capital that begins a sentence
    rf"(?<![.!?“\"] )(?<!^)\b[^\W\d_a-zß-ÿ][\w’'-]+|\b{CAPITAL}(?: (?:[A-Z]\.? )*{CAPITAL})+"
)
ABOUT_TEXT = frozenset(
    """write wrote written writer author authored publish published article text document paper page report piece
    post essay book""".split()
)
AUTHOR_ASKED = re.compile(
    r"\bwho(?:se)?\b.*\b(?:wr(?:ote|ites?|itten)|author(?:ed)?|publish(?:ed)?)\b|\bauthor\b", re.IGNORECASE
)
WRITERS = (
    "author|writer|journalist|columnist|editor|professor|researcher|fellow|candidate|analyst|student|reporter|"
    "scholar|lecturer|correspondent|director"
)
BYLINE = re.compile(
    rf"^(?:(?i:written |posted |published )?(?i:by) (?:{CAPITAL}[ .]*){{2,5}}|(?i:authors?|written by|byline) ?[:,-]|"
    rf"(?:[A-Z][\w’'.-]+ ){{2,4}}(?:is|was) (?:an? |the )?[^.]*?\b(?:{WRITERS}))"
)


@lru_cache(maxsize=1 << 15)  # texts repeat their words; the bound is some 6 MB
def _stems(word: str) -> tuple[str, ...]:
    word = re.sub(r"['’][a-z]{1,2}$", "", word)
    wide = re.fullmatch(WIDE, word)
    parts = [word[i : i + 2] for i in range(max(1, len(word) - 1))] if wide else [word.casefold()]
    return tuple(stemmer("english")(parts))


def words(text: str) -> list[str]:
    """Return the stems of all words, in order; runs of a script without blanks as pairs of characters."""
    return [stem for word in WORD.findall(text) for stem in _stems(word)]


def content(text: str) -> frozenset[str]:
    """Return the stems of the words that carry meaning."""
    plain = (word for word in WORD.findall(text) if word.casefold() not in FUNCTION_WORDS)
    return frozenset(stem for word in plain for stem in _stems(word))


def kind_asked(question: str) -> Kind:
    """Return what kind of thing the question asks for."""
    found = [(m.start(), kind) for kind, pattern in ASKS.items() if (m := pattern.search(question))]
    return min(found)[1] if found else "other"


def fits(kind: Kind, sentence: str, question: str) -> float:
    """Return 1 if the sentence holds something of the kind that the question does not hold, else 0; 0.5 if any will do."""
    if kind == "other":
        return 0.5
    asked = question.casefold()
    return float(any(m.group().casefold() not in asked for m in CARRIES[kind].finditer(sentence)))


def rarities(sentences: Iterable[frozenset[str]], terms: Iterable[str]) -> dict[str, float]:
    """Weigh each term by how few of the sentences hold it: a term that none holds weighs most."""
    held = list(sentences)
    return {term: log(1 + (len(held) + 1) / (0.5 + sum(term in words for words in held))) for term in terms}


def coverage(rarity: Mapping[str, float], held: frozenset[str]) -> float:
    """Return the share of the question's terms, weighed by rarity, that stand among the words held; 1 if it has none."""
    total = sum(rarity.values())
    return sum(weight for term, weight in rarity.items() if term in held) / total if total else 1.0


def names(question: str) -> frozenset[str]:
    """Return the stems of the names and numbers of a question: what an answer has to be about."""
    found = [m.group() for m in NAME.finditer(question)] + re.findall(r"\d[\d.,]*", question)
    return frozenset(stem for name in found for stem in content(name))


def asks_for_author(question: str) -> bool:
    """Return True if the question asks who wrote the text itself: it has no other word that carries meaning."""
    plain = {m.group().casefold() for m in WORD.finditer(question)} - FUNCTION_WORDS
    return bool(AUTHOR_ASKED.search(question)) and plain <= ABOUT_TEXT


def names_author(sentence: str) -> bool:
    """Return True if a sentence reads like a byline, or like the line about the author below an article."""
    return bool(BYLINE.search(sentence))


def new_words(sentence: Sequence[str], question: frozenset[str]) -> float:
    """Return how much a sentence adds to the question's own words: 0 for none, 1 for ten or more."""
    return min(1.0, len({word for word in sentence if word not in question}) / 10)
