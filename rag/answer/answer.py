"""Answers from hits: reads their blocks, refuses or composes a reply, and has the model word it where that helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from rag.answer.astray import astray, strays_from
from rag.answer.compose import compose
from rag.answer.compute import compute
from rag.answer.conflicts.beside import with_other_side
from rag.answer.conflicts.contradictions import sides
from rag.answer.conflicts.rivals import rivals, value_of
from rag.answer.draft import Draft
from rag.answer.forms.author import author
from rag.answer.forms.changes import changes
from rag.answer.forms.dated import latest
from rag.answer.forms.numbered import numbered
from rag.answer.forms.phrase import row_of
from rag.answer.forms.short_form import spelt_out
from rag.answer.forms.versus import side_by_side
from rag.answer.markers import neutral
from rag.answer.narrow import narrowed
from rag.answer.newer import updated
from rag.answer.own_language import read_surest
from rag.answer.query.quoted import priced_in_words
from rag.answer.query.stated import of_two_numbers
from rag.answer.query.two import two_rows
from rag.answer.question.intent import Intent
from rag.answer.read import rerank
from rag.answer.reply import Reply, Statement
from rag.answer.restating import FORMS as JUDGED
from rag.answer.restating import restating
from rag.answer.revisit import Search, with_changes
from rag.answer.runs import surer
from rag.answer.situation import Situation
from rag.answer.tables.amounts import per_year
from rag.answer.verify.verify import Verifier
from rag.answer.who import attributed, introduced, strange
from rag.answer.wording import Worded, word, words_better
from rag.evidence import Block, Evidence
from rag.language.own_words import refusal_in
from rag.protocols import Generator, Reader
from rag.split.blocks import blocks_of
from rag.types import Answer, Document, Hit, Passage

NEARLY = 0.5  # of the threshold: above it, the documents touch on the question


class Library(Protocol):
    """What answering needs from an index besides search."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents by source."""

    def passages_of(self, source: str) -> Sequence[Passage]:
        """Return the passages of a document, in order."""


def answer_from_hits(
    draft: Draft,
    intent: Intent,
    *,
    library: Library,
    reader: Reader,
    generator: Generator | None = None,
    verifier: Verifier | None = None,
    threshold: float,
    sources: Sequence[str] = (),
    files: Sequence[str] | None = None,
    today: date,
    search: Search | None = None,
) -> Iterator[Answer]:
    """Yield the answer to a draft's question from its hits, statement by statement, or the refusal.

    `sources` are the files found, best first, more than those of the hits; tables are looked up in them. `files` are those
    that are searched, None for all; documents are counted in them.
    """
    reply, found = reply_from_hits(
        draft,
        intent,
        library=library,
        reader=reader,
        threshold=threshold,
        sources=sources,
        files=files,
        today=today,
        search=search,
    )
    asks = reply and draft.outcome == "answered" and generator and words_better(generator, intent.form)
    if asks and generator and verifier and found and found.evidence:
        yield from worded(draft, found, reply, generator, verifier)
    elif reply:
        for n in range(1, len(reply) + 1):
            yield draft.answered(reply[:n])
    else:
        yield refused(draft, threshold)


def refused(draft: Draft, threshold: float) -> Answer:
    """Return the refusal of a draft, in the language of its question; it says if the documents touch on the topic."""
    nearly = draft.confidence >= NEARLY * threshold
    return draft.refused("not_verified" if nearly else "not_found", text=refusal_in(draft.question, nearly=nearly))


