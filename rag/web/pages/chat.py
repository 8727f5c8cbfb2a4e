"""Handles the events of the chat page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.answering import Shown, browser
from rag.web.pages.page import Page, event_data, memory_of, number_of, told
from rag.web.session.conversations import NAME, Conversation, before, stamp
from rag.web.session.preferences import preferences_from
from rag.web.session.running import Left
from rag.web.view import library, render, sidebar
from rag.web.whence import person_of

HEARTBEAT = 60  # seconds
BOX, EDITING, BANNER, MEMORY = 3, 5, 6, 7  # positions among the outputs of every event; layout.py lists them all
UNCHANGED = [gr.skip()] * (MEMORY + 1)  # the first step of some events: without any, Gradio clears the outputs


async def stay() -> AsyncIterator[None]:
    """Keep the page's stream open as long as the page is open.

    Gradio closes an idle stream, and an event sent at that very moment is never answered.
    """
    while True:
        yield
        await asyncio.sleep(HEARTBEAT)


class ChatActions:
    """The event handlers of the chat; each returns or yields updates by component position."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def arrive(self, memory: Mapping[str, str]) -> list[Any]:
        """Show the conversation that this browser had open."""
        return self.whole(*self.page.who(memory))

    def resume(self, memory: Mapping[str, str], request: gr.Request) -> Iterator[list[Any]]:
        """Show the current answer of this browser's conversation until it is complete."""
        yield UNCHANGED
        owner, conversation = self.page.who(memory)
        steps = self.page.at(memory).chat.follow(owner, conversation.id, str(request.session_hash or ""))
        yield from self._shown(owner, conversation, steps)

    def again(self, memory: Mapping[str, str], event: gr.EventData) -> list[Any]:
        """Reload a conversation that another page of this browser has continued."""
        owner, conversation = self.page.who(memory)
        if stamp(conversation) == event_data(event).get("stamp"):
            return UNCHANGED
        return self.whole(owner, conversation)

    def head(self, memory: Mapping[str, str]) -> list[Any]:
        """Show the collections, and pass the page's script its texts."""
        shelf = self.page.shelf
        names = [(one.name, one.label) for one in shelf.all()]
        return [sidebar.shelf(names, self.page.at(memory).name, can_make=shelf.can_make), sidebar.page_words()]

    def make(self, memory: Mapping[str, str], event: gr.EventData) -> list[Any]:
        """Create a collection and show it."""
        owner, shown = self.page.who(memory)
        try:
            made = self.page.shelf.make(" ".join(str(event_data(event).get("said", "")).split()))
        except (ValueError, OSError) as error:
            failed = sidebar.notice(strings.FAILED.format(reason=error), "trouble")
            return [sidebar.closable(failed), *UNCHANGED]
        self.page.at(memory).chat.leave(owner, shown.id)
        return ["", *self.whole(owner, self.page.new(made.name))]

    def welcome(self, memory: Mapping[str, str]) -> Iterator[str]:
        """Show the welcome; the examples follow once the models have tried them."""
        at = self.page.at(memory)
        if not library.folder(at.seeds) and not at.host.documents():
            yield sidebar.empty(self.page.suffixes)
            return
        yield sidebar.welcome(())
        questions, documents = at.host.examples(), len(at.host.documents())
        emptied = at.host.ready and not documents
        yield sidebar.empty(self.page.suffixes) if emptied else sidebar.welcome(questions, documents=documents)

    def suggest(self, memory: Mapping[str, str]) -> Iterator[str]:
        """Show follow-up questions to the last answer, each tried and answerable."""
        yield ""
        _, conversation = self.page.who(memory)
        if conversation.turns:
            asked = [turn.answer.question for turn in conversation.turns]
            yield sidebar.follow_ups(self.page.at(memory).host.follow_ups(conversation.turns[-1].answer, asked))

    def new(self, memory: Mapping[str, str]) -> list[Any]:
        """Begin an empty conversation; a running answer ends."""
        owner, conversation = self.page.who(memory)
        self.page.at(memory).chat.leave(owner, conversation.id)
        return self.whole(owner, self.page.new(conversation.collection))

    def leave(self, memory: Mapping[str, str], event: gr.EventData) -> list[Any]:
        """Open or delete a conversation of the list, or open a collection; a running answer ends."""
        owner, shown = self.page.who(memory)
        data = event_data(event)
        name, act = str(data.get("conversation", "")), data.get("act")
        self.page.at(memory).chat.leave(owner, shown.id)
        if act == "collection":
            shown = self.page.new(self.page.shelf.at(data.get("collection")).name)
        elif NAME.fullmatch(name) and act == "open":
            shown = self.page.stored(owner, name) or shown
        elif NAME.fullmatch(name) and act == "delete":
            self.page.at(memory).chat.leave(owner, name)
            with told():
                self.page.store.delete(owner, name)
                shown = self.page.new(shown.collection) if name == shown.id else shown
        return self.whole(owner, shown)

    def rename(self, memory: Mapping[str, str], event: gr.EventData) -> str:
        """Rename a conversation of the list."""
        owner, shown = self.page.who(memory)
        data = event_data(event)
        name = str(data.get("conversation", ""))
        if NAME.fullmatch(name) and data.get("act") == "rename":
            with told():
                self.page.store.rename(owner, name, str(data.get("said", "")))
        return self._listed(owner, shown)

    def rate(self, memory: Mapping[str, str], event: gr.EventData) -> None:
        """Save the user's rating of an answer; the same thumb again clears it."""
        owner, conversation = self.page.who(memory)
        data = event_data(event)
        number = number_of(data.get("turn"))
        rating = {"like": 1, "dislike": -1}.get(str(data.get("act")), 0)
        if rating and 0 < number <= len(conversation.turns):
            again = conversation.turns[number - 1].rating == rating
            with told():
                self.page.store.rate(owner, conversation.id, number - 1, 0 if again else rating)

    def keep(self, memory: Mapping[str, str]) -> list[Any]:
        """Cancel editing."""
        update = self.whole(*self.page.who(memory))
        update[BOX] = gr.Textbox("")
        return update

    def stop(self, memory: Mapping[str, str]) -> None:
        """Stop the running answer of this browser's conversation."""
        self.page.at(memory).chat.sign.stop(self.page.who(memory)[1].id)

    def ask(
        self, question: str, editing: int, memory: Mapping[str, str], preferences: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Answer the typed question, replacing the edited turn if there is one."""

        def asked(kept: Conversation) -> tuple[Conversation, str]:
            return (before(kept, editing) if editing else kept), question

        yield UNCHANGED
        if question.strip():
            yield from self._answer(memory, asked, preferences, request)

    def turn(
        self, memory: Mapping[str, str], preferences: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Handle a button of a turn or an example."""
        data = event_data(event)
        act, number = data.get("act"), number_of(data.get("turn"))

        def asked(kept: Conversation) -> tuple[Conversation, str] | None:
            if act == "example":
                return kept, str(data.get("question", ""))
            if act != "retry" or not 0 < number <= len(kept.turns):
                return None
            question = kept.turns[number - 1].answer.question
            return (before(kept, number) if number == len(kept.turns) else kept), question

        if act == "edit":
            owner, conversation = self._settled(memory)
            known = 0 < number <= len(conversation.turns)
            yield self._edit(owner, conversation, number) if known else self.whole(owner, conversation)
        else:
            yield UNCHANGED
            yield from self._answer(memory, asked, preferences, request)

    def _settled(self, memory: Mapping[str, str]) -> tuple[str, Conversation]:
        """Return the page's owner and conversation, once no answer is running in it."""
        owner, conversation = self.page.who(memory)
        self.page.at(memory).chat.running.wait((owner, conversation.id))
        return self.page.who(memory)  # read again, to include the turn answered meanwhile

    def _answer(
        self,
        memory: Mapping[str, str],
        asked: Callable[[Conversation], tuple[Conversation, str] | None],
        said: object,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        """Answer a question in a conversation, after any running answer in it."""
        steps = None
        while steps is None:
            owner, kept = self._settled(memory)
            found = asked(kept)
            if found is None:
                yield self.whole(owner, kept)
                return
            conversation, question = found
            at = self.page.shelf.at(conversation.collection)
            preferences = preferences_from(said).within(at.name)
            preferences = replace(preferences, model=self.page.models.held(preferences.model, owner))
            session = str(request.session_hash or "")
            person = person_of(browser(owner, session), request.request)
            steps = at.chat.begin(owner, conversation, question, preferences, session, person)
        yield from self._shown(owner, conversation, steps)

    def _shown(self, owner: str, conversation: Conversation, steps: Iterable[Shown]) -> Iterator[list[Any]]:
        past, root, skip = "", sidebar.root(owner, conversation), gr.skip()
        shown = None
        try:
            for shown in steps:
                # Each step is complete, because Gradio may skip an earlier one.
                busy = gr.Textbox(submit_btn=False, stop_btn=strings.STOP)
                past = past or render.conversation(shown.conversation.turns[: shown.number - 1])
                yield [root, past, shown.current, busy, skip, 0, "", memory_of(owner, conversation)]
        except Left:
            return
        if shown is not None:
            done = sidebar.root(owner, shown.conversation)
            yield [done, skip, shown.current, _free(), self._listed(owner, conversation), 0, "", skip]

    def _edit(self, owner: str, conversation: Conversation, number: int) -> list[Any]:
        update = self.whole(owner, conversation)
        question = conversation.turns[number - 1].answer.question
        update[BOX] = gr.Textbox(question, submit_btn=strings.SEND, stop_btn=False)
        update[EDITING] = number
        update[BANNER] = sidebar.editing()
        return update

    def whole(self, owner: str, conversation: Conversation) -> list[Any]:
        """Return all outputs of the chat for a conversation."""
        past = render.conversation(conversation.turns)
        root, listed = sidebar.root(owner, conversation), self._listed(owner, conversation)
        return [root, past, "", _free(), listed, 0, "", memory_of(owner, conversation)]

    def _listed(self, owner: str, shown: Conversation) -> str:
        return sidebar.conversations(self.page.store.titles(owner, shown.collection), owner, shown.id)


def _free() -> Any:
    return gr.Textbox(submit_btn=strings.SEND, stop_btn=False)  # keeps the text being typed
