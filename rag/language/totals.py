"""Recognises the rows and columns of a table that add up the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.language.lists import TOTALS

LABEL = re.compile(rf"\W*(?:{'|'.join(TOTALS)})(?:summe|betrag)?(?P<more>\W+\w.*)?\W*", re.IGNORECASE | re.DOTALL)
BARE = re.compile(r"\W*(?:[\d(:].*)?", re.DOTALL)
ADDENDS = 4  # of one unnamed column, from which a sum below them is no chance
AGREEING = 2  # columns, the same


def is_total(label: str) -> bool:
    """Return True if a label says that a row or column adds up the others: Total, Total (EUR), Summe 2024."""
    match = LABEL.fullmatch(label)
    return match is not None and BARE.fullmatch(match["more"] or "") is not None


def may_be_total(label: str) -> bool:
    """Return True if a label begins as that of a total does, or says nothing: Total cost, —."""
    return LABEL.fullmatch(label) is not None or not re.search(r"[^\W\d_]", label)


def adds_up(label: str, columns: Sequence[tuple[Sequence[Decimal], Decimal]]) -> bool:
    """Return True if each number of a last row is the sum of those above it, and this is no chance."""
    told = [[number for number in above if number] for above, _ in columns]
    if not columns or any(len(above) < 2 or sum(above) != last for above, (_, last) in zip(told, columns, strict=True)):
        return False
    return may_be_total(label) or len(columns) >= AGREEING or len(told[0]) >= ADDENDS
