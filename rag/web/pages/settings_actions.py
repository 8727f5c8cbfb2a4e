"""Does what is chosen on the settings page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web import strings
from rag.web.pages.page import Page
from rag.web.session.preferences import USUAL_MODEL, Model, Preferences, preferences_from, remembered
from rag.web.view import sidebar

USUAL, LOCAL, SERVER = "usual", "local", "server"  # where the model is


class SettingsActions:
    """What the settings page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def greet(self, said: object) -> Iterator[list[Any]]:
        """Say what this browser chose earlier: who words the answers, and which documents are searched."""
        preferences = self._preferences(said)
        yield [self._header(preferences), gr.skip()]
        self.page.host.wait()
        preferences = self._preferences(said)
        scope = self._scope(preferences)
        try:
            if preferences.model != USUAL_MODEL:
                self.page.models.generator(preferences.model)
        except RagError as error:
            preferences = replace(preferences, model=USUAL_MODEL)
            scope += self._failed(error)
        yield [self._header(preferences), scope]

    def show(self, said: object) -> list[Any]:
        """Set the page to what this browser remembers, with the documents of today to choose from."""
        documents = sorted(self.page.host.documents())
        preferences = self._preferences(said)
        model, place = preferences.model, place_of(preferences.model)
        return [
            gr.Dropdown(choices=documents, value=list(preferences.sources)),
            preferences.passages,
            preferences.lenient,
            preferences.quotes,
            place,
            gr.Textbox(model.name, visible=place != USUAL),
            gr.Textbox(model.address, visible=place == SERVER),
            gr.Textbox("", visible=place == SERVER),
        ]

    def place(self, place: str) -> list[Any]:
        """Show what has to be filled in for a model at this place."""
        server = place == SERVER
        return [gr.Textbox(visible=place != USUAL), gr.Textbox(visible=server), gr.Textbox(visible=server)]

    def keep(self, said: object, sources: list[str] | None, passages: int, lenient: bool, quotes: bool) -> list[Any]:
        """Return what this browser shall remember, and what is said of it beside the question and in the page's head."""
        chosen = {**remembered(self._preferences(said)), "sources": sources or [], "passages": int(passages),
                  "lenient": lenient, "quotes": quotes}  # fmt: skip
        preferences = self._preferences(chosen)
        return [remembered(preferences), self._scope(preferences), self._header(preferences)]

    def use(self, said: object, place: str, name: str, address: str, key: str) -> Iterator[list[Any]]:
        """Switch to another model if it works; the previous one stays in use while it is tried, and if it fails."""
        preferences = self._preferences(said)
        missing = unfilled(place, name, address)
        if missing:
            yield [gr.skip(), gr.skip(), sidebar.notice(missing, "trouble")]
            return
        model = _model(place, name, address)
        yield [gr.skip(), gr.skip(), sidebar.notice(strings.MODEL_TRYING.format(model=self.page.models.name(model)))]
        try:
            self.page.models.choose(model, key.strip())
        except (RagError, ValueError) as error:
            yield [gr.skip(), gr.skip(), self._failed(error, preferences.model)]
            return
        preferences = replace(preferences, model=model)
        used = sidebar.notice(strings.MODEL_USED.format(model=self.page.models.name(model)))
        yield [remembered(preferences), self._header(preferences), used]

    def _preferences(self, said: object) -> Preferences:
        return preferences_from(said, self.page.host.documents())

    def _scope(self, preferences: Preferences) -> str:
        return sidebar.scope(preferences, len(self.page.host.documents()))

    def _header(self, preferences: Preferences) -> str:
        models = self.page.models
        return sidebar.header(
            models.name(preferences.model), models.receiver(preferences.model), quotes=preferences.quotes
        )

    def _failed(self, error: Exception, before: Model = USUAL_MODEL) -> str:
        words = strings.MODEL_FAILED.format(reason=error, model=self.page.models.name(before))
        return sidebar.notice(words, "trouble")


def place_of(model: Model) -> str:
    """Tell where a model is."""
    if model.address:
        return SERVER
    return LOCAL if model.name else USUAL


def unfilled(place: str, name: str, address: str) -> str:
    """Say what is missing to use a model; nothing if nothing is."""
    if place != USUAL and not name.strip():
        return strings.MODEL_UNNAMED
    return strings.MODEL_UNADDRESSED if place == SERVER and not address.strip() else ""


def _model(place: str, name: str, address: str) -> Model:
    if place == USUAL:
        return USUAL_MODEL
    return Model(name.strip(), address.strip() if place == SERVER else "")
