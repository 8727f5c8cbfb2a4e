"""Chooses the refusal threshold on the user's own documents.

Answerable questions are compared with unanswerable ones. The threshold is chosen on one half and measured on the other.
Generated questions repeat the words of their sentence and are easier than real ones: among equally good thresholds, the
nearest to the current one is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.questions import Question
from rag.pipeline import Rag
from rag.types import Progress

SEPARATED = 0.9  # AUC; below it more than one pair in ten is in the wrong order, and no threshold is good on both sides
FEWEST = 10  # questions on each side of each half; with so few, a single one already changes a share by a tenth

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Errors:
    """The error rates of a threshold, on answerable and on unanswerable questions."""

    threshold: float
    false_refusals: float
    false_answers: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The result. `chosen` and `present` are errors on the measured half, `auc` is over all questions."""

    answerable: int  # questions in the measured half
    unanswerable: int
    auc: float  # probability that an answerable question outscores an unanswerable one
    chosen: Errors
    present: Errors  # of the threshold in use

    @property
    def separates(self) -> bool:
        """Return True if a threshold can separate the two kinds of questions."""
        return self.auc >= SEPARATED


def calibrate(rag: Rag, questions: Sequence[Question], *, progress: Progress | None = None) -> Calibration:
    """Choose the threshold with the least sum of both error rates; ValueError if one kind of question is missing."""
    _check(questions)
    quoting = Rag(
        rag.index, encoder=rag.encoder, reader=rag.reader, threshold=rag.threshold
    )  # wording does not matter here
    confidences = []
    for done, question in enumerate(questions, start=1):
        answer = quoting.ask(question.text, history=question.history, sources=question.scope)
        confidences.append(answer.trace.confidence)
        if progress:
            progress("asking", done, len(questions))
    (one_answerable, one_not), (other_answerable, other_not) = _halves(questions, confidences)
    threshold = choose(one_answerable, one_not, present=rag.threshold)
    return Calibration(
        answerable=len(other_answerable),
        unanswerable=len(other_not),
        auc=auc(np.concatenate([one_answerable, other_answerable]), np.concatenate([one_not, other_not])),
        chosen=errors(threshold, other_answerable, other_not),
        present=errors(rag.threshold, other_answerable, other_not),
    )


def choose(answerable: Scores, unanswerable: Scores, *, present: float) -> float:
    """Return the threshold with the least sum of error rates; among equals the one nearest to `present`.

    Candidates are `present` and the midpoints between adjacent scores, to three decimals.
    """
    scores = np.unique(np.concatenate([answerable, unanswerable]))
    tried = [present, *(round(float(middle), 3) for middle in (scores[1:] + scores[:-1]) / 2)]
    found = [errors(threshold, answerable, unanswerable) for threshold in tried]
    best = min(found, key=lambda e: (round(e.false_refusals + e.false_answers, 9), abs(e.threshold - present)))
    return best.threshold


def errors(threshold: float, answerable: Scores, unanswerable: Scores) -> Errors:
    """Return the error rates of a threshold, below which a question is refused."""
    return Errors(threshold, float((answerable < threshold).mean()), float((unanswerable >= threshold).mean()))


def auc(answerable: Scores, unanswerable: Scores) -> float:
    """Return the share of pairs in which the answerable question scores higher; a tie is half a pair."""
    difference = answerable[:, None] - unanswerable[None, :]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


def describe_calibration(found: Calibration) -> str:
    """Describe the result in lines: the errors, the separation, and the recommended threshold."""
    lines = [
        f"asked {found.answerable} questions that the documents answer and {found.unanswerable} that they do not "
        "(as many again to choose the threshold)",
        f"AUC of the confidence {found.auc:.3f}",
        f"{'threshold':<12}{'false refusals':>16}{'false answers':>16}",
        *(
            f"{e.threshold:<12.3f}{e.false_refusals:>16.3f}{e.false_answers:>16.3f}{note}"
            for e, note in ((found.present, "  in use"), (found.chosen, "  chosen"))
        ),
    ]
    if not found.separates:
        lines.append(
            f"The scores do not separate the two kinds of questions (AUC below {SEPARATED}): whatever the threshold, absent "
            "things are answered or present ones refused. Read the quotes, not only the answer."
        )
    if found.chosen.threshold == found.present.threshold:
        return "\n".join([*lines, f"The threshold in use, {found.present.threshold:.3f}, is as good as any."])
    option = f"{found.chosen.threshold:.3f}"
    return "\n".join(
        [*lines, f"To use the chosen one: rag ask --threshold {option}, or Rag.open(..., threshold={option})"]
    )


def _halves(questions: Sequence[Question], confidences: Sequence[float]) -> tuple[tuple[Scores, Scores], ...]:
    """Return (answerable, unanswerable) confidences of every other text; a question stays in one half with its twin."""
    number = {text: n for n, text in enumerate(dict.fromkeys(question.text for question in questions))}
    scored = list(zip(questions, confidences, strict=True))
    return tuple(
        (
            np.array([c for q, c in scored if number[q.text] % 2 == half and q.answerable], dtype=np.float64),
            np.array([c for q, c in scored if number[q.text] % 2 == half and not q.answerable], dtype=np.float64),
        )
        for half in (0, 1)
    )


def _check(questions: Sequence[Question]) -> None:
    sides = [sum(question.answerable is kind for question in questions) for kind in (True, False)]
    if not sides[1]:
        raise ValueError(
            "there is no question that the documents do not answer: with a single file none can be left out. "
            'Add a second file, or give a file of your own questions, some with "answerable": false'
        )
    if min(sides) < 2 * FEWEST:
        raise ValueError(
            f"{sides[0]} answerable and {sides[1]} unanswerable questions are too few to choose a threshold; "
            f"{2 * FEWEST} of each are needed"
        )
