"""Keeps the state of open pages in Gradio small, however many answers and pages there are.

Gradio replaces a component that an event updates by a new one, stores it under the old one's number, and from then on
looks it up by its own. So each such event adds a component, with its text, to the state of the page: 0.3 MB for an
answer, until the page's state is dropped (gradio 6.31). Here the new component takes over the number. Gradio also keeps
the settings of every component of every page, for links that open a page as it was; this page has no such links.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gradio.blocks import Block, Blocks
from gradio.state_holder import SessionState, StateHolder


class PageState(SessionState):  # type: ignore[misc]  # Gradio has no types
    """The state of one open page; every component keeps its number, and no settings are kept."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks=()))

    def __setitem__(self, key: int, value: Any) -> None:
        if isinstance(value, Block):
            value._id = key
        super().__setitem__(key, value)
        self.config_values.clear()

    def _update_config(self, key: int) -> None:
        """Keep no settings."""

    def _update_value_in_config(self, key: int, value: object) -> None:
        """Keep no settings."""


class PageStates(StateHolder):  # type: ignore[misc]
    """The states of the pages opened last."""

    def __init__(self, blocks: Blocks, capacity: int) -> None:
        super().__init__()
        self.set_blocks(blocks)
        self.capacity = capacity

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = PageState(self.blocks)
        return super().__getitem__(session_id)
