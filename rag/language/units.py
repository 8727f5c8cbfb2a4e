"""Units of measure and money: which are the same, which can be converted into each other, and words for great numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.language.lists import MULTIPLES

# One kind on each line; each unit is its size and its forms. Symbols are written as here, words in any case.
KINDS = (
    "0.001 mg milligram milligrams|1 g gram grams gramme grammes gramm|1000 kg kilo kilos kilogram kilograms|1000000 t tonne tonnes",
    "0.001 mm millimetre millimetres|0.01 cm centimetre centimetres|1 m metre metres meter meters|1000 km kilometre kilometres kilometer kilometers",
    "0.0001 cm²|1 m² sqm|10000 ha hectare hectares|1000000 km²",
    "0.001 ml millilitre millilitres|0.01 cl|0.1 dl|1 l L litre litres liter liters|100 hl",
    "1 s sec secs second seconds sekunde sekunden|60 min mins minute minutes minuten|3600 h hr hrs hour hours std stunde stunden|"
    "86400 day days tag tage jour jours día días|604800 week weeks woche wochen",
    "1 month months monat monate mois mes meses|12 year years jahr jahre an ans año años",
    "1 W watt watts|1000 kW|1000000 MW",
    "1 Wh|1000 kWh|1000000 MWh",
    "1 € EUR euro euros", "1 $ USD dollar dollars", "1 £ GBP", "1 CHF Fr. franken", "1 ¥ JPY yen",
)  # fmt: skip
MONEY = frozenset("€ $ £ CHF ¥".split())
SIZES: dict[str, tuple[str, Decimal]] = {}  # form → the kind's first symbol, and how many of its units of size 1 it is
for _kind in KINDS:
    _first = next(unit.split()[1] for unit in _kind.split("|") if unit.startswith("1 "))
    for _unit in _kind.split("|"):
        _size, *_forms = _unit.split()
        SIZES |= {form: (_first, Decimal(_size)) for form in _forms}
        SIZES |= {
            form.casefold(): (_first, Decimal(_size))
            for form in _forms
            if len(form) > 2 or (form.isalpha() and form != "MW")
        }
GREAT = MULTIPLES | {
    "thousands": 10**3, "millions": 10**6, "billions": 10**9, "mn": 10**6, "bn": 10**9, "tausend": 10**3, "mio": 10**6,
    "millionen": 10**6, "mrd": 10**9, "mille": 10**3, "mil": 10**3, "millones": 10**6, "k": 10**3,
}  # fmt: skip
OF_MONEY = {"m": 10**6, "M": 10**6, "K": 10**3, "B": 10**9}  # "€3m", whereas "3 m" is a length
WORD = re.compile(r"°\s?[CF]\b|[^\W\d_]+(?:/[^\W\d_]+)?|[€$£¥%°]")


def unit_of(words: str) -> tuple[str, int]:
    """Return the unit that stands around a number, and what it is multiplied by: ("EUR", 1000000) of "million EUR"."""
    told = [word.replace(" ", "") for word in WORD.findall(words)]
    money = any(size(word)[0] in MONEY for word in told)
    times, rest = 1, []
    for word in told:
        great = GREAT.get(word if word in ("k", "K") else word.casefold()) or (OF_MONEY.get(word) if money else None)
        times *= great or 1
        rest += [] if great else [word]
    return " ".join(rest), times


def size(unit: str) -> tuple[str, Decimal]:
    """Return a unit's kind and its size among units of that kind; an unknown unit is a kind by itself, in any number."""
    known = SIZES.get(unit) or SIZES.get(unit.casefold())
    return known or (re.sub(r"(?<=\w\w)s$", "", unit.casefold()), Decimal(1))


def is_known(unit: str) -> bool:
    return unit in SIZES or unit.casefold() in SIZES


def is_amount(unit: str) -> bool:
    """Return True if a unit is of money, or of a measure that adds up from month to month: no days, weeks, months."""
    kind, factor = size(unit)
    return is_known(unit) and kind != "month" and (kind != "s" or factor < 86400)


def in_one_unit(amounts: Sequence[tuple[Decimal, str]]) -> list[Decimal] | None:
    """Return amounts in the unit of the first; None if they are of different kinds."""
    sizes = [size(unit) for _, unit in amounts]
    if len({kind for kind, _ in sizes}) > 1:
        return None
    if len({factor for _, factor in sizes}) <= 1:
        return [number for number, _ in amounts]
    return [number * factor / sizes[0][1] for (number, _), (_, factor) in zip(amounts, sizes, strict=True)]
