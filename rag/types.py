"""The values that pass between the stations.

Offsets are 0-based characters into a document's text, end exclusive. Higher scores are better. No value holds vectors.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from rag import display

Vectors: TypeAlias = NDArray[np.float32]  # (n, d), rows of unit length; row i belongs to passage i
SegmentKind: TypeAlias = Literal["heading", "paragraph", "item", "row", "code", "noise", "hidden"]
EARLIER_MESSAGE = "earlier message"  # on the heading path of what a letter quotes of one before it
PICTURE_PAGE = "[This page is a picture; its text was not read.]"  # stands in for the text of such a page, as noise
UNREAD_PART = "[This was not read: "  # begins what stands in for a damaged page or chapter, as noise; "]" ends it
SILENT: frozenset[SegmentKind] = frozenset(("heading", "noise", "hidden"))  # what is never evidence by itself
Verdict: TypeAlias = Literal["supported", "quoted"]
# signs of a text made for programs: instructions to a model, chat template tokens, a repeated question, invisible characters
Trait: TypeAlias = Literal["orders", "tokens", "stuffed", "invisible"]
Outcome: TypeAlias = Literal["answered", "not_found", "not_verified", "disagree", "conversation"]


class Place(NamedTuple):
    """One occurrence of a passage's text: its span in a document's text."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A contiguous part of a document's text.

    "noise" (menus, running heads) and "hidden" (text that a viewer of the file does not show) are never indexed.
    """

    start: int
    end: int
    kind: SegmentKind
    heading: str = ""  # heading path, outermost first, joined by " › "


@dataclass(frozen=True, slots=True)
class Document:
    """One file, as text.

    For plain text and Markdown `text` is the file's own decoded text, unchanged. `source` is the path relative to the seeds
    folder, with forward slashes. `pages[i]` is where page i + 1 (slide, sheet) starts in `text`; empty without pages.
    """

    id: str
    source: str
    title: str
    text: str
    pages: tuple[int, ...] = ()
    page_labels: tuple[str, ...] = ()  # as printed ("iv", "Sheet1"), one for each page, or empty
    segments: tuple[Segment, ...] = ()  # in order, not overlapping
    sha256: str = ""  # of the file's bytes
    stated: date | None = None  # the date stated in the file: an e-mail's Date, an office file's or a PDF's last change
    modified: date | None = None  # the date of the file's last change, by this machine's clock

    def __repr__(self) -> str:
        return f"Document({self.source!r}, {len(self.text)} characters)"

    @property
    def pictures(self) -> list[int]:
        """The pages (1-based) that are pictures whose text was not read."""
        marks = [s.start for s in self.segments if s.kind == "noise" and self.text.startswith(PICTURE_PAGE, s.start)]
        return [bisect_right(self.pages, start) for start in marks]

    @property
    def unread(self) -> list[str]:
        """The pages and chapters that are damaged, so not read."""
        marks = (self.text[s.start : s.end] for s in self.segments if s.kind == "noise")
        return [mark[len(UNREAD_PART) : -1] for mark in marks if mark.startswith(UNREAD_PART)]

    @property
    def day(self) -> date | None:
        """The date that a filter compares: the one the file states, or else that of its last change."""
        return self.stated or self.modified


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one document, retrieved as a whole: `document.text[start:end] == text`."""

    id: str
    document_id: str
    source: str
    text: str
    start: int
    end: int
    page: int | None = None  # 1-based
    heading: str = ""
    places: tuple[Place, ...] = ()  # every occurrence of this text, its own first

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source}:{self.start}-{self.end} {display.shortened(self.text)})"


@dataclass(frozen=True, slots=True)
class Continued(Passage):
    """A passage, during a build, that is joined to the one before it unless either was folded."""


class Where(TypedDict, total=False):
    """A filter of files: those that meet every condition are searched."""

    sources: Sequence[str]  # these files, or files in these folders; () for all
    since: date | None  # the first day of a file, included
    until: date | None  # the last day of a file, included


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage, with its score at that station."""

    passage: Passage
    score: float

    def __repr__(self) -> str:
        return f"Hit({self.score:.4f} {self.passage!r})"


Ranking: TypeAlias = Sequence[tuple[int, float]]  # (row of a passage in the index, score), best first


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked pointer from a sentence of an answer into a document: `document.text[start:end] == quote`."""

    marker: int  # the n of [n] in the answer, 1-based
    passage: Passage
    quote: str
    start: int
    end: int
    page: int | None = None
    traits: tuple[Trait, ...] = ()  # of the file around it

    def __repr__(self) -> str:
        return f"Citation([{self.marker}] {self.place} {display.shortened(self.quote)})"

    @property
    def place(self) -> str:
        """File, span and page, for people."""
        page = f", page {self.page}" if self.page is not None else ""
        return f"{self.passage.source}:{self.start}-{self.end}{page}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer: either worded by the model and supported by its quotes, or a quote."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer was made, for inspection."""

    question: str  # the standalone question, completed from earlier ones where it depends on them
    outcome: Outcome
    confidence: float  # of the reader, 0 to 1
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # passage id → station → score
    milliseconds: Mapping[str, float] = field(default_factory=dict)  # station → wall time
    rejected: tuple[str, ...] = ()  # sentences of the model that failed the check
    generation: int = 0  # of the index that answered


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; a refusal has `abstained`, no sentences, and the nearest passages in `hits`."""

    question: str
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    abstained: bool
    trace: Trace = field(compare=False)  # times differ between runs

    def __repr__(self) -> str:
        kind = "refusal" if self.abstained else f"{len(self.citations)} cited"
        return f"Answer({display.shortened(self.question)} → {display.shortened(self.text)}, {kind})"

    def _repr_markdown_(self) -> str:
        return display.markdown(self.text, self._notes())

    def _repr_html_(self) -> str:
        return display.html(self.text, self._notes())

    def _notes(self) -> list[display.Note]:
        return [display.Note(c.marker, c.place, c.quote) for c in self.citations]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not read, with a readable reason."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    read: int  # files
    skipped: tuple[Skipped, ...]  # files, with their reasons
    passages: int  # distinct
    duplicates: int  # folded into passages
    embedded: int  # passages, in this build
    reused: int  # passages whose vectors were reused
    seconds: float
    generation: int
    advice: str = ""  # how to improve the index, as readable text
    hiding: tuple[str, ...] = ()  # files with hidden text, which is kept but never indexed
    planted: tuple[tuple[str, tuple[Trait, ...]], ...] = ()  # files made for programs, ranked below others
    pictures: tuple[str, ...] = ()  # files with picture pages whose text was not read, and those pages
    unread: tuple[str, ...] = ()  # files with damaged pages or chapters, and those


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a generator."""

    role: Literal["system", "user", "assistant"]
    content: str


Progress: TypeAlias = Callable[[str, int, int], None]  # (stage, done, total); total is 0 if unknown
