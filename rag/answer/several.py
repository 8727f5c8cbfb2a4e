"""Answers a question that asks several things: each is read by itself, and one that the documents do not answer is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias

from rag.answer.answer import refused, reply_from_hits, worded
from rag.answer.conflicts.contradictions import tally
from rag.answer.draft import Draft
from rag.answer.forms.fact import said, shares_a_word
from rag.answer.lookup import search_in
from rag.answer.prompt import refusal
from rag.answer.question.asks import LONG_WINDED, Ask, asks_of
from rag.answer.question.intent import PLAIN, Intent, IntentHead
from rag.answer.reply import Reply, Statement, write
from rag.answer.retrieve import sources_of
from rag.answer.situation import Situation
from rag.answer.stations import Asked, Stations
from rag.answer.wording import words_better
from rag.types import Answer, Hit

BESIDE = 0.5  # of the threshold: for what is asked with something that the same file answers
ALSO = 0.1  # of the share of the best: what is shown beside it, because the reader cannot tell for certain
ELSEWHERE = 0.3  # the same in another file
MOST_BESIDE = 2  # sentences beside the one that answers, where only one thing is asked
NEXT = 4  # pieces of evidence of each part that are considered
GAP = 1  # most characters between two sentences of a paragraph
WORDS = 50  # of a reply, up to which more is shown
NOT_TOLD = "On “{asked}” I found nothing in the documents."


Answering: TypeAlias = Callable[[Draft, Ask, float], tuple[Reply, Situation | None]]  # at a share of the threshold


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One thing asked, with its reply and situation; () and None if the documents do not answer it."""

    ask: Ask
    draft: Draft
    reply: Reply
    found: Situation | None


def answer_each(
    draft: Draft, asked: Asked, stations: Stations, *, find: Callable[[Draft, Asked, Ask, Intent], list[Hit]]
) -> Iterator[Answer]:
    """Yield the answer to a question that asks several things; `find` retrieves for one of them."""

    def answer(own: Draft, ask: Ask, share: float) -> tuple[Reply, Situation | None]:
        intent = stations.intents.of(ask.asked, in_conversation=False)
        intent = replace(
            intent, act="ask", form=intent.form if intent.form in PLAIN and not ask.of_what_is_told else "fact"
        )
        hits = find(own, asked, ask, intent)
        return reply_from_hits(
            own, intent, library=asked.library, reader=stations.reader, threshold=share * stations.threshold,
            sources=sources_of(hits), files=asked.files, today=asked.today, wordings=ask.wordings,
            search=search_in(asked, stations),
        )  # fmt: skip

    parts = parts_of(draft, asks_of(draft.standalone), answer)
    reply, found = joined(parts), situation_of(parts, draft.standalone)
    if not reply:
        yield refused(draft, stations.threshold)
    elif found and stations.generator and words_better(stations.generator, "fact"):
        yield from worded(draft, found, reply, stations.generator, stations.verifier)
    else:
        yield draft.answered(reply)


def asks_no_summary(question: str, intents: IntentHead) -> bool:
    """Return True if a long question tells much, and none of what it asks is a summary."""
    asks = asks_of(question)
    tells = len(question.split()) >= LONG_WINDED and bool(asks[0].told)
    return tells and all(intents.of(ask.asked, in_conversation=False).act != "summarise" for ask in asks)


def parts_of(draft: Draft, asks: Sequence[Ask], answer: Answering) -> list[Part]:
    """Answer each thing asked in a draft of its own; what was found for all of them is recorded in the draft.

    A file that answers one part answers another already where the reader is less sure.
    """
    parts = [_part(draft, ask, answer, 1.0) for ask in asks]
    files = {part.found.best.passage.source for part in parts if part.reply and part.found and part.found.evidence}
    for i, part in enumerate(parts):
        if files and not part.reply:
            again = _part(draft, part.ask, answer, BESIDE)
            if again.found and again.found.evidence and again.found.best.passage.source in files:
                parts[i] = again
    draft.hits = _in_turn([part.draft.hits for part in parts])
    draft.confidence = max(part.draft.confidence for part in parts)
    for part in parts:
        draft.traits = {**draft.traits, **part.draft.traits}
        for id, scores in part.draft.scores.items():
            for station, score in scores.items():
                draft.rank(station, {id: max(score, draft.scores.get(id, {}).get(station, score))})
    return parts


