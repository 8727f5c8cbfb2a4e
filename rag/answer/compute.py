"""Computes over tables: maximum, minimum, sum, count, average, difference, and filtered rows.

Every value can be computed again from the cells that the reply cites. What cannot be computed is left to the other forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from rag.answer.amounts import per_year, product
from rag.answer.asked import Asked, candidates, measure
from rag.answer.computed import MOST_SHOWN, listed, named_value, rows_of, statement, with_unit
from rag.answer.forms.count import count_of_series
from rag.answer.relation import Thing, Value, is_empty, numeric
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.language.measures import BOUND, INCLUSIVE, LACKS, NOTHING, wants_most
from rag.language.quantities import as_text, decimals_of, number
from rag.language.words import content_stems

AS_CLOSE = 1.0  # another table is tried if it matches at most this many words fewer than the closest
FEW = 3  # most text attributes for which the first is listed unasked
MOST_LISTED = 40  # things in a listing
MOST_COLUMNS = 4  # of a table, besides its labels


def compute(found: Situation) -> Reply:
    """Return the computed reply for the form; () if no table holds what is asked for."""
    superlative = found.intent.form == "compare" and wants_most(found.question) is not None
    work = WORKS.get("extreme" if superlative else found.intent.form)
    if work is None:
        return ()
    if found.intent.form == "count" and (reply := count_of_series(found)):
        return reply
    if yearly := per_year(found):
        return yearly
    closest = candidates(found)
    for closeness, asked in closest:
        if closeness >= closest[0][0] - AS_CLOSE and (reply := work(found, asked)):
            return reply
    return ()


def _extreme(found: Situation, asked: Asked) -> Reply:
    """Return the thing with the maximum or minimum of what is asked for."""
    most = wants_most(found.question)
    attribute = measure(asked)
    if most is None or attribute is None:
        return ()
    things = asked.things if len(asked.things) > 1 else asked.relation.things
    valued = [(v.number, t, v) for t in things if (v := t.values.get(attribute)) and v.number is not None]
    if len(valued) < 2:
        return ()
    best = (max if most else min)(number for number, _, _ in valued)
    winners = [(t, v) for number, t, v in valued if number == best]
    return tuple(statement(found, asked, f"{t.label} ({named_value(attribute, v)})", [v]) for t, v in winners[:3])


def _sum(found: Situation, asked: Asked) -> Reply:
    """Return the sum over the things and attributes asked for, with its addends."""
    values = _addends(asked)
    if len(values) < 2:
        return ()
    numbers = [value.number for value in values if value.number is not None]
    shown = [n for n in numbers if n]
    total = as_text(sum(shown, Decimal(0)))
    addends = f" ({' + '.join(map(as_text, shown))})" if 1 < len(shown) <= MOST_SHOWN else ""
    return (statement(found, asked, f"{with_unit(total, values[0])}{addends}", values),)


def _addends(asked: Asked) -> list[Value]:
    """Return the numbers to add: a named attribute down the things, or a named thing's numbers of one kind across."""
    numbers = numeric(asked.relation)
    attributes = [a for a in asked.attributes if a in numbers][:1]
    if not attributes and asked.named and len(asked.things) == 1:
        attributes = list(numbers)
    if not attributes and len(numbers) == 1:
        attributes = list(numbers)
    found = [v for t in asked.things for a in attributes if (v := t.values.get(a)) and v.number is not None]
    return found if len({value.unit for value in found}) <= 1 else []


def _average(found: Situation, asked: Asked) -> Reply:
    """Return the mean of a measure over the things asked for."""
    attribute = measure(asked)
    values = [v for t in asked.things if attribute and (v := t.values.get(attribute)) and v.number is not None]
    if len(values) < 2:
        return ()
    numbers = [value.number for value in values if value.number is not None]
    total = sum(numbers, Decimal(0))
    mean = as_text(total / len(numbers), decimals=max(1, min(2, decimals_of(numbers) + 1)))
    text = f"{with_unit(mean, values[0])} ({as_text(total)} / {len(numbers)})"
    return (statement(found, asked, text, values),)


def _count(found: Situation, asked: Asked) -> Reply:
    """Return how many things there are, or how many meet the condition; a sum if the numbers themselves are counts."""
    condition = _condition(found.question, asked)
    if condition is not None:
        things = [thing for thing in asked.things if condition(thing)]
        return (statement(found, asked, f"{len(things)}{listed(things)}", rows_of(things)),) if things else ()
    kind = content_stems(asked.relation.kind)
    if kind and kind & content_stems(found.question) and not set(asked.attributes) & set(numeric(asked.relation)):
        things = list({thing.label: thing for thing in asked.things}.values())
        return (statement(found, asked, f"{len(things)}{listed(things)}", rows_of(things)),)
    counted = {value.unit for value in _addends(asked)} <= {""}  # euros are not counted
    return _sum(found, asked) if counted and (asked.attributes or asked.named) else ()


