"""Computes what several things cost together where one sentence prices each: "8 pounds for adults, 5 for children"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.answer.neighbours import section
from rag.answer.query.matching import widened
from rag.answer.query.pricing import ASKS, Item, items_of
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.amounts import TIMES
from rag.evidence import Evidence
from rag.language.bounds import bounds, is_negated_elsewhere
from rag.language.limits import sets_condition
from rag.language.quantities import Quantity, as_text, decimals_of, quantities
from rag.language.units import MONEY, size
from rag.language.words import content_stems

CLAUSE = re.compile(r"[,;:()]\s|\band\b|\bor\b")
NOT_LETTERS = re.compile(r"[\W_]+")
READ = 4  # pieces of evidence, best first
LONGEST = 40  # words of the sentence that is shown with the result
DECIMALS = re.compile(r"\d+[.,]\d\d(?!\d)")


def priced_in_words(found: Situation) -> Reply:
    """Return the price of what a question counts, with the sentence that prices each of it; () unless one does for certain."""
    items = items_of(found.question)
    if len(items) < 2 or not ASKS.search(found.question) or TIMES.search(found.question):
        return ()
    if is_negated_elsewhere(found.question) or bounds(found.question) != []:
        return ()
    about = frozenset(stem for item in items for stem in item.stems if stem != item.head)
    for evidence in found.evidence[:READ]:
        text = evidence.text
        if evidence.kind == "row" or len(text.split()) > LONGEST or sets_condition(text):
            continue
        title = found.documents[evidence.passage.source].title
        above = f"{evidence.passage.heading} {evidence.passage.source} {title} {_opening(found, evidence)}"
        known = widened(content_stems(f"{text} {NOT_LETTERS.sub(' ', above)}"))
        prices = [_price_of(item, text) for item in items]
        if about <= known and all(prices):
            return _told(items, [q for q in prices if q], evidence)
    return ()


def _opening(found: Situation, evidence: Evidence) -> str:
    """Return the first sentence of a section, which says what it is about."""
    blocks = section(found, evidence)
    return " ".join(block.text for block in blocks[:1])


def _price_of(item: Item, text: str) -> Quantity | None:
    """Return the only amount of money in the only clause that names an item; None if there is none, or several."""
    held = [clause for clause in CLAUSE.split(text) if item.head in widened(content_stems(clause))]
    told = [_amounts(clause) for clause in held]
    told = [amounts for amounts in told if amounts]
    return told[0][0] if len(told) == 1 and len(told[0]) == 1 else None


def _amounts(clause: str) -> list[Quantity]:
    return [q for q in quantities(clause) if size(q.unit)[0] in MONEY or DECIMALS.match(clause, q.start)]


def _told(items: Sequence[Item], prices: Sequence[Quantity], evidence: Evidence) -> Reply:
    units = {size(q.unit)[0] for q in prices if size(q.unit)[0] in MONEY}
    if len(units) > 1:
        return ()
    places = decimals_of(q.value for q in prices) or None
    total = sum((item.many * q.value for item, q in zip(items, prices, strict=True)), Decimal(0))
    sums = " + ".join(
        f"{item.many} × {as_text(q.value, decimals=places)}" for item, q in zip(items, prices, strict=True)
    )
    unit = next(iter(units), "")
    text = f"{as_text(total, decimals=places)} {unit}".strip()
    return (Statement(f"{text} ({sums}): {evidence.text}", (evidence,), "supported"),)
