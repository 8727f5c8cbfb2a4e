"""Adds another file's differing explanation to a reply: no rule can decide between two reasons, so both are quoted."""

from __future__ import annotations

from rag.answer.conflicts.rivals import LIKELY, same_topic
from rag.answer.conflicts.scope import are_versions
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.words import content_stems, words

EXPLAINS = frozenset(("yes-no", "why-how", "definition"))  # forms whose answer is not a value
ALIKE = 0.34  # share of the words not in the question; sentences that share fewer say something different
WORDS = 30  # of an added sentence


def with_other_side(found: Situation, reply: Reply) -> Reply:
    """Return a reply from one file, followed by the likeliest differing sentence of another file."""
    said = {evidence.passage.source for statement in reply for evidence in statement.evidence}
    if found.intent.form not in EXPLAINS or len(said) != 1:
        return reply
    for evidence in found.evidence[1:]:
        if evidence.score < LIKELY * found.best.score:
            break
        if evidence.passage.source not in said and _says_otherwise(found, evidence):
            return (*reply, Statement(evidence.text, (evidence,)))
    return reply


def _says_otherwise(found: Situation, other: Evidence) -> bool:
    best, asked = found.best, content_stems(found.question)
    if {best.kind, other.kind} - {"sentence", "item"} or len(other.text.split()) > WORDS:
        return False
    if not same_topic(found.question, best, other) or are_versions(best, other):
        return False
    if found.intent.form == "definition" and _subject(best) != _subject(other):
        return False
    own, more = content_stems(best.text) - asked, content_stems(other.text) - asked
    return len(own & more) <= ALIKE * max(1, min(len(own), len(more)))


def _subject(evidence: Evidence) -> str:
    """Return the stem of the first content word: the subject of a definition."""
    return next((word.stem for word in words(evidence.text) if word.is_content), "")
