"""Does what is clicked on the documents page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from rag.web import library, side, texts
from rag.web.page import Page, event_data
from rag.web.rebuild import CANCELLING, Step


class Shelf:
    """What the documents page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def show(self) -> str:
        """Return the table of documents."""
        page = self.page
        return library.table(library.rows(page.seeds, page.desk.documents(), page.desk.contents()), page.seeds)

    def add(self, files: list[str] | None) -> tuple[str, str]:
        """Copy uploaded files into the seeds folder, and say what became of each."""
        added, refused = [], []
        for file in files or []:
            try:
                added.append(library.add(Path(file), Path(file).name, self.page.seeds, self.page.suffixes))
            except ValueError as error:
                refused.append(side.notice(str(error), "trouble"))
        said = side.notice(texts.ADDED.format(names=", ".join(added))) if added else ""
        return said + "".join(refused), self.show()

    def remove(self, event: gr.EventData) -> tuple[str, str]:
        """Move a document out of the seeds folder."""
        source = str(event_data(event).get("source", ""))
        removed = self.page.seeds.parent / f"{self.page.seeds.name}-removed"
        try:
            library.remove(source, self.page.seeds, removed)
        except (ValueError, OSError) as error:
            return side.notice(texts.FAILED.format(reason=error), "trouble"), self.show()
        return side.notice(texts.REMOVED.format(name=source, folder=removed)), self.show()

    def rebuild(self) -> Iterator[list[Any]]:
        """Rebuild the index, showing how far it is; the old one answers meanwhile."""
        yield self._untold()  # Gradio empties what an event without a value would have filled
        yield from map(self._told, self.page.desk.rebuild())

    def arrive(self) -> Iterator[list[Any]]:
        """Show the documents, and how far a rebuild is that another page began, or this one before it was loaded again."""
        yield self._untold()
        yield from map(self._told, self.page.desk.follow())

    def _untold(self) -> list[Any]:
        return [gr.skip(), self.show(), gr.skip(), gr.skip()]

    def _told(self, step: Step) -> list[Any]:
        """Return what is said, the table, and the buttons for rebuilding and cancelling."""
        if step.last:
            return [_outcome(step), self.show(), gr.Button(interactive=True), gr.Button(visible=False)]
        words = texts.REBUILDING.format(stage=step.stage)
        if step.stage == CANCELLING:
            words = texts.REBUILD_CANCELLING
        said = side.progress(words, step.done, step.total)
        return [said, gr.skip(), gr.Button(interactive=False), gr.Button(visible=step.stage != CANCELLING)]


def _outcome(step: Step) -> str:
    if step.error == "cancelled":
        return side.notice(texts.REBUILD_CANCELLED)
    if step.report is None:
        return side.notice(texts.FAILED.format(reason=step.error), "trouble")
    report = step.report
    words = texts.REBUILD_DONE.format(seconds=report.seconds, read=report.read, passages=report.passages)
    return side.notice(words)
