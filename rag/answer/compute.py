"""Computes over tables: maximum, minimum, sum, count, average, difference, and filtered rows.

Every value can be computed again from the cells that the reply cites. What cannot be computed is left to the other forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from rag.answer.forms.count import count_of_series
from rag.answer.query.accounted import is_other, unaccounted
from rag.answer.query.counting import is_stated, is_stated_of
from rag.answer.query.matching import widened
from rag.answer.query.pricing import priced
from rag.answer.query.timed import for_so_long
from rag.answer.query.two import ASKS_IF, which_of_two
from rag.answer.query.wish import wanted_stems
from rag.answer.query.working import worked_out
from rag.answer.reply import Reply, Statement, table_row
from rag.answer.situation import Situation
from rag.answer.tables.amounts import product
from rag.answer.tables.asked import Asked, candidates, measure, words_of
from rag.answer.tables.by_size import by_size
from rag.answer.tables.computed import (
    MOST_LISTED,
    as_rows,
    bullets,
    listed,
    named_value,
    numbers_of,
    rows_of,
    statement,
    with_unit,
)  # fmt: skip
from rag.answer.tables.condition import is_conditional, things_that
from rag.answer.tables.counted import counted_thing
from rag.answer.tables.extreme import extreme
from rag.answer.tables.rates import rate
from rag.answer.tables.relation import Thing, Value, numeric
from rag.answer.tables.remaining import asks_what_is_left, remaining
from rag.answer.tables.spread import most_of_all
from rag.answer.tables.sums import add_up, addends, average, stated
from rag.language.bounds import is_negated_elsewhere
from rag.language.measures import cues_of, wants_most
from rag.language.quantities import as_text
from rag.language.words import content_stems

AS_CLOSE = 1.0  # another table is tried if it matches at most this many words fewer than the closest
FEW = 3  # most text attributes for which the first is listed unasked
SAVES = re.compile(r"\bsav(?:e|es|ed|ing)\b|\bhow much (?:more|less|cheaper|dearer)\b", re.IGNORECASE)
WHICH = re.compile(r"\bwhich\s+(?P<kind>[^\W\d_]+)", re.IGNORECASE)
COUNTING = content_stems("number total altogether sum count there")
MOST_COLUMNS = 4  # of a table, besides its labels


def compute(found: Situation) -> Reply:
    """Return the computed reply for the form; () if no table holds what is asked for."""
    form = _form(found)
    if reply := priced(found) or which_of_two(found) or worked_out(found):
        return reply
    if reply := remaining(found) or rate(found) or for_so_long(found) or by_size(found):
        return reply
    work = WORKS.get(form)
    if work is None:
        return ()
    if form == "count" and (reply := count_of_series(found)):
        return reply
    if is_negated_elsewhere(found.question) or (form in WHOLE and is_conditional(found.question)):
        return ()
    closest = _of_the_kind_named(found.question, candidates(found))
    for closeness, asked in closest:
        if closeness >= closest[0][0] - AS_CLOSE and (reply := work(found, asked)):
            if is_other(found.question, form, asked):
                continue
            return reply
    return ()


def _form(found: Situation) -> str:
    """Return the form of the computation that a question asks for."""
    if found.intent.form != "compare":
        return found.intent.form
    if SAVES.search(found.question):
        return "difference"
    if ASKS_IF.match(found.question):
        return "compare"  # "is a pair cheaper than ...?" does not ask for the cheapest
    return "extreme" if wants_most(found.question) is not None else "compare"


def _of_the_kind_named(question: str, closest: Sequence[tuple[float, Asked]]) -> Sequence[tuple[float, Asked]]:
    """Return the tables of what "which tree" asks for, if one calls its things so; else all."""
    match = WHICH.search(question)
    kind = content_stems(match["kind"]) if match else frozenset[str]()
    return [entry for entry in closest if kind & content_stems(entry[1].relation.kind)] or closest


def _count(found: Situation, asked: Asked) -> Reply:
    """Return how many things there are, or how many meet the condition; a sum if the numbers themselves are counts."""
    if is_conditional(found.question):
        things = _distinct_things(found, asked, things_that(found.question, asked) or ())
        return _counted(found, asked, things) if things else ()
    if _is_kind(found, asked) and not set(asked.attributes) & set(numeric(asked.relation)):
        thing = counted_thing(found.question)
        part = wanted_stems(found.question) - widened([thing])
        told = is_stated_of(found, thing, part) if asked.named else is_stated(found, thing)
        if told or unaccounted(found.question, asked):
            return ()
        return _counted(found, asked, _distinct_things(found, asked, asked.things))
    counted = {value.unit for value in addends(found.question, asked) if value} <= {""}  # euros are not counted
    table = words_of(asked)
    known = table | cues_of(table) | COUNTING | {counted_thing(found.question)}  # a table need not name its own things
    is_whole = content_stems(found.question) <= known  # "thrown out" is not what the numbers count
    if not counted or not is_whole or not (asked.attributes or asked.named):
        return ()
    return add_up(found, asked) or stated(found, asked)


def _counted(found: Situation, asked: Asked, things: Mapping[str, Sequence[Thing]]) -> Reply:
    first = [same[0] for same in things.values()]
    return statement(
        found, asked, f"{len(first)}{listed(first)}", rows_of([thing for same in things.values() for thing in same])
    )


def _is_kind(found: Situation, asked: Asked) -> bool:
    """Return True if a question names what the table calls its things."""
    return bool(content_stems(asked.relation.kind) & content_stems(found.question))


def _distinct_things(found: Situation, asked: Asked, things: Sequence[Thing]) -> dict[str, list[Thing]]:
    """Return the rows of each thing; each row is one by itself if the things asked for are not what the labels name."""
    by_label = _is_kind(found, asked)
    grouped: dict[str, list[Thing]] = {}
    for i, thing in enumerate(things):
        grouped.setdefault(thing.label if by_label else f"{i}", []).append(thing)
    return grouped


def _difference(found: Situation, asked: Asked) -> Reply:
    """Return the difference between two things in one measure, or between two attributes of one thing."""
    if asks_what_is_left(found.question):
        return ()  # more than planned may have been paid
    attribute = measure(asked)
    values: Sequence[Value | None] = ()
    if len(asked.things) == 2 and attribute:
        values = [thing.values.get(attribute) for thing in asked.things]
    elif len(asked.things) == 1:
        numbers_of_it = [a for a in asked.attributes if a in numeric(asked.relation)]
        if len(numbers_of_it) < 2 and asked.named:  # the only other column is what the named one differs from
            numbers_of_it = numeric(asked.relation)
        values = [asked.things[0].values.get(a) for a in numbers_of_it]
    numbers = numbers_of(values)
    if len(numbers) != 2 or values[0] is None:
        return ()
    high, low = sorted(numbers, reverse=True)
    text = f"{with_unit(as_text(high - low), values[0])} ({as_text(high)} − {as_text(low)})"
    return statement(found, asked, text, [v for v in values if v])


def _which_rows(found: Situation, asked: Asked) -> Reply:
    """Return the things that meet the question's condition, or the distinct values of the column it asks for."""
    if not is_conditional(found.question):
        return _distinct(found, asked) or _listing(found, asked)
    things = _distinct_things(found, asked, things_that(found.question, asked) or ())
    return bullets(found, asked, [(same[0].label, rows_of(same)) for same in things.values()])


