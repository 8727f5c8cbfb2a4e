"""Parses numbers with units in a text, and formats numbers for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rag.language.lists import NUMBERS
from rag.language.units import MONEY, size

NUMBER = re.compile(
    r"(?<![\w.,])(?P<before>[€$£¥]|EUR|USD|CHF|GBP)?\s?(?P<sign>[-−+])?(?P<digits>\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<after>\s?(?:%|[€$£¥°µ]\w{0,2}|[A-Za-zµ]{1,12}\b(?:/[a-z]+)?[²³]?))?"
)
GROUPED = re.compile(r"\d{1,3}(?P<separator>[,.' \u00a0\u202f])\d{3}(?:(?P=separator)\d{3})*(?:(?P<point>[.,])\d+)?")
COUNTING = NUMBERS | {"none": 0, "a": 1, "an": 1, "single": 1, "both": 2, "pair": 2}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit and its place in a text."""

    value: Decimal
    unit: str
    start: int
    end: int


def quantities(text: str, *, decimal: str = "") -> list[Quantity]:
    """Return the numbers of a text, in order; () if one of them may be thousands as well as decimals.

    `decimal` is the mark that is known to part decimals; "" for none.
    """
    found = []
    for match in NUMBER.finditer(text):
        unit = (match["before"] or match["after"] or "").strip()
        if is_undecided(match["digits"], decimal=decimal) and size(unit)[0] not in MONEY:  # which has two decimals
            return []
        value = number(match["digits"], decimal=decimal)
        if value is not None:
            start = match.start("sign") if match["sign"] else match.start("digits")
            found.append(Quantity(-value if match["sign"] in ("-", "−") else value, unit, start, match.end("digits")))
    return found


def number(digits: str, *, decimal: str = "") -> Decimal | None:
    """Return the value of digits with separators, or None; understands 1,234.5 and 1.234,5 and 1 234 and 0.125."""
    grouped = GROUPED.fullmatch(digits)
    several = grouped and (grouped["point"] or digits.count(grouped["separator"]) > 1)
    if grouped and not digits.startswith("0") and (several or grouped["separator"] != decimal):
        whole = digits.replace(grouped["separator"], "")
        digits = whole.replace(grouped["point"], ".") if grouped["point"] else whole
    else:
        digits = digits.replace(",", ".")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def is_undecided(digits: str, *, decimal: str = "") -> bool:
    """Return True if three digits after a point may be decimals as well as thousands: 1.250."""
    return not decimal and bool(re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits))


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the mark that parts decimals in texts, as their numbers show it; "" if they show none, or both."""
    shown = {_mark(match["digits"]) for text in texts for match in NUMBER.finditer(text) if not _is_part(text, match)}
    told = shown - {""}
    return told.pop() if len(told) == 1 else ""


def _mark(digits: str) -> str:
    grouped = None if digits.startswith("0") else GROUPED.fullmatch(digits)
    if grouped is None:
        return next((mark for mark in ",." if mark in digits), "")
    separator = grouped["separator"]
    if grouped["point"] or digits.count(separator) < 2 or separator not in ",.":
        return grouped["point"] or ""
    return "." if separator == "," else ","


def _is_part(text: str, match: re.Match[str]) -> bool:
    """Return True if digits go on as a date or time do: 3.5.2024, 03.05."""
    return text[match.end("digits") : match.end("digits") + 1] in (*".:/-",)


def as_text(value: Decimal, *, decimals: int | None = None) -> str:
    """Return a number with thousands separators, without trailing zeros or with a fixed number of decimals."""
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    plain = value.normalize()
    places = max(0, -int(plain.as_tuple().exponent))
    return f"{plain:,.{places}f}"


def decimals_of(values: Iterable[Decimal]) -> int:
    """Return the largest number of decimals among the values."""
    return max((max(0, -int(value.as_tuple().exponent)) for value in values), default=0)


def counting_word(word: str) -> int | None:
    """Return the number that a word or digits express, or None."""
    return int(word) if word.isdigit() else COUNTING.get(word.casefold())
