"""Replies with steps or a list, complete and in order, even across passages."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.forms.fact import explanation, said, with_what_follows
from rag.answer.neighbours import is_numbered, run_of_items, section
from rag.answer.reply import Layout, Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.words import content_stems, words

OCCASION = re.compile(r"(?:if|when|in case|should)\b", re.IGNORECASE)  # the next sentence may say what to do then
LONGEST_HEADING = 8  # words
MOST_ITEMS = 30
NEXT, LIKELY = 6, 0.1  # maximum rank, and minimum share of the best score, for steps from another place
TOGETHER = 0.4  # minimum total of steps from another place, relative to the best score: no single step answers for all
ALSO = 0.25  # minimum share of the best score for further sentences of the same section
WORDS = 45


def steps(found: Situation) -> Reply:
    """Return the numbered steps or the list that the best evidence belongs to, or the sentences that say what to do."""
    if found.best.kind == "code":
        return explanation(found)
    items = _list_of(found)
    if items:
        layout: Layout = "step" if is_numbered(items) else "bullet"
        return tuple(Statement(item.text, (item,), layout=layout) for item in items[:MOST_ITEMS])
    return _sentences(found)


def items(found: Situation) -> Reply:
    """Return the list of the best evidence as bullets, a sentence that enumerates, or the rows that answer."""
    listed = _list_of(found)
    if listed:
        return tuple(Statement(item.text, (item,), layout="bullet") for item in listed[:MOST_ITEMS])
    return tuple(_under_its_heading(found.question, statement) for statement in explanation(found))


def _under_its_heading(question: str, statement: Statement) -> Statement:
    """Prepend the innermost heading to a statement if it names the subject and the statement does not."""
    if not statement.evidence or statement.layout != "text":
        return statement
    heading = statement.evidence[0].passage.heading.rpartition(" › ")[2]
    asked = {word.stem for word in words(question) if word.is_content}
    missing = (asked & {w.stem for w in words(heading)}) - {w.stem for w in words(statement.text)}
    return (
        replace(statement, text=f"{heading}: {statement.text}")
        if missing and len(heading.split()) <= LONGEST_HEADING
        else statement
    )


def _list_of(found: Situation) -> tuple[Evidence, ...]:
    """Return the list of the best evidence; for steps, also one likely enough in total or by its heading."""
    run = run_of_items(section(found, found.best), found.best)
    if len(run) > 1:
        return run
    if found.intent.form != "steps":
        return ()
    for evidence in found.evidence[1:NEXT]:
        if evidence.kind == "item" and evidence.score >= LIKELY * found.best.score:
            run = run_of_items(section(found, evidence), evidence)
            likely = sum(step.score for step in run) >= TOGETHER * found.best.score
            if len(run) > 2 and is_numbered(run) and (likely or _is_headed(found, evidence)):
                return run
    return ()


def _is_headed(found: Situation, evidence: Evidence) -> bool:
    """Return True if a piece of evidence has a word of the question in its innermost heading or file name."""
    above = f"{evidence.passage.heading.rpartition(' › ')[2]} {evidence.passage.source}"
    return bool(content_stems(found.question) & content_stems(above))


def _sentences(found: Situation) -> Reply:
    """Return the best sentence and nearly as likely ones of its paragraph, in order."""
    best = found.best
    near = [
        e for e in found.evidence
        if e.passage.id == best.passage.id and (e.start == best.start or e.score >= ALSO * best.score)
    ]  # fmt: skip
    chosen: list[Evidence] = []
    for evidence in sorted(near, key=lambda e: -e.score):
        if sum(len(e.text.split()) for e in [*chosen, evidence]) <= WORDS or not chosen:
            chosen.append(evidence)
    if len(chosen) == 1 and best.kind == "sentence" and OCCASION.match(best.text):
        return with_what_follows(found)
    return tuple(said(evidence, found.question) for evidence in sorted(chosen, key=lambda e: e.start))
