"""Defines a person's preferences for answers, as stored in the browser."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rag.errors import RagError
from rag.web import strings

FEWEST, MOST, USUAL = 3, 12, 5  # passages; five almost always hold the answer, twelve take about twice as long to read
LONGEST = 300  # characters of a model's name or a server's address


@dataclass(frozen=True, slots=True)
class Model:
    """The model for wording: `name` on this machine, or on the server at `address`; "" is the chat's initial one."""

    name: str = ""
    address: str = ""
    owner: str = ""  # who typed a key for the server, which is used for nobody else; never stored in a browser


USUAL_MODEL = Model()


@dataclass(frozen=True, slots=True)
class Preferences:
    """`sources` () searches all documents; `quotes` never rewords; `lenient` shows the nearest quotes, not a
    refusal."""

    sources: tuple[str, ...] = ()
    passages: int = USUAL
    quotes: bool = False
    lenient: bool = False
    model: Model = USUAL_MODEL
    collection: str = ""  # the one whose documents `sources` are

    def within(self, collection: str) -> Preferences:
        """Return the preferences for a collection, where documents chosen in another one restrict nothing."""
        return self if collection == self.collection else replace(self, sources=(), collection=collection)

    def among(self, documents: Collection[str]) -> Preferences:
        """Return the preferences with the chosen documents that exist; RagError if none of them is left."""
        left = tuple(source for source in self.sources if source in documents)
        if self.sources and not left:
            raise RagError(strings.SCOPE_GONE)
        return replace(self, sources=left)


DEFAULT_PREFERENCES = Preferences()


def preferences_from(said: object) -> Preferences:
    """Parse the browser's stored preferences; invalid values are ignored, and chosen documents may be missing."""
    value: Mapping[str, Any] = said if isinstance(said, dict) else {}
    named, passages, collection = value.get("sources"), value.get("passages"), value.get("collection")
    sources = dict.fromkeys(one for one in named if isinstance(one, str)) if isinstance(named, list) else ()
    count = passages if isinstance(passages, int) and FEWEST <= passages <= MOST else USUAL
    return Preferences(
        tuple(sources),
        count,
        value.get("quotes") is True,
        value.get("lenient") is True,
        _model(value.get("model")),
        collection if isinstance(collection, str) else "",
    )


def remembered(preferences: Preferences) -> dict[str, Any]:
    """Return the preferences for the browser to store."""
    model = {"name": preferences.model.name, "address": preferences.model.address}
    return {**asdict(preferences), "sources": list(preferences.sources), "model": model}


def _model(said: object) -> Model:
    value: Mapping[str, Any] = said if isinstance(said, dict) else {}
    name, address = value.get("name"), value.get("address")
    if not isinstance(name, str) or not isinstance(address, str) or max(len(name), len(address)) > LONGEST:
        return USUAL_MODEL
    return Model(name.strip(), address.strip()) if name.strip() else USUAL_MODEL
