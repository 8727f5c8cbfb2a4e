"""Turns what stands around the conversation into HTML: header, welcome, list of conversations, empty panel."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.web import strings
from rag.web.session.preferences import Preferences
from rag.web.view.escape import attribute, shown


def header(model: str, receiver: str = "", *, quotes: bool = False) -> str:
    """Return the page's head: its name, the model in use, and to whom anything is sent that leaves the machine."""
    quotes = quotes or model in ("", "none")
    sent = bool(receiver) and not quotes
    place = strings.REMOTE.format(address=receiver) if sent else strings.LOCAL
    wording = strings.QUOTES_ONLY if quotes else strings.MODEL.format(model=model)
    return (
        f'<header class="top"><h1>{shown(strings.TITLE)}</h1>'
        f'<p class="privacy {"remote" if sent else "local"}"><span class="dot" aria-hidden="true"></span>{shown(place)}'
        f'<span class="model"> · {shown(wording)}</span></p></header>'
    )


def page_words() -> str:
    """Return the texts that the page's script needs, and its live region."""
    words = {
        "back": strings.BACK_TO_SOURCES,
        "copied": strings.COPIED,
        "trouble": strings.TROUBLE,
        "yes": strings.YES,
        "no": strings.NO,
    }
    data = " ".join(f'data-{key}="{attribute(text)}"' for key, text in words.items())
    return f'<div id="words" {data} hidden></div><div id="live" class="unseen" role="status" aria-live="polite"></div>'


def panel() -> str:
    """Return the empty sources panel; the page's script fills it."""
    return (
        f'<aside id="sources" aria-labelledby="sources-title"><h2 id="sources-title">{shown(strings.SOURCES)}</h2>'
        f'<p class="hint">{shown(strings.SOURCES_EMPTY)}</p><div id="sources-body"></div></aside>'
    )


def root(owner: str, conversation: str) -> str:
    """Return the mark by which the page's script knows which conversation is shown."""
    return f'<div id="conversation-root" data-owner="{attribute(owner)}" data-conversation="{attribute(conversation)}"></div>'


def welcome(questions: Sequence[str], *, empty: str = "") -> str:
    """Return what an empty conversation shows: how to begin, and questions that the documents answer."""
    if empty:
        return f'<div class="welcome"><h2>{shown(strings.EMPTY_LIBRARY)}</h2><p>{shown(empty)}</p></div>'
    buttons = "".join(
        f'<li><button type="button" class="example" dir="auto" data-act="example" data-question="{escape(question)}">'
        f"{shown(question)}</button></li>"
        for question in questions
    )
    some = f'<p class="label">{shown(strings.EXAMPLES)}</p><ul class="examples">{buttons}</ul>' if buttons else ""
    return f'<div class="welcome"><h2>{shown(strings.WELCOME)}</h2><p>{shown(strings.WELCOME_MORE)}</p>{some}</div>'


def conversations(titles: Sequence[tuple[str, str]], owner: str, current: str) -> str:
    """Return the list of conversations, the one shown marked."""
    if not titles:
        return f'<p class="hint">{shown(strings.NO_CONVERSATIONS)}</p>'
    toggle = f'<button type="button" id="history-toggle" data-do="history">{shown(strings.CONVERSATIONS)} ({len(titles)})</button>'
    return f'{toggle}<ul class="conversations">{"".join(_item(name, title, owner, name == current) for name, title in titles)}</ul>'


def progress(words: str, done: int, total: int) -> str:
    """Return a progress bar; an indeterminate one when the total is not known."""
    amount = f'value="{done}" max="{total}"' if total else ""
    count = f" {done:,} / {total:,}" if total else ""
    return f'<div class="progress"><label>{shown(words)}{count}<progress {amount}></progress></label></div>'


def scope(preferences: Preferences, total: int) -> str:
    """Say that only some documents are searched; nothing when all are."""
    count = len(preferences.sources)
    return notice(strings.SCOPED.format(count=count, total=total), "scope") if count else ""


def notice(words: str, kind: str = "") -> str:
    """Return a line that says what happened."""
    return f'<p class="notice {kind}" role="status">{shown(words)}</p>' if words else ""


def _item(name: str, title: str, owner: str, current: bool) -> str:
    title = title or strings.UNTITLED
    mark = ' aria-current="true"' if current else ""
    link = f"/ui/export/{owner}/{name}"
    return (
        f"<li{' class=current' if current else ''}>"
        f'<button type="button" class="title" dir="auto" data-leave data-act="open" data-conversation="{name}"{mark}>{shown(title)}</button>'
        f'<details class="menu"><summary aria-label="{attribute(title)}: …">⋯</summary><div>'
        f'<button type="button" data-act="rename" data-conversation="{name}" data-ask="{attribute(strings.RENAME_PROMPT)}" '
        f'data-value="{attribute(title)}">{shown(strings.RENAME)}</button>'
        f'<a href="{link}.md" download>{shown(strings.EXPORT_MARKDOWN)}</a><a href="{link}.json" download>{shown(strings.EXPORT_JSON)}</a>'
        f'<button type="button" data-leave data-act="delete" data-conversation="{name}" data-ask="{attribute(strings.DELETE_CONFIRM)}">'
        f"{shown(strings.DELETE)}</button></div></details></li>"
    )
