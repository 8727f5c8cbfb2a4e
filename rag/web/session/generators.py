"""Opens the model that the user chose for wording answers."""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Callable
from dataclasses import replace
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

NO_GENERATOR = "none"  # the name for quotes only
SERVER = "RAG_SERVER"  # the server configured at startup, which may have a private address
KEY = "RAG_API_KEY"  # its key, never sent to another server
SERVERS = 32  # servers' models that stay ready, which takes no memory; of others only the last one
TRIAL = (Message("user", "Say: ready"),)


class Models:
    """The chat's initial model and the one chosen last; each is loaded once.

    `fixed` allows only the first: on a public address no visitor may load files or call servers from this machine.
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
        """`alone` means that only this machine's user can reach the page, so that local servers may be called."""
        self.usual = usual
        self.fixed = fixed
        self._opened = opened or partial(opened_model, alone=alone)
        self._sign = sign
        self._lock = threading.Lock()  # two models at once would fill the memory
        self._ready: dict[Model, Generator] = {}
        self._keys: dict[tuple[str, str], str] = {}  # (owner, server) → key

    def name(self, model: Model) -> str:
        """Return the displayed name of the model."""
        return self.usual if self.fixed else model.name or self.usual

    def words(self, model: Model) -> bool:
        """Return False if answers are quotes only: without a model, or with the embedded one while it words no form."""
        name = self.name(model)
        here = self.fixed or not model.address
        return not here or (name != NO_GENERATOR and not words_nothing(name))

    def receiver(self, model: Model) -> str:
        """Return the host that receives questions and quotes, "" if they stay on this machine."""
        return "" if self.fixed or not model.address or is_here(model.address) else host_of(model.address)

    def generator(self, model: Model) -> Generator | None:
        """Return the model's generator, None for quotes only; ModelUnavailable, in one line, if it does not work.

        A chosen model must first word a test, so that failures show before a question needs it.
        """
        model = USUAL_MODEL if self.fixed else model
        if self.name(model) == NO_GENERATOR and not model.address:
            return None
        ready = self._ready.get(model)
        if ready is None and model.address:  # a server may hang, so other callers do not wait for it
            ready = self._keep(model, self._open(model, self._key(model)))
        elif ready is None:
            with self._lock:
                ready = self._ready.get(model) or self._keep(model, self._open(model, self._key(model)))
        return ready

    def held(self, model: Model, owner: str) -> Model:
        """Return the model as this person uses it: with their own key for its server, if they typed one."""
        return replace(model, owner=owner) if model.address and (owner, model.address) in self._keys else model

    def choose(self, model: Model, key: str = "", owner: str = "") -> None:
        """Open a model, with an optional key of its user for its server; ModelUnavailable if it cannot word anything."""
        if self.fixed and model != USUAL_MODEL:
            raise ModelUnavailable(model.name, "the model of this page is fixed by its operator")
        if not (key and model.address):
            self.generator(self.held(model, owner))
            return
        opened = self._open(model, key)  # before the key that is in use is replaced
        self._keys[owner, model.address] = key  # only in memory, until the program ends
        before = {known for known in self._ready if (known.address, known.owner) == (model.address, owner)}
        self._ready = {known: one for known, one in self._ready.items() if known not in before}
        self._keep(self.held(model, owner), opened)

    def _keep(self, model: Model, generator: Generator) -> Generator:
        servers = [known for known in self._ready if known.address][-SERVERS:]
        kept = {known: one for known, one in self._ready.items() if known == USUAL_MODEL or known in servers}
        self._ready = {**kept, model: generator}
        return generator

    def _open(self, model: Model, key: str) -> Generator:
        named = Model(self.name(model), model.address)
        try:
            generator = StoppableGenerator(self._opened(named, key), self._sign)
            if model != USUAL_MODEL:
                next(filter(None, generator.generate(TRIAL)), "")
        except (RagError, Stopped):
            raise
        except Exception as error:  # an untested model can fail in any way
            raise ModelUnavailable(named.name, " ".join(str(error).split())[:300] or type(error).__name__) from error
        return generator

    def _key(self, model: Model) -> str:
        """Return the key for a server: its user's own, or the environment's if it is the configured server."""
        own = self._keys.get((model.owner, model.address), "")
        return own or (os.environ.get(KEY, "") if is_configured(model.address) else "")


def opened_model(model: Model, key: str, *, alone: bool = True) -> Generator:
    """Load a local model, or use a server; one with a private address only if configured."""
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
    """Return True if an address is that of the configured server."""
    return address.rstrip("/") == os.environ.get(SERVER, "").rstrip("/") != ""


def is_here(address: str) -> bool:
    """Return True if an address is this machine's."""
    host = host_of(address)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Return the host of a server's URL, or the URL itself if it has none."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
