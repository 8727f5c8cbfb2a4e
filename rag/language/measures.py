"""Detects questions for a maximum or minimum, its rank, and the column names that their adjectives and verbs refer to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.bounds import NOTHING, without_bounds
from rag.language.quantities import counting_word
from rag.language.words import content_stems

# Adjectives and verbs of a comparison → words in the names or units of columns with such values.
MEASURES = {
    "expensive cheap cheaper cheapest cost costs costly price pricey pay dear dearer dearest afford teuer billig günstig kosten kostet cher coûte caro barato cuesta":
        "price cost fee rate rent amount charge total premium salary eur usd chf gbp € $ £ euro euros dollar dollars preis betrag gebühr prix precio",
    "heavy heavier heaviest light lighter lightest weigh weighs weight schwer leicht lourd pesado":
        "weight mass kg g lb gewicht poids peso",
    "long longer longest short shorter shortest lasts last takes take duration dauert":
        "length duration time hours minutes days min h km m life dauer länge durée duración",
    "big bigger biggest large larger largest small smaller smallest size groß klein grand petit grande pequeño":
        "size area capacity volume population inhabitants employees m² km² ha litres l seats",
    "high higher highest tall taller tallest low lower lowest deep deepest hoch niedrig":
        "height altitude elevation depth level m",
    "fast faster fastest slow slower slowest quick quicker quickest schnell langsam": "speed time duration km/h mph days hours minutes min seconds",
    "hot hotter hottest cold colder coldest warm warmer warmest": "temperature °c °f degrees",
    "old older oldest young younger youngest new newest latest earliest recent first":
        "year date age founded built opened born joined since started introduced",
    "strong stronger strongest powerful bright brightest weak weakest": "power output w kw lm strength",
    "stock available left sold-out": "stock quantity available inventory bestand",
    "sold sell sales popular": "sold sales units quantity",
}  # fmt: skip
MOST = re.compile(
    r"\b(?:most|highest|largest|biggest|greatest|maximum|max|longest|heaviest|fastest|quickest|quicker|tallest|hottest|warmest|oldest|strongest|brightest|"
    r"latest|newest|best-?selling|dearest|heavier|larger|bigger|longer|higher|older|faster|taller|warmer|dearer|stronger|"
    r"teuerste\w*|höchste\w*|größte\w*|längste\w*|meiste\w*|plus (?:cher|grand|haut|long)\w*|más (?:caro|grande|alto|largo)\w*)\b",
    re.IGNORECASE,
)
LEAST = re.compile(
    r"\b(?:least|fewest|lowest|smallest|minimum|min|shortest|lightest|slowest|coldest|youngest|weakest|earliest|least recent|cheapest|cheaper|"
    r"smaller|shorter|lighter|lower|younger|slower|colder|less|fewer|"
    r"billigste\w*|günstigste\w*|niedrigste\w*|kleinste\w*|kürzeste\w*|wenigste\w*|moins (?:cher|grand|haut|long)\w*|más (?:barato|pequeño|bajo|corto)\w*)\b",
    re.IGNORECASE,
)
OLD = re.compile(r"\b(?:old(?:er|est)|young(?:er|est))\b", re.IGNORECASE)
NEW = re.compile(r"\b(?:newest|latest|earliest|(?:most|least) recent(?:ly)?)\b", re.IGNORECASE)
FAST = re.compile(r"\b(?:fast(?:er|est)|slow(?:er|est)|quick(?:er|est))\b", re.IGNORECASE)
TIMES = frozenset(
    "time times duration minutes minute min mins hours hour h seconds second sec s days day lap zeit dauer temps durée tiempo".split()
)
SPEEDS = frozenset("speed km/h kmh mph m/s knots kn geschwindigkeit vitesse velocidad".split())
AGES = frozenset("age ages alter âge edad years yrs".split())
ORDINALS = {
    word: n for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
}
COUNT = r"\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve"
RANK = re.compile(rf"\b(?:(?P<word>{'|'.join(ORDINALS)})|(?P<digits>\d{{1,3}})(?:st|nd|rd|th))[\s-]+$", re.IGNORECASE)
NEXT_RANK = re.compile(r"\bnext[\s-]+$", re.IGNORECASE)
COMPARATIVE = re.compile(r"\w+er|less", re.IGNORECASE)
COUNTED = re.compile(rf"\b(?P<count>{COUNT})\s+$", re.IGNORECASE)
TOP = re.compile(rf"\b(?:top|bottom)[\s-]+(?:{COUNT})\b", re.IGNORECASE)
COUNTED_AFTER = re.compile(rf"\s+(?:{COUNT})\b(?!-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of an order that a question asks for: the second highest, the three highest."""

    first: int = 1
    count: int = 1


