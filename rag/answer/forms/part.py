"""Finds the number of the very part that a question counts: of the complaints those about noise, not of all complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.answer.forms.phrase import phrase_of
from rag.answer.neighbours import section
from rag.answer.query.matching import widened
from rag.answer.query.wish import wanted_stems
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.quantities import counting_word
from rag.language.words import content_stems

READ = 6  # pieces of evidence, best first
NEXT = 2  # sentences after the best one, in its paragraph
LONGEST = 40  # words of a sentence that is shown whole
LIKELY = 0.05  # of the best score
CLAUSE = re.compile(r"[,;:()]|\s[-–—]\s|\band\b|\bof which\b|\bof whom\b")
ARTICLES = ("a", "an", "one", "both", "pair", "single")


def part_of_it(found: Situation, thing: str) -> Reply:
    """Return the sentence with the number of what a question narrows down; () if the best evidence's number is of that."""
    narrowed = wanted_stems(found.question) - widened([thing])
    if not narrowed or found.best.kind == "row":
        return ()
    best = found.best
    if narrowed & widened(content_stems(_clause_at(best))):
        return ()
    for evidence in _near(found):
        told = [clause for clause in CLAUSE.split(evidence.text) if _has_number(clause)]
        if any(narrowed <= widened(content_stems(clause)) for clause in told):
            return (Statement(evidence.text, (evidence,)),) if len(evidence.text.split()) <= LONGEST else ()
    said_elsewhere = narrowed & widened(content_stems(best.text))
    is_short = len(best.text.split()) <= LONGEST
    return (
        (Statement(best.text, (best,)),)
        if _has_number(phrase_of(best)) and is_short and said_elsewhere != narrowed
        else ()
    )


def _near(found: Situation) -> Iterator[Evidence]:
    """Yield the best evidence, what follows it in its paragraph, and the next likeliest."""
    best = found.best
    yield best
    blocks = section(found, best)
    at = next((i for i, block in enumerate(blocks) if block.start == best.start), len(blocks))
    yield from (replace(b, score=best.score) for b in blocks[at + 1 : at + 1 + NEXT] if b.kind in ("sentence", "item"))
    yield from (e for e in found.evidence[1:READ] if e.kind != "row" and e.score >= LIKELY * best.score)


def _clause_at(evidence: Evidence) -> str:
    """Return the clause of a sentence in which the answer stands."""
    start, end = evidence.answer
    cuts = [match.span() for match in CLAUSE.finditer(evidence.text)]
    first = max((after for _, after in cuts if after <= start), default=0)
    last = min((before for before, _ in cuts if before >= end), default=len(evidence.text))
    return evidence.text[first:last]


def _has_number(clause: str) -> bool:
    told = re.findall(r"\w+", clause)
    return any(word.isdigit() or (counting_word(word) is not None and word.casefold() not in ARTICLES) for word in told)
