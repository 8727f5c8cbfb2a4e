"""Lays the page out with Gradio, and connects its events to their handlers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.chat import ChatActions, stay
from rag.web.pages.clicks import clickable, still
from rag.web.pages.documents import DocumentsActions
from rag.web.pages.labels import label
from rag.web.pages.page import Page
from rag.web.pages.settings import settings_tab
from rag.web.pages.settings_actions import SettingsActions
from rag.web.pages.settling import Settling
from rag.web.session.preferences import USUAL_MODEL
from rag.web.view import sidebar

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
ASIDE: dict[str, Any] = {"concurrency_limit": None, **QUIET}
SENT = "(question) => [question, '']"  # empties the box at once


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events of several tabs fill."""

    memory: Any  # the browser's state: owner, conversation, collection
    preferences: Any
    words: Any
    top: Any
    shelf: Any
    doing: Any  # progress, shown above every tab
    root: Any
    welcome: Any
    past: Any
    current: Any
    next: Any  # follow-up questions to the last answer
    scope: Any
    banner: Any
    box: Any
    asked: Any  # the last question sent
    add: Any
    listed: Any
    new: Any
    editing: Any  # the turn being edited, 0 for none

    @property
    def everything(self) -> list[Any]:
        """The outputs of every chat event, in the order that chat.py expects."""
        return [self.root, self.past, self.current, self.box, self.listed, self.editing, self.banner, self.memory]


def blocks(page: Page) -> Any:
    """Return the whole page as gr.Blocks."""
    with gr.Blocks(title=strings.TITLE, analytics_enabled=False) as built:
        with gr.Row(elem_id="top"):
            quotes = not page.models.words(USUAL_MODEL)
            top = still(sidebar.header(page.models.usual, quotes=quotes), elem_id="head")
            shelf = clickable(elem_id="shelf")
        words, doing = still(sidebar.page_words()), clickable(elem_id="doing")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(label("CHAT"), id="chat-tab"):
                parts = _chat_tab(words, top, shelf, doing)
            with gr.Tab(label("DOCUMENTS"), id="documents-tab") as tab:
                table, rebuild, address = _documents_tab(page, tab, parts)
            with gr.Tab(label("SETTINGS"), id="settings-tab") as tab:
                settings_tab(SettingsActions(page), tab, parts.preferences, parts.scope, parts.top, parts.memory)
        _connect(page, built, parts, table, rebuild, address)
    return built


def _chat_tab(words: Any, top: Any, shelf: Any, doing: Any) -> Parts:
    """Lay out the chat."""
    memory = gr.BrowserState({}, storage_key="rag-chat", secret="rag-chat")  # stored only in this browser
    preferences = gr.BrowserState({}, storage_key="rag-settings", secret="rag-settings")
    editing = gr.State(0)
    with gr.Row(elem_id="workspace"):
        with gr.Column(elem_id="side", scale=0, min_width=0):
            new = gr.Button(label("NEW_CONVERSATION"), elem_id="new", size="sm")
            listed = clickable(elem_id="listed")
        with gr.Column(elem_id="chat", scale=1, min_width=0):
            root, welcome = clickable(), clickable(elem_id="welcome")
            past, current, following = (clickable(elem_id=name) for name in ("past", "current", "next"))
            with gr.Column(elem_id="composer"):
                banner = clickable(elem_id="banner")
                asked = gr.Textbox(elem_id="asked", show_label=False, container=False)
                box = gr.Textbox(label=label("ASK_LABEL"), show_label=False, placeholder=label("ASK_PLACEHOLDER"), lines=1, max_lines=8,
                                 submit_btn=label("SEND"), stop_btn=False, elem_id="box", autofocus=True, container=False)  # fmt: skip
                with gr.Row(elem_id="beside"):
                    add = gr.UploadButton(label("ADD_FILES"), file_count="multiple", size="sm", elem_id="add")
                    scope = clickable(elem_id="scope")
        with gr.Column(elem_id="panel", scale=0, min_width=0):
            still(sidebar.panel(), elem_id="panel-html")
    return Parts(memory, preferences, words, top, shelf, doing, root, welcome, past, current, following, scope, banner, box,
                 asked, add, listed, new, editing)  # fmt: skip


