"""Makes example questions from the documents' headings and titles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from rag.types import Answer, Document
from rag.web import strings

LENGTH = 90  # characters: a button of one or two lines
QUESTION_MARKS = ("?", "？", "؟")


def examples(documents: Mapping[str, Document], count: int) -> list[str]:
    """Return questions a newcomer could ask, alternating between documents; headings that are questions come first."""
    found = [(list(_questions(document)), list(_about(document))) for document in documents.values()]  # read once
    asking, about = (_alternate([lists[kind] for lists in found]) for kind in (0, 1))
    unique = dict.fromkeys([*asking, *about])
    return list(unique)[:count]


def following(documents: Mapping[str, Document], answer: Answer, count: int) -> list[str]:
    """Return follow-up questions about the sections of the cited documents, those after the quotes first."""
    places: dict[str, int] = {}
    for citation in answer.citations:
        places.setdefault(citation.passage.source, citation.end)
    lists = [_after(documents[source], end) for source, end in places.items() if source in documents]
    return list(dict.fromkeys(_alternate(lists)))[:count]


def _after(document: Document, place: int) -> list[str]:
    """Return the questions of the sections after a place, wrapping around; its own section comes last."""
    found = [segment for segment in document.segments if segment.kind == "heading"]
    here = sum(segment.start < place for segment in found)
    turned = replace(document, segments=(*found[here:], *found[:here]))
    return [*_questions(turned), *_about(turned)]


def headings(document: Document) -> Iterator[str]:
    """Yield the document's headings as written."""
    for segment in document.segments:
        if segment.kind == "heading":
            text = document.text[segment.start : segment.end].strip().strip("#=-*_ \n\t")
            if 2 < len(text) <= LENGTH and "\n" not in text:
                yield text


def _questions(document: Document) -> Iterator[str]:
    return (heading for heading in headings(document) if heading.endswith(QUESTION_MARKS))


def _about(document: Document) -> Iterator[str]:
    """Return questions about the sections, or about the whole document if it has none."""
    found = False
    for heading in headings(document):
        if heading != document.title and not heading.endswith(QUESTION_MARKS):
            found = True
            yield strings.EXAMPLE_SECTION.format(name=heading)
    if not found and document.title and len(document.title) <= LENGTH:
        yield strings.EXAMPLE_DOCUMENT.format(name=document.title)


def _alternate(lists: list[list[str]]) -> Iterator[str]:
    for position in range(max((len(items) for items in lists), default=0)):
        for items in lists:
            if position < len(items):
                yield items[position]
