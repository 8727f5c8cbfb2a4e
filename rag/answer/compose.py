"""Chooses the form of a reply by what the question asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rag.answer.forms.compare import compare
from rag.answer.forms.count import count
from rag.answer.forms.dated import still, upcoming
from rag.answer.forms.fact import explanation, fact
from rag.answer.forms.steps import items, steps
from rag.answer.forms.yes_no import yes_no
from rag.answer.reply import Reply
from rag.answer.situation import Situation

FORMS: Mapping[str, Callable[[Situation], Reply]] = {
    "fact": fact,
    "yes-no": yes_no,
    "steps": steps,
    "list": items,
    "count": count,
    "compare": compare,
    "difference": compare,
    "definition": explanation,
    "why-how": explanation,
    "opinion": explanation,
    "date-next": upcoming,
    "still": lambda found: still(found) or yes_no(found),
}


def compose(found: Situation) -> Reply:
    """Return the reply to a question from evidence that answers it."""
    return FORMS.get(found.intent.form, fact)(found)
