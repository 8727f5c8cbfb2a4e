"""Tells if one statement replaces another: both are about the same thing, and it is later or says that something changes.

It gives another value of the same kind, or says that something ended. A row never replaces a row of the same table, and a
statement about adults does not replace what is said of students in the same breath.
"""

from __future__ import annotations

import re

from rag.answer.conflicts.age import is_later, time_of
from rag.answer.conflicts.contradictions import file_name
from rag.answer.conflicts.rivals import LIKELY as RIVAL
from rag.answer.conflicts.rivals import LIKELY_ROW, is_rival
from rag.answer.conflicts.versions import replaced
from rag.answer.read import topic
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS, mentions
from rag.language.figures import Figure, figures, same_figure, same_unit
from rag.language.limits import any_of, sets_condition
from rag.language.lists import ENDINGS, FORM_LABELS, REVISIONS
from rag.language.words import content_stems, names

LIKELY = 0.04  # least share of the best score for a statement of change; other rivals need slightly more
LIKELY_LATER = 0.02  # the same if dates say that it is later
SURE = 0.5  # certainty of an answer from which a statement of change may share its value, and no word of the question
IN_OTHER_WORDS = 0.05  # of the best score: what a value has at least that is neither a figure nor a name
REVISED, ENDED = any_of(REVISIONS), any_of(ENDINGS)
FROM_THEN_ON = re.compile(
    r"\b(?:from|since|ab|à partir d\w+|a partir d\w+)\b[\s\w]{1,24}?(?=\d)|\bfrom\s(?:this|next)\b", re.IGNORECASE
)
RANGE = re.compile(r"\s*(?:(?:to|till|until|and|bis)\b|[–-])")
CLAUSES = re.compile(r"[;:,.]\s|\s(?:and|but|or|und|aber|et|y)\s")
DAYS = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})", re.IGNORECASE)
MONTHS = content_stems(" ".join(NUMBER_OF_MONTH))
GENERAL = content_stems(
    "next last new now current currently today date day time year month week still when often much many need am pm clock uhr"
)


def is_revision(text: str) -> bool:
    """Return True if a text says that something changes: "from 1 May", "now", "no longer"."""
    opening = any(not RANGE.match(_behind(text, m.end())) for m in FROM_THEN_ON.finditer(text))
    return opening or bool(REVISED.search(text) or ENDED.search(text))


def replaces(found: Situation, new: Evidence, old: Evidence) -> bool | None:
    """Return if one statement replaces another: None if not, True if dates say so, False if only its own words do.

    A statement without a date replaces only another one of its own file: anybody can write "now".
    """
    if (new.kind == old.kind == "row" and new.passage.source == old.passage.source) or _is_a_head(new):
        return None
    told = time_of(new, found.documents)
    later = is_later(told, time_of(old, found.documents))
    if later is False or not _gives_another(found, new, old):
        return None
    if is_revision(new.text) and (later or not is_revision(old.text)):
        elsewhere = new.passage.source != old.passage.source
        dated = told is not None and elsewhere and is_likely(found, new, LIKELY)
        named = names_value(new, old) and (told is not None or not elsewhere)
        surely = later or ((dated or named) and not ENDED.search(new.text))
        said = surely and _is_of_the_same(found, new, old)
        return bool(later) if said and not _is_of_another_part(found.question, new, old) else None
    if not later or not is_likely(found, new, RIVAL):
        return None
    older = old.passage.source in replaced((old.passage.source, new.passage.source)) and new.kind == old.kind
    return True if is_rival(found.question, old, new) or (older and _is_of_the_same(found, new, old)) else None


def is_likely(found: Situation, evidence: Evidence, least: float) -> bool:
    """Return True if a statement has at least a share of the best score; a row less, which the reader likes less."""
    return evidence.score >= (min(LIKELY_ROW, least) if evidence.kind == "row" else least) * found.best.score


def is_of_other_days(question: str, new: Evidence, old: Evidence) -> bool:
    """Return True if a statement is about some of the weekdays of another one, and the question does not ask for those."""
    asked, told, known = ({day.group().casefold() for day in DAYS.finditer(t)} for t in (question, new.text, old.text))
    return bool(told) and told < known and not asked & told


def names_value(new: Evidence, old: Evidence) -> bool:
    """Return True if a statement names the value that it replaces: "at 17:15 instead of 16:30"."""
    some = values(old)
    if some:
        return all(any(same_figure(f, other) for other in figures(new.text)) for f in some)
    start, end = old.answer
    own = content_stems(old.text[start:end])
    return bool(own) and own <= content_stems(new.text)


