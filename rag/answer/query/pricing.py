"""Computes what several things cost together where a table prices them in its rows or, as adults and children, in its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.answer.query.matching import Match, match, stems_in, widened
from rag.answer.query.meant import as_asked
from rag.answer.query.tables import tables_read
from rag.answer.query.wish import IDLE_STEMS, wanted_stems
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.amounts import ASKING, COUNT, PIECE, TIMES
from rag.answer.tables.computed import numbers_of, statement, with_unit
from rag.answer.tables.relation import Relation, Thing, Value, numeric
from rag.language.bounds import bounds, is_negated_elsewhere
from rag.language.column_names import spoken
from rag.language.measures import column_words
from rag.language.quantities import as_text, counting_word, decimals_of
from rag.language.units import MONEY, size
from rag.language.words import content_stems, words

ASKS = re.compile(
    r"\b(?:cost|price|pay|charge|total|altogether|together|come to|how much|what(?:'s| is| are| would| do| does)|owe|in all)\b",
    re.IGNORECASE,
)
SEVERAL = re.compile(rf"\b(?:{COUNT})\b", re.IGNORECASE)
FROM = re.compile(rf"\b(?:from|ab|over|at least)\s+(?P<many>{COUNT})\b|\b(?P<plus>\d+)\+", re.IGNORECASE)
WHOLE = content_stems("whole each single price full unit standard normal regular piece adult")
HALF = content_stems("half")
UNCOUNTED = ("a", "an", "one", "both", "pair", "single")


@dataclass(frozen=True, slots=True)
class Item:
    """So many of something that a question names."""

    many: int
    stems: frozenset[str]
    head: str  # the stem of the first word behind the number


def priced(found: Situation) -> Reply:
    """Return what the things that a question counts cost together; () unless one table prices each of them for certain."""
    question = found.question
    items = items_of(question)
    if not items or not ASKS.search(question) or TIMES.search(question):
        return ()
    if is_negated_elsewhere(question) or bounds(question) != []:
        return ()
    asked = frozenset(s for s in wanted_stems(question) - ASKING if counting_word(s) is None and not s.isdigit())
    replies: list[tuple[float, Reply]] = []
    for source, title, relation in tables_read(found):
        m = match(question, asked, relation, source, title)
        if not m.left and (values := _values(items, m)) and (reply := _total(found, m, items, values)):
            replies.append((m.weight, reply))
    best = max((weight for weight, _ in replies), default=0.0)
    first = [reply for weight, reply in replies if weight == best]
    if len(first) > 1 and found.evidence:  # the reader knows which of two tables is meant
        first = [reply for reply in first if any(e.start == found.best.start for s in reply for e in s.evidence)]
    return first[0] if len(first) == 1 else ()


def items_of(question: str) -> list[Item]:
    """Return what a question counts, each with its number; a bare "a loaf" counts beside what has a number; [] for none."""
    found: list[Item] = []
    counted = False
    for piece in PIECE.split(question):
        told = words(piece)
        numbers = [(i, n) for i, w in enumerate(told) if (n := counting_word(w.text)) is not None and n > 0]
        named = [(i, n) for i, n in numbers if told[i].text.casefold() not in UNCOUNTED]
        if len(named) > 1:
            return []
        at, many = (named or numbers or [(-1, 1)])[0]
        stems = content_stems(" ".join(w.text for i, w in enumerate(told) if i != at)) - ASKING - IDLE_STEMS
        counted = counted or bool(named)
        if stems:
            head = next((w.stem for w in told[at + 1 :] if w.stem in stems), "")
            found.append(Item(many, stems, head))
    return found if counted or len(found) > 1 else []


def _values(items: Sequence[Item], m: Match) -> list[Value] | None:
    """Return the price of each item: of its row, or of its column in the one row that is meant."""
    prices = _prices(m.relation)
    if not prices:
        return None
    found: list[Value] = []
    for item in items:
        value = _by_row(item, m, prices) or _by_column(item, m, prices)
        if value is None:
            return None
        found.append(value)
    return found


def _prices(relation: Relation) -> list[str]:
    """Return the columns of prices: those in money, else those named so, else all that have no unit and are no counts."""
    numbers = numeric(relation)
    units = {a: {v.unit for t in relation.things if (v := t.values.get(a)) and v.number is not None} for a in numbers}
    money = [a for a in numbers if units[a] and all(size(unit)[0] in MONEY for unit in units[a])]
    meant = column_words("cost")
    named = [a for a in numbers if meant & {*re.findall(r"[^\W\d_]+|[€$£]", a.casefold())}]
    return money or named or [a for a in numbers if units[a] == {""} and _have_decimals(relation, a)]


def _have_decimals(relation: Relation, attribute: str) -> bool:
    return any("." in v.cell.text or "," in v.cell.text for t in relation.things if (v := t.values.get(attribute)))


def _by_row(item: Item, m: Match, prices: Sequence[str]) -> Value | None:
    rows = list(_named_rows(item.stems, m.relation.things))
    if len(rows) != 1:
        return None
    column = _column(item, rows[0], prices)
    value = rows[0].values.get(column) if column else None
    return value if value and value.number is not None else None


def _named_rows(stems: frozenset[str], things: Sequence[Thing]) -> Iterator[Thing]:
    """Yield the rows whose labels hold most of an item's words."""
    held = [len(stems & stems_in(thing.label)) for thing in things]
    best = max(held, default=0)
    yield from (thing for thing, many in zip(things, held, strict=True) if many == best and best)


