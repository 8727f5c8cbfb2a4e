"""Does what is clicked on the documents page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from rag.web import library, side, texts
from rag.web.page import Page, event_data


class Shelf:
    """What the documents page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def show(self) -> str:
        """Return the table of documents."""
        page = self.page
        return library.table(library.rows(page.seeds, page.desk.documents(), page.desk.skipped), page.seeds)

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
        busy = [gr.skip(), gr.Button(interactive=False), gr.Button(visible=True)]
        for step in self.page.desk.rebuild():
            if step.error:
                yield [
                    _trouble(step.error),
                    self.show(),
                    gr.Button(interactive=True),
                    gr.Button(visible=False),
                ]
            elif step.report is not None:
                report = step.report
                words = texts.REBUILD_DONE.format(seconds=report.seconds, read=report.read, passages=report.passages)
                yield [side.notice(words), self.show(), gr.Button(interactive=True), gr.Button(visible=False)]
            else:
                yield [side.progress(texts.REBUILDING.format(stage=step.stage), step.done, step.total), *busy]


def _trouble(error: str) -> str:
    known = {"busy": texts.REBUILD_BUSY, "cancelled": texts.REBUILD_CANCELLED}
    return side.notice(known.get(error, texts.FAILED.format(reason=error)), "" if error in known else "trouble")
