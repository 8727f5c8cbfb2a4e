"""Computes amounts: what several things cost together, and a year's amount from a month's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.asked import Asked, named_things
from rag.answer.tables.computed import numbers_of, statement, with_unit
from rag.answer.tables.relation import Relation, Value, numeric
from rag.language.measures import column_words
from rag.language.quantities import Quantity, as_text, counting_word, decimals_of, quantities
from rag.language.units import is_amount
from rag.language.words import content_stems

PER_YEAR = re.compile(
    r"\b(?:per|a|each|every|in a|one) year\b|\b(?:yearly|annual(?:ly)?|jährlich|pro Jahr|im Jahr|par an|al año)\b",
    re.IGNORECASE,
)
PER_MONTH = re.compile(
    r"\b(?:per|a|each|every) month\b|\b(?:monthly|monatlich|pro Monat|par mois|mensuel\w*|al mes|mensual\w*)\b",
    re.IGNORECASE,
)
YEARLY = frozenset(
    "sum product count average difference extreme list which-rows".split()
)  # forms that ask for an amount
COUNT = r"\d+|two|three|four|five|six|seven|eight|nine|ten|twelve"
PAIR = re.compile(
    rf"\b(?P<many>{COUNT}|a|an|one)\s+(?:x\s+|times\s+)?(?P<name>(?:(?!\d|(?:{COUNT})\b)[\w-]+\s?){{1,5}})",
    re.IGNORECASE,
)
COUNTED = re.compile(rf"(?:{COUNT})\Z", re.IGNORECASE)
PIECE = re.compile(r"\band\b|,|\bund\b|\bet\b|\by\b|\bplus\b")
ASKING = content_stems(
    "cost price pay charge total together altogether sum amount much buy order need want zusammen insgesamt ensemble"
)
NEAR = re.compile(r"(?:[^\W\d_]+\s+){0,4}")  # between "monthly" and the amount after it
RANGE = re.compile(r"\d\s?(?:[-–]|to|or|bis|oder|à|ou)\s?(?:EUR|[€$£])?\s?$", re.IGNORECASE)  # "30 to 40 euros"
TIMES = re.compile(rf"\b(?:{COUNT}|one)\s+(?:hour|day|night|evening|weekend|week|month|year)s?\b", re.IGNORECASE)
IN_TIME = content_stems("year yearly annual month monthly total")


def product(found: Situation, asked: Asked) -> Reply:
    """Return what several of some things cost together: 3 × 24.50 + 2 × 79; () if a part of the question has no price."""
    relation = asked.relation
    if TIMES.search(found.question):
        return ()  # an hour is no thing of which one buys several
    attribute = next((a for a in asked.attributes if a in numeric(relation)), None) or _price(relation)
    parts = _parts(found.question, relation, attribute) if attribute else None
    numbers = numbers_of([value for _, value in parts or ()])
    if not parts or not numbers:
        return ()
    total = sum((many * n for (many, _), n in zip(parts, numbers, strict=True)), Decimal(0))
    places = decimals_of(numbers)
    sums = " + ".join(f"{many} × {as_text(n)}" for (many, _), n in zip(parts, numbers, strict=True))
    text = f"{with_unit(as_text(total, decimals=places) if places else as_text(total), parts[0][1])} ({sums})"
    return statement(found, asked, text, [value for _, value in parts])


def _parts(question: str, relation: Relation, attribute: str) -> list[tuple[int, Value]] | None:
    """Return how many of which values a question asks for; None if it asks for something that the table does not have."""
    parts: list[tuple[int, Value]] = []
    left: list[str] = []  # numbers that count nothing of the table
    for piece in PIECE.split(question):
        before = len(parts)
        for match in PAIR.finditer(piece):
            many = counting_word(match["many"])
            things = named_things(content_stems(match["name"]), relation.things)
            value = things[0].values.get(attribute) if len(things) == 1 else None
            if many and value:
                parts.append((many, value))
            elif COUNTED.match(match["many"]):
                left.append(match["many"])
        if len(parts) == before and content_stems(piece) - ASKING - content_stems(f"{relation.kind} {attribute}"):
            return None
    labels = {word for _, value in parts for word in re.findall(r"\d+", value.row.cells[0].text)}
    return None if set(left) - labels else parts


def _price(relation: Relation) -> str | None:
    """Return the attribute that holds prices, for a question such as "how much is that"."""
    meant = column_words("cost")
    return next((a for a in numeric(relation) if meant & set(re.findall(r"[^\W\d_]+|[€$£]", a.casefold()))), None)


def per_year(found: Situation) -> Reply:
    """Return twelve times a monthly amount if a question asks for the yearly one; the evidence must be sure to answer."""
    asks = PER_YEAR.search(found.question) and found.intent.form in YEARLY and found.evidence
    amount = _monthly(found.best.text) if asks and not PER_YEAR.search(found.best.text) else None
    if amount is None:
        return ()
    about = content_stems(found.question) - IN_TIME
    if not about & content_stems(f"{found.best.text} {found.best.passage.heading}"):
        return ()
    text = f"{as_text(12 * amount.value)} {amount.unit} (12 × {as_text(amount.value)}). {found.best.text}"
    return (Statement(text, (found.best,), "supported"),)


def _monthly(text: str) -> Quantity | None:
    """Return the only amount that a text gives for a month: the one right before "a month", or right after "monthly"."""
    amounts = quantities(text)
    told = {q.start: q for month in PER_MONTH.finditer(text) for q in _of_the_month(text, month, amounts)}
    only = next(iter(told.values())) if len(told) == 1 else None
    return only if only and is_amount(only.unit) and not RANGE.search(text[: only.start]) else None


def _of_the_month(text: str, month: re.Match[str], amounts: Sequence[Quantity]) -> list[Quantity]:
    """Return the amount right before "a month", else the first one after "monthly"; [] if there is none."""
    before = [
        q for q in amounts if q.end <= month.start() and not text[q.end : month.start()].replace(q.unit, "").strip()
    ]
    after = [q for q in amounts if q.start >= month.end() and NEAR.fullmatch(text[month.end() : q.start].lstrip())]
    return (before or after)[:1]
