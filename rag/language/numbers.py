"""Finds the numbers of a text, each with everything that it may be a number of: units, counted things, labels, ages.

English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rag.language.dates import MONTH_NAMES
from rag.language.lists import FUNCTION_WORDS, NEGATIONS, NUMBERS, ORDINALS
from rag.language.opposites import LIGHT
from rag.language.phrases import AUXILIARIES
from rag.language.quantities import number
from rag.language.stems import stem
from rag.language.units import is_known, size

UP_TO = "up to|at most|no more than|not more than|a maximum of|maximum of|maximum|max|within|no longer than|not over|limited to|until|till|at the latest|as many as"
BELOW = "under|below|less than|fewer than|younger than|shorter than|smaller than|lighter than"
FROM = "from|at least|a minimum of|minimum of|minimum|min|no less than|not less than|no fewer than|not under|starting at|as of|as from"
ABOVE = "over|above|more than|older than|longer than|larger than|bigger than|heavier than|taller than|higher than|exceed(?:s|ing)?|beyond|in excess of"
CUE = re.compile(
    rf"(?:\b(?P<above>{ABOVE})|\b(?P<up>{UP_TO})|\b(?P<below>{BELOW})|\b(?P<least>{FROM}))\s+"
    r"(?:(?:the|an?|of|age|aged|ages|about|around|roughly)\s+)*\Z",
    re.IGNORECASE,
)
AHEAD = re.compile(r"\s+(?:\w+\s+)?(?:before|ahead|beforehand|in advance|prior|earlier|notice)\b", re.IGNORECASE)
_WORDS = "|".join(sorted((*NUMBERS, *ORDINALS), key=len, reverse=True))
NUMBER = re.compile(
    r"(?P<money>[€$£]\s?)?(?<![\w.,:/])(?P<digits>\d+(?:[.,]\d+)*)(?P<nth>st|nd|rd|th)?(?![\d:/]|\.\d)"
    rf"|\b(?P<half>half an?)\b|\b(?P<word>{_WORDS})\b|\b(?P<one>an?)(?=\s+(?:hour|day|week|month|year)\b)",
    re.IGNORECASE,
)
UNIT = re.compile(r"[\s-]?\s?(?P<unit>[^\W\d_]+[²³]?|%)(?:\s+(?P<next>[^\W\d_]+))?")
LABEL = re.compile(r"(?:(?P<before>[^\W\d_]+)\s+)?(?P<label>[^\W\d_]{3,})\s+\Z")  # "may bring 3" has none
AGE_BEFORE = re.compile(r"\b(?:aged?|ages)(?: of)?\s+\Z|\bage limit (?:of|is)\s+\Z", re.IGNORECASE)
AGE_BEHIND = re.compile(
    r"[\s-](?:years?|yrs?)[\s-](?:olds?|of age)\b|\s*(?:y/?o\b|year-olds)|\s+birthday\b", re.IGNORECASE
)
IS_AGED = re.compile(
    r"\b(?:is|am|are|was|turns?|turned|turning|i['’]m|she['’]s|he['’]s)\s+(?:only |just |now |already )?\Z", re.I
)
ENDS = re.compile(r"\s*(?:[,.;:?!)]|\Z|(?:and|so|but|now|already|years?)\b)", re.IGNORECASE)
BESIDE = re.compile(r"[^\W\d_]\s*[,(]\s*\Z")  # "my son, 9, ..."
YEAR = re.compile(r"(?:19|20)\d\d")
OLDEST = 120  # years of a person
SAME = {"pound": "£", "quid": "£", "percent": "%", "pct": "%", "%": "%"}
AGE, BARE = "age", ""  # kinds, besides stems, "#" with a label's stem, and the first unit of a known kind
DOING = AUXILIARIES | frozenset("i we you they he she it".split())
NOT_NOUNS = FUNCTION_WORDS | NEGATIONS | AUXILIARIES | (LIGHT - {"day", "number", "person", "people", "part"})


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a text with everything that it may be a number of: units, counted things, labels before it."""

    value: Decimal
    kinds: frozenset[str]
    start: int
    end: int
    ahead: bool = False  # so long before something
    ordinal: bool = False


def numbers(text: str) -> Iterator[Amount]:
    """Yield the numbers of a text, in order."""
    for found in NUMBER.finditer(text):
        digits = found["digits"]
        if digits and YEAR.fullmatch(digits) and not found["money"]:
            continue
        value = _value(found)
        unit = UNIT.match(text, found.end())
        if value is None or (unit and unit["unit"] in MONTH_NAMES):
            continue
        yield _amount(text, found, value, unit)


def _amount(text: str, found: re.Match[str], value: Decimal, unit: re.Match[str] | None) -> Amount:
    before, end = text[: found.start()], found.end()
    kinds: set[str] = set()
    aged = AGE_BEHIND.match(text, end)
    ordinal = bool(found["nth"]) or (found["word"] or "").lower() in ORDINALS
    if found["money"]:
        kinds.add(size(found["money"].strip())[0])
    elif aged or AGE_BEFORE.search(before) or _is_an_age(before, text[end:], value):
        kinds.add(AGE)
        end = aged.end() if aged else end
    elif unit and is_known(unit["unit"]) and not _is_a_verb(unit):
        kind, factor = size(unit["unit"])
        kinds.add(kind)
        value, end = value * factor, unit.end("unit")
    else:
        kinds |= _named(unit, before, bool(found["digits"]))
        end = unit.end("unit") if unit and any(not kind.startswith("#") for kind in kinds) else end
    ahead = bool(AHEAD.match(text, end))
    return Amount(value, frozenset(kinds or {BARE}), found.start(), end, ahead, ordinal)


def _named(unit: re.Match[str] | None, before: str, digits: bool) -> set[str]:
    """Return the things that a number counts, and with "#" the label that it stands behind."""
    kinds: set[str] = set()
    name = unit["unit"].lower() if unit else ""
    if name in SAME or stem_of(name) in SAME:
        return {SAME.get(name) or SAME[stem_of(name)]}
    if unit and name == "per" and unit["next"] == "cent":
        return {"%"}
    if unit and name not in NOT_NOUNS:
        kinds |= {stem_of(word) for word in (unit["unit"], unit["next"]) if word and word.lower() not in NOT_NOUNS}
    label = LABEL.search(before)
    if label and (label["before"] or "").lower() in DOING:
        label = None
    if label and digits and label["label"].lower() not in NOT_NOUNS and not CUE.search(before):
        kinds.add(f"#{stem_of(label['label'])}")
    return kinds


def _is_a_verb(unit: re.Match[str]) -> bool:
    return unit["unit"].lower() in ("a", "an", "s", "m") and bool(unit["next"])


def _is_an_age(before: str, behind: str, value: Decimal) -> bool:
    """Return True for "my nephew is 13, ...", "my son, 9, ..."."""
    if not ENDS.match(behind) or value > OLDEST or value != int(value):
        return False
    return bool(IS_AGED.search(before) or (BESIDE.search(before) and behind[:1] in (",", ")")))


def _value(found: re.Match[str]) -> Decimal | None:
    if found["digits"]:
        return number(found["digits"])
    if found["half"]:
        return Decimal("0.5")
    word = (found["word"] or "one").lower()
    return Decimal(NUMBERS.get(word, ORDINALS.get(word, 1)))


def stem_of(word: str) -> str:
    """Return the stem of a word."""
    return stem(word.lower())


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of the words of a text."""
    return frozenset(map(stem_of, re.findall(r"[^\W\d_]+", text)))
