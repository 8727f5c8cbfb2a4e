"""Opens the model that a person chose to word the answers."""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from rag.answer.wording import words_nothing
from rag.errors import ModelUnavailable, RagError
from rag.models.generator import TransformersGenerator
from rag.models.remote import RemoteGenerator
from rag.models.wire import is_private
from rag.protocols import Generator
from rag.types import Message
from rag.web.session.preferences import USUAL_MODEL, Model
from rag.web.session.stop import StoppableGenerator, Stopped, StopSign

NO_GENERATOR = "none"  # the name that means: answer in quotes only
SERVER = "RAG_SERVER"  # the server configured by the user who starts the program; it may have a private address
KEY = "RAG_API_KEY"  # its key, which no other server gets
TRIAL = (Message("user", "Say: ready"),)


class Models:
    """The model that the chat was started with, and the one chosen last; each is loaded once.

    `fixed` keeps to the first: on a public address no visitor may load files or call servers from this machine.
    """

    def __init__(
        self,
        usual: str,
        sign: StopSign,
        *,
        opened: Callable[[Model, str], Generator] | None = None,
        fixed: bool = False,
        alone: bool = True,
    ) -> None:
        """`alone` says that only the user of this machine reaches the page, so that servers on it may be called."""
        self.usual = usual
        self.fixed = fixed
        self._opened = opened or partial(opened_model, alone=alone)
        self._sign = sign
        self._lock = threading.Lock()  # two models at once would fill the memory
        self._ready: dict[Model, Generator] = {}
        self._keys: dict[str, str] = {}  # server → key

    def name(self, model: Model) -> str:
        """Return the name that people know the model by."""
        return self.usual if self.fixed else model.name or self.usual

    def words(self, model: Model) -> bool:
        """Return False if answers stay quotes: without a model, and with the embedded one, as long as it is asked in no form."""
        name = self.name(model)
        here = self.fixed or not model.address
        return not here or (name != NO_GENERATOR and not words_nothing(name))

    def receiver(self, model: Model) -> str:
        """Return the host that questions and quotes are sent to, "" if they stay on this machine."""
        return "" if self.fixed or not model.address or is_here(model.address) else host_of(model.address)

    def generator(self, model: Model) -> Generator | None:
        """Return the model's generator, None for quotes only; raise ModelUnavailable, in one line, if it cannot be had.

        A chosen model has to word something first, so that what does not work is known before a question needs it.
        """
        model = USUAL_MODEL if self.fixed else model
        if self.name(model) == NO_GENERATOR and not model.address:
            return None
        ready = self._ready.get(model)
        if ready is None and model.address:  # a server may hang: other callers do not wait for it
            ready = self._keep(model, self._open(model))
        elif ready is None:
            with self._lock:
                ready = self._ready.get(model) or self._keep(model, self._open(model))
        return ready

    def choose(self, model: Model, key: str = "") -> None:
        """Open a model, with a key for its server if one is given; raise ModelUnavailable if it cannot word anything."""
        if self.fixed and model != USUAL_MODEL:
            raise ModelUnavailable(model.name, "the model of this page is fixed by whoever runs it")
        if key:
            self._keys[model.address] = key  # in memory alone, until the program ends
            self._ready.pop(model, None)
        self.generator(model)

    def _keep(self, model: Model, generator: Generator) -> Generator:
        kept = {known: one for known, one in self._ready.items() if known == USUAL_MODEL}
        self._ready = {**kept, model: generator}
        return generator

    def _open(self, model: Model) -> Generator:
        named = Model(self.name(model), model.address)
        try:
            generator = StoppableGenerator(self._opened(named, self._key(model.address)), self._sign)
            if model != USUAL_MODEL:
                next(filter(None, generator.generate(TRIAL)), "")
        except (RagError, Stopped):
            raise
        except Exception as error:  # an untested model can fail in any way
            raise ModelUnavailable(named.name, " ".join(str(error).split())[:300] or type(error).__name__) from error
        return generator

    def _key(self, address: str) -> str:
        """Return the key for a server: the one that was typed for it, or the environment's for the one that it belongs to."""
        return self._keys.get(address) or (os.environ.get(KEY, "") if is_configured(address) else "")


def opened_model(model: Model, key: str, *, alone: bool = True) -> Generator:
    """Load a model on this machine, or point at a server; one with a private address only if it was configured."""
    if model.address:
        own = is_configured(model.address)
        return RemoteGenerator(
            model.address, model.name, key,
            allowed=lambda ip: own or not is_private(ip) or (alone and ip.is_loopback),
        )  # fmt: skip
    generator = TransformersGenerator(model.name)
    generator.load()
    return generator


def is_configured(address: str) -> bool:
    """Return True if an address is that of the server which the environment names."""
    return address.rstrip("/") == os.environ.get(SERVER, "").rstrip("/") != ""


def is_here(address: str) -> bool:
    """Return True if an address is this machine's own."""
    host = host_of(address)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Return the host of a server's address; the address as it is where none can be made out."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