def _documents_tab(page: Page, tab: Any, parts: Parts) -> tuple[Any, Any, Any]:
    """Lay out the documents; return their table, the rebuild button, and the field for an address, None where that is off."""
    with gr.Row(elem_id="library-actions"):
        clickable(value=sidebar.add_button(), elem_id="add-here")
        rebuild = gr.Button(label("REBUILD"), size="sm", elem_id="rebuild")
    address = _address_field() if page.visit else None
    table = clickable(elem_id="library")
    actions = DocumentsActions(page)
    shown = [parts.doing, table, rebuild]
    tab.select(actions.arrive, [parts.memory], shown, **ASIDE)
    return table, rebuild, address


def _address_field() -> Any:
    return gr.Textbox(label=label("PAGE_ADDRESS"), placeholder="https://", info=label("PAGE_ADDRESS_HINT"), submit_btn=label("PAGE_ADD"),
                      max_lines=1, elem_id="page-address")  # fmt: skip


def _connect(page: Page, built: Any, parts: Parts, table: Any, rebuild: Any, address: Any) -> None:
    """Connect the events of the chat, of the collections and of the documents."""
    chat, documents, memory = ChatActions(page), DocumentsActions(page), parts.memory
    built.load(stay, None, None, concurrency_limit=None, **QUIET)
    answering = _answers(chat, parts)
    moves = [
        built.load(chat.arrive, [memory], parts.everything, **ASIDE),
        parts.new.click(chat.new, [memory], parts.everything, cancels=answering, **ASIDE),
        parts.listed.leave(chat.leave, [memory], parts.everything, cancels=answering, **ASIDE),
        parts.shelf.leave(chat.leave, [memory], parts.everything, cancels=answering, **ASIDE),
        parts.shelf.act(chat.make, [memory], [parts.doing, *parts.everything], cancels=answering, **ASIDE),
    ]
    moves[0].then(chat.resume, [memory], parts.everything, **ASIDE)
    again = parts.root.act(chat.again, [memory], parts.everything, **ASIDE)
    parts.listed.act(chat.rename, [memory], [parts.listed], **ASIDE)
    parts.banner.act(chat.keep, [memory], parts.everything, **ASIDE)
    shown = [parts.doing, table, rebuild]
    for event in (moves[0], moves[4], again):
        event.then(documents.arrive, [memory], shown, **ASIDE)
    moves[3].then(documents.change, [memory], shown, **ASIDE)
    read = [
        parts.add.upload(documents.add, [parts.add, memory], [*shown, *parts.everything], **ASIDE),
        table.act(documents.act, [memory], shown, **ASIDE),
        parts.doing.act(documents.act, [memory], shown, **ASIDE),
        rebuild.click(documents.rebuild, [memory], shown, **ASIDE),
    ]
    if address is not None:
        filled = [*shown, *parts.everything, address]
        read.append(address.submit(documents.fetch, [address, memory], filled, **ASIDE))
    settled = [parts.shelf, parts.words, parts.welcome, parts.top, parts.scope, parts.next]
    for event in [*moves, *read]:
        event.then(Settling(page).settle, [memory, parts.preferences], settled, **ASIDE)
    for event in answering:
        event.then(chat.suggest, [memory], [parts.next], **ASIDE)


def _answers(chat: ChatActions, parts: Parts) -> list[Any]:
    """Connect the inputs of questions; return the events that answer."""
    one: dict[str, Any] = {"outputs": parts.everything, **ASIDE}
    sent = parts.box.submit(None, [parts.box], [parts.asked, parts.box], js=SENT, trigger_mode="multiple", **QUIET)
    said = [parts.memory, parts.preferences]
    answering = [sent.then(chat.ask, [parts.asked, parts.editing, *said], trigger_mode="multiple", **one)]
    answering += [
        turns.act(chat.turn, said, trigger_mode="multiple", **one)
        for turns in (parts.past, parts.current, parts.welcome, parts.next)
    ]
    for turns in (parts.past, parts.current):
        turns.note(chat.rate, [parts.memory], None, queue=False, **QUIET)
    parts.box.stop(chat.stop, [parts.memory], None, queue=False, **QUIET)
    return answering
