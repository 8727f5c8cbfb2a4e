"""Replies to a yes/no question: begins with yes or no where the evidence says so."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.forms.fact import explanation
from rag.answer.forms.phrase import clause_of
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.language.own_words import yes_or_no

CLEAR = 0.6  # probability of yes, or of no, from which on the reply begins with it
OPENS = re.compile(r"(?:yes|no|ja|nein|oui|non|sí|да|нет)\b[.,:;!]?\s*", re.IGNORECASE)


def yes_no(found: Situation) -> Reply:
    """Return "Yes" or "No" with the sentence that says so, or the sentences alone where none is clear."""
    best = found.best
    yes, no, _ = best.polarity
    if max(yes, no) < CLEAR:
        return explanation(found)
    word = yes_or_no(found.question, yes=yes > no)
    text = best.text if len(best.text.split()) <= 30 else clause_of(best)
    if opening := OPENS.match(text):
        return (Statement(text if text[opening.end() :] else f"{word}.", (best,)),)
    return (Statement(f"{word}: {text}", (best,), "supported"),)


def begins_with(reply: Reply, word: str) -> Reply:
    """Return a reply whose first statement begins with a word."""
    first, *rest = reply
    return (replace(first, text=f"{word}: {first.text}", verdict="supported"), *rest)