def _distinct(found: Situation, asked: Asked) -> Reply:
    """Return the distinct values of a text column that the question names: "Which suppliers are there?"."""
    texts = [a for a in asked.attributes if a not in numeric(asked.relation)]
    if len(texts) != 1 or asked.named or any(thing.row is None for thing in asked.relation.things):
        return ()
    first: dict[str, Value] = {}
    for thing in asked.relation.things:
        if value := thing.values.get(texts[0]):
            first.setdefault(value.cell.text, value)
    if not 1 < len(first) < max(3, len(asked.relation.things)):
        return ()
    return bullets(found, asked, [(text, [value]) for text, value in first.items()])


def _listing(found: Situation, asked: Asked) -> Reply:
    """Return the things asked for with the attributes asked for: "all accessories and their prices"."""
    question = content_stems(found.question)
    about = content_stems(asked.relation.heading) & question
    if not (asked.named or _is_kind(found, asked) or (about and asked.attributes)):
        return ()
    if not 2 <= len(asked.things) <= MOST_LISTED:
        return ()
    words_of = [a for a in asked.relation.attributes if a not in numeric(asked.relation)]
    attributes = asked.attributes or tuple(words_of[:1] if len(words_of) <= FEW else ())
    lines: list[tuple[str, list[Value]]] = []
    for thing in asked.things:
        values = [v for a in attributes if (v := thing.values.get(a))]
        shown = ", ".join(named_value(v.cell.column, v) if thing.row else with_unit(v.cell.text, v) for v in values)
        lines.append((f"{thing.label}: {shown}" if shown else thing.label, values or rows_of([thing])))
    return bullets(found, asked, lines)


def whole_table(found: Situation, asked: Asked) -> Reply:
    """Return the things asked for as table rows, with the attributes asked for, or the first ones if none is."""
    if not 2 <= len(asked.things) <= MOST_LISTED:
        return ()
    every = asked.attributes or asked.relation.attributes
    attributes = every[:MOST_COLUMNS]
    cut = f" ({len(attributes)} of {len(every)} columns)" if len(attributes) < len(every) else ""
    head = Statement(table_row([f"{asked.relation.kind}{cut}", *attributes]), (), layout="head")
    lines: list[tuple[str, list[Value]]] = []
    for thing in asked.things:
        values = [thing.values.get(attribute) for attribute in attributes]
        text = table_row([thing.label, *(value.cell.text if value else "" for value in values)])
        lines.append((text, [value for value in values if value] or rows_of([thing])))
    rows = as_rows(bullets(found, asked, lines))
    return (head, *rows) if rows else ()


WHOLE = frozenset("extreme sum average difference table".split())  # forms that apply no condition
WORKS: Mapping[str, Callable[[Situation, Asked], Reply]] = {
    "extreme": lambda found, asked: extreme(found, asked) or most_of_all(found, asked),
    "sum": add_up,
    "average": average,
    "count": _count,
    "difference": _difference,
    "which-rows": _which_rows,
    "list": _which_rows,
    "product": product,
    "table": whole_table,
}
