"""Measures retrieval, answers, citations and refusals on questions with known answers."""

from __future__ import annotations

import json
import re
import statistics
import string
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from rag.evaluation.questions import Question
from rag.pipeline import Rag
from rag.types import Answer, Hit, Passage, Progress

DEPTH = 10  # passages that are ranked
STATIONS = {"dense": "dense", "lexical": "BM25", "fused": "fused", "reader": "reader"}  # internal name → printed name
ARTICLES = re.compile(r"\b(a|an|the)\b")  # SQuAD's own normalisation, Rajpurkar et al. 2016
TOLERANCE = 0.01  # a larger decline of a figure is a regression
LOWER_IS_BETTER = ("false answers", "false refusals")
# times differ between machines; for the others, higher is neither better nor worse
NOT_COMPARED = (
    "p50 ms",
    "p95 ms",
    "questions",
    "answerable",
    "citations checked",
    "sentences per answer",
    "sentences worded",
)

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its results."""

    question: Question
    rankings: Mapping[str, Sequence[Hit]]  # station → hits, best first
    answer: Answer
    milliseconds: float


def evaluate(rag: Rag, questions: Sequence[Question], *, progress: Progress | None = None) -> Figures:
    """Ask every question and return the figures: ratios from 0 to 1, times in milliseconds, counts.

    A figure without data is left out. ValueError if a question names a file that is not indexed.
    """
    _check_sources(rag, questions)
    asked = []
    for done, question in enumerate(questions, start=1):
        asked.append(_ask(rag, question))
        if progress:
            progress("asking", done, len(questions))
    answerable = [item for item in asked if item.question.answerable]
    figures: Figures = {"questions": len(asked), "answerable": len(answerable)}
    figures |= _retrieval(rag, answerable)
    figures |= _answers(answerable)
    figures |= _citations(rag, asked)
    figures |= _refusals(asked)
    return figures | _times([item.milliseconds for item in asked])


def regressions(figures: Mapping[str, float], earlier: Mapping[str, float]) -> list[str]:
    """Return every figure that is worse by more than TOLERANCE; times and counts are not compared."""
    worse = []
    for name in sorted(figures.keys() & earlier.keys() - set(NOT_COMPARED)):
        loss = figures[name] - earlier[name] if name in LOWER_IS_BETTER else earlier[name] - figures[name]
        if loss > TOLERANCE:
            worse.append(f"{name} {earlier[name]:.3f} → {figures[name]:.3f}")
    return worse


def read_figures(file: Path) -> Figures:
    """Read saved figures; ValueError if the file holds none."""
    try:
        figures = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): float(value) for name, value in figures.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} holds no figures; write one with: rag eval --save {file}") from error


def table(figures: Mapping[str, float]) -> str:
    """Return the figures as text: retrieval with a column per station, then one line per other figure."""
    columns = [name for name in STATIONS.values() if any(figure.startswith(f"{name} ") for figure in figures)]
    ranked = {figure: figure.split(" ", 1) for figure in figures if figure.split(" ", 1)[0] in columns}
    lines = [f"{'':<22}" + "".join(f"{name:>9}" for name in columns)] if columns else []
    for measure in dict.fromkeys(measure for _, measure in ranked.values()):
        lines.append(f"{measure:<22}" + "".join(f"{figures[f'{name} {measure}']:>9.3f}" for name in columns))
    lines += [""] if columns else []
    return "\n".join([*lines, *(_line(name, value) for name, value in figures.items() if name not in ranked)])


def token_f1(said: str, right: str) -> float:
    """Return the token F1 after SQuAD's normalisation."""
    one, other = Counter(normalised(said).split()), Counter(normalised(right).split())
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if shared else 0.0


def normalised(text: str) -> str:
    """Return a text in lower case without punctuation and articles."""
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(ARTICLES.sub(" ", bare).split())


def _check_sources(rag: Rag, questions: Sequence[Question]) -> None:
    for question in questions:
        if unknown := set(question.gold) - set(rag.documents):
            raise ValueError(f"{question.text!r} names {min(unknown)!r}, which is not in the index; see: rag info")


def _ask(rag: Rag, question: Question) -> Asked:
    """Return a question's rankings and answer; the reader re-ranks the passages it reads, the others follow."""
    rankings = rag.rankings(question.text, k=DEPTH, history=question.history, sources=question.scope)
    started = time.perf_counter()
    answer = rag.ask(question.text, history=question.history, sources=question.scope)
    milliseconds = 1000 * (time.perf_counter() - started)
    read = {hit.passage.id for hit in answer.hits}
    reader = [*answer.hits, *(hit for hit in rankings["fused"] if hit.passage.id not in read)]
    return Asked(question, rankings | {"reader": reader}, answer, milliseconds)


