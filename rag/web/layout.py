"""Lays the page out with Gradio, and connects what happens on it to what answers it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import library, side, texts
from rag.web.choosing import Choosing
from rag.web.page import Page
from rag.web.shelf import Shelf
from rag.web.talk import Talk, stay
from rag.web.wishes import FEWEST, MOST, USUAL

# A click on a button of ours becomes a Python event with the button's data: `leave` if the conversation is left by it, `note`
# if nothing on the page changes by it, else `act`.
CLICKS = """
element.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-act]');
  if (!button) return;
  const data = { ...button.dataset };
  if (data.ask) {
    const said = await window.ragAsk(data.ask, data.value);
    if (said === null) return;
    data.said = said;
  }
  if ('leave' in data) trigger('leave', data);
  else if ('note' in data) trigger('note', data);
  else trigger('act', data);
});
"""


def clickable(**arguments: Any) -> Any:
    """Return a gr.HTML whose buttons are heard as `act` events."""
    return gr.HTML(js_on_load=CLICKS, apply_default_css=False, **arguments)


def still(html: str, **arguments: Any) -> Any:
    """Return a gr.HTML that does nothing by itself."""
    return gr.HTML(html, js_on_load=None, apply_default_css=False, **arguments)


def blocks(page: Page) -> Any:
    """Return the whole page as gr.Blocks."""
    with gr.Blocks(title=texts.TITLE, analytics_enabled=False) as built:
        memory = gr.BrowserState({}, storage_key="rag-chat", secret="rag-chat")  # kept in this browser alone
        wishes = gr.BrowserState({}, storage_key="rag-settings", secret="rag-settings")
        still(side.header(page.model, page.remote) + side.page_words())
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(texts.CHAT, id="chat-tab"):
                scope = _chat_tab(page, built, memory, wishes)
            with gr.Tab(texts.DOCUMENTS, id="documents-tab") as tab:
                _documents_tab(page, built, tab)
            with gr.Tab(texts.SETTINGS, id="settings-tab") as tab:
                _settings_tab(page, tab, wishes, scope)
    return built


def _chat_tab(page: Page, built: Any, memory: Any, wishes: Any) -> Any:
    """Lay out the chat; return the place that says which documents are searched."""
    editing = gr.State(0)  # the turn whose question is being edited, 0 none
    with gr.Row(elem_id="workspace"):
        with gr.Column(elem_id="side", scale=0, min_width=0):
            new = gr.Button(texts.NEW_CONVERSATION, elem_id="new", size="sm")
            listed = clickable(elem_id="listed")
        with gr.Column(elem_id="chat", scale=1, min_width=0):
            root = still("")
            welcome = clickable(elem_id="welcome")
            past = clickable(elem_id="past")
            current = clickable(elem_id="current")
            with gr.Column(elem_id="composer"):
                scope = still("", elem_id="scope")
                banner = clickable(elem_id="banner")
                box = gr.Textbox(label=texts.ASK_LABEL, show_label=False, placeholder=texts.ASK_PLACEHOLDER, lines=1, max_lines=8,
                                 submit_btn=texts.SEND, stop_btn=False, elem_id="box", autofocus=True, container=False)  # fmt: skip
        with gr.Column(elem_id="panel", scale=0, min_width=0):
            still(side.panel())
    talk = Talk(page)
    everything = [root, past, current, box, listed, editing, banner, memory]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    ask: dict[str, Any] = {"outputs": everything, "concurrency_id": "ask", "concurrency_limit": 1, **quiet}
    aside: dict[str, Any] = {"outputs": everything, "concurrency_limit": None, **quiet}
    built.load(stay, None, None, concurrency_limit=None, **quiet)
    arrived = built.load(talk.arrive, [memory], **aside)
    arrived.then(talk.welcome, None, [welcome], concurrency_limit=None, **quiet)
    arrived.then(talk.scope, [wishes], [scope], concurrency_limit=None, **quiet)
    answering = [box.submit(talk.ask, [box, editing, memory, wishes], trigger_mode="multiple", **ask)]
    answering += [
        turns.act(talk.turn, [memory, wishes], trigger_mode="multiple", **ask) for turns in (past, current, welcome)
    ]
    for turns in (past, current):
        turns.note(talk.rate, [memory], None, queue=False, **quiet)
    box.stop(talk.stop, [memory], None, queue=False, **quiet)
    new.click(talk.new, [memory], cancels=answering, **aside)
    listed.leave(talk.leave, [memory], cancels=answering, **aside)
    listed.act(talk.rename, [memory], [listed], concurrency_limit=None, **quiet)
    banner.act(talk.keep, [memory], **aside)
    return scope


def _documents_tab(page: Page, built: Any, tab: Any) -> None:
    said = still("")
    with gr.Row(elem_id="library-actions"):
        add = gr.UploadButton(texts.ADD_FILES, file_count="multiple", size="sm", elem_id="add")
        rebuild = gr.Button(texts.REBUILD, variant="primary", size="sm", elem_id="rebuild")
        cancel = gr.Button(texts.REBUILD_CANCEL, size="sm", elem_id="cancel", visible=False)
    still(
        side.notice(
            f"{texts.ADD_FILES_HINT.format(folder=page.seeds, limit=library.FILE_LIMIT)} {texts.REBUILD_HINT}",
            "hint",
        )
    )
    listed = clickable(elem_id="library")
    quiet: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
    }
    shelf = Shelf(page)
    tab.select(shelf.show, None, [listed], **quiet)
    add.upload(shelf.add, [add], [said, listed], **quiet)
    listed.act(shelf.remove, None, [said, listed], **quiet)
    rebuild.click(shelf.rebuild, None, [said, listed, rebuild, cancel], **quiet)
    cancel.click(page.desk.cancel, None, None, queue=False, api_visibility="private", show_progress="hidden")


def _settings_tab(page: Page, tab: Any, wishes: Any, scope_note: Any) -> None:
    with gr.Column(elem_id="settings"):
        scope = gr.Dropdown([], multiselect=True, label=texts.SCOPE, info=texts.SCOPE_HINT, elem_id="sources-choice")
        passages = gr.Slider(FEWEST, MOST, USUAL, step=1, label=texts.PASSAGES, info=texts.PASSAGES_HINT)
        quotes = gr.Checkbox(False, label=texts.QUOTES, info=texts.QUOTES_HINT)
        still(side.notice(texts.SETTINGS_KEPT, "hint"))
    chosen = [scope, passages, quotes]
    choosing = Choosing(page)
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
    tab.select(choosing.show, [wishes], chosen, **quiet)
    for choice in chosen:
        choice.input(choosing.keep, chosen, [wishes, scope_note], **quiet)
