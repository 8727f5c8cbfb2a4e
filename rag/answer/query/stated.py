"""Computes the difference or the sum of the only two numbers of one kind that the sentence which answers states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rag.answer.neighbours import section
from rag.answer.query.matching import widened
from rag.answer.query.sides import sides_of
from rag.answer.query.wish import CHANGED, MORE, wanted_stems, wish
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.bounds import is_negated_elsewhere
from rag.language.dates import mentions
from rag.language.limits import sets_condition
from rag.language.quantities import Quantity, as_text, decimals_of, quantities
from rag.language.units import MONEY, is_known, size
from rag.language.words import content_stems

YEAR = re.compile(r"(?:19|20)\d\d")
ON_TOP = re.compile(r"\W*(?:on top|extra|more|plus|each|in addition|besides)\b", re.IGNORECASE)
ROUGH = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|over|under|up to|at least|at most|from|between|more than|less than)\s*[€$£]?\s*$",
    re.I,
)
MOVED = content_stems(
    "go goes gone went down fell fall fallen drop dropped rise rose risen raised increase increased decrease decreased grown change"
)
LONGEST = 45  # words of the sentences that are shown with the result
SHARE = 0.6  # of the question's words that the sentences account for


def of_two_numbers(found: Situation) -> Reply:
    """Return the difference or sum with the sentences that state both numbers; () if it is not certain which two are meant."""
    wanted = wish(found.question)
    is_sum = wanted is not None and wanted.operation == "sum"
    if not (is_sum or MORE.search(found.question) or CHANGED.search(found.question)) or not found.evidence:
        return ()
    if is_negated_elsewhere(found.question) or found.best.kind not in ("sentence", "item"):
        return ()
    for stretch in _stretches(found):
        text = " ".join(e.text for e in stretch)
        pair = _pair(text, is_sum=is_sum)
        if pair and len(text.split()) <= LONGEST and _is_about(found.question, text, both=is_sum):
            return _told(stretch, text, pair, is_sum=is_sum)
    return ()


def _stretches(found: Situation) -> Iterator[Sequence[Evidence]]:
    """Yield the best sentence, with the one after it, and with the one before it."""
    blocks = [b for b in section(found, found.best) if b.kind in ("sentence", "item")]
    at = next((i for i, block in enumerate(blocks) if block.start == found.best.start), None)
    yield [found.best]
    if at is not None:
        yield from (blocks[i : i + 2] for i in (at, at - 1) if 0 <= i < len(blocks) - 1)


def _pair(text: str, *, is_sum: bool) -> list[Quantity]:
    """Return the two numbers of one unit in a text; [] if it has more or fewer, or one of them is rough."""
    days = [(m.start, m.end) for m in mentions(text)]
    told = [q for q in quantities(text) if not any(start <= q.start < end for start, end in days)]
    kinds: dict[str, list[Quantity]] = {}
    for q in told:
        if is_known(q.unit):
            kinds.setdefault(size(q.unit)[0], []).append(q)
    if is_sum and len(kinds) == 1 and len(next(iter(kinds.values()))) == 1 and set(kinds) <= MONEY:
        extra = [q for q in told if not is_known(q.unit) and ON_TOP.match(text[q.end :])]
        next(iter(kinds.values())).extend(extra)
    pairs = [pair for pair in kinds.values() if len(pair) == 2]
    if len(kinds) != 1 or len(pairs) != 1 or any(ROUGH.search(text[: q.start]) for q in pairs[0]):
        return []
    factors = {size(q.unit)[1] for q in pairs[0] if is_known(q.unit)}
    return pairs[0] if len(factors) == 1 else []


def _is_about(question: str, text: str, *, both: bool) -> bool:
    """Return True if a text accounts for what a question names; for a sum, for both that are added."""
    asked = wanted_stems(question) - MOVED
    told = widened(content_stems(text))
    sides = sides_of(question)
    if sets_condition(text) or (both and sides is None):
        return False
    if sides and not (sides.one & told and sides.other & told):
        return False
    return bool(asked) and len(asked & told) >= SHARE * len([s for s in asked if not is_known(s)])


def _told(stretch: Sequence[Evidence], text: str, pair: Sequence[Quantity], *, is_sum: bool) -> Reply:
    high, low = sorted((q.value for q in pair), reverse=True)
    places = decimals_of([high, low]) or None
    result: Decimal = high + low if is_sum else high - low
    sign = "+" if is_sum else "−"
    unit = next(q.unit for q in pair if is_known(q.unit))
    sums = f"{as_text(high, decimals=places)} {sign} {as_text(low, decimals=places)}"
    return (Statement(f"{as_text(result, decimals=places)} {unit} ({sums}): {text}", tuple(stretch), "supported"),)
