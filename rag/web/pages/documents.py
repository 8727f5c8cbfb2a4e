"""Handles the documents page and files dropped anywhere; every change triggers a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import gradio as gr

from rag.display import plain
from rag.errors import RagError
from rag.site import Fetched, keep
from rag.web import strings
from rag.web.pages.chat import MEMORY, UNCHANGED, ChatActions
from rag.web.pages.page import Page, event_data
from rag.web.pages.shelf import Collection
from rag.web.session.rebuild import CANCELLING, Step
from rag.web.uploads import uploaded
from rag.web.view import library, sidebar
from rag.web.view.library_table import table

Memory = Mapping[str, str]
ADDRESS_SHOWN = 200  # characters of an address that is being fetched
DRAWN = 1.0  # seconds until a page has surely drawn what it was sent; of steps in quick succession Gradio draws only the last


class DocumentsActions:
    """The event handlers of the documents page; each yields the message, the table, and the rebuild button."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add(self, files: list[str] | None, memory: Memory) -> Iterator[list[Any]]:
        """Move uploaded files into the collection's folder, read them, and report on each."""
        yield from self._added(memory, lambda at: _taken(files or [], at, self.page.suffixes))

    def fetch(self, address: str, memory: Memory) -> Iterator[list[Any]]:
        """Fetch a web page by its address and read it; the field is emptied if the page was added."""
        unchanged = [gr.skip()] * (MEMORY + 4)
        visit = self.page.visit
        if visit is None or not address.strip():
            yield [gr.skip(), *unchanged]
            return
        yield [sidebar.progress(strings.FETCHING.format(address=plain(address)[:ADDRESS_SHOWN]), 0, 0), *unchanged]
        try:
            page = visit(address)
        except RagError as error:
            yield [_failed(error), *unchanged]
            return
        added: list[str] = []
        for step in self._added(memory, lambda at: _kept(page, at, added)):
            yield [*step, "" if added else gr.skip()]

    def _added(self, memory: Memory, take: Callable[[Collection], tuple[list[str], list[str]]]) -> Iterator[list[Any]]:
        """Add what `take` puts into the collection's folder, read it, and report on it.

        The bundled documents are never mixed with the user's own, which get a separate collection.
        """
        at = self.page.at(memory)
        try:
            if at.demonstration and self.page.shelf.can_make:
                at = self.page.shelf.make(strings.MY_DOCUMENTS)
            if not at.seeds.is_dir() and at.host.documents():  # a new folder would hold nothing but what is added
                raise ValueError(strings.FOLDER_AWAY.format(folder=at.seeds))
        except (ValueError, OSError) as error:
            yield [_failed(error), gr.skip(), gr.skip(), *UNCHANGED]
            return
        moved = self._moved(memory, at)
        added, refused = take(at)
        said = "".join(sidebar.notice(words, "trouble") for words in library.gathered(refused))
        if not added:
            yield [sidebar.closable(said), self._table(at), gr.skip(), *[gr.skip()] * len(moved)]
            return
        steps = at.host.rebuild(changed=True)  # begun now: the page may be closed at any step
        said = sidebar.notice(strings.ADDED.format(names=library.named(added))) + said
        yield [said, self._table(at), gr.Button(interactive=False), *moved]
        began = monotonic()
        for step in steps:
            if monotonic() - began > DRAWN:
                moved = [gr.skip()] * len(moved)
            yield [*self._told(at, step, before=said), *moved]

    def act(self, memory: Memory, event: gr.EventData) -> Iterator[list[Any]]:
        """Remove a document, restore a removed one, cancel the rebuild, or dismiss the message."""
        at, data = self.page.at(memory), event_data(event)
        act, source = data.get("act"), str(data.get("source", ""))
        if act == "cancel":
            at.host.cancel()
            yield self._untold(at)
        elif act == "dismiss":
            yield ["", gr.skip(), gr.skip()]
        elif act == "remove":
            yield from self._changed(at, lambda: _removed(at, source))
        elif act == "restore":
            yield from self._changed(at, lambda: _restored(at, source))
        else:
            yield self._untold(at)

    def rebuild(self, memory: Memory) -> Iterator[list[Any]]:
        """Rebuild the index with progress; the old one answers meanwhile."""
        at = self.page.at(memory)
        yield self._untold(at)  # Gradio empties what an event without a value would have filled
        for step in at.host.rebuild():
            yield self._told(at, step)

    def arrive(self, memory: Memory) -> Iterator[list[Any]]:
        """Show the documents, and the progress of a rebuild started elsewhere or before a reload."""
        at = self.page.at(memory)
        yield self._untold(at)
        for step in at.host.follow():
            yield self._told(at, step)

    def change(self, memory: Memory) -> Iterator[list[Any]]:
        """Show the documents of the current collection; dismiss messages of another."""
        yield ["", self._table(self.page.at(memory)), gr.Button(interactive=True)]
        yield from self.arrive(memory)

    def _moved(self, memory: Memory, at: Collection) -> list[Any]:
        """Return the new state of the chat if files went into a collection other than the one shown."""
        owner, shown = self.page.who(memory)
        if shown.collection == at.name:
            return UNCHANGED
        self.page.at(memory).chat.leave(owner, shown.id)  # its answer would bring the page back
        return ChatActions(self.page).whole(owner, self.page.new(at.name))

    def _changed(self, at: Collection, change: Any) -> Iterator[list[Any]]:
        """Yield the result of a change in the folder and of the following rebuild."""
        try:
            said = change()
        except (ValueError, OSError) as error:
            yield [_failed(error), self._table(at), gr.skip()]
            return
        steps = at.host.rebuild(changed=True)
        yield [said, self._table(at), gr.Button(interactive=False)]
        for step in steps:
            yield self._told(at, step, before=said)

    def _table(self, at: Collection) -> str:
        contents = at.host.contents()
        listed = library.rows(at.seeds, at.host.documents(), contents)
        return table(listed, library.folder(at.removed), at.name, at.seeds, self.page.suffixes, contents.skipped)

    def _untold(self, at: Collection) -> list[Any]:
        return [gr.skip(), self._table(at), gr.skip()]

    def _told(self, at: Collection, step: Step, before: str = "") -> list[Any]:
        """Return the message, the table, and the rebuild button; `before` is shown above the progress."""
        if step.last:
            return [sidebar.closable(before + _outcome(step)), self._table(at), gr.Button(interactive=True)]
        words = strings.REBUILDING.format(stage=strings.stage(step.stage))
        if step.stage == CANCELLING:
            words = strings.REBUILD_CANCELLING
        can_cancel = step.stage != CANCELLING
        return [
            before + sidebar.progress(words, step.done, step.total, cancel=can_cancel),
            gr.skip(),
            gr.Button(interactive=False),
        ]


