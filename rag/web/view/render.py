"""Renders answers as HTML with all foreign text escaped: documents produce no Markdown, links or images."""

from __future__ import annotations

from collections.abc import Sequence

from rag.display import plain
from rag.types import Answer, Citation
from rag.web import strings
from rag.web.session.conversations import KeptTurn
from rag.web.view.escape import attribute, shorten, shown
from rag.web.view.explain import explain
from rag.web.view.export import answer_text, bare_text
from rag.web.view.quotes import quotes
from rag.web.view.reply import reply_html
from rag.web.view.sources import source_title, sources

THUMB = (
    '<svg viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" '
    'aria-hidden="true"><path d="M6.5 9v8H3V9zM6.5 9l3.4-6.2c1.3 0 2 1 1.8 2.2L11.200 8H16c1 0 1.700.9 1.500 1.900l-1.200 5.600'
    'c-.2.9-.9 1.500-1.800 1.500h-8"/></svg>'
)
TOOLTIP_LENGTH = 280  # characters: about five lines; the rest is in the panel


def conversation(turns: Sequence[KeptTurn]) -> str:
    """Return the HTML of finished turns."""
    return "".join(done(turn, number) for number, turn in enumerate(turns, start=1))


def done(turn: KeptTurn, number: int) -> str:
    """Return the HTML of one finished turn, with its actions."""
    notice = _notice(turn.notice)
    if turn.stopped:
        notice += _notice(strings.STOPPED if turn.answer.sentences else strings.STOPPED_EMPTY)
    below = notice + quotes(turn.answer, number) + _actions(turn, number) + explain(turn.answer, turn.seconds)
    return _article(
        turn.answer.question,
        number,
        answer_body(turn.answer, turn.stopped),
        below,
        sources(turn.answer, number),
    )


def growing(answer: Answer, number: int) -> str:
    """Return the HTML of a turn whose answer is still growing."""
    status = strings.READING.format(count=len(answer.hits)) if answer.hits else strings.SEARCHING
    body = (answer_body(answer) if answer.sentences else "") + working(status)
    return _article(answer.question, number, body, "", sources(answer, number, reading=True), busy=True)


def waiting(question: str, number: int, status: str) -> str:
    """Return the HTML of a turn without an answer yet."""
    return _article(question, number, working(status), "", "", busy=True)


def troubled(question: str, number: int, reason: str) -> str:
    """Return the HTML of a turn that could not be answered, with the reason."""
    body = f'<p class="notice trouble" role="alert">{shown(reason)}</p>'
    return _article(question, number, body, "", "")


def answer_body(answer: Answer, stopped: bool = False) -> str:
    """Return the reply with its citation buttons, or the refusal."""
    near = answer.trace.outcome == "not_verified"
    if answer.abstained and not answer.sentences:
        if stopped:
            return ""
        words = strings.NOT_VERIFIED if near else strings.REFUSED
        said = answer.text or (strings.NOT_VERIFIED_TITLE if near else strings.REFUSED_TITLE)
        return f'<div class="refusal"><h3 dir="auto">{shown(said)}</h3><p>{shown(words)}</p></div>'
    known = {citation.marker: citation for citation in answer.citations}
    body = reply_html(
        answer.text,
        answer.sentences,
        lambda marker: _pill(known[marker]) if marker in known else "",
        near=near,
    )
    return (_notice(strings.NEAR) if near else "") + body


def working(status: str) -> str:
    """Return a progress line."""
    return f'<p class="working"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>{shown(status)}</p>'


def _article(question: str, number: int, body: str, below: str, hidden: str, *, busy: bool = False) -> str:
    return (
        f'<article class="turn" data-turn="{number}" aria-busy="{str(busy).lower()}">'
        f'<h2 class="question" dir="auto">{shown(question)}</h2>'
        f'<div class="answer" dir="auto">{body}</div>{below}'
        f'<div class="turn-sources" hidden>{hidden}</div></article>'
    )


def _notice(words: str) -> str:
    return f'<p class="notice">{shown(words)}</p>' if words else ""


def _pill(citation: Citation) -> str:
    quote = shorten(plain(citation.quote), TOOLTIP_LENGTH)
    label = strings.CITE.format(marker=citation.marker, title=source_title(citation.passage), quote=quote)
    return (
        f'<button type="button" class="cite" data-marker="{citation.marker}" aria-label="{attribute(label)}" '
        f'data-tip="{attribute(quote)}" data-tip-title="{attribute(source_title(citation.passage))}">{citation.marker}</button>'
    )


def _actions(turn: KeptTurn, number: int) -> str:
    answer = turn.answer
    buttons = [
        _button("sources", strings.SHOW_SOURCES, number, attribute_name="do"),
        _button("copy", strings.COPY, number, attribute_name="do", hint=strings.COPY_HINT, extra=f'data-copy="{shown(answer_text(answer))}"'),
        _button("copy", strings.COPY_ONLY, number, attribute_name="do", hint=strings.COPY_ONLY_HINT, extra=f'data-copy="{shown(bare_text(answer))}"')
        if answer.citations else "",
        _button("retry", strings.RETRY, number),
        _button("edit", strings.EDIT, number, hint=strings.EDIT_HINT),
        _button("like", "", number, hint=strings.HELPFUL, extra=f'data-note aria-pressed="{str(turn.rating > 0).lower()}"', icon=THUMB),
        _button("dislike", "", number, hint=strings.UNHELPFUL, extra=f'data-note aria-pressed="{str(turn.rating < 0).lower()}"', icon=THUMB),
    ]  # fmt: skip
    return f'<div class="actions">{"".join(buttons)}</div>'


def _button(
    act: str,
    label: str,
    number: int,
    *,
    hint: str = "",
    extra: str = "",
    icon: str = "",
    attribute_name: str = "act",
) -> str:
    """Return a button; `act` buttons are handled by the server, `do` buttons by the page."""
    hint = hint or label
    return (
        f'<button type="button" class="act" data-{attribute_name}="{act}" data-turn="{number}" '
        f'title="{attribute(hint)}" aria-label="{attribute(hint)}" {extra}>{icon}{shown(label)}</button>'
    )