def _part(draft: Draft, ask: Ask, answer: Answering, share: float) -> Part:
    own = Draft(draft.question, ask.whole, draft.generation)
    return Part(ask, own, *answer(own, ask, share))


def joined(parts: Sequence[Part]) -> Reply:
    """Return one reply: what answers each part, once, then the parts that nothing answers; () if nothing answers any."""
    told: list[Statement] = []
    for part, own in _with_more(parts):
        if own and part.draft.outcome == "disagree":
            front = " ".join([refusal("disagree"), tally(write(own).sentences, part.draft.labels, part.draft.named)])
            told.append(Statement(front, ()))
        told += own
    missing = [Statement(NOT_TOLD.format(asked=part.ask.asked.strip(" ?.,")), ()) for part in parts if not part.reply]
    return (*told, *missing) if told else ()


def _with_more(parts: Sequence[Part]) -> list[tuple[Part, list[Statement]]]:
    """Return what each part says that none before does, and a second likely sentence where the whole reply stays short.

    A part that would only repeat another says the next likely sentence of the same file.
    """
    known: set[tuple[str, int]] = set()
    said_by = []
    for part in parts:
        own = [s for s in part.reply if not s.evidence or not _places(s) <= known]
        if part.reply and not own:
            own = [s for _, s in _likely(part) if _is_new(s, known) and _file(s) == _file(part.reply[0])][:1]
        said_by.append((part, own))
        known |= {place for statement in own for place in _places(statement)}
    length = sum(len(statement.text.split()) for _, own in said_by for statement in own)
    for _, own, statement in sorted(_seconds(said_by, known), key=lambda each: -each[0]):
        words = len(statement.text.split())
        if length + words <= WORDS:
            own.append(statement)
            length += words
    return said_by


def _seconds(
    said_by: Sequence[tuple[Part, list[Statement]]], known: set[tuple[str, int]]
) -> Iterator[tuple[float, list[Statement], Statement]]:
    """Yield what is likely for each part beside the one sentence that answers it, with its share of the best."""
    most = MOST_BESIDE if len(said_by) == 1 else 1
    for part, own in said_by:
        alone = len(own) == 1 and len(own[0].evidence) == 1  # a computed reply cites more
        if alone and own[0].layout == "text" and part.draft.outcome == "answered":
            home = _file(own[0])
            others = [
                (share, s)
                for share, s in _likely(part)
                if share >= (ALSO if _file(s) == home else ELSEWHERE)
                and _is_new(s, known)
                and (_comes_next(own[0], s) or shares_a_word(part.ask.whole, s.text))
            ]
            yield from ((share, own, s) for share, s in others[:most])


def _likely(part: Part) -> Iterator[tuple[float, Statement]]:
    """Yield the next likely statements of a part, with their share of the best."""
    evidence = part.found.evidence if part.found else ()
    for other in evidence[1:NEXT]:
        yield other.score / (evidence[0].score or 1.0), said(other, part.ask.asked)


def _is_new(statement: Statement, known: set[tuple[str, int]]) -> bool:
    return not _places(statement) <= known


def _comes_next(first: Statement, second: Statement) -> bool:
    """Return True if a statement is of the sentence after another one, in the same paragraph."""
    return _file(first) == _file(second) and second.evidence[0].start - first.evidence[0].end in range(GAP + 1)


def _file(statement: Statement) -> str:
    return statement.evidence[0].passage.source if statement.evidence else ""


def situation_of(parts: Sequence[Part], question: str) -> Situation | None:
    """Return the whole question with the evidence of all its parts, the best of each first."""
    told = [part.found for part in parts if part.found]
    if not told:
        return None
    ranked = zip_longest(*(found.evidence for found in told))
    unique = {(e.passage.source, e.start, e.end): e for some in ranked for e in some if e}
    return replace(told[0], question=question, evidence=tuple(unique.values()))


def _places(statement: Statement) -> set[tuple[str, int]]:
    return {(evidence.passage.source, evidence.start) for evidence in statement.evidence}


def _in_turn(found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Return the hits of all parts, the best of each first, each passage once."""
    unique = {hit.passage.id: hit for some in zip_longest(*found) for hit in reversed(some) if hit}
    return tuple(unique.values())
