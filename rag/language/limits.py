"""Finds the words that limit a statement: bounds beside a figure, denials, conditions, exceptions, and ends in time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS, mentions
from rag.language.figures import figures
from rag.language.lists import (
    CONDITIONS,
    DUTIES,
    EXCEPTIONS,
    FOREIGN_CONDITIONS,
    FOREIGN_NEGATIONS,
    OCCASIONS,
)
from rag.language.opposites import BOUNDS
from rag.language.words import is_negated, words

DENYING = FOREIGN_NEGATIONS - {"mai"}  # a month more often than "never"
LIMITS = (  # before whatever they limit
    *EXCEPTIONS,
    *(DENYING - {"nem", "ни"}),  # half of a pair, as "neither" is
    *"not no never only unless without until till before after since exactly approximately circa".split(),
    *("at least", "at most", "up to", "more than", "less than", "fewer than", "no later than", "not later than"),
    *("no earlier than", "not earlier than", "not before", "instead of"),
    *("nur bis vor nach seit mindestens höchstens maximal ungefähr".split()),
    *("bis zu", "bis zum", "mehr als", "weniger als", "spätestens am", "frühestens am", "spätestens", "frühestens"),
    *("avant après depuis environ seulement uniquement jusqu'au jusqu’au jusqu'à jusqu’à".split()),
    *("au plus", "au moins", "plus de", "moins de", "au maximum", "au minimum", "au plus tard le"),
    *("hasta desde solo sólo aproximadamente".split()),
    *("al menos", "como máximo", "como mínimo", "más de", "menos de", "antes de", "antes del", "después de"),
    *("только до после около примерно".split()),
    *("не более", "не менее", "не позднее", "не раньше", "более", "менее"),
)
LIMITS_OF_FIGURES = (  # before a figure, a month or a weekday; elsewhere they say something else
    *(form for forms in BOUNDS.values() for form in forms),
    *"by about around roughly some just ca. c. approx. every über unter ab rund etwa circa ca zirka von vers dès unos".split(),
)
BEHIND = re.compile(  # "14 days or more"
    r"\s(?:or|and|oder|und|ou|et|o|y|и|или)\s(?:more|less|fewer|over|under|older|younger|above|below|longer|shorter|later|earlier|upwards|"
    r"mehr|weniger|länger|älter|jünger|später|früher|plus|moins|más|menos|более|менее)\b"
    r"|\s(?:at (?:the )?(?:most|least|latest|earliest)|maximum|minimum)\b|\+",
    re.IGNORECASE,
)
_DAYS = "|".join(f"{day}s?" for day in WEEKDAYS)
FIGURE = re.compile(rf"\W{{0,3}}(?:\d|(?:{'|'.join(NUMBER_OF_MONTH)}|{_DAYS})\b)", re.IGNORECASE)
ENDS = (  # before the last day on which something holds
    *"until till through ends end ended ending expires expire expired expiring lapses lapsed closes finishes finished".split(),
    *(
        "up to",
        "valid to",
        "valid through",
        "runs to",
        "runs out",
        "ran out",
        "good through",
        "end date",
        "expiry date",
        "best before",
    ),
    *("bis endet endete enden erlischt abläuft".split()),
    *("bis zum", "läuft am", "läuft bis", "gültig bis", "jusqu'au", "jusqu’au", "jusqu'à", "jusqu’à"),
    *("expire termine finit hasta termina vence caduca expira finaliza fino scade tot até до по".split()),
    *("se termine", "prend fin", "fino al", "fino a", "tot en met", "заканчивается", "истекает"),
)
BETWEEN = (
    rf"(?:[\s:,(]+(?:on|at|of|the|midnight|noon|am|dem|den|le|la|el|il|del|day|\d{{1,2}}[:.]\d\d|{_DAYS}))*[\s:,(]+"
)


def _any(phrases: Iterable[str]) -> str:
    """Return a pattern for any of the phrases as whole words, the longest first."""
    longest = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return the compiled pattern for any of the phrases as whole words."""
    return re.compile(_any(phrases), re.IGNORECASE)


ARTICLE = r"(?:(?:the|an?|der|die|das|dem|den|le|la|les|el|los|las)\s+)?"
LIMITED = re.compile(rf"(?:{_any(LIMITS)}\s+{ARTICLE})+\Z", re.IGNORECASE)
LIMITED_FIGURE = re.compile(rf"(?:{_any((*LIMITS, *LIMITS_OF_FIGURES))}\s+{ARTICLE})+\Z", re.IGNORECASE)
CONDITION = any_of(CONDITIONS | FOREIGN_CONDITIONS | EXCEPTIONS)
OCCASION = any_of(OCCASIONS | DUTIES)
ENDING = re.compile(rf"(?P<word>{_any(ENDS)}){BETWEEN}\Z", re.IGNORECASE)
FARTHEST = 80  # characters before a phrase in which its limits stand
UP_TO = re.compile(r"\s*(?:to|till|until|bis|au|al|a|à|–|—|-)\s*")  # between two dates


def with_limits(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span extended over the words beside it that limit it: "up to", "not", "or more"."""
    before = text[max(0, start - FARTHEST) : start]
    pattern = LIMITED_FIGURE if FIGURE.match(text, start) or _opens_with_a_number(text[start:end]) else LIMITED
    limited = pattern.search(before)
    behind = BEHIND.match(text, end) if re.search(r"\d", text[start:end]) else None
    return start - (len(before) - limited.start() if limited else 0), behind.end() if behind else end


def denies(text: str) -> bool:
    """Return True if a text has a word that negates, in any of the languages."""
    return any(is_negated(word) or word.text.lower() in DENYING for word in words(text))


def sets_condition(text: str) -> bool:
    """Return True if a text has a word that holds a statement back or excepts something, in any of the languages."""
    return bool(CONDITION.search(text))


def names_occasion(text: str) -> bool:
    """Return True if a text says when something holds, or what somebody must do."""
    return bool(OCCASION.search(text))


def limits(text: str) -> bool:
    """Return True if a text holds a denial, a condition, a duty or a figure, without which another may be untrue."""
    return bool(denies(text) or sets_condition(text) or names_occasion(text) or figures(text))


def ends_before(text: str, start: int) -> str:
    """Return what tells that the date at `start` is an end, such as "until" or a date before it; "" if nothing does."""
    found = ENDING.search(text[max(0, start - FARTHEST) : start])
    if found:
        return found["word"]
    return next((text[m.start : start] for m in mentions(text[:start]) if UP_TO.fullmatch(text, m.end, start)), "")


def _opens_with_a_number(phrase: str) -> bool:
    found = words(phrase)
    return bool(found) and found[0].is_number
