"""The documents and passages of a build, read again from disk on access.

The memory of a build does not grow with the folder: only the first AT_HAND bytes of documents stay in memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.index.storage.records import Split
from rag.index.writing.reuse import At, Parsed, ReusableDocuments
from rag.split.fold import Fingerprints
from rag.split.lazy import Lazy, Passages
from rag.types import Continued, Document, Passage, Place, Trait

AT_HAND = 6_000_000  # approximate bytes of documents and passages kept in memory; the rest is read four times
OBJECT = 1_000  # approximate bytes of a document or passage besides its text: ids, spans, places, digests


class Contents(Mapping[str, Document]):
    """Documents by source, in insertion order."""

    def __init__(self, known: ReusableDocuments) -> None:
        self.prints = Fingerprints()  # of every passage
        self.pictures: list[str] = []  # documents with picture pages, and those pages
        self.unread: list[str] = []  # documents with damaged parts, and those
        self.hiding: list[str] = []  # documents with hidden text
        self.planted: dict[str, tuple[Trait, ...]] = {}  # documents made for programs
        self._continued = bytearray()  # 1 for each passage that is Continued
        self._spans = array("I")  # start and end of each passage
        self._places: dict[int, tuple[Place, ...]] = {}  # of each passage that has more than its own place
        self._known = known
        self._numbers: dict[str, int] = {}  # of each source
        self._sources: list[str] = []
        self._at = array("q")
        self._days = array(
            "i"
        )  # of the current file, because its bytes may have been read under another name; 0 for none
        self._firsts = array("q")  # the first passage of each document
        self._at_hand: dict[str, Parsed] = {}
        self._room = AT_HAND
        self._last: Parsed | None = None

    def enter(self, document: Document, at: At, split: Split, traits: tuple[Trait, ...] = ()) -> None:
        """Add a document that can be read again from this place; ValueError if its source is known."""
        if document.source in self._numbers:
            raise ValueError(f"two documents have the same source, {document.source!r}")
        self._numbers[document.source] = len(self._sources)
        self._at.append(at)
        self._days.append(document.modified.toordinal() if document.modified else 0)
        self._sources.append(document.source)
        self._firsts.append(len(self.prints))
        for number, passage in enumerate(split.passages, start=len(self.prints)):
            self._spans.extend((passage.start, passage.end))
            if passage.places != (Place(document.source, passage.start, passage.end),):
                self._places[number] = passage.places
        self.prints.extend(split.prints)
        self._continued += bytes(isinstance(passage, Continued) for passage in split.passages)
        if any(segment.kind == "hidden" for segment in document.segments):
            self.hiding.append(document.source)
        if traits:
            self.planted[document.source] = traits
        if pages := document.pictures:
            self.pictures.append(f"{document.source}, page{'s' * (len(pages) > 1)} {', '.join(map(str, pages))}")
        if parts := document.unread:
            self.unread.append(f"{document.source}, {', '.join(parts)}")
        self._keep((document, split))

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __getitem__(self, source: str) -> Document:
        return self._parsed(source)[0]

    def split(self, source: str) -> Split | None:
        """Return the split of a document, before folding."""
        return self._parsed(source)[1] if source in self._numbers else None

    @property
    def passages(self) -> Passages:
        """Every passage of every document, before folding."""
        places = Lazy(len(self.prints), self._places_of)
        return Passages(self._passage, places=places, continued=self._continued)

    def _places_of(self, number: int) -> Sequence[Place]:
        source = self._sources[bisect_right(self._firsts, number) - 1]
        return self._places.get(number) or (Place(source, *self._spans[2 * number : 2 * number + 2]),)

    def _passage(self, number: int) -> Passage:
        document = bisect_right(self._firsts, number) - 1
        split = self._parsed(self._sources[document])[1]
        assert split is not None  # a document with passages has one
        return split.passages[number - self._firsts[document]]

    def _parsed(self, source: str) -> Parsed:
        found = self._at_hand.get(source, self._last)
        if found is None or found[0].source != source:
            number = self._numbers[source]
            document, split = self._known.read(self._at[number], source)
            day = self._days[number]
            if day != (document.modified.toordinal() if document.modified else 0):
                document = replace(document, modified=date.fromordinal(day) if day else None)
            found = document, split
            self._keep(found)
        return found

    def _keep(self, parsed: Parsed) -> None:
        """Cache the first documents, up to the limit, and the one read last.

        All documents are read in order, several times, so an LRU cache would never hit.
        """
        document, split = parsed
        if self._room > 0:
            texts = [document.text, *(passage.text for passage in (split.passages if split else ()))]
            self._room -= sum(map(len, texts)) + OBJECT * len(texts)
            self._at_hand[document.source] = parsed
        else:
            self._last = parsed
