"""Computes what is still to be paid or spent: what was planned less what was paid, of the rows that a question names."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.asked import CLOSE, Asked, candidates, words_of
from rag.answer.tables.computed import numbers_of, statement, with_unit
from rag.answer.tables.relation import numeric
from rag.language.bounds import is_negated_elsewhere
from rag.language.column_names import is_planned, is_spent
from rag.language.quantities import as_text, decimals_of
from rag.language.words import content_stems

REMAINS = re.compile(r"\b(?:still|left|remain\w*|outstanding|unpaid|owe[ds]?|owing)\b", re.IGNORECASE)
OF_MONEY = re.compile(
    r"\b(?:pay|paid|owe[ds]?|owing|due|spend|spent|budget\w*|money|bill\w*|outstanding|unpaid|cost)\b", re.IGNORECASE
)
OF_WHAT_IS_LEFT = content_stems(
    "still left remain remains remaining outstanding unpaid owe owed owing pay paid due spend spent budget money bill amount cost"
)
AMOUNT = re.compile(r"\b(?:what|how much|amount)\b", re.IGNORECASE)


def asks_what_is_left(question: str) -> bool:
    """Return True if a question asks for an amount of money that is left, or still to be paid."""
    return all(pattern.search(question) for pattern in (REMAINS, OF_MONEY, AMOUNT))


def remaining(found: Situation) -> Reply:
    """Return what is left of the planned amount of the rows that a question names; () if it names none for certain."""
    if not asks_what_is_left(found.question) or is_negated_elsewhere(found.question):
        return ()
    meant = replace(found, intent=replace(found.intent, form="difference"))
    replies = [reply for _, asked in candidates(meant, enough=CLOSE) if (reply := _left(found, asked))]
    return replies[0] if len(replies) == 1 else ()


def _left(found: Situation, asked: Asked) -> Reply:
    planned = [a for a in numeric(asked.relation) if is_planned(a)]
    spent = [a for a in numeric(asked.relation) if is_spent(a)]
    is_whole = content_stems(found.question) <= words_of(asked) | OF_WHAT_IS_LEFT
    if not is_whole or not asked.named or len(planned) != 1 or len(spent) != 1:
        return ()
    values = [thing.values.get(a) for a in (planned[0], spent[0]) for thing in asked.things]
    numbers = numbers_of(values)
    if not numbers or values[0] is None:
        return ()
    half = len(numbers) // 2
    agreed, paid = sum(numbers[:half], Decimal(0)), sum(numbers[half:], Decimal(0))
    places = decimals_of(numbers) or None
    left, agreed_text, paid_text = (as_text(n, decimals=places) for n in (agreed - paid, agreed, paid))
    if paid > agreed:
        text = f"Nothing: {with_unit(paid_text, values[0])} of {with_unit(agreed_text, values[0])} are spent"
        return statement(found, asked, text, [value for value in values if value])
    text = f"{with_unit(left, values[0])} ({agreed_text} − {paid_text})"
    return statement(found, asked, text, [value for value in values if value])
