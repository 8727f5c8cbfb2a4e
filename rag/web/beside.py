"""Puts the API for other programs beside the page: the same collections, the same answers, in turn with the people who ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from rag.api.keys import Keys
from rag.api.library import Libraries
from rag.api.routes import api
from rag.errors import ModelUnavailable, RagError
from rag.types import Answer, Document, Hit, Turn
from rag.web.pages.shelf import Collection, Shelf
from rag.web.session.preferences import DEFAULT_PREFERENCES
from rag.web.session.stop import Stopped
from rag.web.view.library_table import address_of, key_of

MODEL = "rag"  # what clients call the documents that the program was started with; a collection is rag/NAME
ENDING = "the server is ending; ask again when it is back"
PROGRAMS = "programs"  # all of them together have the turns of one person
PATHS = ("/v1/", "/health", "/metrics")


@dataclass(frozen=True, slots=True)
class Programs:
    """How other programs are served: `keys` None asks nobody for one; `listed` puts the places under every answer's text."""

    keys: Keys | None
    listed: bool = True
    made: str = ""  # the key of this run, if nobody gave one

    @property
    def words(self) -> str:
        """What is said of it once the server is there; `{url}` stands for its address."""
        return f"other programs ask at {{url}}/v1{f', with the key {self.made}' if self.made else ''}"


class Beside:
    """ASGI middleware that hands the API's paths to the API, and everything else to the page."""

    def __init__(self, app: ASGIApp, *, shelf: Shelf, programs: Programs) -> None:
        self.app = app
        self.api = api(libraries_of(shelf), programs.keys, listed=programs.listed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        theirs = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (self.api if theirs else self.app)(scope, receive, send)


class Shelved:
    """A collection of the page as other programs ask it: with the model that the page was started with."""

    def __init__(self, collection: Collection) -> None:
        self._at = collection

    @property
    def ready(self) -> bool:
        """Return True if a question would be answered at once."""
        return self._at.host.ready

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""
        return self._at.host.documents()

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        """Yield an answer that grows; in quotes where the model fails."""
        preferences = replace(DEFAULT_PREFERENCES, sources=tuple(sources))
        self._at.host.start()
        chat, engine = self._at.chat, self._at.host.engine()  # which may take a while to open
        if self._at.host.leaving:
            raise RagError(ENDING)
        reader = chat.sign.begin("")
        answers = partial(chat.answers, engine, question, history=history, person=PROGRAMS, reader=reader)
        try:
            try:
                yield from answers(preferences=preferences)
            except ModelUnavailable:
                yield from answers(preferences=replace(preferences, quotes=True))
        except Stopped as error:
            raise RagError(ENDING) from error
        finally:
            chat.sign.end(reader)

    def search(self, question: str, *, k: int, sources: Sequence[str] = ()) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first."""
        self._at.host.start()
        return self._at.host.engine().search(question, k=k, sources=sources)

    def address(self, source: str, start: int, end: int) -> str:
        """Return the page's address of a span of a document."""
        return f"/ui/source/{address_of(self._at.name)}/{key_of(source)}/{start}-{end}"


def libraries_of(shelf: Shelf) -> Libraries:
    """Return what lists the collections of a shelf by the names of their models."""
    return lambda: {_model(one.name): Shelved(one) for one in shelf.all()}


def _model(collection: str) -> str:
    return f"{MODEL}/{collection}" if collection else MODEL