def reply_from_hits(
    draft: Draft,
    intent: Intent,
    *,
    library: Library,
    reader: Reader,
    threshold: float,
    sources: Sequence[str] = (),
    files: Sequence[str] | None = None,
    today: date,
    wordings: Sequence[str] = (),
    search: Search | None = None,
) -> tuple[Reply, Situation | None]:
    """Return the reply in quotes and computed values, with its situation; () and None if the hits do not answer.

    `wordings` are those of the draft's question that are read together, () for the question alone, or its part that asks.
    Records in the draft what was read and any disagreement between documents.
    """
    blocks = blocks_of_hits(draft.hits, library.documents)
    question, reading, apart = read_surest(
        draft, blocks, reader, library.documents, threshold, wordings, judges=intent.form in JUDGED
    )
    draft.confidence = reading.confidence
    draft.hits = tuple(rerank(draft.hits, reading))
    draft.rank("reader", {hit.passage.id: hit.score for hit in draft.hits})
    draft.lap("read")
    held = None if files is None else frozenset(files)
    other = draft.question if question != draft.standalone else ""
    found = Situation(
        question, intent, reading.evidence, library.documents, library.passages_of, today, tuple(sources), held, other
    )
    found = narrowed(found)
    computed = numbered(found) or spelt_out(found) or author(found) or calculated(found, draft.standalone)
    computed = computed or changes(found) or side_by_side(found) or two_rows(found)
    if computed:
        draft.traits = strange(computed, library.documents)
        draft.lap("compose")
        return computed, found
    draft.confidence = surer(found, reading.confidence)
    answering = found if draft.confidence >= threshold else _plain(found, draft.confidence, threshold)
    if answering is None or not reading.evidence or astray(answering) or _strays(draft, answering):
        return (), None
    found = latest(answering)
    reply = updated(with_changes(found, reader, search, {hit.passage.id for hit in draft.hits}))
    opposed = () if reply else _opposed(draft, found, apart)
    reply = attributed(reply or quote_sides(opposed) or _composed(found), library.documents)
    draft.traits = strange(reply, library.documents)
    draft.lap("compose")
    return reply, found


def _strays(draft: Draft, found: Situation) -> bool:
    """Return True if a follow-up would be answered beside what it asks."""
    return bool(draft.typed) and draft.typed != found.question and strays_from(draft.typed, found, draft.confidence)


def _plain(found: Situation, confidence: float, threshold: float) -> Situation | None:
    """Return the situation whose first block says what is asked in its own words; None unless it is near the threshold."""
    return restating(found) if confidence >= NEARLY * threshold else None


def calculated(found: Situation, asked: str) -> Reply:
    """Return what is computed for a question as it was asked, else for the wording in which it was read."""
    own = compute(replace(found, question=asked)) if asked != found.question else ()
    return own or compute(found)


def _composed(found: Situation) -> Reply:
    """Return the reply that is computed from the evidence which answers, or quoted from it."""
    return per_year(found) or priced_in_words(found) or of_two_numbers(found) or with_other_side(found, compose(found))


def _opposed(draft: Draft, found: Situation, apart: Sequence[Evidence]) -> Sequence[Sequence[Evidence]]:
    """Return the sides of a contradiction, () if there is none, and record them in the draft."""
    opposed = sides(found.best, (*found.evidence, *apart), draft.hits)
    if not opposed:
        opposed = rivals(found, apart)
        draft.labels = tuple(neutral(value_of(side[0])) for side in opposed)
    draft.outcome = "disagree" if opposed else "answered"
    if opposed:
        draft.named = introduced(opposed, found.documents)
    return opposed


def quote_sides(opposed: Sequence[Sequence[Evidence]]) -> Reply:
    """Return a statement for each side of a contradiction: its first quote, with all evidence that agrees."""
    return tuple(
        Statement(row_of(side[0]) if side[0].kind == "row" else side[0].text or side[0].quote, tuple(side))
        for side in opposed
    )


def worded(
    draft: Draft,
    found: Situation,
    quoted: Reply,
    generator: Generator,
    verifier: Verifier,
    *,
    whole: bool = True,
) -> Iterator[Answer]:
    """Yield the model's supported parts, or the quotes if too few are left."""
    said = Worded(quoted, ())
    for said in word(found, quoted, generator, verifier, whole=whole):
        draft.rejected = said.rejected
        draft.traits = strange(said.reply, found.documents)
        if said.reply:
            yield draft.answered(said.reply)
    draft.lap("word")
    draft.rejected = said.rejected
    yield draft.answered(said.reply)


def blocks_of_hits(hits: Sequence[Hit], documents: Mapping[str, Document]) -> list[Block]:
    """Return the blocks of the passages found, best passage first; a repeated text is read once."""
    seen: set[str] = set()
    blocks: list[Block] = []
    for hit in hits:
        for block in blocks_of(documents[hit.passage.source], hit.passage):
            if block.text not in seen or block.kind == "question":
                seen.add(block.text)
                blocks.append(block)
    return blocks
