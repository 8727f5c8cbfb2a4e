"""Answers from hits: reads them, refuses or words the evidence, and checks what was worded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer.cite import cite, quote_sides
from rag.answer.contradictions import sides
from rag.answer.draft import Draft
from rag.answer.overview import overview
from rag.answer.prompt import grounded_messages
from rag.answer.read import enough, rerank
from rag.answer.second_source import Search, follow
from rag.types import Answer, Encoder, Evidence, Generator, Hit, Passage, Reader

PASSAGES = 5  # read for an answer: the gold answer stands in the five best of 0.97 of encyclopedia questions
NEARLY = 0.5  # of the threshold: from here on the documents touch on what is asked


def answer_from_hits(
    draft: Draft,
    *,
    reader: Reader,
    generator: Generator | None,
    threshold: float,
    search: Search = lambda wordings: (),
) -> Iterator[Answer]:
    """Yield the answer to a draft's question from its hits, sentence by sentence, or the refusal.

    `search` finds what else an answer from several sources needs.
    """
    reading = reader.read(draft.standalone, draft.hits)
    draft.confidence = reading.confidence
    draft.hits = tuple(rerank(draft.hits, reading))
    draft.rank("reader", draft.hits)
    draft.lap("read")
    evidence = enough(reading)
    if not evidence or reading.confidence < threshold:
        yield draft.refused("not_verified" if reading.confidence >= NEARLY * threshold else "not_found")
        return
    if opposed := sides(evidence[0], reading.evidence, draft.hits):
        yield from _disagreement(draft, opposed)
        return
    evidence, further = follow(draft.standalone, evidence, draft.hits, search=search, reader=reader)
    draft.add(further)
    draft.lap("follow")
    messages = grounded_messages(draft.standalone, evidence)
    wording = "".join(generator.generate(messages)) if generator else ""
    draft.lap("generate")
    yield from _sentences(draft, evidence, wording=wording)


def sum_up(draft: Draft, passages: Sequence[Passage], encoder: Encoder) -> Iterator[Answer]:
    """Yield what a document is about in its own central sentences."""
    draft.hits = tuple(Hit(passage, 1.0) for passage in passages[:PASSAGES])
    draft.lap("retrieve")
    yield draft.answered(())
    evidence = overview(passages, encoder)
    draft.confidence = 1.0 if evidence else 0.0
    draft.lap("read")
    if evidence:
        yield from _sentences(draft, evidence)
    else:
        yield draft.refused("not_found")


def _sentences(draft: Draft, evidence: Sequence[Evidence], *, wording: str = "") -> Iterator[Answer]:
    """Check a wording against its evidence and yield one sentence more at a time."""
    cited = cite(draft.standalone, wording, evidence)
    draft.rejected = cited.rejected
    draft.lap("cite")
    for n in range(1, len(cited.sentences) + 1):
        yield draft.answered(cited.sentences[:n])


def _disagreement(draft: Draft, opposed: Sequence[Sequence[Evidence]]) -> Iterator[Answer]:
    """Quote each side of a contradiction, one more at a time."""
    quoted = quote_sides(opposed)
    draft.lap("cite")
    for n in range(1, len(quoted) + 1):
        yield draft.answered(quoted[:n], "disagree")
