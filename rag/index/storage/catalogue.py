"""Lists the documents of a generation by source, date and passages, and applies filters to them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.index.storage.unmatched import no_day, unknown
from rag.types import Document


class Rows(Protocol):
    """A table of numbers."""

    def rows(self) -> NDArray[Any]:
        """Return all of it."""


class Catalogue:
    """What is known of a generation's documents without reading them."""

    def __init__(self, sources: Sequence[str], firsts: Rows, days: Rows | None, elsewhere: Rows) -> None:
        """Take the ascending sources, each document's first row followed by the total, its date, and repeated passages.

        `elsewhere` has (document, row) for each passage that occurs in a further document. An unknown date is 0.
        """
        self.sources, self._firsts, self._days, self._elsewhere = sources, firsts, days, elsewhere

    def find(self, source: str) -> int | None:
        """Return the number of a document, or None."""
        number = bisect_left(self.sources, source)
        return number if number < len(self.sources) and self.sources[number] == source else None

    def within(
        self, sources: Sequence[str] = (), since: date | None = None, until: date | None = None
    ) -> NDArray[np.bool_]:
        """Return a mask over the documents: True for those in these files or folders (() for all) and dates.

        The first and the last date are included. A document without a date never matches a date. ValueError if nothing
        matches.
        """
        if isinstance(sources, str):
            raise ValueError(f"sources is one string, {sources!r}; give a list: [{sources!r}]")
        if since and until and since > until:
            raise ValueError(f"no day is since {since} and until {until}; since must not be after until")
        chosen = np.full(len(self.sources), not sources)
        for source in sources:
            ranges = list(_ranges(self.sources, source))
            if not ranges:
                raise ValueError(unknown(source, self.sources))
            for low, high in ranges:
                chosen[low:high] = True
        if since or until:
            days = self._days.rows() if self._days else np.zeros(len(chosen), dtype=np.uint32)
            first = since.toordinal() if since else date.min.toordinal()
            meant = days[chosen & (days > 0)]
            chosen &= (days >= first) & (days <= (until or date.max).toordinal())
            if not chosen.any():
                raise ValueError(no_day(since, until, meant))
        return chosen

    def rows_of(self, documents: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the ascending rows of the passages in the documents that are True."""
        firsts: NDArray[np.int64] = self._firsts.rows().astype(np.int64)
        chosen = np.repeat(documents, firsts[1:] - firsts[:-1])
        elsewhere = self._elsewhere.rows()
        chosen[elsewhere[documents[elsewhere[:, 0]], 1]] = True
        return np.flatnonzero(chosen)

    def rows_in(self, number: int) -> NDArray[np.int64]:
        """Return the rows of the passages in one document, its own first."""
        firsts, elsewhere = self._firsts.rows(), self._elsewhere.rows()
        own = np.arange(firsts[number], firsts[number + 1], dtype=np.int64)
        return np.concatenate([own, elsewhere[elsewhere[:, 0] == number, 1].astype(np.int64)])


class Reading(Protocol):
    """What documents are read from, by their numbers."""

    @property
    def catalogue(self) -> Catalogue:
        """All documents."""

    def document(self, number: int) -> Document:
        """Read one document with its text."""

    def documents_at(self, numbers: Sequence[int]) -> Iterable[Document]:
        """Read some documents, one after another."""


class Documents(Mapping[str, Document]):
    """Documents by source, each read on access."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._catalogue = reading, reading.catalogue

    def __len__(self) -> int:
        return len(self._catalogue.sources)

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.sources)

    def __contains__(self, source: object) -> bool:
        return isinstance(source, str) and self._catalogue.find(source) is not None

    def __getitem__(self, source: str) -> Document:
        number = self._catalogue.find(source)
        if number is None:
            raise KeyError(source)
        return self._reading.document(number)

    def items(self) -> ItemsView[str, Document]:
        """Return (source, document) for all, read as one goes through them."""
        return Items(self, self._reading)

    def values(self) -> ValuesView[Document]:
        """Return all documents, read as one goes through them."""
        return Values(self, self._reading)


class Items(ItemsView[str, Document]):
    """All documents with their sources."""

    def __init__(self, documents: Documents, reading: Reading) -> None:
        super().__init__(documents)
        self._reading = reading

    def __iter__(self) -> Iterator[tuple[str, Document]]:
        sources = self._reading.catalogue.sources
        yield from zip(sources, self._reading.documents_at(range(len(sources))), strict=True)


class Values(ValuesView[Document]):
    """All documents."""

    def __init__(self, documents: Documents, reading: Reading) -> None:
        super().__init__(documents)
        self._reading = reading

    def __iter__(self) -> Iterator[Document]:
        yield from self._reading.documents_at(range(len(self._reading.catalogue.sources)))


def _ranges(sources: Sequence[str], source: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of documents that are this file or in this folder."""
    name = source.strip("/")
    for low_key, high_key in ((name, name + "\0"), (name + "/", name + "0")):  # "0" follows "/"
        low, high = bisect_left(sources, low_key), bisect_left(sources, high_key)
        if low < high:
            yield low, high