def _difference(found: Situation, asked: Asked) -> Reply:
    """Return the difference between two things in one measure, or between two attributes of one thing."""
    attribute = measure(asked)
    if len(asked.things) == 2 and attribute:
        values = [v for t in asked.things if (v := t.values.get(attribute)) and v.number is not None]
    elif len(asked.things) == 1:
        values = [v for a in asked.attributes[:2] if (v := asked.things[0].values.get(a)) and v.number is not None]
    else:
        return ()
    if len(values) != 2:
        return ()
    high, low = sorted((v.number for v in values if v.number is not None), reverse=True)
    return (
        statement(
            found, asked, f"{with_unit(as_text(high - low), values[0])} ({as_text(high)} − {as_text(low)})", values
        ),
    )


def _which_rows(found: Situation, asked: Asked) -> Reply:
    """Return the things that meet the question's condition, or the distinct values of the column it asks for."""
    condition = _condition(found.question, asked)
    if condition is not None:
        things = [thing for thing in asked.things if condition(thing)][:MOST_SHOWN]
        return tuple(statement(found, asked, thing.label, rows_of([thing]), bullet=len(things) > 1) for thing in things)
    return _distinct(found, asked) or _listing(found, asked)


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
    return tuple(
        statement(found, asked, text, [value], bullet=True) for text, value in list(first.items())[:MOST_SHOWN]
    )


def _listing(found: Situation, asked: Asked) -> Reply:
    """Return the things asked for with the attributes asked for: "all accessories and their prices"."""
    question = content_stems(found.question)
    kind, about = content_stems(asked.relation.kind) & question, content_stems(asked.relation.heading) & question
    if not (asked.named or kind or (about and asked.attributes)) or not 2 <= len(asked.things) <= MOST_LISTED:
        return ()
    words_of = [a for a in asked.relation.attributes if a not in numeric(asked.relation)]
    attributes = asked.attributes[:3] or tuple(words_of[:1] if len(words_of) <= FEW else ())
    lines = []
    for thing in asked.things:
        values = [v for a in attributes if (v := thing.values.get(a))]
        shown = ", ".join(named_value(v.cell.column, v) if thing.row else with_unit(v.cell.text, v) for v in values)
        text = f"{thing.label}: {shown}" if shown else thing.label
        lines.append(statement(found, asked, text, values or rows_of([thing]), bullet=True))
    return tuple(lines)


def _table(found: Situation, asked: Asked) -> Reply:
    """Return the things asked for as table rows, with the attributes asked for, or all if none is."""
    if not 2 <= len(asked.things) <= MOST_LISTED:
        return ()
    attributes = asked.attributes[:MOST_COLUMNS] or asked.relation.attributes[:MOST_COLUMNS]
    head = Statement(f"| {asked.relation.kind} | {' | '.join(attributes)} |", (), layout="head")
    rows = []
    for thing in asked.things:
        values = [thing.values.get(attribute) for attribute in attributes]
        text = f"| {thing.label} | {' | '.join(value.cell.text if value else '' for value in values)} |"
        shown = [value for value in values if value] or rows_of([thing])
        rows.append(replace(statement(found, asked, text, shown, bullet=True), layout="row"))
    return (head, *rows)


WORKS: Mapping[str, Callable[[Situation, Asked], Reply]] = {
    "extreme": _extreme,
    "sum": lambda found, asked: _sum(found, asked),
    "average": _average,
    "count": _count,
    "difference": _difference,
    "which-rows": _which_rows,
    "list": _which_rows,
    "product": product,
    "table": _table,
}


def _condition(question: str, asked: Asked) -> Callable[[Thing], bool] | None:
    """Return the condition that a question sets on one attribute: a bound, or that it is empty."""
    attribute = measure(asked)
    if NOTHING.search(question) and attribute:
        return lambda thing: bool((v := thing.values.get(attribute)) and is_empty(v))
    if (lacks := LACKS.search(question)) and (what := content_stems(lacks["what"])):
        named = next((a for a in asked.relation.attributes if what <= content_stems(a)), None)
        if named:
            return lambda thing: (v := thing.values.get(named)) is None or is_empty(v)
    bound = BOUND.search(question)
    if not bound or not attribute:
        return None
    limit = number((bound["over"] or bound["under"]).rstrip(".,"))
    inclusive = (bound["more"] or bound["less"]).casefold() in INCLUSIVE
    above = bound["more"] is not None

    def holds(thing: Thing) -> bool:
        value = thing.values.get(attribute)
        if value is None or value.number is None or limit is None:
            return False
        return ((value.number > limit) == above and value.number != limit) or (inclusive and value.number == limit)

    return holds
