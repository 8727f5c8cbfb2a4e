"""Shows the guide to a document or collection: a few cited points, and questions that it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from rag.types import Citation, Sentence
from rag.web import strings
from rag.web.view.escape import attribute, shorten, shown
from rag.web.view.reply import inline
from rag.web.view.sources import source_title

LONGEST_POINT = 260  # characters


def guide(
    points: Sequence[Sentence], questions: Sequence[str], address_of: Callable[[str], str], *, named: bool = False
) -> str:
    """Return the guide as HTML; `address_of` returns the URL prefix of a source; `named` adds each point's document."""
    items = "".join(
        f'<li dir="auto">{_name(point) if named else ""}{inline(shorten(point.text, LONGEST_POINT), lambda _: "")}'
        f"{_place(point.citations[0], address_of(point.citations[0].passage.source))}</li>"
        for point in points
    )
    asked = "".join(
        f'<li><button type="button" class="example" dir="auto" data-ask-now="{escape(question)}">{shown(question)}</button></li>'
        for question in questions
    )
    answers = f'<p class="label">{shown(strings.GUIDE_QUESTIONS)}</p><ul class="next">{asked}</ul>' if asked else ""
    return (
        f'<ul class="points">{items}</ul>{answers}'
        if items or asked
        else f'<p class="hint">{shown(strings.GUIDE_NONE)}</p>'
    )


def _name(point: Sentence) -> str:
    return f"<strong><bdi>{shown(source_title(point.citations[0].passage))}</bdi></strong> "


def _place(citation: Citation, address: str) -> str:
    label = f"{strings.OPEN_DOCUMENT}: {source_title(citation.passage)}"
    return (
        f' <button type="button" class="cite" data-read="{escape(address)}/{citation.start}-{citation.end}" '
        f'aria-label="{attribute(label)}">↗</button>'
    )
