"""Shows what a document is about: a few cited points, and questions that it answers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.types import Answer, Citation
from rag.web import strings
from rag.web.view.escape import attribute, shorten, shown
from rag.web.view.reply import inline
from rag.web.view.sources import source_title

POINTS = 5
LONGEST_POINT = 260  # characters


def guide(answer: Answer, questions: Sequence[str], address: str) -> str:
    """Return the guide as HTML; `address` is what stands before the span of a place in the document."""
    points = "".join(
        f'<li dir="auto">{inline(shorten(sentence.text, LONGEST_POINT), lambda _: "")}{_place(sentence.citations[0], address)}</li>'
        for sentence in answer.sentences[:POINTS]
        if sentence.citations
    )
    asked = "".join(
        f'<li><button type="button" class="example" dir="auto" data-ask-now="{escape(question)}">{shown(question)}</button></li>'
        for question in questions
    )
    answers = f'<p class="label">{shown(strings.GUIDE_QUESTIONS)}</p><ul class="next">{asked}</ul>' if asked else ""
    return (
        f'<ul class="points">{points}</ul>{answers}'
        if points or asked
        else f'<p class="hint">{shown(strings.GUIDE_NONE)}</p>'
    )


def _place(citation: Citation, address: str) -> str:
    label = f"{strings.OPEN_DOCUMENT}: {source_title(citation.passage)}"
    return (
        f' <button type="button" class="cite" data-read="{escape(address)}/{citation.start}-{citation.end}" '
        f'aria-label="{attribute(label)}">↗</button>'
    )
