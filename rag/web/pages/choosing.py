"""Does what is chosen on the settings page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web import strings
from rag.web.pages.page import Page
from rag.web.session.preferences import USUAL_MODEL, Model, Wishes, remembered, wishes_from
from rag.web.view import sidebar

USUAL, LOCAL, SERVER = "usual", "local", "server"  # where the model is


class Choosing:
    """What the settings page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def greet(self, said: object) -> Iterator[list[Any]]:
        """Say what this browser chose earlier: who words the answers, and which documents are searched."""
        wishes = self._wishes(said)
        yield [self._header(wishes), gr.skip()]
        self.page.desk.wait()
        wishes = self._wishes(said)
        scope = self._scope(wishes)
        try:
            if wishes.model != USUAL_MODEL:
                self.page.models.generator(wishes.model)
        except RagError as error:
            wishes = replace(wishes, model=USUAL_MODEL)
            scope += self._failed(error)
        yield [self._header(wishes), scope]

    def show(self, said: object) -> list[Any]:
        """Set the page to what this browser remembers, with the documents of today to choose from."""
        documents = sorted(self.page.desk.documents())
        wishes = self._wishes(said)
        model, place = wishes.model, place_of(wishes.model)
        return [
            gr.Dropdown(choices=documents, value=list(wishes.sources)),
            wishes.passages,
            wishes.lenient,
            wishes.quotes,
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
        chosen = {**remembered(self._wishes(said)), "sources": sources or [], "passages": int(passages),
                  "lenient": lenient, "quotes": quotes}  # fmt: skip
        wishes = self._wishes(chosen)
        return [remembered(wishes), self._scope(wishes), self._header(wishes)]

    def use(self, said: object, place: str, name: str, address: str, key: str) -> Iterator[list[Any]]:
        """Let another model word the answers, if it can; the one before goes on while it is tried, and if it cannot."""
        wishes = self._wishes(said)
        missing = unfilled(place, name, address)
        if missing:
            yield [gr.skip(), gr.skip(), sidebar.notice(missing, "trouble")]
            return
        model = _model(place, name, address)
        yield [gr.skip(), gr.skip(), sidebar.notice(strings.MODEL_TRYING.format(model=self.page.models.name(model)))]
        try:
            self.page.models.choose(model, key.strip())
        except (RagError, ValueError) as error:
            yield [gr.skip(), gr.skip(), self._failed(error, wishes.model)]
            return
        wishes = replace(wishes, model=model)
        used = sidebar.notice(strings.MODEL_USED.format(model=self.page.models.name(model)))
        yield [remembered(wishes), self._header(wishes), used]

    def _wishes(self, said: object) -> Wishes:
        return wishes_from(said, self.page.desk.documents())

    def _scope(self, wishes: Wishes) -> str:
        return sidebar.scope(wishes, len(self.page.desk.documents()))

    def _header(self, wishes: Wishes) -> str:
        models = self.page.models
        return sidebar.header(models.name(wishes.model), models.receiver(wishes.model), quotes=wishes.quotes)

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
