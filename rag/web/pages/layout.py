"""Lays the page out with Gradio, and connects what happens on it to what answers it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.chat import ChatActions, stay
from rag.web.pages.clicks import clickable, still
from rag.web.pages.documents import DocumentsActions
from rag.web.pages.page import Page
from rag.web.pages.settings import settings_tab
from rag.web.pages.settings_actions import SettingsActions
from rag.web.view import library, sidebar

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def blocks(page: Page) -> Any:
    """Return the whole page as gr.Blocks."""
    with gr.Blocks(title=strings.TITLE, analytics_enabled=False) as built:
        memory = gr.BrowserState({}, storage_key="rag-chat", secret="rag-chat")  # kept in this browser alone
        preferences = gr.BrowserState({}, storage_key="rag-settings", secret="rag-settings")
        top = still(sidebar.header(page.models.usual), elem_id="top")
        still(sidebar.page_words())
        settings_actions = SettingsActions(page)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(strings.CHAT, id="chat-tab"):
                arrived, welcome, scope = _chat_tab(page, built, memory, preferences)
            with gr.Tab(strings.DOCUMENTS, id="documents-tab") as tab:
                _documents_tab(page, tab, welcome)
            with gr.Tab(strings.SETTINGS, id="settings-tab") as tab:
                settings_tab(settings_actions, tab, preferences, scope, top)
        arrived.then(settings_actions.greet, [preferences], [top, scope], concurrency_limit=None, **QUIET)
    return built


def _chat_tab(page: Page, built: Any, memory: Any, preferences: Any) -> tuple[Any, Any, Any]:
    """Lay out the chat; return the event of arriving, the welcome, and the place that says which documents are searched."""
    editing = gr.State(0)  # the turn whose question is being edited, 0 none
    with gr.Row(elem_id="workspace"):
        with gr.Column(elem_id="side", scale=0, min_width=0):
            new = gr.Button(strings.NEW_CONVERSATION, elem_id="new", size="sm")
            listed = clickable(elem_id="listed")
        with gr.Column(elem_id="chat", scale=1, min_width=0):
            root = still("")
            welcome = clickable(elem_id="welcome")
            past = clickable(elem_id="past")
            current = clickable(elem_id="current")
            with gr.Column(elem_id="composer"):
                scope = still("", elem_id="scope")
                banner = clickable(elem_id="banner")
                box = gr.Textbox(label=strings.ASK_LABEL, show_label=False, placeholder=strings.ASK_PLACEHOLDER, lines=1, max_lines=8,
                                 submit_btn=strings.SEND, stop_btn=False, elem_id="box", autofocus=True, container=False)  # fmt: skip
        with gr.Column(elem_id="panel", scale=0, min_width=0):
            still(sidebar.panel())
    chat_actions = ChatActions(page)
    everything = [root, past, current, box, listed, editing, banner, memory]
    ask: dict[str, Any] = {"outputs": everything, "concurrency_id": "ask", "concurrency_limit": 1, **QUIET}
    aside: dict[str, Any] = {"outputs": everything, "concurrency_limit": None, **QUIET}
    built.load(stay, None, None, concurrency_limit=None, **QUIET)
    arrived = built.load(chat_actions.arrive, [memory], **aside)
    arrived.then(chat_actions.welcome, None, [welcome], concurrency_limit=None, **QUIET)
    answering = [box.submit(chat_actions.ask, [box, editing, memory, preferences], trigger_mode="multiple", **ask)]
    answering += [
        turns.act(chat_actions.turn, [memory, preferences], trigger_mode="multiple", **ask)
        for turns in (past, current, welcome)
    ]
    for turns in (past, current):
        turns.note(chat_actions.rate, [memory], None, queue=False, **QUIET)
    box.stop(chat_actions.stop, [memory], None, queue=False, **QUIET)
    new.click(chat_actions.new, [memory], cancels=answering, **aside)
    listed.leave(chat_actions.leave, [memory], cancels=answering, **aside)
    listed.act(chat_actions.rename, [memory], [listed], concurrency_limit=None, **QUIET)
    banner.act(chat_actions.keep, [memory], **aside)
    return arrived, welcome, scope


def _documents_tab(page: Page, tab: Any, welcome: Any) -> None:
    said = still("")
    with gr.Row(elem_id="library-actions"):
        add = gr.UploadButton(strings.ADD_FILES, file_count="multiple", size="sm", elem_id="add")
        rebuild = gr.Button(strings.REBUILD, variant="primary", size="sm", elem_id="rebuild")
        cancel = gr.Button(strings.REBUILD_CANCEL, size="sm", elem_id="cancel", visible=False)
    still(
        sidebar.notice(
            f"{strings.ADD_FILES_HINT.format(folder=page.seeds, limit=library.FILE_LIMIT)} {strings.REBUILD_HINT}",
            "hint",
        )
    )
    listed = clickable(elem_id="library")
    documents_actions, chat_actions = DocumentsActions(page), ChatActions(page)
    quiet: dict[str, Any] = {"concurrency_limit": None, **QUIET}
    shown = [said, listed, rebuild, cancel]
    tab.select(documents_actions.arrive, None, shown, **quiet)
    add.upload(documents_actions.add, [add], [said, listed], **quiet)
    listed.act(documents_actions.remove, None, [said, listed], **quiet)
    rebuilt = rebuild.click(documents_actions.rebuild, None, shown, **quiet)
    rebuilt.then(chat_actions.welcome, None, [welcome], **quiet)
    cancel.click(page.host.cancel, None, None, queue=False, **QUIET)
