"""Parses numbers with units in a text, and formats numbers for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rag.language.lists import NUMBERS

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


def quantities(text: str, *, comma_is_decimal: bool = False) -> list[Quantity]:
    """Return the numbers of a text, in order; `1,234` is a thousand unless commas are known to be decimal."""
    found = []
    for match in NUMBER.finditer(text):
        value = number(match["digits"], comma_is_decimal=comma_is_decimal)
        if value is not None:
            unit = (match["before"] or match["after"] or "").strip()
            start = match.start("sign") if match["sign"] else match.start("digits")
            found.append(Quantity(-value if match["sign"] in ("-", "−") else value, unit, start, match.end("digits")))
    return found


def number(digits: str, *, comma_is_decimal: bool = False) -> Decimal | None:
    """Return the value of digits with separators, or None; understands 1,234.5 and 1.234,5 and 1 234."""
    grouped = GROUPED.fullmatch(digits)
    if grouped and not (grouped["separator"] == "," and comma_is_decimal and not grouped["point"]):
        whole = digits.replace(grouped["separator"], "")
        digits = whole.replace(grouped["point"], ".") if grouped["point"] else whole
    else:
        digits = digits.replace(",", ".")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


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