def _failed(error: Exception) -> str:
    return sidebar.closable(sidebar.notice(strings.FAILED.format(reason=error), "trouble"))


def _taken(files: list[str], at: Collection, suffixes: frozenset[str]) -> tuple[list[str], list[str]]:
    """Move uploaded files into a folder; return their names there, and the reasons why others were rejected."""
    added, refused = [], []
    for path in files:
        try:
            file = uploaded(path)
        except ValueError as error:
            refused.append(str(error))
            continue
        try:
            added.append(library.add(file, file.name, at.seeds, suffixes))
        except (ValueError, OSError) as error:
            refused.append(str(error))
        with suppress(OSError):
            file.unlink(missing_ok=True)
    return added, refused


def _kept(page: Fetched, at: Collection, added: list[str]) -> tuple[list[str], list[str]]:
    """Keep a fetched page in a folder; return `added` with its name there, or why it cannot be kept."""
    try:
        added.append(keep(page, at.seeds))
    except RagError as error:
        return added, [str(error)]
    return added, []


def _removed(at: Collection, source: str) -> str:
    target = library.remove(source, at.seeds, at.removed)
    name = target.relative_to(at.removed).as_posix()
    return sidebar.undoable(strings.REMOVED.format(name=source, folder=at.removed.name), name)


def _restored(at: Collection, source: str) -> str:
    library.restore(source, at.seeds, at.removed)
    return sidebar.notice(strings.RESTORED.format(name=source))


def _outcome(step: Step) -> str:
    if step.error == "cancelled":
        return sidebar.notice(strings.REBUILD_CANCELLED)
    if step.report is None:
        return sidebar.notice(strings.FAILED.format(reason=step.error), "trouble")
    report = step.report
    if not report.read:
        return sidebar.notice(strings.REBUILD_EMPTY, "done")
    words = strings.REBUILD_DONE.format(seconds=report.seconds, read=report.read, passages=report.passages)
    return sidebar.notice(words, "done")
