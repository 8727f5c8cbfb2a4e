"""Updates the page when the collection or its documents have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from rag.web.pages.chat import ChatActions
from rag.web.pages.page import Page
from rag.web.pages.settings_actions import SettingsActions


class Settling:
    """Fills the collection menu, the script's texts, the welcome, the header, the scope and the follow-up questions."""

    def __init__(self, page: Page) -> None:
        self.chat = ChatActions(page)
        self.settings = SettingsActions(page)

    def settle(self, memory: Mapping[str, str], preferences: object) -> Iterator[list[Any]]:
        """Yield what is available at once, then what needs the models, then the examples they have tried."""
        head, welcome = self.chat.head(memory), self.chat.welcome(memory)
        greetings = self.settings.greet(preferences, memory)
        yield [*head, next(welcome), *next(greetings), gr.skip()]
        *_, greeting = greetings
        *_, following = self.chat.suggest(memory)
        yield [*head, gr.skip(), *greeting, following]
        for examples in welcome:
            yield [*head, examples, *greeting, following]
