"""Renders the surroundings of the conversation: header, welcome, list of conversations, empty panel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from rag.web import strings
from rag.web.session.conversations import Conversation, stamp
from rag.web.session.preferences import Preferences
from rag.web.view.escape import attribute, shown
from rag.web.view.library_table import formats
from rag.web.view.naming import names


def header(model: str, receiver: str = "", *, quotes: bool = False) -> str:
    """Return the page's header: its name, the model in use, and the receiver of any data that leaves the machine."""
    sent = bool(receiver) and not quotes
    place = strings.REMOTE.format(address=receiver) if sent else strings.LOCAL
    wording = strings.QUOTES_ONLY if quotes else strings.MODEL.format(model=model)
    return (
        f'<header class="top"><h1>{shown(strings.TITLE)}</h1>'
        f'<p class="privacy {"remote" if sent else "local"}"><span class="dot" aria-hidden="true"></span>{shown(place)}'
        f'<span class="model"> · {shown(wording)}</span></p></header>'
    )


def shelf(collections: Sequence[tuple[str, str]], current: str, *, can_make: bool) -> str:
    """Return the menu of collections, (name, label) each; nothing if there is no choice."""
    if len(collections) < 2 and not can_make:
        return ""
    label = dict(collections).get(current, "")
    items = "".join(
        f'<button type="button" data-leave data-act="collection" data-collection="{attribute(name)}"'
        f"{' aria-current=true' if name == current else ''}>{shown(text)}</button>"
        for name, text in collections
    )
    make = (
        f'<button type="button" class="make" data-act="make" data-ask="{attribute(strings.COLLECTION_NAME)}" data-value="">'
        f"{shown(strings.COLLECTION_NEW)}</button>"
    )
    return (
        f'<details class="menu shelf"><summary aria-label="{attribute(strings.COLLECTION)}: {attribute(label)}"><bdi>{shown(label)}</bdi></summary>'
        f"<div>{items}{make if can_make else ''}</div></details>"
    )


def editing() -> str:
    """Return the notice that an earlier question is being edited, with a cancel button."""
    keep = f'<button type="button" class="act" data-act="keep">{shown(strings.EDIT_CANCEL)}</button>'
    return f'<p class="notice">{shown(strings.EDITING)} {keep}</p>'


