"""Chooses the form of a reply by what the question asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from rag.answer.forms.compare import compare
from rag.answer.forms.count import count
from rag.answer.forms.dated import still, upcoming
from rag.answer.forms.due import due
from rag.answer.forms.fact import explanation, fact, what_to_do, with_what_follows
from rag.answer.forms.phrase import row_of
from rag.answer.forms.steps import items, steps
from rag.answer.forms.why import why_how
from rag.answer.forms.yes_no import yes_no
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.answer.tables.counted import with_total_first
from rag.language.exact import asked_exactly

NAME = r"[A-ZÄÖÜ][\w.'’-]+(?: [A-ZÄÖÜ][\w.'’-]+)*(?: \([^()]*\))?"
NAMES = re.compile(
    rf"[^\W\d_]+: {NAME}(?:, {NAME}| and {NAME})+\.?"
)  # "Present: Ada Lovelace, Charles Babbage" says nothing about them
WHOLE_ROW = 45  # most words of a row that is given whole when a code is asked for
FORMS: Mapping[str, Callable[[Situation], Reply]] = {
    "fact": fact,
    "yes-no": yes_no,
    "steps": steps,
    "list": items,
    "which-rows": lambda found: fact(found) if found.best.kind == "row" else items(found),
    "count": count,
    "compare": compare,
    "difference": compare,
    "definition": explanation,
    "why-how": why_how,
    "explained": with_what_follows,
    "opinion": explanation,
    "date-next": upcoming,
    "still": lambda found: still(found) or yes_no(found),
}


def compose(found: Situation) -> Reply:
    """Return the reply to a question from evidence that answers it."""
    if found.intent.form not in ("list", "count"):
        telling = tuple(e for e in found.evidence if not NAMES.fullmatch(e.text))
        found = replace(found, evidence=telling or found.evidence)
    if found.intent.form in ("fact", "count"):
        found = with_total_first(found)
    if found.best.kind == "row" and asked_exactly(found.question) and len(found.best.text.split()) <= WHOLE_ROW:
        return (Statement(row_of(found.best), (found.best,)),)  # a code's meaning and remedy
    if _is_a_code_alone(found.question):
        return explanation(found)
    if found.intent.form not in ("list", "steps") and (told := what_to_do(found)):
        return told
    return due(found) or FORMS.get(found.intent.form, fact)(found)


def _is_a_code_alone(question: str) -> bool:
    """Return True if a question consists of nothing but codes; a phrase cannot tell what one of them is."""
    codes = [exact.text for exact in asked_exactly(question) if not exact.is_period]
    for code in codes:
        question = question.replace(code, " ")
    return bool(codes) and not any(map(str.isalnum, question))
