"""Keeps the state of open pages in Gradio without growing with every answer.

Gradio replaces a component that an event updates by a new one, stores it under the old one's number, and from then on
looks it up by its own. So each such event adds a component, with its text, to the state of the page: 0.3 MB for an
answer, until the page's state is dropped (gradio 6.31). Here the new component takes over the number.
"""

from __future__ import annotations

from typing import Any

from gradio.blocks import Block, Blocks
from gradio.state_holder import SessionState, StateHolder


class PageState(SessionState):  # type: ignore[misc]  # Gradio has no types
    """The state of one open page; every component keeps its number."""

    def __setitem__(self, key: int, value: Any) -> None:
        if isinstance(value, Block):
            value._id = key
        super().__setitem__(key, value)


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
