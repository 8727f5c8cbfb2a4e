"""Does what is clicked on the documents page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.page import Page, event_data
from rag.web.session.rebuild import CANCELLING, Step
from rag.web.uploads import uploaded
from rag.web.view import library, sidebar


class DocumentsActions:
    """What the documents page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def show(self) -> str:
        """Return the table of documents."""
        page = self.page
        return library.table(library.rows(page.seeds, page.host.documents(), page.host.contents()), page.seeds)

    def add(self, files: list[str] | None) -> tuple[str, str]:
        """Move uploaded files into the seeds folder, and say what became of each; no other file of this machine is taken."""
        added, refused = [], []
        for path in files or []:
            try:
                file = uploaded(path)
                added.append(library.add(file, file.name, self.page.seeds, self.page.suffixes))
            except (ValueError, OSError) as error:
                refused.append(sidebar.notice(str(error), "trouble"))
            else:
                file.unlink(missing_ok=True)
        said = sidebar.notice(strings.ADDED.format(names=", ".join(added))) if added else ""
        return said + "".join(refused), self.show()

    def remove(self, event: gr.EventData) -> tuple[str, str]:
        """Move a document out of the seeds folder."""
        source = str(event_data(event).get("source", ""))
        removed = self.page.seeds.parent / f"{self.page.seeds.name}-removed"
        try:
            library.remove(source, self.page.seeds, removed)
        except (ValueError, OSError) as error:
            return sidebar.notice(strings.FAILED.format(reason=error), "trouble"), self.show()
        return sidebar.notice(strings.REMOVED.format(name=source, folder=removed)), self.show()

    def rebuild(self) -> Iterator[list[Any]]:
        """Rebuild the index, showing how far it is; the old one answers meanwhile."""
        yield self._untold()  # Gradio empties what an event without a value would have filled
        yield from map(self._told, self.page.host.rebuild())

    def arrive(self) -> Iterator[list[Any]]:
        """Show the documents, and how far a rebuild is that another page began, or this one before it was loaded again."""
        yield self._untold()
        yield from map(self._told, self.page.host.follow())

    def _untold(self) -> list[Any]:
        return [gr.skip(), self.show(), gr.skip(), gr.skip()]

    def _told(self, step: Step) -> list[Any]:
        """Return what is said, the table, and the buttons for rebuilding and cancelling."""
        if step.last:
            return [_outcome(step), self.show(), gr.Button(interactive=True), gr.Button(visible=False)]
        words = strings.REBUILDING.format(stage=step.stage)
        if step.stage == CANCELLING:
            words = strings.REBUILD_CANCELLING
        said = sidebar.progress(words, step.done, step.total)
        return [said, gr.skip(), gr.Button(interactive=False), gr.Button(visible=step.stage != CANCELLING)]


def _outcome(step: Step) -> str:
    if step.error == "cancelled":
        return sidebar.notice(strings.REBUILD_CANCELLED)
    if step.report is None:
        return sidebar.notice(strings.FAILED.format(reason=step.error), "trouble")
    report = step.report
    words = strings.REBUILD_DONE.format(seconds=report.seconds, read=report.read, passages=report.passages)
    return sidebar.notice(words)
