"""Replies to "why" with the reason, not only with what is asked about; to "how does it work" with all that says how."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.forms.fact import explanation
from rag.answer.forms.steps import steps
from rag.answer.neighbours import section
from rag.answer.reply import Reply, Statement
from rag.answer.runs import best_run, runs_of, words_of
from rag.answer.situation import Situation
from rag.evidence import Evidence

WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\breasons?\b|\bwhat for\b|\bwarum\b|\bwieso\b|\bweshalb\b|\bpourquoi\b|\bpor qué\b",
    re.IGNORECASE,
)
HOW = re.compile(r"\bhow (?:is|are|was|were|do|does|did|can|could|will|would|to|exactly|else)\b", re.IGNORECASE)
GIVES_REASON = re.compile(
    r"\b(?:because|so that|due to|owing to|on account of|in order (?:to|not)|otherwise|therefore|that is why|that[’']s why|reasons?|else"
    r"|so (?:we|i|they|he|she|it|you|there)\b"
    r"|thanks to|since (?!\d|then\b|the \d|last\b|january|february|march|april|may \d|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)|as (?:it|we|they|he|she|you|there|these|those)\b|for (?:it|we|they|he|she) "
    r"|weil|denn|damit|parce que|car|porque)\b",
    re.IGNORECASE,
)
REASONED = 3.0  # factor on the score of what gives a reason, where a reason is asked for
WORDS_OF_A_REASON = 42  # most words of a sentence with the one that gives its reason
WORDS_OF_A_WAY = 55  # most words of a paragraph that says how something is done


def why_how(found: Situation) -> Reply:
    """Return the reason, or all that a short paragraph or a list says of how something is done."""
    if WHY.search(found.question):
        return _reason(found)
    if HOW.search(found.question) and found.best.kind not in ("row", "code"):
        run = best_run(found)
        holds_best = any(block.start == found.best.start for block in run.blocks)
        if holds_best and run.is_list:
            return steps(found)
        if holds_best and len(run.blocks) > 1 and run.words <= WORDS_OF_A_WAY:
            return tuple(Statement(block.text, (block,)) for block in run.blocks)
    return explanation(found)


def gives_reason(text: str) -> bool:
    """Return True if a text says that something is so because of something else."""
    return bool(GIVES_REASON.search(text))


def _reason(found: Situation) -> Reply:
    """Return the best sentence that gives a reason, or the best sentence with the next one, which often gives it."""
    found = replace(found, evidence=tuple(sorted(map(_weighed, found.evidence), key=lambda e: -e.score)))
    best = found.best
    if gives_reason(best.text) or best.kind in ("row", "code"):
        return explanation(found)
    around = runs_of(found.documents[best.passage.source], section(found, best, reach=1))
    run = next((run for run in around if any(b.start <= best.start < b.end for b in run.blocks)), None)
    if run is None:
        return explanation(found)
    at = next(i for i, block in enumerate(run.blocks) if block.start <= best.start < block.end)
    told = run.blocks[at : at + 1] if best.kind == "item" or run.in_lines else run.blocks[at : at + 2]
    if told == (best,) or words_of(told) > WORDS_OF_A_REASON:
        return explanation(found)
    return tuple(Statement(block.text, (block,)) for block in told)


def _weighed(evidence: Evidence) -> Evidence:
    """Return a piece of evidence with a higher score if it gives a reason."""
    return replace(evidence, score=REASONED * evidence.score) if gives_reason(evidence.text) else evidence
