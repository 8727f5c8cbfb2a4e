"""Renders the cards of the sources panel, with the quoted sentences marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from rag.types import Answer, Citation, Passage
from rag.web import strings
from rag.web.view.escape import attribute, shorten, shown
from rag.web.view.remarks import remarks

QUESTION_LENGTH = 90  # characters: one line of the panel's heading


def sources(answer: Answer, number: int, *, reading: bool = False) -> str:
    """Return the panel's content for one turn: a card for each citation, then the other passages read."""
    cited = {citation.passage.id for citation in answer.citations}
    others = [hit.passage for hit in answer.hits if hit.passage.id not in cited]
    cards = "".join(_card(citation, number, reading) for citation in answer.citations)
    heading = f'<p class="for" dir="auto">{shown(strings.SOURCES_OF.format(question=shorten(answer.question, QUESTION_LENGTH)))}</p>'
    return heading + cards + _others(others, number, open_=not answer.citations, reading=reading)


def source_title(passage: Passage, name: str = "") -> str:
    """Return a source's label: its file name, or the `name` given, with its page if it has one."""
    name = name or PurePosixPath(passage.source).name
    return f"{name}, {strings.PAGE.format(page=passage.page)}" if passage.page else name


def marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Escape a text and mark spans in it; spans may touch or overlap, and are clipped to the text."""
    html, position = [], 0
    for start, end in sorted(spans):
        start, end = max(start, position), min(end, len(text))
        if start < end:
            html += [shown(text[position:start]), f"<mark>{shown(text[start:end])}</mark>"]
            position = end
    return "".join([*html, shown(text[position:])])


def _card(citation: Citation, number: int, reading: bool) -> str:
    passage = citation.passage
    span = (citation.start - passage.start, citation.end - passage.start)
    if passage.text[max(span[0], 0) : span[1]] == citation.quote:
        body = marked(passage.text, [span])
    else:  # the quote is from another place of a folded passage
        body = f"<mark>{shown(citation.quote)}</mark>"
    return (
        f'<section class="card" data-marker="{citation.marker}" tabindex="-1" '
        f'aria-label="{attribute(strings.SOURCES)} {citation.marker}: {attribute(source_title(passage))}">'
        f'<header><span class="number" aria-hidden="true">{citation.marker}</span>{_name(passage)}</header>'
        f'<p class="passage" dir="auto">{body}</p>{remarks(citation.traits)}{_places(passage)}'
        f"{'' if reading else _open(number, f'c{citation.marker}')}</section>"
    )


def _others(passages: Sequence[Passage], number: int, *, open_: bool, reading: bool) -> str:
    if not passages:
        return ""
    title = strings.ALSO_READ.format(count=len(passages))
    if open_:
        title = strings.WHILE_READING if reading else strings.NEAREST
    cards = "".join(
        f'<section class="card other">{_name(passage, tag="header")}<p class="passage" dir="auto">{shown(passage.text)}</p>'
        f"{'' if reading else _open(number, passage.id)}</section>"
        for passage in passages
    )
    return f'<details class="others"{" open" if open_ else ""}><summary>{shown(title)}</summary>{cards}</details>'


def _name(passage: Passage, tag: str = "div") -> str:
    heading = f'<span class="heading">{shown(passage.heading)}</span>' if passage.heading else ""
    return f'<{tag} class="name" dir="auto"><strong title="{attribute(passage.source)}">{shown(source_title(passage))}</strong>{_folder(passage)}{heading}</{tag}>'


def _folder(passage: Passage) -> str:
    """Return the folder of a source: for a web page its address up to the name, for others what tells two of a name apart."""
    folder = PurePosixPath(passage.source).parent.as_posix()
    return f'<span class="heading folder"><bdi>{shown(folder)}</bdi></span>' if folder != "." else ""


def _places(passage: Passage) -> str:
    """List every place of the same text, if there are several."""
    if len(passage.places) < 2:
        return ""
    items = "".join(
        f"<li><bdi>{shown(place.source)}</bdi> · {place.start:,}–{place.end:,}</li>" for place in passage.places
    )
    return f'<details class="places"><summary>{shown(strings.STATED_IN.format(count=len(passage.places)))}</summary><ul>{items}</ul></details>'


def _open(number: int, key: str) -> str:
    return f'<button type="button" class="open" data-open="{attribute(key)}" data-turn="{number}">{shown(strings.OPEN_DOCUMENT)}</button>'
