"""Keeps the events of an open page when one of its streams closes while another one is open.

Gradio then drops the messages and the events of the page, and raises a KeyError when the other stream closes, too, which
the log shows as a traceback (gradio 6.31). A page has two streams when it opens a new one before the server has noticed
that the connection of the old one is gone. Gradio also keeps the numbers of running events of every page that was left.
"""

from __future__ import annotations

from collections.abc import Callable

from gradio.blocks import Blocks
from gradio.queueing import Queue
from gradio.utils import LRUCache

PAGES = 2000  # whose messages are kept: Gradio's own number


class Messages(LRUCache):  # type: ignore[misc]  # Gradio has no types
    """The messages for each open page; `read` tells if a page has a stream besides the one that closes."""

    def __init__(self, read: Callable[[str], bool]) -> None:
        super().__init__(PAGES)
        self.read = read

    def __delitem__(self, session: str) -> None:
        if session in self and not self.read(session):
            super().__delitem__(session)


class PageQueue(Queue):  # type: ignore[misc]
    """The events of all pages, of which as many run at once as the page allows itself."""

    def __init__(self, blocks: Blocks, jobs: int, read: Callable[[str], bool]) -> None:
        super().__init__(live_updates=True, concurrency_count=jobs, update_intervals=1, max_size=None, blocks=blocks)
        self.pending_messages_per_session = Messages(read)
        self.read = read

    async def clean_events(self, *, session_hash: str | None = None, event_id: str | None = None) -> None:
        """Drop the events of a page that was left."""
        if session_hash and self.read(session_hash):
            return
        await super().clean_events(session_hash=session_hash, event_id=event_id)
        self.pending_event_ids_session.pop(session_hash, None)