def _column(item: Item, thing: Thing, prices: Sequence[str]) -> str | None:
    """Return the column of the price of so many: the one named, else from how many it holds, else that of a whole one."""
    left = item.stems - stems_in(thing.label)
    named = [a for a in prices if content_stems(spoken(a)) & widened(left)]
    if len(named) == 1:
        return named[0]
    steps = {a: _least(a) for a in prices}
    reached = [a for a in prices if steps[a] and item.many >= steps[a]]
    if reached:
        return max(reached, key=lambda a: steps[a])
    plain = [a for a in prices if not steps[a] and not content_stems(spoken(a)) & HALF]
    whole = [a for a in plain if content_stems(spoken(a)) & WHOLE] or plain
    return whole[0] if len(whole) == 1 else None


def _least(attribute: str) -> int:
    """Return from how many pieces the price of a column holds; 0 if it does not say so."""
    step = FROM.search(attribute)
    return (counting_word(step["many"] or step["plus"]) or 0) if step else 0


def _by_column(item: Item, m: Match, prices: Sequence[str]) -> Value | None:
    if len(m.things) != 1:
        return None
    scored = [(len(own & widened(item.stems)), -len(own - widened(item.stems)), a) for a in prices if (own := _own(a))]
    scored = sorted((entry for entry in scored if entry[0]), reverse=True)
    if not scored or (len(scored) > 1 and scored[0][:2] == scored[1][:2]):
        return None
    value = m.things[0].values.get(scored[0][2])
    return value if value and value.number is not None else None


def _own(attribute: str) -> frozenset[str]:
    return frozenset(s for s in content_stems(spoken(attribute)) if not any(c.isdigit() for c in s))


def _total(found: Situation, m: Match, items: Sequence[Item], values: Sequence[Value]) -> Reply:
    numbers = numbers_of(values)
    if not numbers or len({(v.row.start, v.cell.column) for v in values}) < len(values):
        return ()
    places = decimals_of(numbers) or None
    total = sum((item.many * n for item, n in zip(items, numbers, strict=True)), Decimal(0))
    sums = " + ".join(f"{item.many} × {as_text(n, decimals=places)}" for item, n in zip(items, numbers, strict=True))
    return statement(found, as_asked(m), f"{with_unit(as_text(total, decimals=places), values[0])} ({sums})", values)
