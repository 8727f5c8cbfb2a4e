"""Computes amounts: what several things cost together, and a year's amount from a month's."""

from __future__ import annotations

import re
from decimal import Decimal

from rag.answer.asked import Asked, named_things
from rag.answer.computed import statement, with_unit
from rag.answer.relation import Relation, Value, numeric
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.language.measures import column_words
from rag.language.quantities import as_text, counting_word, decimals_of, quantities
from rag.language.words import content_stems

PER_YEAR = re.compile(
    r"\b(?:per|a|each|every|in a|one) year\b|\b(?:yearly|annual(?:ly)?|jährlich|pro Jahr|im Jahr|par an|al año)\b",
    re.IGNORECASE,
)
PER_MONTH = re.compile(
    r"\b(?:per|a|each|every) month\b|\b(?:monthly|monatlich|pro Monat|par mois|mensuel\w*|al mes|mensual\w*)\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
PAIR = re.compile(
    r"\b(?P<many>\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|a|an|one)\s+(?:x\s+|times\s+)?(?P<name>(?:[\w-]+\s?){1,5})",
    re.IGNORECASE,
)


def product(found: Situation, asked: Asked) -> Reply:
    """Return what several of some things cost together: 3 × 24.50 + 2 × 79."""
    relation = asked.relation
    attribute = next((a for a in asked.attributes if a in numeric(relation)), None) or _price(relation)
    if attribute is None:
        return ()
    parts: list[tuple[int, Value]] = []
    for piece in re.split(r"\band\b|,|\bund\b|\bet\b|\by\b|\bplus\b", found.question):
        for match in PAIR.finditer(piece):
            many = counting_word(match["many"])
            things = named_things(content_stems(match["name"]), relation.things)
            if many and len(things) == 1 and (value := things[0].values.get(attribute)) and value.number is not None:
                parts.append((many, value))
                break
    if not parts:
        return ()
    numbers = [v.number for _, v in parts if v.number is not None]
    total = sum((many * n for (many, _), n in zip(parts, numbers, strict=True)), Decimal(0))
    places = decimals_of(numbers)
    sums = " + ".join(f"{many} × {as_text(n)}" for (many, _), n in zip(parts, numbers, strict=True))
    text = f"{with_unit(as_text(total, decimals=places) if places else as_text(total), parts[0][1])} ({sums})"
    return (statement(found, asked, text, [value for _, value in parts]),)


def _price(relation: Relation) -> str | None:
    """Return the attribute that holds prices, for a question such as "how much is that"."""
    meant = column_words("cost")
    return next((a for a in numeric(relation) if meant & set(re.findall(r"[^\W\d_]+|[€$£]", a.casefold()))), None)


def per_year(found: Situation) -> Reply:
    """Return twelve times a monthly amount if a question asks for the yearly one."""
    if not PER_YEAR.search(found.question) or not found.evidence or not PER_MONTH.search(found.best.text):
        return ()
    amounts = [
        q
        for q in quantities(found.best.text)
        if q.unit and q.unit != "%" and not YEAR.fullmatch(found.best.text[q.start : q.end])
    ]
    if not amounts:
        return ()
    first = amounts[0]
    text = f"{as_text(12 * first.value)} {first.unit} (12 × {as_text(first.value)}). {found.best.text}"
    return (Statement(text, (found.best,), "supported"),)
