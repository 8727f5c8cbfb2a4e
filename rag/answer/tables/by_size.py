"""Computes what somebody pays by the size of what they have: the size from a table, the price of each unit from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.asked import CLOSE, Asked, candidates
from rag.answer.tables.computed import cited
from rag.answer.tables.relation import Value, numeric
from rag.evidence import Evidence
from rag.language.bounds import is_negated_elsewhere
from rag.language.quantities import as_text, quantities
from rag.language.units import MONEY, size
from rag.language.words import content_stems, names
from rag.split.blocks import blocks_of

PAYS = re.compile(r"\b(?:what|how much)\b.*\b(?:pays?|costs?|rent|owes?|fee|due)\b", re.IGNORECASE)
EACH = re.compile(r"\b(?:per|a|an|for each|for every)\s+(?:square met(?:re|er)s?|m²|m2|sqm)(?!\w)", re.IGNORECASE)
SIZE = "m²"
PENCE = frozenset("pence p".split())
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
PAID_FOR = content_stems("rent lease ground dues fee charge")
MOST_FILES = 40
UNREAD = (Decimal(0), "")  # a price that cannot be read agrees with no other


def by_size(found: Situation) -> Reply:
    """Return the size of what a named person has times the price of a square metre; () if one of them is not certain."""
    if not PAYS.search(found.question) or not names(found.question) or is_negated_elsewhere(found.question):
        return ()
    meant = replace(found, intent=replace(found.intent, form="difference"))
    sizes = [(asked, value) for _, asked in candidates(meant, enough=CLOSE) if (value := _size(found, asked))]
    if len(sizes) != 1:
        return ()
    prices = list(_prices(found))
    if len({(price, unit) for price, unit, _ in prices}) != 1:
        return ()
    asked, value = sizes[0]
    price, unit, evidence = prices[0]
    if not unit:
        return ()
    rows = tuple(cited(found, asked.source, [value.row]))
    if value.number is None or not rows:
        return ()
    text = f"{as_text(value.number * price, decimals=2)} {unit} ({as_text(value.number)} {SIZE} × {price} {unit})."
    return (Statement(text, (*rows, evidence), "supported"),)


def _size(found: Situation, asked: Asked) -> Value | None:
    """Return the only size of the only row that a question names by a person's name."""
    sized = [a for a in numeric(asked.relation) if any(_is_size(t.values.get(a)) for t in asked.relation.things)]
    if not asked.named or len(asked.things) != 1 or len(sized) != 1:
        return None
    thing = asked.things[0]
    row = content_stems(" ".join(value.cell.text for value in thing.values.values())) | content_stems(thing.label)
    value = thing.values.get(sized[0])
    return value if _is_size(value) and {word.stem for word in names(found.question)} <= row else None


def _is_size(value: Value | None) -> bool:
    return value is not None and value.number is not None and value.unit == SIZE


def _prices(found: Situation) -> Iterator[tuple[Decimal, str, Evidence]]:
    """Yield what a square metre costs to rent, as stated for this year; as stated for no year, if none is for this one."""
    stated: dict[bool, list[tuple[Decimal, str, Evidence]]] = {True: [], False: []}
    asked = content_stems(found.question) | PAID_FOR
    wanted = YEAR.findall(found.question) or [str(found.today.year)]
    for source in dict.fromkeys([*found.sources, *(e.passage.source for e in found.evidence)][:MOST_FILES]):
        for passage in found.passages_of(source):
            for block in blocks_of(found.documents[source], passage) if EACH.search(passage.text) else ():
                years = YEAR.findall(block.text)
                about = asked & content_stems(f"{block.text} {passage.heading}")
                if about and (not years or max(years) in wanted):  # not what this year decided for the next
                    told = [_amount(block.text[: each.start()]) for each in EACH.finditer(block.text)]
                    stated[bool(years)] += [(*(price or UNREAD), Evidence.of(block)) for price in told]
    yield from stated[True] or stated[False]


def _amount(before: str) -> tuple[Decimal, str] | None:
    """Return the amount of money right before "per square metre"."""
    amounts = quantities(before)
    if not amounts:
        return None
    last = amounts[-1]
    if re.search(r"[^\W\d_]{3}", before[last.end :].replace(last.unit, "")):
        return None
    if last.unit in PENCE:
        return last.value / 100, "£"
    kind = size(last.unit)[0]
    return (last.value, kind) if kind in MONEY else None
