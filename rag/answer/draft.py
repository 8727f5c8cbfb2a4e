"""Builds an Answer from what the stations find."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from rag.answer.conflicts.contradictions import file_name, tally
from rag.answer.prompt import refusal
from rag.answer.reply import Reply, write
from rag.language.own_words import disagreement_in
from rag.types import Answer, Hit, Outcome, Trace, Trait

LONGEST_QUESTION = 4_000  # characters


def checked(question: str, k: int) -> str:
    """Return the question stripped of white space; ValueError if it, or the number of passages, is unusable."""
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
    """The state of an answer so far, with the time that each station took."""

    def __init__(self, question: str, standalone: str, generation: int) -> None:
        self.question = question
        self.standalone = standalone
        self.typed = ""  # a question in a conversation, before it was completed from what was said
        self.english = ""  # a rough English wording of a question in another language
        self.abroad = ""  # a rough wording in the language of the documents that were found by it
        self.generation = generation
        self.hits: tuple[Hit, ...] = ()
        self.scores: dict[str, dict[str, float]] = {}
        self.confidence = 0.0
        self.outcome: Outcome = "answered"
        self.labels: tuple[str, ...] = ()  # short forms of what the sides of a contradiction say, if known
        self.named: Callable[[str], str] = file_name  # returns the shown name of a file
        self.traits: Mapping[str, tuple[Trait, ...]] = {}  # traits of the evidence of the reply, by passage id
        self.rejected: tuple[str, ...] = ()
        self._milliseconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, station: str) -> None:
        """Record the time since the last lap for this station."""
        now = time.perf_counter()
        self._milliseconds[station] = round(1000 * (now - self._last), 1)
        self._last = now

    def rank(self, station: str, scores: Mapping[str, float]) -> None:
        """Record a station's scores by passage id."""
        for id, score in scores.items():
            self.scores.setdefault(id, {})[station] = score

    def searching(self) -> Answer:
        """Return the answer before any sentence: only the passages found."""
        return self.answered(())

    def answered(self, reply: Reply, *, front: str = "") -> Answer:
        """Return the answer so far, after the program's own words; it says if documents disagree."""
        if self.outcome == "disagree":
            told = tally(write(reply).sentences, self.labels, self.named)
            front = disagreement_in(self.question) or " ".join(filter(None, (refusal("disagree"), told)))
        return self._answer(reply, self.outcome, front=front)

    def told(self, text: str) -> Answer:
        """Return an answer about the program or the conversation, which cites nothing."""
        return self._answer((), "conversation", front=text)

    def refused(self, outcome: Outcome, *, text: str = "") -> Answer:
        """Return the refusal: its words, no sentences, the nearest passages."""
        return self._answer((), outcome, front=text or refusal(outcome), abstained=True)

    def _answer(self, reply: Reply, outcome: Outcome, *, front: str, abstained: bool = False) -> Answer:
        written = write(reply, front=front, traits=self.traits)
        return Answer(
            self.question,
            written.text,
            written.sentences,
            written.citations,
            self.hits,
            abstained,
            self._trace(outcome),
        )

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
