"""Answers from an open index with a person's preferences: model, documents and strictness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace

from rag.answer.answer import NEARLY
from rag.answer.read import REFUSAL_THRESHOLD
from rag.index import Index, Location
from rag.pipeline import Rag
from rag.protocols import Generator
from rag.types import Answer, Document, Hit, Turn
from rag.web.session.contents import Contents, counted
from rag.web.session.generators import Models
from rag.web.session.preferences import USUAL_MODEL, Preferences
from rag.web.session.protocol import Engine

GENERATIONS = 2  # remembered generations: one answer and one build run at a time
WARM_UP = "What is this about?"


class OpenIndex:
    """An Engine on a Rag that only quotes; a chosen model is combined with its index, encoder and reader."""

    def __init__(self, rag: Rag, models: Models) -> None:
        self._rag = rag
        self._models = models
        self._counted: tuple[Index | None, Contents] = (None, Contents())  # of this generation
        self._answered: dict[int, Index] = {}  # the last used generations, by number

    @property
    def documents(self) -> Mapping[str, Document]:
        """The indexed documents by source."""
        return self._rag.documents

    @property
    def contents(self) -> Contents:
        """The passage counts of each document, computed once per generation."""
        index = self._rag.index
        if self._counted[0] is not index:
            self._counted = (index, counted(index.passages, index.manifest.skipped, index.manifest.planted))
        return self._counted[1]

    def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        """Yield a growing answer; ModelUnavailable if the chosen model cannot word it."""
        generator = None if preferences.quotes else self._models.generator(preferences.model)
        strictly = self._with(generator, self._rag.threshold)
        for answer in strictly.stream(question, k=preferences.passages, history=history, sources=preferences.sources):
            self._note(strictly, answer)
            if preferences.lenient and answer.abstained and answer.trace.outcome == "not_verified":
                yield from self._near(question, history, preferences)
                return
            yield answer

    def _near(self, question: str, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        """Yield the nearest quotes, never worded; the outcome says that none of them counts as an answer."""
        leniently = self._with(None, NEARLY * self._rag.threshold)
        for answer in leniently.stream(question, k=preferences.passages, history=history, sources=preferences.sources):
            self._note(leniently, answer)
            yield replace(answer, trace=replace(answer.trace, outcome="not_verified"))

    def search(self, question: str, *, k: int, sources: Sequence[str]) -> Sequence[Hit]:
        """Return the k passages nearest to a question, best first."""
        return self._rag.search(question, k=k, sources=sources)

    def hashes(self, answer: Answer) -> Mapping[str, str]:
        """Map the sources of an answer to the sha256 of their files in the generation that answered."""
        index = self._answered.get(answer.trace.generation)
        sources = {hit.passage.source for hit in answer.hits}
        sources |= {citation.passage.source for citation in answer.citations}
        documents = index.documents if index else {}
        return {source: documents[source].sha256 for source in sorted(sources) if source in documents}

    def _note(self, rag: Rag, answer: Answer) -> None:
        """Record the generation of an answer at its first step."""
        index = rag._index  # not `rag.index`, which opens what was published meanwhile
        # an index that a role was given later may have the same number
        if self._answered.get(index.generation) is not index and index.generation == answer.trace.generation:
            others = [item for item in self._answered.items() if item[0] != index.generation]
            self._answered = dict([*others, (index.generation, index)][-GENERATIONS:])

    def _with(self, generator: Generator | None, threshold: float) -> Rag:
        """Return the same open index and models with another generator and threshold."""
        index = self._rag.index  # the newest generation is opened once for all questions
        rag = copy(self._rag)
        rag._index, rag.generator, rag.threshold = index, generator, threshold
        return rag


class Opener:
    """Opens engines around models that are loaded once."""

    def __init__(
        self, index: Location, models: Models, threshold: float = REFUSAL_THRESHOLD, encoder: str | None = None
    ) -> None:
        self._index, self._encoder = index, encoder
        self._models = models
        self._threshold = threshold
        self._quotes: Rag | None = None  # without a generator: 0.25 seconds per question

    def answers(self, question: str) -> bool:
        """Return True if the open documents answer a question."""
        return self._quotes is not None and not self._quotes.ask(question).abstained

    def __call__(self) -> Engine:
        """Open the index and load the models, so that the first question need not wait."""
        self._quotes = rag = Rag.open(self._index, encoder=self._encoder, generator=None, threshold=self._threshold)
        rag.search(WARM_UP, k=1)
        self._models.generator(USUAL_MODEL)
        return OpenIndex(rag, self._models)
