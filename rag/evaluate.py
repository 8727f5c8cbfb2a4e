"""Measures retrieval, answers, citations and refusals on questions whose answers are known."""

from __future__ import annotations

import re
import statistics
import string
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.pipeline import Rag
from rag.questions import Question
from rag.types import Answer, Hit, Passage, Progress

DEPTH = 10  # passages that are ranked
ARTICLES = re.compile(r"\b(a|an|the)\b")  # SQuAD's own normalisation, Rajpurkar et al. 2016
TOLERANCE = 0.01  # a figure that is worse by more is a regression
LOWER_IS_BETTER = ("false_answers", "false_refusals", "p50_ms", "p95_ms")
NOT_COMPARED = ("p50_ms", "p95_ms")  # times differ between machines

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with all that was found for it."""

    question: Question
    rankings: Mapping[str, Sequence[Hit]]  # station → hits, best first
    answer: Answer
    milliseconds: float


def evaluate(rag: Rag, questions: Sequence[Question], *, progress: Progress | None = None) -> Figures:
    """Ask every question and return the figures: shares from 0 to 1, times in milliseconds, counts."""
    asked = []
    for done, question in enumerate(questions, start=1):
        asked.append(_ask(rag, question))
        if progress:
            progress("asking", done, len(questions))
    answerable = [item for item in asked if item.question.answerable]
    figures: Figures = {"questions": len(asked), "answerable": len(answerable)}
    figures |= _retrieval(answerable)
    figures |= _answers(answerable)
    figures |= _citations(rag, asked)
    figures |= _refusals(asked)
    times = sorted(item.milliseconds for item in asked)
    return figures | {"p50_ms": statistics.median(times), "p95_ms": times[int(0.95 * (len(times) - 1))]}


def regressions(figures: Mapping[str, float], earlier: Mapping[str, float]) -> list[str]:
    """Name every figure that became worse by more than TOLERANCE; times are not compared."""
    worse = []
    for name in sorted(
        figures.keys() & earlier.keys() - set(NOT_COMPARED) - {"questions", "answerable", "citations_checked"}
    ):
        loss = figures[name] - earlier[name] if name in LOWER_IS_BETTER else earlier[name] - figures[name]
        if loss > TOLERANCE:
            worse.append(f"{name} {earlier[name]:.3f} → {figures[name]:.3f}")
    return worse


def table(figures: Mapping[str, float]) -> str:
    """Return the figures as lines of text."""
    return "\n".join(f"{name:<28} {value:>10.0f}" if value == int(value) and value > 1 else f"{name:<28} {value:>10.3f}"
                     for name, value in figures.items())  # fmt: skip


def token_f1(said: str, right: str) -> float:
    """Return the harmonic mean of the words' precision and recall, after SQuAD's normalisation."""
    one, other = Counter(normalised(said).split()), Counter(normalised(right).split())
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if shared else 0.0


def normalised(text: str) -> str:
    """Return a text in lower case without punctuation and articles."""
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(ARTICLES.sub(" ", bare).split())


def _ask(rag: Rag, question: Question) -> Asked:
    rankings = rag.rankings(question.text, k=DEPTH, history=question.history, sources=question.scope)
    started = time.perf_counter()
    answer = rag.ask(question.text, history=question.history, sources=question.scope)
    return Asked(question, rankings, answer, 1000 * (time.perf_counter() - started))


def _retrieval(asked: Sequence[Asked]) -> Figures:
    """Return recall, MRR and nDCG for each station, over the questions whose answer or file is known."""
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    known = [item for item in asked if item.question.answers or item.question.gold]
    figures: Figures = {}
    for station in known[0].rankings if known else ():
        relevant = {str(n): _relevant(item) for n, item in enumerate(known)}
        found = {str(n): {hit.passage.id: hit.score for hit in item.rankings[station]} for n, item in enumerate(known)}
        measured = ir_measures.calc_aggregate([Success @ 1, R @ 5, RR @ 10, nDCG @ 10], relevant, found)
        figures |= {f"{station} {measure}": float(value) for measure, value in measured.items()}
    return figures


def _relevant(item: Asked) -> dict[str, int]:
    hits = {hit.passage.id: hit.passage for ranking in item.rankings.values() for hit in ranking}
    return {id: int(_is_gold(passage, item.question)) for id, passage in hits.items()} or {"": 1}


def _is_gold(passage: Passage, question: Question) -> bool:
    there = {passage.source, *(place.source for place in passage.places)}
    if question.gold and not there & set(question.gold):
        return False
    return not question.answers or any(normalised(answer) in normalised(passage.text) for answer in question.answers)


def _answers(asked: Sequence[Asked]) -> Figures:
    known = [item for item in asked if item.question.answers]
    contained = [any(normalised(a) in normalised(item.answer.text) for a in item.question.answers) for item in known]
    f1 = [max(token_f1(item.answer.text, a) for a in item.question.answers) for item in known]
    lengths = [len(item.answer.sentences) for item in asked if not item.answer.abstained]
    worded = [s.verdict == "supported" for item in asked for s in item.answer.sentences]
    return {
        "gold in answer": _mean(contained),
        "answer F1": _mean(f1),
        "sentences per answer": _mean(lengths),
        "sentences worded": _mean(worded),
    }


def _citations(rag: Rag, asked: Sequence[Asked]) -> Figures:
    """Return how many citations were checked, how many spans are exact, and how many lie in a passage that answers."""
    cited = [(item, citation) for item in asked for citation in item.answer.citations]
    exact = [rag.documents[c.passage.source].text[c.start : c.end] == c.quote for _, c in cited]
    known = [(item, c) for item, c in cited if item.question.answers or item.question.gold]
    covered = [bool(sentence.citations) for item in asked for sentence in item.answer.sentences]
    recalled = [
        any(_is_gold(c.passage, item.question) for c in item.answer.citations)
        for item in asked
        if item.question.answerable and (item.question.answers or item.question.gold)
    ]
    return {
        "citations_checked": len(cited),
        "citation spans exact": _mean(exact),
        "citation precision": _mean([_is_gold(c.passage, item.question) for item, c in known]),
        "citation recall": _mean(recalled),
        "sentences cited": _mean(covered),
    }


def _refusals(asked: Sequence[Asked]) -> Figures:
    refused = [item.answer.abstained for item in asked if item.question.answerable]
    answered = [not item.answer.abstained for item in asked if not item.question.answerable]
    return {"false_refusals": _mean(refused), "false_answers": _mean(answered)}


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0
