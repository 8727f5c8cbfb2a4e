"""Finds the figures of a text: numbers with units, dates, times of day and codes, in any common form.

Equal figures compare equal: 1,200 and 1200, twelve and 12, 10 pm and 22:00, 3 May 2028 and 2028-05-03.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from rag.language import dates
from rag.language.lists import MULTIPLES, NUMBERS
from rag.language.quantities import number
from rag.language.words import Word

TIME = re.compile(
    r"(?<![\w.:,])(?:(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?:\s?(?P<half>[ap])\.?m\b\.?|\s?h\b|\s?(?:o'?clock|Uhr)\b)?(?![\d.:,]*\d)"
    r"|(?P<hour_alone>1[0-2]|0?[1-9])\s?(?P<half_alone>[ap])\.?m\b\.?|(?P<clock>\d{1,2})\s?(?:o['’]?clock|Uhr)\b|\b(?P<noon>noon|midnight)\b)",
    re.IGNORECASE,
)
CODE = re.compile(
    r"(?<![\w@])(?=[\w./#-]{0,60}\d)(?=[\w./#-]{0,60}[A-Za-z_])[A-Za-z0-9_#]+(?:[-./_][A-Za-z0-9_]+)*(?![\w])"
)
NUMBER = re.compile(
    r"(?<![\w.,])(?:(?P<before>[€$£¥]|EUR|USD|CHF|GBP|Fr\.)\s?)?(?P<digits>\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?:\s?(?P<after>%|[€$£¥]|°\s?[CF]|[A-Za-zµ²³]+))?"
)
GLUED = re.compile(r"\d+(?:[.,]\d+)?(?:km|m|cm|mm|kg|g|mg|l|ml|h|s|min|W|kW|kWh|V|A|MB|GB|TB|EUR|USD|CHF|k|th|st|nd|rd|x|hrs?|lm|bar|pm|am|m²|C|F)", re.IGNORECASE)  # fmt: skip
GREAT = "|".join(MULTIPLES)
IN_WORDS = re.compile(rf"(?<![\w-])(?P<word>{'|'.join(NUMBERS)}|an?(?=\s(?:{GREAT})\b))(?:[- ](?P<ones>one|two|three|four|five|six|seven|eight|nine))?(?![\w-])(?:\s(?P<after>[A-Za-z]+))?", re.IGNORECASE)  # fmt: skip
VAGUE = re.compile(
    rf"\b(?:dozens|(?:{GREAT})s)\b", re.IGNORECASE
)  # "millions" alone is not a number, so the word itself must match
TIMES = MULTIPLES | {"k": 10**3, "mn": 10**6, "bn": 10**9}
REMEMBERED = 8_192  # texts
UNITS = (  # units of one kind; the forms of one unit are grouped
    "km kilometre kilometres kilometer kilometers|m metre metres meter meters|cm centimetre centimetres|mm millimetre millimetres|mile miles|ft foot feet|inch inches|yard yards",
    "second seconds sec s|minute minutes min mins|hour hours h hr hrs|day days|week weeks|month months|year years|decade decades|century centuries|night nights",
    "mg milligram milligrams|g gram grams gramme grammes|kg kilogram kilograms kilo kilos|tonne tonnes ton tons t|pound pounds lb lbs|ounce ounces oz",
    "ml millilitre millilitres|l litre litres liter liters|gallon gallons|cup cups|teaspoon teaspoons tsp|tablespoon tablespoons tbsp",
    "€ eur euro euros|$ usd dollar dollars|£ gbp|chf francs franc|¥ yen|cent cents",
    "% percent pct|points",
    "°c celsius degree degrees|°f fahrenheit",
    "w watt watts|kw kilowatt kilowatts|kwh|mw megawatt megawatts",
    "kb|mb megabyte megabytes|gb gigabyte gigabytes|tb",
    "person persons people adult adults|child children|group groups|family families",
)
UNIT: dict[str, tuple[int, int]] = {
    form: (kind, i)
    for kind, row in enumerate(UNITS)
    for i, forms in enumerate(row.split("|"))
    for form in forms.split()
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text, with its span."""

    kind: Literal["number", "date", "time", "code"]
    value: str  # the canonical form
    unit: str  # as written, in lower case; "" for none
    start: int
    end: int


def is_of(word: Word, figure: Figure) -> bool:
    """Return True if a word of the same text is part of a figure or its following unit."""
    if figure.start <= word.start < figure.end:
        return True
    return 0 <= word.start - figure.end <= 2 and word.text.casefold() == figure.unit.strip("° ")


