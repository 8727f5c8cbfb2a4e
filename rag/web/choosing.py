"""Does what is chosen on the settings page."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import side
from rag.web.page import Page
from rag.web.wishes import remembered, wishes_from


class Choosing:
    """What the settings page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def show(self, said: object) -> list[Any]:
        """Set the page to what this browser remembers, with the documents of today to choose from."""
        documents = sorted(self.page.desk.documents())
        wishes = wishes_from(said, documents)
        return [gr.Dropdown(choices=documents, value=list(wishes.sources)), wishes.passages, wishes.quotes]

    def keep(self, sources: list[str] | None, passages: int, quotes: bool) -> tuple[dict[str, Any], str]:
        """Return what this browser shall remember, and what is said of it beside the question."""
        documents = self.page.desk.documents()
        said = {"sources": sources or [], "passages": int(passages), "quotes": quotes}
        wishes = wishes_from(said, documents)
        return remembered(wishes), side.scope(wishes, len(documents))
