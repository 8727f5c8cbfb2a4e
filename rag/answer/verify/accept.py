"""Accepts a part of a model's reply with the evidence that supports it, or rejects it.

A part is accepted if the quoted reply says the same, if it is an extract of a block, if the rules and the trained check
agree that one to three blocks support it, or if every item of an enumeration is accepted by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.markers import without_markers
from rag.answer.reply import Reply, Statement
from rag.answer.verify.extract_rules import extracts, known_words, restates, segments
from rag.answer.verify.parts import Part
from rag.answer.verify.row_rules import CELL, cells_stand
from rag.answer.verify.rules import broken_rule, contradicted
from rag.answer.verify.statement import LEAD
from rag.answer.verify.verify import SUPPORTED, SURE, Verifier
from rag.evidence import Evidence
from rag.language.figures import figures
from rag.language.words import content_stems, words

TOGETHER = 3  # most pieces of evidence for one sentence
JOINED = 10  # fewest words of a sentence that may combine two or three blocks
PHRASE = 4  # words up to which a claim is a phrase
MOST_ITEMS = 12  # of an enumeration


def accepted(
    question: str, part: Part, evidence: Sequence[Evidence], verifier: Verifier, *, quoted: Reply
) -> Statement | None:
    """Return a part as a statement with its evidence, None if there is none; `quoted` is the quoted reply."""
    if part.layout == "head":
        return Statement(part.text, (), layout="head") if _is_known_head(question, part, evidence) else None
    if part.layout == "code":
        return _copied_code(part, evidence)
    if part.layout == "row" and part.head.strip() and any(e.kind == "row" for e in evidence):
        rows = [e for e in evidence if e.kind == "row"]
        found = cells_stand(part.text, part.head, [row.text for row in rows])
        return Statement(part.text, tuple(rows[i] for i in found), "supported", "row") if found else None
    support = _support(question, part.text, evidence, verifier, quoted)
    if not support:
        return None
    copied = any(bare(part.text) in bare(block.text) for block in support)
    return Statement(part.text, support, "quoted" if copied else "supported", part.layout)


def ranked(claim: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that shares words or figures with a claim, most shared first."""
    stems, said = content_stems(claim), {(f.kind, f.value) for f in figures(claim)}
    shared = [
        len(stems & {w.stem for w in words(f"{e.text} {e.passage.heading}")})
        + len(said & {(f.kind, f.value) for f in figures(e.text)})
        for e in evidence
    ]
    order = sorted(range(len(evidence)), key=lambda i: (-shared[i], i))
    return [evidence[i] for i in order if shared[i]]


def bare(text: str) -> str:
    """Return only the words of a text, in lower case."""
    return " ".join(re.sub(r"[*_`\"“”.,;:!?()]", " ", without_markers(text)).casefold().split())


def _support(
    question: str, claim: str, evidence: Sequence[Evidence], verifier: Verifier, quoted: Reply
) -> tuple[Evidence, ...]:
    """Return the fewest pieces of evidence that support a claim, () if none do."""
    if not _agrees(claim, quoted) or CELL in claim:
        return ()
    said = _said_already(question, claim, quoted)
    if said:
        return said
    doubtful = len(words(claim)) <= PHRASE  # a phrase other than the reader's
    order = ranked(claim, evidence)
    one = next((block for block in order if _is_extract(question, claim, block)), None)
    if one is not None:
        return (one,)
    together = TOGETHER if len(words(claim)) >= JOINED else 1
    for many in range(1, min(together, len(order)) + 1):
        blocks = order[:many]
        headings = [block.passage.heading for block in blocks]
        at_least = SURE if doubtful or many > 1 else SUPPORTED
        if verifier.why_not(question, claim, blocks, context=headings, at_least=at_least) is None:
            return tuple(blocks)
        if many == 1 and _contradicts(question, claim, blocks[0]):
            break
    return _item_by_item(question, claim, evidence, verifier, quoted)


def _agrees(claim: str, quoted: Reply) -> bool:
    """Return False if the claim says yes and the quoted reply says no, or the reverse."""
    here, there = LEAD.match(claim), LEAD.match(quoted[0].text)
    return not (here and there) or here["word"].casefold() == there["word"].casefold()


def _said_already(question: str, claim: str, quoted: Reply) -> tuple[Evidence, ...]:
    """Return the evidence of the quoted reply if the claim says no more than that reply."""
    said = [statement for statement in quoted if statement.evidence]
    lists = [said] if len(said) > 1 and all(statement.layout == "step" for statement in said) else []
    for some in [*([statement] for statement in said), *lists]:
        text = " ".join(statement.text for statement in some)
        if restates(claim, text, question=question):
            return tuple(dict.fromkeys(e for statement in some for e in statement.evidence))
    return ()


def _is_extract(question: str, claim: str, block: Evidence) -> bool:
    if LEAD.match(claim) or not extracts(claim, block.text, row=block.kind == "row", context=[block.passage.heading]):
        return False
    return (
        broken_rule(question, claim, [block.text], rows=[block.kind == "row"], context=[block.passage.heading]) is None
    )


def _contradicts(question: str, claim: str, block: Evidence) -> bool:
    return contradicted(question, claim, block.text, row=block.kind == "row", context=[block.passage.heading])


def _item_by_item(
    question: str, claim: str, evidence: Sequence[Evidence], verifier: Verifier, quoted: Reply
) -> tuple[Evidence, ...]:
    """Return the evidence of the items of an enumeration, () if any item is not supported by itself."""
    items = [] if LEAD.match(claim) else segments(claim)
    if not 2 <= len(items) <= MOST_ITEMS:
        return ()
    found: list[Evidence] = []
    for item in items:
        support = _said_already(question, item, quoted) or _of_one(question, item, ranked(item, evidence), verifier)
        if not support:
            return ()
        found += support
    return tuple(dict.fromkeys(found))


def _of_one(question: str, item: str, order: Sequence[Evidence], verifier: Verifier) -> tuple[Evidence, ...]:
    """Return the single piece of evidence that supports an item, () if there is none."""
    for block in order:
        if _is_extract(question, item, block):
            return (block,)
    for block in order[:TOGETHER]:
        if verifier.why_not(question, item, [block], context=[block.passage.heading], at_least=SURE) is None:
            return (block,)
    return ()


def _is_known_head(question: str, part: Part, evidence: Sequence[Evidence]) -> bool:
    """Return True if a table's head has only words of the question and the evidence: it needs no marker."""
    known = "\n".join([question, *(f"{e.passage.heading}\n{e.text}" for e in evidence)])
    return known_words(part.text, known)


def _copied_code(part: Part, evidence: Sequence[Evidence]) -> Statement | None:
    """Return code as a statement if one piece of evidence holds every line of it."""
    lines = [" ".join(line.split()) for line in part.text.split("\n") if line.strip()]
    for block in evidence:
        known = {" ".join(line.split()) for line in block.quote.split("\n")}
        if lines and known.issuperset(lines):
            return Statement(part.text, (block,), "quoted", "code")
    return None
