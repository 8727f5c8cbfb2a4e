"""Formats the citations of an answer in every form that clients read.

`[n]` in the text, a list of sources under it, `url_citation` annotations on the markers, a list of URLs, and each
source with its quote, its offsets and the hash of its file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal

from typing_extensions import TypedDict  # pydantic supports that of typing only from Python 3.12 on

from rag.answer.markers import code_spans, marks, numbers_of
from rag.api.library import Library
from rag.display import dead
from rag.types import Answer, Citation, Document

STEP = re.compile(
    r"\[\d{1,4}\](?: ?\[\d{1,4}\])*[^\w\s\[-]*(?: \|)?\s*"
)  # the markers of a statement with its closing punctuation
PLACE = re.compile(r"- \[\d{1,4}\] ")  # begins a line of the source list at the end of an answer


class Source(TypedDict):
    """One verifiable citation: `sha256` is that of the file if the quote is still in it, else ""."""

    marker: int
    source: str
    title: str
    url: str
    quote: str
    start: int
    end: int
    page: int | None
    heading: str
    sha256: str


def sources_of(answer: Answer, library: Library, base: str = "") -> list[Source]:
    """Return the sources of an answer in marker order; `base` is the prefix of their URLs."""
    documents = library.documents
    return [_source(citation, documents, library, base) for citation in answer.citations]


def content_of(answer: Answer, *, listed: bool) -> str:
    """Return an answer's text with links, images and HTML from documents escaped; `listed` adds the source list."""
    lines = [f"- [{citation.marker}] {_one_line(citation.place)}" for citation in answer.citations] if listed else []
    return dead("\n".join([answer.text, *([""] if lines else []), *lines]))


def without_list(content: str) -> str:
    """Return an answer's text without the source list that `content_of` adds."""
    lines = content.rstrip().split("\n")
    last = len(lines)
    while last and PLACE.match(lines[last - 1]):
        last -= 1
    return "\n".join(lines[:last]).rstrip() if last < len(lines) else content


class Place(TypedDict):
    """Where a marker stands in the content, and what it stands for."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(TypedDict):
    """A marker, as OpenAI's clients read it."""

    type: Literal["url_citation"]
    url_citation: Place


def annotations_of(content: str, sources: Sequence[Source]) -> list[Annotation]:
    """Return an annotation for each marker of the content, in order, except in the source list."""
    known = {source["marker"]: source for source in sources}
    said = len(without_list(content))
    return [
        _annotation(known[number], mark)
        for mark in marks(content)
        for number in numbers_of(mark)
        if mark.end() <= said and number in known
    ]


def within(annotations: Sequence[Annotation], spans: Iterable[tuple[int, int]]) -> Iterator[Sequence[Annotation]]:
    """Yield the annotations whose markers begin in each of the spans."""
    starts = [one["url_citation"]["start_index"] for one in annotations]
    for start, end in spans:
        yield annotations[bisect_left(starts, start) : bisect_left(starts, end)]


def pieces(content: str) -> list[tuple[int, int]]:
    """Return the spans in which the content is sent, each ending after the markers of a statement."""
    spans, said = code_spans(content), len(without_list(content))
    ends = [m.end() for m in STEP.finditer(content) if not any(first <= m.start() < last for first, last in spans)]
    ends = [end for end in ends if end < said]
    return list(zip([0, *ends], [*ends, len(content)], strict=True))


def name_of(source: str, page: int | None) -> str:
    """Return a source's label: its file name, with its page if it has one."""
    name = _one_line(PurePosixPath(source).name)
    return f"{name}, page {page}" if page is not None else name


def _source(citation: Citation, documents: Mapping[str, Document], library: Library, base: str) -> Source:
    source = citation.passage.source
    document = documents.get(source)
    stands = document is not None and document.text[citation.start : citation.end] == citation.quote
    return Source(
        marker=citation.marker,
        source=source,
        title=name_of(source, citation.page),
        url=base + library.address(source, citation.start, citation.end),
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        page=citation.page,
        heading=citation.passage.heading,
        sha256=document.sha256 if document is not None and stands else "",
    )


def _annotation(source: Source, match: re.Match[str]) -> Annotation:
    place = Place(start_index=match.start(), end_index=match.end(), url=source["url"], title=source["title"])
    return Annotation(type="url_citation", url_citation=place)


def _one_line(text: str) -> str:
    return " ".join(text.split())
