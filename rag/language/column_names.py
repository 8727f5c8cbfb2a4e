"""Reads the names of columns and rows: their words, the unit at the end, the time and the money they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS

UNIT = re.compile(
    r"(?<=[^\W\d_])[\s_]+[(\[]?(?P<unit>kg|mg|km|cm|mm|m2|m²|ha|ml|kWh|kW|EUR|USD|GBP|CHF)[)\]]?\s*\Z", re.IGNORECASE
)
REMARK = re.compile(r"\s\(.*|,\s.*", re.DOTALL)  # behind a name: "Whole day, 9:00 to 23:00", "Per hour (at least two)"
WORD = re.compile(r"[^\W\d_]+|\d+")
PERIODS = (
    frozenset(
        "spring summer autumn fall winter morning afternoon evening night week month quarter half year day q".split()
    )
    | frozenset(NUMBER_OF_MONTH)
    | frozenset(day.casefold() for day in WEEKDAYS)
    | {day.casefold()[:3] for day in WEEKDAYS}
)
PLANNED = frozenset(
    "planned plan budget budgeted agreed price total due invoiced invoice amount contract ordered estimate".split()
)
SPENT = frozenset("spent paid actual used received".split())


def spoken(name: str) -> str:
    """Return the words of a column's name as one would say them, without its unit: "spring" of "spring_kg"."""
    return " ".join(UNIT.sub("", name).replace("_", " ").split()) or name


def unit_at_end(name: str) -> str:
    """Return the unit at the end of a column's name; "" if there is none, or the unit is the whole name."""
    match = UNIT.search(name)
    unit = match["unit"] if match else ""
    return unit.upper() if unit.casefold() in ("eur", "usd", "gbp", "chf") else unit.replace("m2", "m²")


def is_period(name: str) -> bool:
    """Return True if a column stands for a time: "spring_kg", "March", "week 2", "2024"."""
    told = WORD.findall(spoken(name).casefold())
    return bool(told) and all(word in PERIODS or word.isdigit() for word in told)


def heads(names: Sequence[str]) -> list[str]:
    """Return names without the remarks behind them; whole, if they would be alike without."""
    short = [REMARK.sub("", name).strip() or name for name in names]
    return short if len(set(short)) == len(short) else list(names)


def is_planned(name: str) -> bool:
    """Return True if a column holds what was planned or agreed to be paid."""
    told = frozenset(WORD.findall(name.casefold()))
    return bool(told & PLANNED) and not told & SPENT


def is_spent(name: str) -> bool:
    """Return True if a column holds what has been paid."""
    return bool(frozenset(WORD.findall(name.casefold())) & SPENT)
