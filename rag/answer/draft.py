"""Grows an Answer while the stations hand over what they found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from rag.answer.cite import compose
from rag.answer.contradictions import tally
from rag.answer.prompt import refusal
from rag.types import Answer, Hit, Outcome, Sentence, Trace

LONGEST_QUESTION = 4_000  # characters


def checked(question: str, k: int) -> str:
    """Return the question without the space around it; ValueError if it, or the number of passages, cannot be used."""
    if not question.strip():
        raise ValueError("the question is empty; ask something")
    if len(question) > LONGEST_QUESTION:
        raise ValueError(
            f"the question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read, so shorten it"
        )
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least one passage")
    return question.strip()


class Draft:
    """What is known of an answer so far, with the time that each station took."""

    def __init__(self, question: str, standalone: str, generation: int) -> None:
        self.question = question
        self.standalone = standalone
        self.generation = generation
        self.hits: tuple[Hit, ...] = ()
        self.scores: dict[str, dict[str, float]] = {}
        self.confidence = 0.0
        self.rejected: tuple[str, ...] = ()
        self._milliseconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, station: str) -> None:
        """Note the time since the last lap as this station's."""
        now = time.perf_counter()
        self._milliseconds[station] = round(1000 * (now - self._last), 1)
        self._last = now

    def rank(self, station: str, hits: Sequence[Hit]) -> None:
        """Note what a station scored the passages."""
        for hit in hits:
            self.scores.setdefault(hit.passage.id, {})[station] = hit.score

    def add(self, hit: Hit | None) -> None:
        """Note a passage that was found on the way, behind the others if it is not among them."""
        if hit and hit.passage.id not in {known.passage.id for known in self.hits}:
            self.hits = (*self.hits, hit)
            self.rank("followed", [hit])

    def answered(self, sentences: Sequence[Sentence], outcome: Outcome = "answered") -> Answer:
        """Return the answer as far as its sentences go; `outcome` "disagree" puts its words and the count of files in front."""
        said = () if outcome == "answered" else (refusal(outcome), tally(sentences))
        return self._answer(" ".join(filter(None, [*said, compose(sentences)])), tuple(sentences), outcome)

    def refused(self, outcome: Outcome) -> Answer:
        """Return the refusal: its words, no sentences, the nearest passages."""
        return self._answer(refusal(outcome), (), outcome, abstained=True)

    def _answer(
        self, text: str, sentences: tuple[Sentence, ...], outcome: Outcome, *, abstained: bool = False
    ) -> Answer:
        citations = tuple(citation for sentence in sentences for citation in sentence.citations)
        return Answer(self.question, text, sentences, citations, self.hits, abstained, self._trace(outcome))

    def _trace(self, outcome: Outcome) -> Trace:
        shown: Mapping[str, Mapping[str, float]] = {
            hit.passage.id: self.scores.get(hit.passage.id, {}) for hit in self.hits
        }
        return Trace(
            question=self.standalone,
            outcome=outcome,
            confidence=self.confidence,
            scores=shown,
            milliseconds=dict(self._milliseconds),
            rejected=self.rejected,
            generation=self.generation,
        )
