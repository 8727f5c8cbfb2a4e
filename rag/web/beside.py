"""Serves the API for other programs beside the page: the same collections and answers, in a fair queue with people."""

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
from rag.web.session.lanes import Person
from rag.web.session.preferences import DEFAULT_PREFERENCES
from rag.web.session.stop import Stopped
from rag.web.view.library_table import address_of, key_of

MODEL = "rag"  # the model name of the documents that the program was started with; a collection is rag/NAME
ENDING = "the server is shutting down; ask again when it is back"
PROGRAMS = Person("programs")  # all programs together get the share of one person
PATHS = ("/v1/", "/health", "/metrics")


@dataclass(frozen=True, slots=True)
class Programs:
    """The settings of the API: `keys` None requires no key; `listed` adds the source list to every answer."""

    keys: Keys | None
    listed: bool = True
    made: str = ""  # the key generated for this run, if none was given

    @property
    def words(self) -> str:
        """The message once the server runs, with the placeholder `{url}`."""
        return f"other programs ask at {{url}}/v1{f', with the key {self.made}' if self.made else ''}"


class Beside:
    """ASGI middleware that routes the API's paths to the API, and everything else to the page."""

    def __init__(self, app: ASGIApp, *, shelf: Shelf, programs: Programs) -> None:
        self.app = app
        self.api = api(libraries_of(shelf), programs.keys, listed=programs.listed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        theirs = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (self.api if theirs else self.app)(scope, receive, send)


class Shelved:
    """A collection of the page as a Library, with the model that the page was started with."""

    def __init__(self, collection: Collection) -> None:
        self._at = collection

    @property
    def ready(self) -> bool:
        """Return True if questions can be answered without waiting."""
        return self._at.host.ready

    @property
    def documents(self) -> Mapping[str, Document]:
        """Map each source to its document."""
        return self._at.host.documents()

    def stream(self, question: str, *, history: Sequence[Turn], sources: Sequence[str] = ()) -> Iterator[Answer]:
        """Yield a growing answer; in quotes if the model fails."""
        preferences = replace(DEFAULT_PREFERENCES, sources=tuple(sources))
        self._at.host.start()
        chat, engine = self._at.chat, self._at.host.engine()  # opening may take a while
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
        """Return the page's URL of a span of a document."""
        return f"/ui/source/{address_of(self._at.name)}/{key_of(source)}/{start}-{end}"


def libraries_of(shelf: Shelf) -> Libraries:
    """Return a function that lists the collections of a shelf by model name."""
    return lambda: {_model(one.name): Shelved(one) for one in shelf.all()}


def _model(collection: str) -> str:
    return f"{MODEL}/{collection}" if collection else MODEL
