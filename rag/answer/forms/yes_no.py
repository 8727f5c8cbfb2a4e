"""Replies to a yes/no question, beginning with yes or no if the evidence says so."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.forms.asked_before import asked_before
from rag.answer.forms.clause import clause_of, shortened
from rag.answer.forms.fact import explanation
from rag.answer.forms.phrase import cell_of
from rag.answer.reply import Reply, Statement
from rag.answer.settled import ONLY, settled
from rag.answer.sides import is_mixed, sides, told
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.own_words import yes_or_no
from rag.language.words import content_stems, names

RIVAL, RIVALS = 0.2, 5  # minimum share of the best score, and maximum rank, of evidence for the opposite
NEAR, SURELY = 0.03, 0.3  # the same of evidence whose limits settle it: about the question's own number, or beyond it
LONGEST = 28  # words of the sentence after yes or no
SURE = 0.85  # the same from which the reply says so although the sentence denies, or holds only for some
CLEAR = 0.6  # probability of yes, or of no, from which the reply begins with it
OPENS = re.compile(r"(?:yes|no|ja|nein|oui|non|sí|да|нет)\b", re.IGNORECASE)
OWN = re.compile(r"\w+\s*(?:[.,;:!–—-]|\Z)")  # "No." and "No, never", whereas "No date is set" is a sentence


def yes_no(found: Situation) -> Reply:
    """Return "Yes" or "No" with the sentence that says so, or only the sentences if neither is clear."""
    if (limited := _by_limits(found) or asked_before(found)) is not None:
        return limited
    best = found.best
    yes, no = _likely(found, best)
    if max(yes, no) < CLEAR:
        return explanation(found)
    if (other := _opposite(found)) is not None:
        return _both(found, best, other)
    word = yes_or_no(found.asked or found.question, yes=yes > no)
    text = cell_of(best, found.question) if best.kind == "row" else shortened(_part(found, best), LONGEST)
    if OPENS.match(text) and (OWN.match(text) or text.casefold().startswith(word.casefold())):
        return (Statement(text, (best,)),)
    return (Statement(f"{word}: {text}", (best,), "supported"),)


def _likely(found: Situation, best: Evidence) -> tuple[float, float]:
    """Return how likely a piece of evidence says yes, and no: as the part that the question is about, or as read."""
    yes, no, _ = best.polarity
    answer = told(found.question, best.text) if best.kind != "row" else ""
    if answer:
        return (1.0, 0.0) if answer == "yes" else (0.0, 1.0)
    parts = sides(best.text)
    if max(yes, no) < SURE and is_mixed(parts):
        return 0.0, 0.0
    only = ONLY.search(best.text) and not any(side.denies for side in parts)
    if yes < SURE and ((parts and parts[0].denies) or (only and _names_another(found.question, best))):
        yes = 0.0
    if no < SURE and only:
        no = 0.0
    return yes, no


def _part(found: Situation, best: Evidence) -> str:
    """Return the clause that answers, or the whole sentence where another of its clauses decided."""
    return best.text if told(found.question, best.text) else clause_of(best)


def _names_another(question: str, evidence: Evidence) -> bool:
    """Return True if a question names somebody or something that the evidence does not."""
    there = content_stems(f"{evidence.passage.heading} {evidence.text}")
    return any(name.stem not in there for name in names(question))


def _by_limits(found: Situation) -> Reply | None:
    """Return the reply that the limits of the best evidence give for a number of the question; None without such."""
    near = [
        (evidence, compared)
        for evidence in found.evidence[:RIVALS]
        if evidence.score >= NEAR * found.best.score and evidence.kind != "row"
        if (compared := settled(found.question, evidence.text)) is not None
    ]
    if not near:
        return None
    inside = [(evidence, limit) for evidence, limit in near if limit.inside and limit.answer]
    beyond = [(evidence, limit) for evidence, limit in near if evidence.score >= SURELY * found.best.score]
    for evidence, limit in (*inside, *beyond):
        if limit.answer:
            word = yes_or_no(found.asked or found.question, yes=limit.answer == "yes")
            text = shortened(evidence.text, LONGEST)
            return (Statement(text if OPENS.match(text) else f"{word}: {text}", (evidence,), "supported"),)
    return explanation(found) if near[0][0] == found.best else None


def _opposite(found: Situation) -> Evidence | None:
    """Return evidence from another place that clearly says no if the best says yes, or the reverse."""
    best = found.best
    says_yes = best.polarity[0] > best.polarity[1]
    for evidence in found.evidence[1:RIVALS]:
        if evidence.score < RIVAL * best.score or evidence.passage.source == best.passage.source:
            continue
        if evidence.polarity[1 if says_yes else 0] >= CLEAR and evidence.kind != "row":
            return evidence
    return None


def _both(found: Situation, best: Evidence, other: Evidence) -> Reply:
    """Return both sides, each after its yes or no."""
    sides = (
        (side, yes_or_no(found.asked or found.question, yes=side.polarity[0] > side.polarity[1]))
        for side in (best, other)
    )
    return tuple(
        Statement(f"{word}: {shortened(clause_of(side), LONGEST)}", (side,), "supported") for side, word in sides
    )


def begins_with(reply: Reply, word: str) -> Reply:
    """Return a reply whose first statement begins with a word."""
    first, *rest = reply
    return (replace(first, text=f"{word}: {first.text}", verdict="supported"), *rest)
