"""Tells that the best evidence is beside the point: of another year, an empty cell, or no judgement of a person.

A neighbour's value is never given: then the question is refused. So is what is asked next in a conversation, where the
reader is not sure and the evidence has none of its words.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.answer.conflicts.scope import YEAR
from rag.answer.situation import Situation
from rag.answer.verify.statement import canonical
from rag.evidence import Evidence
from rag.language.judgements import JUDGEMENTS, PERSONS, VERDICTS
from rag.language.own_words import language_of
from rag.language.words import content_stems, names, words

NEAR = 0.05  # share of the best score: evidence above it may be of the year that is asked about
SURE = 0.6  # confidence from which a follow-up may be answered in other words than its own
CELL = " | "
YES_OR_NO = frozenset(("yes-no", "still"))
VALUES = frozenset("fact count list product extreme sum average".split())


def astray(found: Situation) -> bool:
    """Return True if the best evidence cannot be what is asked for."""
    return bool(found.evidence) and (_of_another_year(found) or _is_an_empty_cell(found) or _judges_nobody(found))


def strays_from(typed: str, found: Situation, confidence: float) -> bool:
    """Return True if a question that was completed from the conversation is not answered by the best evidence.

    That has to name what is asked, or at least the topic; for a yes or no, the topic alone is not enough. `typed` is the
    question without what was said before.
    """
    if confidence >= SURE or not found.evidence or language_of(found.question) != "en":
        return False
    best = found.best
    own, whole = _content(typed), _content(found.question)
    asked = (own & whole if found.intent.form in YES_OR_NO else whole) or whole
    return not asked & _content(f"{best.passage.source} {best.passage.heading} {best.text}")


def _content(text: str) -> frozenset[str]:
    """Return the content words of a text, in one form for words of one meaning, without numbers."""
    return frozenset(canonical(word) for word in words(text) if word.is_content and not word.is_number)


def _of_another_year(found: Situation) -> bool:
    """Return True if the file or section is of another year than the only one that the question names."""
    asked = set(YEAR.findall(found.question))
    if found.intent.form not in VALUES or len(asked) != 1:
        return False
    near = [e for e in found.evidence if e.score >= NEAR * found.best.score]
    told = set(YEAR.findall(f"{PurePosixPath(found.best.passage.source).name} {found.best.passage.heading}"))
    return bool(told) and not any(asked & set(YEAR.findall(_all_of(evidence))) for evidence in near)


def _all_of(evidence: Evidence) -> str:
    passage = evidence.passage
    return f"{passage.source} {passage.heading} {passage.text} {evidence.text}"


def _is_an_empty_cell(found: Situation) -> bool:
    """Return True if the question names a column in which the row that it names has nothing."""
    best, asked = found.best, content_stems(found.question)
    if best.kind != "row" or not asked & content_stems(best.text.split(CELL)[0].rsplit(": ", 1)[-1]):
        return False
    own = _columns(best)
    others = frozenset().union(
        *(_columns(e) for e in found.evidence if e.kind == "row" and e.passage.source == best.passage.source)
    )
    if len(own) < 2 or not own < others:
        return False
    return any(content_stems(name) and content_stems(name) <= asked for name in others - own) and not any(
        content_stems(name) & asked for name in own if name not in _first(best)
    )


def _columns(row: Evidence) -> frozenset[str]:
    return frozenset(cell.split(": ", 1)[0] for cell in row.text.split(CELL) if ": " in cell)


def _first(row: Evidence) -> str:
    return row.text.split(CELL)[0]


def _judges_nobody(found: Situation) -> bool:
    """Return True if nothing but a judgement of a person is asked for, and the evidence has no such word."""
    named = {word.stem for word in names(found.question)}
    said = [word for word in words(found.question) if word.is_content and word.stem not in named]
    rest = [word for word in said if word.text.lower() not in JUDGEMENTS | PERSONS]
    if not named or rest or not any(word.text.lower() in JUDGEMENTS for word in said):
        return False
    told = {word.lower() for word in re.findall(r"[^\W\d_]+", found.best.text)}
    return not told & (JUDGEMENTS | VERDICTS)
