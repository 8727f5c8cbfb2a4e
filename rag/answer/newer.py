"""Tells what holds now: the statement that replaces an earlier one comes first, the one before it follows with its file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.conflicts.age import in_short, time_of
from rag.answer.conflicts.contradictions import file_name
from rag.answer.conflicts.replaces import (
    ENDED,
    GENERAL,
    is_likely,
    is_of_other_days,
    is_revision,
    names_value,
    replaces,
    values,
    words_of,
)
from rag.answer.conflicts.rivals import ASKS_FOR_A_VALUE, LIKELY
from rag.answer.forms.phrase import briefly, phrase_of
from rag.answer.forms.yes_no import begins_with
from rag.answer.markers import neutral
from rag.answer.question.asks import is_vague
from rag.answer.read import topic
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.display import plain
from rag.evidence import Evidence
from rag.language.dates import mentions
from rag.language.figures import figures, same_figure
from rag.language.own_words import earlier, yes_or_no
from rag.types import Passage

FORMS = ASKS_FOR_A_VALUE | {"date-next"}
IF_STILL = frozenset(("still", "yes-no"))  # forms of questions if a figure holds: "is the fee still £9?"
CERTAIN = 0.15  # least certainty of the answer span of what is replaced
AMONG = 0.1  # of the likeliest replacement: the latest one above it is chosen
CHANGING = "changed, new, instead, postponed, from now on"  # what finds statements of change, beside the topic
WHOLE = 26  # most words of a new statement that is told whole
SHORT = 14  # the same for the one before it
NAMES_A_TIME = re.compile(
    r"\b(?:19|20)\d\d\b|\bused to\b|\b(?:former|formerly|previous|previously|earlier|original|originally)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that holds now, and the one that it replaces; `surely` if their dates say which is later."""

    new: Evidence
    old: Evidence
    surely: bool


def may_have_changed(found: Situation) -> bool:
    """Return True if a question asks for a value as it is now, and the best statement gives one."""
    question = found.question
    timeless = not NAMES_A_TIME.search(question) and not any(True for _ in mentions(question))
    asks = found.intent.form in FORMS or (found.intent.form in IF_STILL and bool(figures(question)))
    return asks and timeless and not is_vague(question) and _has_value(found.best)


def searches(found: Situation) -> tuple[str, str]:
    """Return what to search for to find what changes the best statement, wherever it is."""
    return f"{found.question} {CHANGING}", f"{found.best.text} {CHANGING}"


def may_change(found: Situation, passage: Passage) -> bool:
    """Return True if a passage says that something changes, with a value like the best statement's and a word of it."""
    text = f"{topic(passage)}: {passage.text}"
    kinds = {figure.kind for figure in values(found.best)}
    shared = words_of(text) & (words_of(f"{found.question} {found.best.text}") - GENERAL)
    told = not kinds or kinds & {figure.kind for figure in figures(text)} or ENDED.search(text)
    return bool(shared and told) and is_revision(text)


def updated(found: Situation) -> Reply:
    """Return the statement that holds now with the one before it; () if none replaces another."""
    if not may_have_changed(found):
        return ()
    change = change_of(found)
    if change is None:
        return ()
    new = change.new
    told = briefly(new, question=found.question, short=WHOLE)
    if is_of_other_days(found.question, new, change.old):
        return (briefly(change.old, question=found.question, short=WHOLE), told)
    if found.intent.form in IF_STILL:
        return _no_longer(found, change, told)
    same_file = new.passage.source == change.old.passage.source
    return (told,) if same_file and names_value(new, change.old) else (told, _before(found, change))


def _no_longer(found: Situation, change: Change, told: Statement) -> Reply:
    """Return "No" with the later statement if the figure that is asked about is that of the earlier one only."""
    asked = figures(found.question)
    now, then = figures(change.new.text), figures(change.old.text)
    held = [any(same_figure(f, other) for other in then) and not any(same_figure(f, o) for o in now) for f in asked]
    if not all(held) or not change.surely:
        return ()
    return (*begins_with((told,), yes_or_no(found.question, yes=False)), _before(found, change))


def change_of(found: Situation) -> Change | None:
    """Return the latest statement that replaces the best one, or the one that the best replaces."""
    best, others = found.best, found.evidence[1:]
    newer = [(surely, e) for e in others if (surely := replaces(found, e, best)) is not None]
    if newer:
        likeliest = max(e.score for _, e in newer)
        among = [pair for pair in newer if pair[1].score >= AMONG * likeliest]
        surely, new = max(among, key=lambda pair: (_last_day(found, pair[1]), pair[1].score))
        return Change(new, best, surely)
    for other in others:
        surely = replaces(found, best, other) if is_likely(found, other, LIKELY) and _has_value(other) else None
        if surely is not None:
            return Change(best, other, surely)
    return None


def _has_value(evidence: Evidence) -> bool:
    start, end = evidence.answer
    return start < end and evidence.certainty >= CERTAIN and evidence.kind != "code"


def _before(found: Situation, change: Change) -> Statement:
    """Return what held before, with its file and date."""
    old = change.old
    told = phrase_of(old) if len(old.text.split()) > SHORT or old.kind == "row" else old.text.rstrip(".")
    told = told or briefly(old, question=found.question).text
    day = in_short(time_of(old, found.documents))
    where = neutral(plain(file_name(old.passage.source))) + (f" ({day})" if day else "")
    return Statement(f"{earlier(found.question, surely=change.surely)}, {where}: {told}", (old,), "supported")


def _last_day(found: Situation, evidence: Evidence) -> int:
    """Return the last day on which a statement may have been made, as a number; 0 if nothing tells."""
    time = time_of(evidence, found.documents)
    return time[1].toordinal() if time else 0
