"""Does what is clicked or sent on the chat page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.page import Page, event_data
from rag.web.session.conversations import LOCAL_OWNER, NAME, Conversation, new_name
from rag.web.session.preferences import preferences_from
from rag.web.view import library, render, sidebar

HEARTBEAT = 60  # seconds
BOX, EDITING, BANNER = 3, 5, 6  # positions among what every event updates; layout.py lists them all


async def stay() -> AsyncIterator[None]:
    """Keep the page's stream open as long as the page is.

    Gradio closes the stream when nothing is under way, and an event that is sent at that very moment is never answered.
    """
    while True:
        yield
        await asyncio.sleep(HEARTBEAT)


class ChatActions:
    """What the chat does when something is clicked or sent; each returns or yields updates by component position."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def arrive(self, memory: Mapping[str, str]) -> list[Any]:
        """Show the conversation this browser had open."""
        return self._whole(*self._who(memory))

    def welcome(self) -> Iterator[str]:
        """Show how to begin; the examples follow when the models are there and have tried them."""
        host = self.page.host
        if not library.folder(self.page.seeds) and not host.documents():
            yield sidebar.welcome((), empty=strings.EMPTY_LIBRARY_MORE.format(folder=self.page.seeds))
            return
        yield sidebar.welcome(())
        yield sidebar.welcome(host.examples())

    def new(self, memory: Mapping[str, str]) -> list[Any]:
        """Begin an empty conversation; an answer that is being made ends."""
        owner, conversation = self._who(memory)
        self.page.chat.sign.stop(conversation.id)
        return self._whole(owner, Conversation(new_name()))

    def leave(self, memory: Mapping[str, str], event: gr.EventData) -> list[Any]:
        """Open or delete a conversation of the list; an answer that is being made ends."""
        owner, shown = self._who(memory)
        data = event_data(event)
        name = str(data.get("conversation", ""))
        self.page.chat.sign.stop(shown.id)
        if NAME.fullmatch(name) and data.get("act") == "open":
            shown = self.page.store.load(owner, name)
        elif NAME.fullmatch(name) and data.get("act") == "delete":
            self.page.store.delete(owner, name)
            shown = Conversation(new_name()) if name == shown.id else shown
        return self._whole(owner, shown)

    def rename(self, memory: Mapping[str, str], event: gr.EventData) -> str:
        """Give a conversation of the list another name."""
        owner, shown = self._who(memory)
        data = event_data(event)
        name = str(data.get("conversation", ""))
        if NAME.fullmatch(name) and data.get("act") == "rename":
            self.page.store.rename(owner, name, str(data.get("said", "")))
        return self._listed(owner, shown.id)

    def rate(self, memory: Mapping[str, str], event: gr.EventData) -> None:
        """Remember what the user thinks of an answer; the same thumb again takes it back."""
        owner, conversation = self._who(memory)
        data = event_data(event)
        number = _number(data.get("turn"))
        rating = {"like": 1, "dislike": -1}.get(str(data.get("act")), 0)
        if rating and 0 < number <= len(conversation.turns):
            again = conversation.turns[number - 1].rating == rating
            self.page.store.rate(owner, conversation.id, number - 1, 0 if again else rating)

    def keep(self, memory: Mapping[str, str]) -> list[Any]:
        """Give up editing."""
        update = self._whole(*self._who(memory))
        update[BOX] = gr.Textbox("")
        return update

    def stop(self, memory: Mapping[str, str]) -> None:
        """Stop the answer that is being made for this browser's conversation."""
        self.page.chat.sign.stop(self._who(memory)[1].id)

    def ask(
        self, question: str, editing: int, memory: Mapping[str, str], preferences: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Answer what was typed; in place of the edited turn, if there is one."""
        owner, conversation = self._who(memory)
        if editing:
            conversation = replace(conversation, turns=conversation.turns[: editing - 1])
        if question.strip():
            yield from self._answer(owner, conversation, question, preferences, request)

    def turn(
        self, memory: Mapping[str, str], preferences: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Do what a button of a turn, or an example, says."""
        owner, conversation = self._who(memory)
        data = event_data(event)
        act, number = data.get("act"), _number(data.get("turn"))
        if act == "example":
            yield from self._answer(owner, conversation, str(data.get("question", "")), preferences, request)
        elif not 0 < number <= len(conversation.turns):
            yield self._whole(owner, conversation)
        elif act == "retry":
            question = conversation.turns[number - 1].answer.question
            if number == len(conversation.turns):
                conversation = replace(conversation, turns=conversation.turns[:-1])
            yield from self._answer(owner, conversation, question, preferences, request)
        elif act == "edit":
            yield self._edit(owner, conversation, number)

    def _answer(
        self, owner: str, conversation: Conversation, question: str, said: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        memory = {"owner": owner, "conversation": conversation.id}
        preferences = preferences_from(said, self.page.host.documents())
        past = render.conversation(conversation.turns)
        box_emptied = False
        root, skip = sidebar.root(owner, conversation.id), gr.skip()
        shown = None
        for shown in self.page.chat.ask(owner, conversation, question, preferences, str(request.session_hash or "")):
            # Each step says all of it: Gradio may draw a later one without the one before. Only the box is emptied once.
            said = {} if box_emptied else {"value": ""}
            busy = gr.Textbox(submit_btn=False, stop_btn=strings.STOP, **said)
            yield [root, past, shown.current, busy, skip, 0, "", memory]
            box_emptied = True
        current = shown.current if shown else ""
        yield [gr.skip(), gr.skip(), current, _free(), self._listed(owner, conversation.id), 0, "", gr.skip()]

    def _edit(self, owner: str, conversation: Conversation, number: int) -> list[Any]:
        update = self._whole(owner, conversation)
        question = conversation.turns[number - 1].answer.question
        banner = f'<p class="notice">{strings.EDITING} <button type="button" class="act" data-act="keep">{strings.EDIT_CANCEL}</button></p>'
        update[BOX] = gr.Textbox(question, submit_btn=strings.SEND, stop_btn=False)
        update[EDITING] = number
        update[BANNER] = banner
        return update

    def _whole(self, owner: str, conversation: Conversation) -> list[Any]:
        past = render.conversation(conversation.turns)
        memory = {"owner": owner, "conversation": conversation.id}
        root = sidebar.root(owner, conversation.id)
        return [root, past, "", _free(), self._listed(owner, conversation.id), 0, "", memory]

    def _listed(self, owner: str, current: str) -> str:
        return sidebar.conversations(self.page.store.titles(owner), owner, current)

    def _who(self, memory: Mapping[str, str] | None) -> tuple[str, Conversation]:
        """Return whose page it is, and the conversation it shows; what a browser says is checked."""
        said = memory if isinstance(memory, dict) else {}
        owner, name = str(said.get("owner", "")), str(said.get("conversation", ""))
        if not self.page.shared:
            owner = LOCAL_OWNER
        elif not NAME.fullmatch(owner):
            owner = new_name()
        return owner, self.page.store.load(owner, name if NAME.fullmatch(name) else new_name())


def _free() -> Any:
    return gr.Textbox(submit_btn=strings.SEND, stop_btn=False)  # what is being typed stays


def _number(value: object) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else 0
