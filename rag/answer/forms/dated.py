"""Replies to questions that depend on today's date: what comes next, what still holds, which version is the latest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from rag.answer.forms.fact import fact
from rag.answer.forms.phrase import briefly, phrase_of
from rag.answer.forms.yes_no import begins_with
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation, day_of
from rag.evidence import Evidence
from rag.language.dates import Mention, mentions
from rag.language.limits import denies, ends_before
from rag.language.opposites import NEGATIVE, opposite_stems
from rag.language.own_words import yes_or_no
from rag.language.words import content_stems, words

CANDIDATE = 0.1  # of the best score: evidence above it may name the next date
UNLIKELY = 0.005  # the same for evidence that holds every word of what is asked about
NEXT = content_stems("next upcoming coming day date time soon when")
RIVAL = 0.3  # of the best score: evidence from a later version above it replaces the best
LIKE = 0.25  # share of the shorter one's words that two versions of a statement share
FAMILY = re.compile(r"[\d\W_]+")
VERSION = re.compile(r"\b\d+(?:\.\d+)+\b|\b(?:19|20)\d\d\b")
WORD = re.compile(r"\w{3,}")


def upcoming(found: Situation) -> Reply:
    """Return the evidence with the earliest date from today on, or the best evidence if none has one.

    Evidence that says nothing of what is asked about, "next meeting" for the next concert, is only used if none does.
    """
    asked = content_stems(found.question) - NEXT
    dated: list[tuple[date, Evidence]] = []
    for evidence in found.evidence:
        about = bool(asked) and asked <= content_stems(evidence.text)
        if evidence.score < (UNLIKELY if about else CANDIDATE) * found.best.score:
            continue
        days = [day for mention in _asked_about(evidence) if (day := _day(mention, evidence, found)) >= found.today]
        dated += [(min(days), evidence)] if days else []
    held = [len(asked & _stems_above(evidence)) for _, evidence in dated]
    if not dated or (not max(held) and asked & _stems_above(found.best)):
        return fact(found)
    nearest = [pair for pair, many in zip(dated, held, strict=True) if many == max(held)]
    _, chosen = min(nearest, key=lambda pair: (pair[0], -pair[1].score))
    if part := _part_asked_for(chosen.text, found.question):
        return (Statement(f"{part[:1].upper()}{part[1:]}.", (chosen,)),)
    return (briefly(chosen, question=found.question),)


def _stems_above(evidence: Evidence) -> set[str]:
    """Return the stems of a piece of evidence and of the headings above it."""
    return {word.stem for word in words(f"{evidence.text} {evidence.passage.heading} {evidence.passage.source}")}


def _part_asked_for(text: str, question: str) -> str:
    """Return the item that the question names in an enumeration, "paper 2 May, glass 9 May"; "" if there is none."""
    parts = [part.strip() for part in re.split(r"[,;:]\s|\band\b", text.rstrip("."))]
    dated = [part for part in parts if any(True for _ in mentions(part))]
    asked = {word.stem for word in words(question) if word.is_content}
    named = [part for part in dated if asked & {word.stem for word in words(part) if word.is_content}]
    return named[0] if len(dated) > 2 and len(named) == 1 else ""


def still(found: Situation) -> Reply:
    """Return yes or no by comparing the end that the best evidence names with today; () if that decides nothing."""
    best = found.best
    ends = [(m, end) for m in _asked_about(best) if (end := ends_before(best.text, m.start))]
    holds = {_day(mention, best, found) >= found.today for mention, _ in ends}
    if len(holds) != 1 or _is_turned(found.question, best.text, {end for _, end in ends}):
        return ()
    return begins_with((Statement(best.text, (best,)),), yes_or_no(found.asked or found.question, yes=holds.pop()))


def _is_turned(question: str, text: str, ends: set[str]) -> bool:
    """Return True if the end may be one of the opposite: "closed until" for "still open?", "closes" for "closed?"."""
    asked = {word.stem for word in words(question) if word.is_content}
    ending = {word.stem for end in ends for word in words(end)}
    told = {word.stem for word in words(text)} - ending
    opposed = {other for word in asked for other in opposite_stems().get(word, ())}
    denied = {word.stem for word in words(text) if word.text.lower() in NEGATIVE} - ending - asked
    return bool(opposed & told or denied or ending & asked or denies(text) or denies(question))


def latest(found: Situation) -> Situation:
    """Return the situation with the latest version of the best evidence first.

    Versions are similar blocks in a series of files, or in dated sections of one file. A question that names a date or
    version is left unchanged.
    """
    if VERSION.search(found.question) or any(True for _ in mentions(found.question)):
        return found
    best = found.best
    day = day_of(best, found.documents)
    rivals = [
        (other_day, evidence)
        for evidence in found.evidence[1:]
        if evidence.score >= RIVAL * best.score
        and day is not None
        and (other_day := day_of(evidence, found.documents)) is not None
        and other_day > day
        and _same_series(best, evidence)
        and _alike(best.text, evidence.text)
    ]
    if not rivals:
        return found
    _, chosen = max(rivals, key=lambda pair: (pair[0], pair[1].score))
    return replace(found, evidence=(chosen, *(e for e in found.evidence if e is not chosen)))


def _asked_about(evidence: Evidence) -> tuple[Mention, ...]:
    """Return the dates in the answer span, or those of the whole block if the span is empty or has none."""
    found = tuple(mentions(evidence.text))
    start, end = evidence.answer
    inside = tuple(m for m in found if m.start < end and m.end > start) if phrase_of(evidence) else ()
    return inside or found


def _day(mention: Mention, evidence: Evidence, found: Situation) -> date:
    """Return the date of a mention; a missing year is that of its document, or the current one."""
    stated = day_of(evidence, found.documents)
    return mention.last_day(stated.year if stated else found.today.year)


def _same_series(evidence: Evidence, other: Evidence) -> bool:
    if evidence.passage.source == other.passage.source:
        return evidence.passage.heading != other.passage.heading
    return FAMILY.sub("", evidence.passage.source) == FAMILY.sub("", other.passage.source)


def _alike(text: str, other: str) -> bool:
    a, b = (set(WORD.findall(one.casefold())) for one in (text, other))
    return len(a & b) >= LIKE * max(1, min(len(a), len(b)))
