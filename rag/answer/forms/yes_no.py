"""Replies to a yes/no question: begins with yes or no where the evidence says so."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.forms.fact import explanation
from rag.answer.forms.phrase import cell_of, clause_of, shortened
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.own_words import yes_or_no

RIVAL, RIVALS = 0.2, 5  # share of the best one, and rank, up to which evidence may say the opposite
LONGEST = 28  # words of the sentence behind yes or no
CLEAR = 0.6  # probability of yes, or of no, from which on the reply begins with it
OPENS = re.compile(r"(?:yes|no|ja|nein|oui|non|sí|да|нет)\b[.,:;!]?\s*", re.IGNORECASE)


def yes_no(found: Situation) -> Reply:
    """Return "Yes" or "No" with the sentence that says so, or the sentences alone where none is clear."""
    best = found.best
    yes, no, _ = best.polarity
    if max(yes, no) < CLEAR:
        return explanation(found)
    if (other := _opposite(found)) is not None:
        return _both(found, best, other)
    word = yes_or_no(found.question, yes=yes > no)
    text = cell_of(best, found.question) if best.kind == "row" else shortened(clause_of(best), LONGEST)
    if opening := OPENS.match(text):
        return (Statement(text if text[opening.end() :] else f"{word}.", (best,)),)
    return (Statement(f"{word}: {text}", (best,), "supported"),)


def _opposite(found: Situation) -> Evidence | None:
    """Return evidence of another place that says clearly no where the best one says yes, or the other way round."""
    best = found.best
    says_yes = best.polarity[0] > best.polarity[1]
    for evidence in found.evidence[1:RIVALS]:
        if evidence.score < RIVAL * best.score or evidence.passage.source == best.passage.source:
            continue
        if evidence.polarity[1 if says_yes else 0] >= CLEAR and evidence.kind != "row":
            return evidence
    return None


def _both(found: Situation, best: Evidence, other: Evidence) -> Reply:
    """Return both sides, each behind its yes or no."""
    sides = ((side, yes_or_no(found.question, yes=side.polarity[0] > side.polarity[1])) for side in (best, other))
    return tuple(
        Statement(f"{word}: {shortened(clause_of(side), LONGEST)}", (side,), "supported") for side, word in sides
    )


def begins_with(reply: Reply, word: str) -> Reply:
    """Return a reply whose first statement begins with a word."""
    first, *rest = reply
    return (replace(first, text=f"{word}: {first.text}", verdict="supported"), *rest)
