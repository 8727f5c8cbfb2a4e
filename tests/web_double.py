"""A small engine for the page's tests: it answers from a few documents, by the words they share with the question."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.types import (
    Answer,
    Citation,
    Document,
    Hit,
    Passage,
    Place,
    Progress,
    Segment,
    Sentence,
    Skipped,
    Trace,
    Turn,
)
from rag.web.session.contents import Contents, counted
from rag.web.session.guides import SUMMARISE
from rag.web.session.preferences import Preferences

SMALL_WORDS = frozenset(
    "the a an of is in on at to and or what who how when where which do does did it was were are say about".split()
)


@dataclass(frozen=True, slots=True)
class SmallReport:
    """The report of the double's build."""

    read: int
    passages: int
    skipped: tuple[Skipped, ...] = ()
    seconds: float = 0.1


@dataclass
class SmallEngine:
    """Answers with the two sentences that share most words with the question; the first worded, the second quoted."""

    documents: Mapping[str, Document]
    gate: threading.Event = field(default_factory=threading.Event)  # cleared: the answer waits after a sentence

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def contents(self) -> Contents:
        found = (passage for document in self.documents.values() for passage in passages(document))
        return counted(found, [("scan.pdf", "it holds no text; it needs OCR first")])

    def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        found = sorted(
            self._sentences(preferences.sources), key=lambda pair: -len(words(question) & words(pair[1].quote))
        )
        hits = tuple(Hit(pair[0], float(len(words(question) & words(pair[1].quote)))) for pair in found[:3])
        best = [pair for pair in found if len(words(question) & words(pair[1].quote)) >= 2][:2]
        best = list(self._sentences(preferences.sources))[:2] if question == SUMMARISE else best
        trace = Trace(question, "answered" if best else "not_found", 0.9 if best else 0.1,
                      {hit.passage.id: {"dense": 0.5, "bm25": hit.score} for hit in hits}, {"retrieve": 12.0, "generate": 800.0},
                      ("The model said something else.",) if best else ())  # fmt: skip
        yield Answer(question, "", (), (), hits, False, trace)
        if not best:
            yield Answer(question, "The documents do not say.", (), (), hits, True, trace)
            return
        sentences: list[Sentence] = []
        for marker, (passage, cited) in enumerate(best, start=1):
            if sentences:
                self.gate.wait(120)
            citation = Citation(marker, passage, cited.quote, cited.start, cited.end, passage.page)
            text = f"{cited.quote.rstrip('.')} [{marker}]."
            sentences.append(
                Sentence(text, (citation,), "quoted" if marker == 2 or preferences.quotes else "supported")
            )
            yield self._answer(question, sentences, hits, trace)

    def search(self, question: str, *, k: int, sources: Sequence[str]) -> list[Hit]:
        found = sorted(self._sentences(sources), key=lambda pair: -len(words(question) & words(pair[1].quote)))
        unique = {pair[0].id: pair[0] for pair in found}
        return [
            Hit(passage, float(len(words(question) & words(passage.text)))) for passage in list(unique.values())[:k]
        ]

    def hashes(self, answer: Answer) -> dict[str, str]:
        cited = {hit.passage.source for hit in answer.hits}
        return {source: self.documents[source].sha256 for source in sorted(cited) if source in self.documents}

    def _answer(self, question: str, sentences: Sequence[Sentence], hits: tuple[Hit, ...], trace: Trace) -> Answer:
        citations = tuple(citation for sentence in sentences for citation in sentence.citations)
        return Answer(question, " ".join(s.text for s in sentences), tuple(sentences), citations, hits, False, trace)

    def _sentences(self, sources: Sequence[str]) -> Iterator[tuple[Passage, Citation]]:
        for document in [d for d in self.documents.values() if not sources or d.source in sources]:
            for passage in passages(document):
                for match in re.finditer(r"[^.!?\n]+[.!?]?", passage.text):
                    quote = match.group().strip()
                    if len(quote) > 10:
                        start = passage.start + passage.text.index(quote)
                        yield passage, Citation(1, passage, quote, start, start + len(quote), passage.page)


def words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"\w+", text.lower())} - SMALL_WORDS


def passages(document: Document) -> Iterator[Passage]:
    for match in re.finditer(r"[^\n]+", document.text):
        if not match.group().startswith("#"):
            places = (Place(document.source, match.start(), match.end()),) * (2 if "twice" in match.group() else 1)
            page = sum(start <= match.start() for start in document.pages) or None
            name = hashlib.sha256(f"{document.source}{match.start()}".encode()).hexdigest()[:12]
            yield Passage(
                name,
                document.id,
                document.source,
                match.group(),
                match.start(),
                match.end(),
                page,
                "Guide",
                places,
            )


def read_documents(seeds: Path) -> dict[str, Document]:
    """Read the text files of a folder."""
    found = {}
    for path in sorted(seeds.glob("*.*")):
        data = path.read_bytes()
        text = data.decode("utf-8", "replace")
        headings = tuple(Segment(m.start(), m.end(), "heading") for m in re.finditer(r"(?m)^#.*$", text))
        digest = hashlib.sha256(data).hexdigest()
        found[path.name] = Document(path.name, path.name, path.stem, text, (), (), headings, digest)
    return found


class SmallHouse:
    """A folder of documents with functions to open and build its index."""

    def __init__(self, seeds: Path) -> None:
        self.seeds = seeds
        self.engine = SmallEngine(read_documents(seeds))
        self.build_gate = threading.Event()
        self.build_gate.set()
        self.builds = 0

    def open(self) -> SmallEngine:
        self.engine = SmallEngine(read_documents(self.seeds), self.engine.gate)
        return self.engine

    def build(self, progress: Progress) -> SmallReport:
        self.builds += 1
        documents = read_documents(self.seeds)
        for done in range(1, 5):
            progress("embedding", done, 4)
            self.build_gate.wait(120)  # as long as a whole test may take on a busy machine
        count = sum(1 for document in documents.values() for _ in passages(document))
        return SmallReport(len(documents), count)