def values(evidence: Evidence) -> list[Figure]:
    """Return the figures of an answer span."""
    start, end = evidence.answer
    return [figure for figure in figures(evidence.text) if figure.start < end and start < figure.end]


def words_of(text: str) -> frozenset[str]:
    """Return the stems of the content words of a text, without figures and months."""
    return frozenset(s for s in content_stems(text) if not s[:1].isdigit()) - MONTHS


def _is_a_head(evidence: Evidence) -> bool:
    """Return True for code, and for a row that says who wrote to whom."""
    return evidence.kind == "code" or (
        evidence.kind == "row" and evidence.text.partition(":")[0].casefold() in FORM_LABELS
    )


def _gives_another(found: Situation, new: Evidence, old: Evidence) -> bool:
    """Return True if a statement gives another value of the same kind than an earlier one, or says that it ended."""
    if ENDED.search(new.text) and not sets_condition(new.text):
        return True
    some = values(old)
    if some:
        if _is_history(found, old, some):
            return False
        kind, unit = some[0].kind, some[0].unit
        known = [f for f in figures(old.text) if f.kind == kind]
        told = [f for f in values(new) if f.kind == kind] or [f for f in figures(new.text) if f.kind == kind]
        fitting = [f for f in told if f.unit == unit or same_unit(f.unit, unit)]
        return any(not any(same_figure(f, other) for other in known) for f in fitting)
    (start, end), (first, last) = old.answer, new.answer
    if any(start <= name.start < end for name in names(old.text)):
        told_names = {n.stem for n in names(new.text) if first <= n.start < last}
        return bool(told_names - {n.stem for n in names(old.text)})
    own, other = content_stems(old.text[start:end]), content_stems(new.text[first:last])
    return new.score >= IN_OTHER_WORDS * found.best.score and bool(other - own)


def _is_history(found: Situation, old: Evidence, some: list[Figure]) -> bool:
    """Return True if a value is a day before the statement was made: what happened is not put off."""
    days = [m for m in mentions(old.text) if m.year and m.start == some[0].start]
    told = time_of(old, found.documents)
    return bool(days) and (told[0] if told else found.today) > days[0].last_day(0)


def _is_of_the_same(found: Situation, new: Evidence, old: Evidence) -> bool:
    """Return True if the reader finds a statement likely and it shares a word with another, or if it shares several."""
    asked = content_stems(found.question) - GENERAL
    same_file = new.passage.source == old.passage.source  # so its name and headings tell nothing
    here, there = (words_of(e.text) - GENERAL if same_file else _about(e) for e in (old, new))
    shared, known = asked & here & there, asked & here
    own = here & there
    if own and values(old) and names_value(new, old) and (shared or old.certainty >= SURE):
        return True
    if new is found.best:
        same = words_of(old.text) & words_of(new.text) - GENERAL
        return len(same) > 1 or (bool(same & shared) and known == shared)
    if is_likely(found, new, LIKELY_LATER):
        return len(own) > 1 or (known == shared and bool(own))
    if ENDED.search(new.text):
        return 2 * len(shared) >= len(known) > 0
    many = (known == shared and len(shared) > 1) or bool(own - asked)
    return bool(shared) and 2 * len(shared) >= len(known) and many


def _about(evidence: Evidence) -> frozenset[str]:
    """Return the stems of a statement, its heading and its file's name, without figures and months."""
    stem = re.sub(r"[\W\d_]+", " ", file_name(evidence.passage.source).rpartition(".")[0])
    text = f"{evidence.text} {topic(evidence.passage)} {stem}"
    return words_of(text) - GENERAL


def _is_of_another_part(question: str, new: Evidence, old: Evidence) -> bool:
    """Return True if a statement is about what the other one says beside the point: adults, where students are asked for."""
    asked = content_stems(question) - GENERAL
    parts = [words_of(part) for part in CLAUSES.split(old.text)]
    own = max(parts, key=lambda part: len(part & asked))
    others = frozenset[str]().union(*(part for part in parts if part is not own))
    told = words_of(new.text)
    missing = (asked & (own - others)) - told
    return bool(missing) and len((others - own) & told) > len((own - others) & told)


def _behind(text: str, at: int) -> str:
    """Return what follows the date that begins at a place."""
    mention = next((m for m in mentions(text) if m.start <= at < m.end or 0 <= m.start - at < 2), None)
    return text[mention.end :] if mention else text[at:]
