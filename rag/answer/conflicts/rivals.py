"""Detects files that give different values for what a question asks: another number, date or name, in any wording.

`contradictions` compares similar sentences; this compares the reader's answers. So a file in other words, such as a
forged "correction", cannot silently replace another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from rag.answer.conflicts.scope import are_versions
from rag.answer.read import topic
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.figures import Figure, figures, same_figure, same_unit
from rag.language.words import content_stems, names

ASKS_FOR_A_VALUE = frozenset(  # forms of questions with a single answer; a product is asked for in the words of a price
    ("fact", "count", "list", "product")
)
LIKELY = 0.05  # least share of the best score for a rival; beside a forged value the true one had at least 0.06
LIKELY_ROW = 0.02  # the same for a table row beside a sentence, which the reader prefers
CERTAIN = 0.3  # least certainty of the answer span
SAME_TOPIC = 0.6  # share of the question's words that both contain or have in their headings


def rivals(found: Situation, apart: Sequence[Evidence] = ()) -> tuple[tuple[Evidence, ...], ...]:
    """Return the evidence for each value that files give, the best first; () if all give the same.

    `apart` is evidence that ranks below all other.
    """
    if found.intent.form not in ASKS_FOR_A_VALUE or not _answers(found.best):
        return ()
    sides: list[list[Evidence]] = [[found.best]]
    for evidence in (*found.evidence[1:], *apart):
        if (
            evidence.score < (LIKELY_ROW if evidence.kind == "row" else LIKELY) * found.best.score
            or not _answers(evidence)
            or any(evidence.passage.source == e.passage.source for side in sides for e in side)
        ):
            continue
        agreeing = next((side for side in sides if not differ(side[0], evidence)), None)
        if agreeing is not None:
            agreeing.append(evidence)
        elif all(is_rival(found.question, side[0], evidence) for side in sides):
            sides.append([evidence])
    return tuple(map(tuple, sides)) if len(sides) > 1 else ()


def value_of(evidence: Evidence) -> str:
    """Return the answer span's words of a piece of evidence."""
    start, end = evidence.answer
    return evidence.text[start:end]


def is_rival(question: str, one: Evidence, other: Evidence) -> bool:
    """Return True if two pieces of evidence are about the same thing and give conflicting values of one kind."""
    rows = one.kind == other.kind == "row"  # two rows are about two things
    return not rows and _comparable(one, other) and same_topic(question, one, other) and not are_versions(one, other)


def differ(one: Evidence, other: Evidence) -> bool:
    """Return True if two values differ and neither is part of the other."""
    some, others = _figures(one), _figures(other)
    if some and others:
        return not (_held(some, others) or _held(others, some))
    stems, more = content_stems(value_of(one)), content_stems(value_of(other))
    return not stems & more


def _answers(evidence: Evidence) -> bool:
    return (
        evidence.kind in ("sentence", "item", "row")
        and evidence.certainty >= CERTAIN
        and bool(content_stems(value_of(evidence)))
    )


def _figures(evidence: Evidence) -> tuple[Figure, ...]:
    start, end = evidence.answer
    return tuple(figure for figure in figures(evidence.text) if figure.start < end and start < figure.end)


def _held(some: Sequence[Figure], others: Sequence[Figure]) -> bool:
    return all(any(same_figure(one, other) for other in others) for one in some)


def _comparable(one: Evidence, other: Evidence) -> bool:
    """Return True if both values are figures of one kind and unit, names, or other words; for a row, figures only."""
    some, others = _figures(one), _figures(other)
    if not some and not others:
        if "row" in (one.kind, other.kind):
            return False
        named = {_is_name(one), _is_name(other)}
        return named != {True, False}
    if not some or not others:
        return False
    return some[0].kind == others[0].kind and _one_unit(some[0].unit, others[0].unit)


def _is_name(evidence: Evidence) -> bool | None:
    """Return True if a value holds a name, None if its only capital may be the sentence's first letter."""
    start, end = evidence.answer
    if any(start <= name.start < end for name in names(evidence.text)):
        return True
    return None if value_of(evidence)[:1].isupper() else False


def _one_unit(one: str, other: str) -> bool:
    return one == other or bool(same_unit(one, other))


def same_topic(question: str, one: Evidence, other: Evidence) -> bool:
    """Return True if both share enough words of the question, in their text or headings."""
    asked = content_stems(question)
    return len(asked & _around(one) & _around(other)) >= SAME_TOPIC * len(asked)


def _around(evidence: Evidence) -> frozenset[str]:
    name = PurePosixPath(evidence.passage.source).stem.replace("-", " ").replace("_", " ")
    return content_stems(f"{evidence.text} {topic(evidence.passage)} {name}")
