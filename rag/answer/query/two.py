"""Compares two rows of a table that a question names: which is more, whether one is more than the other, or both side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answer.query.choosing import are_prices
from rag.answer.query.matching import Match, match, stems_in, widened
from rag.answer.query.meant import as_asked
from rag.answer.query.sides import Sides, sides_of
from rag.answer.query.tables import tables_read
from rag.answer.query.wish import MORE, wanted_stems
from rag.answer.reply import Reply, Statement, table_row
from rag.answer.situation import Situation
from rag.answer.tables.asked import MOST_SOURCES
from rag.answer.tables.computed import named_values, numbers_of, rows_of, statement
from rag.answer.tables.relation import Thing, Value, dated, relations
from rag.language.bounds import bounds, is_negated_elsewhere
from rag.language.column_names import spoken
from rag.language.lists import COMPARING
from rag.language.measures import COMPARATIVE, highest, superlative
from rag.language.own_words import yes_or_no
from rag.language.stems import stem
from rag.language.words import content_stems
from rag.split.tables import tables_of

ASKS_IF = re.compile(r"\W*(?:is|are|was|were|does|do|did|has|have)\b", re.IGNORECASE)
TWO = re.compile(r"\b(?:the two|both|the 2)\b", re.IGNORECASE)
OFF = frozenset(map(stem, COMPARING)) | frozenset(("side", "two"))
MOST_COLUMNS = 7


def which_of_two(found: Situation) -> Reply:
    """Return which of two rows has more of what a comparative means, or whether the first has; () if that is not certain."""
    match_of = superlative(found.question)
    sides = sides_of(found.question)
    if match_of is None or not COMPARATIVE.fullmatch(match_of.group()) or sides is None or MORE.search(found.question):
        return ()
    replies = [reply for m in _pairs(found) if (reply := _more(found, m, sides))]
    return replies[0] if len(replies) == 1 else ()


def two_rows(found: Situation) -> Reply:
    """Return the two rows that a comparison names as a table; () unless exactly one table has them and accounts for all words."""
    if found.intent.form not in ("compare", "difference"):
        return ()
    if sides_of(found.question) is None and not TWO.search(found.question):
        return ()
    told = [(m, reply) for m in _pairs(found) if (reply := _beside(found, m))]
    return told[0][1] if len(told) == 1 and not _says_less(found, told[0][0]) else ()


def _says_less(found: Situation, m: Match) -> bool:
    """Return True if no column is named, and a table with the two things in its columns says more of both."""
    said = widened(content_stems(found.question))
    if m.columns or any(said & content_stems(spoken(a)) for a in m.relation.attributes):
        return False
    names = [stems_in(thing.label) for thing in m.things]
    beside = [
        [next((t for t in relation.things if name <= stems_in(t.label)), None) for name in names]
        for source in list(dict.fromkeys([*(e.passage.source for e in found.evidence), *found.sources]))[:MOST_SOURCES]
        for table in tables_of(found.documents[source])
        for relation in relations(table)
        if relation.things and relation.things[0].row is None
    ]
    most = max((len(one.values.keys() & other.values.keys()) for one, other in beside if one and other), default=0)
    return most > len(m.relation.attributes)


def _pairs(found: Situation) -> Iterator[Match]:
    """Yield the tables of which a question means two rows by their labels, and which account for its words."""
    if is_negated_elsewhere(found.question) or bounds(found.question) != []:
        return
    asked = frozenset(s for s in wanted_stems(found.question) if s not in OFF)
    for source, title, relation in tables_read(found):
        m = match(found.question, asked, relation, source, title)
        if len(m.things) == 2 and not m.left and all(stems_in(thing.label) & m.cells for thing in m.things):
            yield m


def _more(found: Situation, m: Match, sides: Sides) -> Reply:
    columns = [a for a in m.columns if a not in dated(m.relation)]
    values = {a: [v for t in m.things if (v := t.values.get(a)) and v.number is not None] for a in columns}
    columns = [a for a in columns if len(values[a]) == 2]
    if not columns or (len(columns) > 1 and not are_prices(columns, m.relation)):
        return ()
    orders = {_order(found.question, a, values[a]) for a in columns}
    order = orders.pop() if len(orders) == 1 else None
    if order is None:
        return ()
    first = [m.things[i] for i in order]
    told = ", ".join(_named(thing, columns) for thing in first)
    if not ASKS_IF.match(found.question) or " or " in found.question:
        return statement(found, as_asked(m), told, rows_of(first))
    subject = [t for t in m.things if widened(sides.one) & stems_in(t.label) and not sides.other & stems_in(t.label)]
    if len(subject) != 1:
        return ()
    word = yes_or_no(found.question, yes=first[0] is subject[0])
    return statement(found, as_asked(m), f"{word}: {told}", rows_of(first))


def _order(question: str, attribute: str, values: Sequence[Value]) -> tuple[int, int] | None:
    """Return the two rows in the order that is asked for; None if they are equal, or more and less cannot be told apart."""
    numbers = numbers_of(values)
    names = set(re.findall(r"[^\W\d_]+(?:/[^\W\d_]+)?", attribute.casefold()))
    most = highest(question, frozenset(names | {v.unit.casefold() for v in values}), is_date=False)
    if len(numbers) != 2 or numbers[0] == numbers[1] or most is None:
        return None
    return (0, 1) if (numbers[0] > numbers[1]) == most else (1, 0)


def _named(thing: Thing, columns: Sequence[str]) -> str:
    return f"{thing.label} ({named_values(columns, [thing.values[a] for a in columns])})"


def _beside(found: Situation, m: Match) -> Reply:
    """Return two rows with the columns that are named, or with all that either has."""
    held = [a for a in m.relation.attributes if any(thing.values.get(a) for thing in m.things)]
    columns = ([*m.columns, *(t for t in m.texts if t != m.relation.kind)] or held)[:MOST_COLUMNS]
    head = Statement(table_row([m.relation.kind, *columns]), (), layout="head")
    rows: list[Statement] = []
    for thing in m.things:
        cited = statement(found, as_asked(m), thing.label, rows_of([thing]), bullet=True)
        cells = [value.cell.text if (value := thing.values.get(a)) else "" for a in columns]
        rows += [Statement(table_row([thing.label, *cells]), s.evidence, s.verdict, "row") for s in cited]
    return (head, *rows) if len(rows) == 2 else ()