def _retrieval(rag: Rag, asked: Sequence[Asked]) -> Figures:
    """Return the figures of each station, over questions with a known answer or file."""
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    measures = {"hit@1": Success @ 1, "hit@5": Success @ 5, "recall@5": R @ 5, "recall@10": R @ 10, "MRR@10": RR @ 10,
                "nDCG@10": nDCG @ 10}  # fmt: skip
    known = [item for item in asked if item.question.answers or item.question.gold]
    relevant = {str(n): _relevant(rag, item) for n, item in enumerate(known)}
    figures: Figures = {}
    for station, name in STATIONS.items() if known else ():
        # the rank is the score, so that ties of fused scores are broken as in retrieval
        found = {
            str(n): {hit.passage.id: -float(rank) for rank, hit in enumerate(item.rankings[station][:DEPTH])}
            for n, item in enumerate(known)
        }
        measured = ir_measures.calc_aggregate(measures.values(), relevant, found)
        figures |= {f"{name} {shown}": float(measured[measure]) for shown, measure in measures.items()}
    return figures


def _relevant(rag: Rag, item: Asked) -> dict[str, int]:
    """Return the relevant passages: all in the question's files, or without files those that a station found."""
    if item.question.gold:
        pool = [passage for passage in rag.index.passages if _sources(passage) & set(item.question.gold)]
    else:
        pool = [hit.passage for ranking in item.rankings.values() for hit in ranking]
    return {passage.id: int(_is_gold(passage, item.question)) for passage in pool} or {"none": 1}


def _is_gold(passage: Passage, question: Question) -> bool:
    """Return True if a passage is relevant: it is in one of the question's files and holds one of its answers."""
    if question.gold and not _sources(passage) & set(question.gold):
        return False
    return not question.answers or _contains(passage.text, question)


def _sources(passage: Passage) -> set[str]:
    return {passage.source, *(place.source for place in passage.places)}


def _contains(text: str, question: Question) -> bool:
    """Return True if a text holds one of the answers verbatim after SQuAD's normalisation."""
    there = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in there for answer in question.answers)


def _said(answer: Answer) -> str:
    """Return an answer's text without markers; nothing for a refusal."""
    return " ".join(sentence.text for sentence in answer.sentences)


def _answers(asked: Sequence[Asked]) -> Figures:
    known = [item for item in asked if item.question.answers]
    return {
        **_mean("gold in answer", [_contains(_said(item.answer), item.question) for item in known]),
        **_mean("answer F1", [max(token_f1(_said(item.answer), a) for a in item.question.answers) for item in known]),
        **_mean("sentences per answer", [len(item.answer.sentences) for item in asked if not item.answer.abstained]),
        **_mean("sentences worded", [s.verdict == "supported" for item in asked for s in item.answer.sentences]),
    }


def _citations(rag: Rag, asked: Sequence[Asked]) -> Figures:
    """Return the number of citations, and their exactness, precision and recall.

    Precision: citations with a relevant passage, among those for questions with a known answer or file, including
    unanswerable ones. Recall: answerable questions with at least one such citation.
    """
    cited = [(item, citation) for item in asked for citation in item.answer.citations]
    known = [item for item in asked if item.question.answers or item.question.gold]
    right = {id(item): [_is_gold(c.passage, item.question) for c in item.answer.citations] for item in known}
    exact = [rag.documents[c.passage.source].text[c.start : c.end] == c.quote for _, c in cited]
    return {
        "citations checked": len(cited),
        **_mean("citation spans exact", exact),
        **_mean("citation precision", [gold for item in known for gold in right[id(item)]]),
        **_mean("citation recall", [any(right[id(item)]) for item in known if item.question.answerable]),
        **_mean("sentences cited", [bool(s.citations) for item in asked for s in item.answer.sentences]),
    }


def _refusals(asked: Sequence[Asked]) -> Figures:
    refused = [item.answer.abstained for item in asked if item.question.answerable]
    answered = [not item.answer.abstained for item in asked if not item.question.answerable]
    return _mean("false refusals", refused) | _mean("false answers", answered)


def _times(milliseconds: Sequence[float]) -> Figures:
    """Return median and 95th percentile, the nearest rank."""
    ordered = sorted(milliseconds)
    return {"p50 ms": statistics.median(ordered), "p95 ms": ordered[ceil(0.95 * len(ordered)) - 1]} if ordered else {}


def _mean(name: str, values: Sequence[float]) -> Figures:
    return {name: statistics.fmean(values)} if values else {}


def _line(name: str, value: float) -> str:
    return f"{name:<22}{value:>9.0f}" if name in NOT_COMPARED[:5] else f"{name:<22}{value:>9.3f}"
