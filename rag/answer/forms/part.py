"""Finds the number of the very part that a question counts: of the complaints those about noise, not of all complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.answer.forms.phrase import phrase_of
from rag.answer.neighbours import section
from rag.answer.query.counting import PERSONS
from rag.answer.query.matching import widened
from rag.answer.query.wish import wanted_stems
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.counted import has_number, is_about, numbered
from rag.evidence import Evidence
from rag.language.words import content_stems

READ = 6  # pieces of evidence, best first
NEXT = 2  # sentences after the best one, in its paragraph
LONGEST = 40  # words of a sentence that is shown whole
LIKELY = 0.05  # of the best score
CLAUSE = re.compile(r"[,;:()]|\s[-–—]\s|\band\b|\bof which\b|\bof whom\b")


def part_of_it(found: Situation, thing: str) -> Reply:
    """Return the sentence with the number of what a question narrows down; () if the best evidence's number is of that."""
    narrowed = wanted_stems(found.question) - widened([thing])
    if not narrowed or found.best.kind == "row":
        return ()
    best = found.best
    if narrowed & widened(content_stems(_clause_at(best))):
        return ()
    for evidence in _near(found, thing):
        told = [clause for clause in CLAUSE.split(evidence.text) if has_number(clause)]
        if evidence != best:
            told = [clause for clause in told if not _counts_another(clause, thing)]
        if any(narrowed <= widened(content_stems(clause)) for clause in told):
            return (Statement(evidence.text, (evidence,)),) if len(evidence.text.split()) <= LONGEST else ()
    said_elsewhere = narrowed & widened(content_stems(best.text))
    is_short = len(best.text.split()) <= LONGEST
    return (
        (Statement(best.text, (best,)),)
        if has_number(phrase_of(best)) and is_short and said_elsewhere != narrowed
        else ()
    )


def _near(found: Situation, thing: str) -> Iterator[Evidence]:
    """Yield the best evidence, what follows it in its paragraph, and the next likeliest that names the thing."""
    best = found.best
    yield best
    blocks = section(found, best)
    at = next((i for i, block in enumerate(blocks) if block.start == best.start), len(blocks))
    yield from (replace(b, score=best.score) for b in blocks[at + 1 : at + 1 + NEXT] if b.kind in ("sentence", "item"))
    likely = (e for e in found.evidence[1:READ] if e.kind != "row" and e.score >= LIKELY * best.score)
    yield from (e for e in likely if thing in PERSONS or any(is_about(e, name) for name in widened([thing])))


def _clause_at(evidence: Evidence) -> str:
    """Return the clause of a sentence in which the answer stands."""
    start, end = evidence.answer
    cuts = [match.span() for match in CLAUSE.finditer(evidence.text)]
    first = max((after for _, after in cuts if after <= start), default=0)
    last = min((before for before, _ in cuts if before >= end), default=len(evidence.text))
    return evidence.text[first:last]


def _counts_another(clause: str, thing: str) -> bool:
    """Return True if the numbers of a clause count something else: "two films" are no books."""
    if thing in PERSONS:
        return False
    others = [told for told in map(content_stems, numbered(clause)) if told]
    return bool(others) and not any(widened([thing]) & told for told in others)
