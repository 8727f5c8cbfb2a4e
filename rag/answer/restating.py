"""Finds the block that says of a yes/no question what it asks, in its own words, although the reader is not sure of it.

"Can we reserve seats for the class?" and "We cannot reserve seats."
"""

from __future__ import annotations

from dataclasses import replace

from rag.answer.forms.asked_before import asked_before
from rag.answer.settled import settled
from rag.answer.situation import Situation
from rag.answer.verify.statement import canonical
from rag.evidence import Evidence
from rag.language.words import names, words

FORMS = frozenset(("yes-no", "still"))
FIRST = 3  # of the evidence
CLEAR = 0.8  # probability of yes, or of no


def restating(found: Situation) -> Situation | None:
    """Return the situation with such a block first, None if there is none."""
    if found.intent.form not in FORMS:
        return None
    block = next((evidence for evidence in found.evidence[:FIRST] if _restates(found.question, evidence)), None)
    if block is None:
        return found if asked_before(found) else None
    return replace(found, evidence=(block, *(evidence for evidence in found.evidence if evidence is not block)))


def _restates(question: str, evidence: Evidence) -> bool:
    """Return True if every content word of a block is one of the question, and the block says yes or no."""
    limit = settled(question, evidence.text)
    clear = max(evidence.polarity[:2]) >= CLEAR or (limit is not None and bool(limit.answer))
    if evidence.kind not in ("sentence", "item") or not clear:
        return False
    asked = {canonical(word) for word in words(question)}
    named = {word.stem for word in (*names(evidence.text), *names(question))}
    said = [word for word in words(evidence.text) if word.is_content and not (limit and word.is_number)]
    return all(canonical(word) in asked for word in said) and any(word.stem not in named for word in said)