def column_words(question: str) -> frozenset[str]:
    """Return words in the names of columns that a question's adjectives and verbs refer to."""
    asked = set(re.findall(r"[\w-]+", question.casefold()))
    if NOTHING.search(question):
        asked.add("stock")
    return frozenset(word for cues, names in MEASURES.items() if asked & set(cues.split()) for word in names.split())


def cues_of(columns: frozenset[str]) -> frozenset[str]:
    """Return the stems of the adjectives and verbs that refer to columns with one of these stems in their names."""
    meant = (cues for cues, names in MEASURES.items() if content_stems(names) & columns)
    return content_stems(" ".join(meant))


def wants_most(question: str) -> bool | None:
    """Return True if a question asks for the maximum, False for the minimum, None for neither."""
    match = superlative(question)
    if match is None:
        return None
    return not LEAST.fullmatch(match.group())


def superlative(question: str) -> re.Match[str] | None:
    """Return the first superlative or comparative of a question, besides those of its bounds."""
    told = without_bounds(question)
    found = [match for match in (MOST.search(told), LEAST.search(told)) if match]
    return min(found, key=lambda match: match.start(), default=None)


def places(question: str) -> Places | None:
    """Return the places of the order that a question asks for; None if they cannot be told for certain."""
    match = superlative(question)
    if match is None:
        return None
    text = match.string
    every = sorted((found.start(), found.end()) for found in (*MOST.finditer(text), *LEAST.finditer(text)))
    if re.search(r"\b(?:and|und|et|y)\b", text[every[0][1] : every[-1][0]]):
        return None  # "the cheapest and the heaviest"
    if COMPARATIVE.fullmatch(match.group()):
        return Places()
    before, after = text[: match.start()], text[match.end() :]
    rank, many = RANK.search(before), COUNTED.search(before)
    if NEXT_RANK.search(before) or COUNTED_AFTER.match(after) or (TOP.search(text) and not many):
        return None
    if rank and re.search(r"(?:\b(?:and|or|to)\s+|,\s*)$", before[: rank.start()]):
        return None  # "the second and third largest"
    if rank:
        return Places(ORDINALS[rank["word"].casefold()] if rank["word"] else int(rank["digits"]))
    return Places(count=counting_word(many["count"]) or 1) if many else Places()


def highest(question: str, column: frozenset[str], *, is_date: bool) -> bool | None:
    """Return True if what is asked for has the highest value of a column, False for the lowest, None if that is not certain.

    `column` are the words of the column's name and its units: the fastest has the highest speed and the lowest time, the
    oldest the highest age and the lowest year.
    """
    most, question = wants_most(question), without_bounds(question)
    if most is None:
        return None
    if FAST.search(question):
        is_time, is_speed = bool(column & TIMES), bool(column & SPEEDS)
        return None if is_time == is_speed else most == is_speed
    if OLD.search(question):
        return not most if is_date else most if column & AGES else None
    if NEW.search(question):
        return most if is_date else not most if column & AGES else None
    return None if is_date else most
