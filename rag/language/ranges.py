"""Compares the numbers of a question with the limits of a statement: ages, amounts, counts, numbered things.

"Under 12", "from the fourth day on", "up to 20 kg each", "years 5 and 6", "two at most". English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.language.numbers import AGE, BARE, CUE, LABEL, OLDEST, Amount, numbers, stem_of, stems_of

BEHIND = re.compile(  # "or more", "and over", "at most"; "on" of "from the fourth day on" says nothing new
    r"\s*,?\s*(?:(?P<least>(?:or|and) (?:more|over|older|above|up(?:wards)?|longer|later|higher)|at least|minimum|and upwards)"
    r"|(?P<up>(?:or|and) (?:less|fewer|under|younger|below|shorter|lower)|(?:in a row )?at (?:the )?most|maximum|max\b))",
    re.IGNORECASE,
)
LATEST = frozenset(("up to", "until", "till", "at the latest", "no later than"))
BETWEEN = re.compile(r"\s*(?:to|–|—|-|until|and|or|through|,)\s*", re.IGNORECASE)
SPAN = re.compile(r"\s*(?:to|–|—|-|until|through)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Range:
    """What numbers of some kinds a statement speaks of."""

    kinds: frozenset[str]
    start: int
    end: int
    low: Decimal | None = None
    high: Decimal | None = None
    low_holds: bool = True
    high_holds: bool = True
    members: frozenset[Decimal] = frozenset()
    ahead: bool = False

    def holds(self, value: Decimal) -> bool:
        """Return True if a number is one of those that the statement speaks of."""
        if self.members:
            return value in self.members
        above = self.low is None or value > self.low or (self.low_holds and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_holds and value == self.high))

    def measures(self, amount: Amount, text: str) -> bool:
        """Return True if an amount is of one kind with these numbers; `text` is the statement."""
        if self.ahead and not amount.ahead:
            return False
        if self.kinds & amount.kinds - {BARE}:
            return True
        bare = self.kinds <= {BARE}
        if AGE in amount.kinds:
            return bare and max(self.low or 0, self.high or 0) <= OLDEST
        return bare and any(kind in stems_of(text) for kind in amount.kinds if len(kind) > 2)


def amounts(text: str) -> list[Amount]:
    """Return the numbers of a text that have a kind."""
    return [amount for amount in numbers(text) if amount.kinds - {BARE}]


def ranges(text: str) -> list[Range]:
    """Return the limits and the listed numbers of a statement, in order."""
    found: list[Range] = []
    every = list(numbers(text))
    at = 0
    while at < len(every):
        run = [every[at]]
        while at + 1 < len(every) and _goes_on(text, run, every[at + 1]):
            at += 1
            run.append(every[at])
        found += _of_run(text, run)
        at += 1
    return found


def _of_run(text: str, run: list[Amount]) -> Iterator[Range]:
    """Yield what a number, or several that are joined, limit or list."""
    kinds = frozenset().union(*(amount.kinds for amount in run))
    known = {kind for kind in kinds if kind != BARE}
    start, end, values = run[0].start, run[-1].end, [amount.value for amount in run]
    base = Range(frozenset(known or kinds), start, end, ahead=run[-1].ahead)
    cue, behind = CUE.search(_before(text, run[0])), BEHIND.match(text, end)
    if len(run) == 2 and SPAN.fullmatch(_between(text, *run)):
        yield replace(base, low=min(values), high=max(values))
    elif len(run) > 1:
        if any(kind.startswith("#") for kind in known):
            yield replace(base, members=frozenset(values))
    elif (cue and cue["above"]) or (behind and behind["least"]):
        yield replace(base, low=values[0], low_holds=not (cue and cue["above"]))
    elif cue and cue["up"]:
        late = base.ahead and cue["up"].lower() in LATEST
        yield replace(base, low=values[0]) if late else replace(base, high=values[0])
    elif cue and cue["least"]:
        yield replace(base, low=values[0])
    elif cue or (behind and behind["up"]):
        yield replace(base, high=values[0], high_holds=not cue)
    elif any(kind.startswith("#") for kind in known):
        yield replace(base, members=frozenset(values))


def _before(text: str, amount: Amount) -> str:
    """Return the text before a number and its label."""
    before = text[: amount.start]
    label = LABEL.search(before)
    return before[: label.start("label")] if label and f"#{stem_of(label['label'])}" in amount.kinds else before


def _between(text: str, one: Amount, other: Amount) -> str:
    """Return what stands between two numbers besides their units and labels."""
    between = text[one.end : other.start]
    for kind in one.kinds | other.kinds:
        if kind.startswith("#"):
            between = re.sub(rf"\b{re.escape(kind[1:])}\w*\s*\Z", "", between, flags=re.IGNORECASE)
    return between


def _goes_on(text: str, run: list[Amount], other: Amount) -> bool:
    return bool(BETWEEN.fullmatch(_between(text, run[-1], other))) and not BEHIND.match(text, run[-1].end)