def page_words() -> str:
    """Return the texts for the page's script, and its live region."""
    words = {
        "sources": strings.SOURCES,
        "sources-empty": strings.SOURCES_EMPTY,
        "add-files": strings.ADD_FILES,
        "drop": strings.DROP,
        "adding": strings.ADDING,
        "done": strings.ANSWER_DONE,
        "wider": strings.WIDER,
        "panel-width": strings.PANEL_WIDTH,
        "close": strings.CLOSE,
        "seconds": strings.SECONDS_WAITED,
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


def root(owner: str, conversation: Conversation) -> str:
    """Return the element that tells the page's script the conversation shown, and the server which turns."""
    return (
        f'<div id="conversation-root" data-owner="{attribute(owner)}" data-conversation="{attribute(conversation.id)}" '
        f'data-turns="{len(conversation.turns)}"><button type="button" id="again" data-act="again" data-stamp="{attribute(stamp(conversation))}" hidden></button></div>'
    )


def add_button() -> str:
    """Return the button that chooses files to add."""
    return f'<button type="button" class="primary" data-do="add">{shown(strings.ADD_FILES)}</button>'


def empty(suffixes: Collection[str]) -> str:
    """Return the content of an empty collection: how to add documents."""
    return (
        f'<div class="welcome empty"><h2>{shown(strings.EMPTY_LIBRARY)}</h2><p>{shown(strings.EMPTY_LIBRARY_MORE)}</p>'
        f"{add_button()}{formats(suffixes)}</div>"
    )


def welcome(questions: Sequence[str], *, documents: int = 0) -> str:
    """Return the content of an empty conversation: how to begin, and questions that the documents answer."""
    held = f'<p class="held">{shown(strings.plural("HELD", documents))}</p>' if documents else ""
    some = _questions(strings.EXAMPLES, questions, "examples")
    return (
        f'<div class="welcome"><h2>{shown(strings.WELCOME)}</h2><p>{shown(strings.WELCOME_MORE)}</p>{some}{held}</div>'
    )


def follow_ups(questions: Sequence[str]) -> str:
    """Return follow-up questions."""
    return _questions(strings.NEXT, questions, "next")


def _questions(label: str, questions: Sequence[str], kind: str) -> str:
    buttons = "".join(
        f'<li><button type="button" class="example" dir="auto" data-act="example" data-question="{escape(question)}">'
        f"{shown(question)}</button></li>"
        for question in questions
    )
    return f'<p class="label">{shown(label)}</p><ul class="{kind}">{buttons}</ul>' if buttons else ""


def conversations(titles: Sequence[tuple[str, str]], owner: str, current: str) -> str:
    """Return the list of conversations, with the current one marked."""
    if not titles:
        return f'<p class="hint">{shown(strings.NO_CONVERSATIONS)}</p>'
    toggle = f'<button type="button" id="history-toggle" data-do="history">{shown(strings.CONVERSATIONS)} ({len(titles)})</button>'
    return f'{toggle}<ul class="conversations">{"".join(_item(name, title, owner, name == current) for name, title in titles)}</ul>'


def progress(words: str, done: int, total: int, *, cancel: bool = False) -> str:
    """Return a progress bar, indeterminate if the total is unknown."""
    amount = f'value="{done}" max="{total}"' if total else ""
    count = f" {done:,} / {total:,}" if total else ""
    button = f'<button type="button" class="act" id="cancel" data-act="cancel">{shown(strings.REBUILD_CANCEL)}</button>'
    return f'<div class="progress"><label>{shown(words)}{count}<progress {amount}></progress></label>{button if cancel else ""}</div>'


def undoable(words: str, source: str) -> str:
    """Return the notice that a document was removed, with an undo button."""
    undo = f'<button type="button" class="act" data-act="restore" data-source="{escape(source)}">{shown(strings.UNDO)}</button>'
    return f'<p class="notice" role="status">{shown(words)} {undo}</p>'


def scope(preferences: Preferences, sources: Sequence[str], *, unfolded: bool = False) -> str:
    """Return the choice of searched documents beside the question; a chosen one that is gone can be dropped."""
    if not sources:
        return ""
    chosen, every = set(preferences.sources), sorted({*sources, *preferences.sources})
    count = len(chosen.intersection(sources))
    label = strings.SCOPED.format(count=count, total=len(sources)) if chosen else strings.SCOPE_ALL
    items = "".join(_choice(source, label, source in chosen) for source, label in names(every).items())
    return (
        f'<details class="menu scope{" some" if chosen else ""}"{" open" if unfolded else ""}><summary>{shown(label)}</summary>'
        f'<div role="group" aria-label="{attribute(strings.SCOPE)}">{_choice("", strings.SCOPE_ALL, not chosen)}{items}</div></details>'
    )


def _choice(source: str, label: str, chosen: bool) -> str:
    return (
        f'<button type="button" data-act="scope" data-source="{escape(source)}" aria-pressed="{str(chosen).lower()}" '
        f'title="{attribute(source)}"><bdi>{shown(label)}</bdi></button>'
    )


def notice(words: str, kind: str = "") -> str:
    """Return a notice in one line."""
    return f'<p class="notice {kind}" role="status">{shown(words)}</p>' if words else ""


def closable(told: str) -> str:
    """Return a message with a close button; nothing without a message."""
    button = (
        f'<button type="button" class="dismiss" data-act="dismiss" aria-label="{attribute(strings.CLOSE)}">×</button>'
    )
    return f'<div class="told">{told}{button}</div>' if told else ""


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
