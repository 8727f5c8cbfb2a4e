"""Computes what several hours, days or weeks of one thing cost where a column has the price of each."""

from __future__ import annotations

import re

from rag.answer.query.matching import Match, match, widened
from rag.answer.query.meant import as_asked
from rag.answer.query.tables import tables_read
from rag.answer.query.wish import wanted_stems
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.amounts import ASKING
from rag.answer.tables.computed import statement, with_unit
from rag.answer.tables.rates import EACH, FLAT, ONE, SEVERAL
from rag.answer.tables.relation import numeric
from rag.language.bounds import bounds, is_negated_elsewhere
from rag.language.quantities import as_text, counting_word
from rag.language.words import content_stems


def for_so_long(found: Situation) -> Reply:
    """Return so many times the price of one hour, day or week of the only row that is meant; () if it is not certain."""
    times = list(SEVERAL.finditer(found.question))
    many = counting_word(times[0]["many"]) if len(times) == 1 else None
    if not many or many < 2 or is_negated_elsewhere(found.question) or bounds(found.question) != []:
        return ()
    unit = ONE.get(times[0]["unit"].lower(), times[0]["unit"].lower())
    asked = wanted_stems(found.question) - ASKING - content_stems(times[0].group())
    replies: list[Reply] = []
    for source, title, relation in tables_read(found):
        m = match(found.question, asked, relation, source, title)
        if len(m.things) == 1 and m.cells and not m.left and (reply := _priced(found, m, many, unit, asked)):
            replies.append(reply)
    return replies[0] if len(replies) == 1 else ()


def _priced(found: Situation, m: Match, many: int, unit: str, asked: frozenset[str]) -> Reply:
    each = re.compile(EACH.format(unit=unit), re.IGNORECASE)
    columns = [a for a in numeric(m.relation) if each.search(a)]
    named = [a for a in columns if content_stems(each.sub(" ", a)) & widened(asked)]
    column = (named or columns)[0] if len(named or columns) == 1 else None
    value = m.things[0].values.get(column) if column else None
    if value is None or value.number is None:
        return ()
    total = many * value.number
    others = [v for a, v in m.things[0].values.items() if a != column and FLAT.search(a) and v.number is not None]
    if any(other.number is not None and other.number < total for other in others):
        return ()  # a price for the whole day may hold instead
    text = f"{with_unit(as_text(total), value)} ({many} × {as_text(value.number)})"
    return statement(found, as_asked(m), text, [value])