@lru_cache(REMEMBERED)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text, in order."""
    found: list[Figure] = []
    for part in (_dates, _short_dates, _times, _codes, _numbers, _words, _vague):
        found += [f for f in part(text) if not any(f.start < g.end and g.start < f.end for g in found)]
    return tuple(sorted(found, key=lambda figure: figure.start))


def _dates(text: str) -> Iterator[Figure]:
    for found in dates.mentions(text):
        if found.year is None and re.search(r"\b(?:may|march|mar)\b", text[found.start : found.end]):
            continue  # "under 8 may enter": a verb
        yield Figure("date", f"{found.year or ''}-{found.month}-{found.day or ''}", "", found.start, found.end)


def _short_dates(text: str) -> Iterator[Figure]:
    for found in re.finditer(r"(?<![\w./])(\d{1,2})[./](\d{1,2})\.?(?![\d./€%]|\w)", text):
        day, month = int(found[1]), int(found[2])
        if (
            1 <= day <= 31
            and 1 <= month <= 12
            and ("/" in found.group() or found.group().endswith("."))
            and found[1] != "24"
        ):
            yield Figure("date", f"-{month}-{day}", "", found.start(), found.end())


def _times(text: str) -> Iterator[Figure]:
    for found in TIME.finditer(text):
        if found["noon"]:
            hour, minute = (12, 0) if found["noon"].lower() == "noon" else (0, 0)
        else:
            hour, minute = int(found["hour"] or found["hour_alone"] or found["clock"]), int(found["minute"] or 0)
            half = (found["half"] or found["half_alone"] or "").lower()
            dotted = found["hour"] and "." in found.group() and not half and "Uhr" not in found.group()
            if dotted or hour > 24:
                continue  # 8.30 may as well be a price
            hour = hour % 12 + 12 * (half == "p") if half else hour % 24
        yield Figure("time", f"{hour}:{minute:02d}", "", found.start(), found.end())


def _codes(text: str) -> Iterator[Figure]:
    for found in CODE.finditer(text):
        bare = found.group().strip("-./")
        if not all(GLUED.fullmatch(part) or part.isdigit() for part in re.split(r"[-/]", bare)) and re.search(
            r"[A-Za-z_]", bare
        ):
            yield Figure("code", re.sub(r"[-./_#]", "", bare).casefold(), "", found.start(), found.end())


def _numbers(text: str) -> Iterator[Figure]:
    for found in NUMBER.finditer(text):
        value = number(found["digits"].replace("’", "'"))
        if value is not None:
            after = (found["after"] or "").replace(" ", "").casefold()
            yield _number(value, after, (found["before"] or "").casefold(), found.start(), found.end("digits"))


def _words(text: str) -> Iterator[Figure]:
    for found in IN_WORDS.finditer(text):
        word, after = found["word"].lower(), (found["after"] or "").casefold()
        value = Decimal(NUMBERS.get(word, 1) + (NUMBERS[found["ones"].lower()] if found["ones"] else 0))
        if word != "one" or after in TIMES:  # alone it is just as often a pronoun
            yield _number(
                value,
                after,
                "",
                found.start(),
                found.end("ones") if found["ones"] else found.end("word"),
            )


def _vague(text: str) -> Iterator[Figure]:
    for found in VAGUE.finditer(text):
        yield Figure("number", found.group().casefold(), "", found.start(), found.end())


def _number(value: Decimal, after: str, before: str, start: int, end: int) -> Figure:
    if after in TIMES:
        value, after = value * TIMES[after], ""
    unit = before if before in UNIT else after if after in UNIT else ""
    plain = f"{value.normalize():f}"
    return Figure("number", plain, unit, start, end)


def same_unit(a: str, b: str) -> bool | None:
    """Return True if two units are the same, False if not, None if they cannot be compared."""
    if a not in UNIT or b not in UNIT or UNIT[a][0] != UNIT[b][0]:
        return None
    return UNIT[a][1] == UNIT[b][1]


def same_figure(one: Figure, other: Figure) -> bool:
    """Return True if two figures have the same kind and value, ignoring units; a date may omit its year or day."""
    if one.kind != other.kind:
        return False
    return same_date(one.value, other.value) if one.kind == "date" else one.value == other.value


def same_date(said: str, there: str) -> bool:
    """Return True if two dates agree in every part that both state."""
    return all(a == b or not a or not b for a, b in zip(said.split("-"), there.split("-"), strict=True))
