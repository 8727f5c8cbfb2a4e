"""Computes what a question asks of a table that accounts for each of its words; what is not certain is left to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from rag.answer.query.choosing import choose
from rag.answer.query.counting import count
from rag.answer.query.matching import Match, match
from rag.answer.query.meant import as_asked, is_denied
from rag.answer.query.pairs import held_and_taken_columns, less, missing
from rag.answer.query.tables import tables_read
from rag.answer.query.wish import CHANGED, FULL, LEFT, SHORT, Wish, wish
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.computed import numbers_of, statement
from rag.answer.tables.sums import add_up, average
from rag.language.bounds import bounds, lacking, used_up
from rag.language.quantities import as_text
from rag.language.words import content_stems


def worked_out(found: Situation) -> Reply:
    """Return what the question asks of the table that accounts for its words; () if none does, or two say different things."""
    wanted = wish(found.question)
    if wanted is None or not wanted.asked or lacking(found.question) or CHANGED.search(found.question):
        return ()
    if used_up(found.question) is not None and not FULL.search(found.question):
        return ()
    if wanted.operation != "count" and bounds(found.question) != []:
        return ()
    replies = [
        (m.weight, m.source, reply)
        for m in matches(found, wanted)
        if (reply := WORKS[wanted.operation](found, wanted, m))
    ]
    most = max((weight for weight, _, _ in replies), default=0.0)
    best = [(source, reply) for weight, source, reply in replies if weight == most]
    own = [reply for source, reply in best if found.evidence and source == found.best.passage.source]
    if len({tuple(s.text for s in reply) for _, reply in best}) > 1:
        return own[0] if len(own) == 1 else ()
    return best[0][1] if best else ()


def matches(found: Situation, wanted: Wish) -> Iterator[Match]:
    """Yield the tables of the best files that account for every word of a question."""
    for source, title, relation in tables_read(found):
        told = match(found.question, wanted.asked, relation, source, title)
        if not told.left - _of_conditions(wanted.question) and (told.cells or told.named or told.columns):
            yield told


def _of_conditions(question: str) -> frozenset[str]:
    """Return the stems of the words that set a condition between two columns."""
    said = [m.group() for pattern in (FULL, SHORT, LEFT) if (m := pattern.search(question))]
    return content_stems(" ".join(said))


def _sum(found: Situation, wanted: Wish, m: Match) -> Reply:
    if not m.columns or len(m.things) < 2 or is_denied(wanted.question, m):
        return ()
    return add_up(found, as_asked(m, m.columns[:1]))


def _average(found: Situation, wanted: Wish, m: Match) -> Reply:
    if not m.columns or len(m.things) < 2 or is_denied(wanted.question, m):
        return ()
    return average(found, as_asked(m, m.columns[:1]))


def _left(found: Situation, wanted: Wish, m: Match) -> Reply:
    """Return what is left of what there is, after what is taken."""
    pair = held_and_taken_columns(m.relation)
    if pair is None or is_denied(wanted.question, m):
        return ()
    values = [[thing.values.get(a) for thing in m.things] for a in pair]
    held, taken = (numbers_of(column) for column in values)
    if not held or not taken:
        return ()
    left = sum(held, Decimal(0)) - sum(taken, Decimal(0))
    text = f"{as_text(left)} ({as_text(sum(held, Decimal(0)))} − {as_text(sum(taken, Decimal(0)))})"
    return statement(found, as_asked(m), text, [v for column in values for v in column if v]) if left >= 0 else ()


def _difference(found: Situation, wanted: Wish, m: Match) -> Reply:
    """Return the difference of two rows in one column, or of two columns in one row."""
    if len(m.things) == 2 and m.columns:
        values = [thing.values.get(m.columns[0]) for thing in m.things]
    elif len(m.things) == 1 and len(m.columns) == 2:
        values = [m.things[0].values.get(a) for a in m.columns]
    else:
        return ()
    return () if is_denied(wanted.question, m) else less(found, m, values)


WORKS: Mapping[str, Callable[[Situation, Wish, Match], Reply]] = {
    "count": count,
    "sum": _sum,
    "average": _average,
    "extreme": choose,
    "left": _left,
    "difference": _difference,
    "short": lambda found, _, m: missing(found, m),
}
