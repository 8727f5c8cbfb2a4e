"""Handles the events of the settings page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web import strings
from rag.web.pages.page import Page, event_data
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.preferences import USUAL_MODEL, Model, Preferences, preferences_from, remembered
from rag.web.view import sidebar

USUAL, LOCAL, SERVER = "usual", "local", "server"  # location of the model


class SettingsActions:
    """The event handlers of the settings page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def greet(self, said: object, memory: object) -> Iterator[list[Any]]:
        """Show this browser's earlier choices: the model and the searched documents."""
        preferences = preferences_from(said)
        header = self._header(preferences)  # also if the model fails now: it is tried again with every question
        yield [header, self._scope(preferences, memory)]
        self.page.at(memory).host.wait()
        trouble = ""
        try:
            if preferences.model != USUAL_MODEL:
                self.page.models.generator(self.page.models.held(preferences.model, self.page.who(memory)[0]))
        except RagError as error:
            trouble = sidebar.notice(strings.MODEL_FAILED_QUOTES.format(reason=error), "trouble")
        yield [header, self._scope(preferences, memory) + trouble]

    def scope(self, said: object, memory: object, event: gr.EventData) -> list[Any]:
        """Add or remove a searched document; "" means all of them."""
        preferences = preferences_from(said).within(self.page.at(memory).name)
        source = str(event_data(event).get("source", ""))
        kept = [one for one in preferences.sources if one != source]
        if source and len(kept) == len(preferences.sources):
            kept.append(source)
        chosen = replace(preferences, sources=tuple(kept) if source else ())
        return [remembered(chosen), self._scope(chosen, memory, unfolded=True)]

    def show(self, said: object, memory: object, *shown: object) -> list[Any]:
        """Set the page to this browser's stored choices, in its language; values that are shown stay: one may just be changed."""
        preferences = preferences_from(said)
        model, place = preferences.model, place_of(preferences.model)
        chosen = [preferences.passages, preferences.lenient, preferences.quotes]
        of_models, kept = places(self.page.models), sidebar.notice(strings.SETTINGS_KEPT, "hint")
        if list(shown) == [*chosen, place, model.name, model.address, ""]:
            same = gr.skip()
            return [same, same, same, gr.Radio(choices=of_models), same, same, same, kept]
        return [
            *chosen,
            gr.Radio(choices=of_models, value=place),
            gr.Textbox(model.name, visible=place != USUAL),
            gr.Textbox(model.address, visible=place == SERVER),
            gr.Textbox("", visible=place == SERVER),
            kept,
        ]

    def place(self, place: str) -> list[Any]:
        """Show the fields for a model at this location."""
        server = place == SERVER
        return [gr.Textbox(visible=place != USUAL), gr.Textbox(visible=server), gr.Textbox(visible=server)]

    def keep(self, said: object, memory: object, passages: int, lenient: bool, quotes: bool) -> list[Any]:
        """Return the choices to store, and the page header for them."""
        chosen = {
            **remembered(preferences_from(said)),
            "passages": int(passages),
            "lenient": lenient,
            "quotes": quotes,
        }
        preferences = preferences_from(chosen)
        return [remembered(preferences), self._header(preferences)]

    def use(self, said: object, memory: object, place: str, name: str, address: str, key: str) -> Iterator[list[Any]]:
        """Try another model and yield it, if it works, for `used`; the previous one stays in use otherwise."""
        missing = unfilled(place, name, address)
        if missing:
            yield [{}, sidebar.notice(missing, "trouble")]
            return
        model = _model(place, name, address)
        yield [{}, sidebar.notice(strings.MODEL_TRYING.format(model=self.page.models.name(model)))]
        try:
            self.page.models.choose(model, key.strip(), self.page.who(memory)[0])
        except (RagError, ValueError) as error:
            yield [{}, self._failed(error, preferences_from(said).model)]
            return
        yield [{"name": model.name, "address": model.address}, gr.skip()]

    def used(self, said: object, tried: object) -> list[Any]:
        """Return the choices to store with a model that works, the page header for it, and the notice that it is used.

        What was chosen meanwhile stays. The notice is not shown before the choice is stored: a page that is reloaded
        in between would be back at the earlier model.
        """
        if not tried:
            return [gr.skip(), gr.skip(), gr.skip()]
        preferences = replace(preferences_from(said), model=preferences_from({"model": tried}).model)
        notice = sidebar.notice(said_of(self.page.models, preferences.model, strings.MODEL_USED))
        return [remembered(preferences), self._header(preferences), notice]

    def _scope(self, preferences: Preferences, memory: object, *, unfolded: bool = False) -> str:
        at = self.page.at(memory)
        return sidebar.scope(preferences.within(at.name), sorted(at.host.documents()), unfolded=unfolded)

    def _header(self, preferences: Preferences) -> str:
        models, model = self.page.models, preferences.model
        quotes = preferences.quotes or not models.words(model)
        return sidebar.header(models.name(model), models.receiver(model), quotes=quotes)

    def _failed(self, error: Exception, before: Model) -> str:
        name = self.page.models.name(before)
        words = strings.MODEL_FAILED_QUOTES if name == NO_GENERATOR else strings.MODEL_FAILED
        words = words.format(reason=error, model=name)
        return sidebar.notice(words, "trouble")


def said_of(models: Models, model: Model, of_words: str) -> str:
    """Return who words the answers, in words for people: `of_words`, or that they are quotes and why."""
    name = models.name(model)
    if name == NO_GENERATOR:
        return strings.MODEL_NONE
    return (of_words if models.words(model) else strings.MODEL_QUOTES).format(model=name)


def places(models: Models) -> list[tuple[str, str]]:
    """Return the labels of the possible model locations."""
    return [
        (said_of(models, USUAL_MODEL, strings.MODEL_USUAL), USUAL),
        (strings.MODEL_LOCAL, LOCAL),
        (strings.MODEL_SERVER, SERVER),
    ]


def place_of(model: Model) -> str:
    """Return the location of a model."""
    if model.address:
        return SERVER
    return LOCAL if model.name else USUAL


def unfilled(place: str, name: str, address: str) -> str:
    """Return what is missing to use a model; nothing if complete."""
    if place != USUAL and not name.strip():
        return strings.MODEL_UNNAMED
    return strings.MODEL_UNADDRESSED if place == SERVER and not address.strip() else ""


def _model(place: str, name: str, address: str) -> Model:
    if place == USUAL:
        return USUAL_MODEL
    return Model(name.strip(), address.strip() if place == SERVER else "")
