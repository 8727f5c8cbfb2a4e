from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag import Rag
from rag.evaluation.calibrate import Calibration, Errors, auc, calibrate, choose, describe_calibration, errors
from rag.evaluation.questions import Question
from rag.evidence import Evidence, Reading
from rag.types import Hit


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_auc_is_the_share_of_ordered_pairs_and_a_tie_counts_half() -> None:
    assert auc(scores(0.9, 0.5), scores(0.1, 0.5)) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert auc(scores(0.9), scores(0.1)) == 1.0
    assert auc(scores(0.1), scores(0.9)) == 0.0


def test_a_question_is_refused_below_the_threshold_and_not_at_it() -> None:
    assert errors(0.5, scores(0.5, 0.4, 0.9, 0.8), scores(0.5, 0.1)) == Errors(0.5, 0.25, 0.5)


def test_the_threshold_with_the_fewest_errors_is_chosen() -> None:
    assert choose(scores(0.70, 0.80, 0.90), scores(0.20, 0.60), present=0.5) == pytest.approx(0.65)


def test_a_threshold_that_no_other_beats_is_kept() -> None:
    assert choose(scores(0.9, 0.95), scores(0.1, 0.2), present=0.5) == 0.5


def test_of_equally_good_thresholds_the_nearest_to_the_current_one_is_chosen() -> None:
    answerable, unanswerable = scores(0.6, 0.9), scores(0.5, 0.7)  # 0.55 and 0.8 both misjudge one in four
    assert choose(answerable, unanswerable, present=0.99) == pytest.approx(0.8)
    assert choose(answerable, unanswerable, present=0.3) == pytest.approx(0.55)


class GivenReader:
    """A Reader whose confidence is the number at the end of the question."""

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        passage = hits[0].passage
        evidence = Evidence(passage, passage.start, passage.end, passage.text, 1.0)
        return Reading((evidence,), float(question.rstrip("?").split()[-1]))


def asked(answerable: Sequence[float], unanswerable: Sequence[float]) -> list[Question]:
    """Return every confidence twice with two texts, so that both halves contain the same."""
    kinds = [(c, True) for c in answerable] + [(c, False) for c in unanswerable]
    return [Question(f"{half} ferry {n} {c}?", answerable=kind) for n, (c, kind) in enumerate(kinds) for half in "ab"]


@pytest.fixture
def reading(rag: Rag) -> Rag:
    return Rag(rag.index, encoder=rag.encoder, reader=GivenReader(), threshold=0.5)


def test_both_kinds_of_error_are_reported_for_the_current_and_the_chosen_threshold(reading: Rag) -> None:
    found = calibrate(reading, asked([0.4] * 2 + [0.9] * 8, [0.1] * 7 + [0.6] * 3))
    assert (found.answerable, found.unanswerable) == (10, 10)
    assert found.auc == pytest.approx((8 * 10 + 2 * 7) / 100)
    assert found.present == Errors(0.5, 0.2, 0.3)
    assert found.chosen == Errors(0.75, 0.2, 0.0)
    assert found.separates


def test_a_question_with_and_without_its_file_stays_in_one_half(reading: Rag) -> None:
    pairs = [Question(f"ferry {n} 0.9?", answerable=kind) for n in range(20) for kind in (True, False)]
    found = calibrate(reading, pairs)
    assert (found.answerable, found.unanswerable) == (10, 10)
    assert found.auc == 0.5


def test_the_generator_is_not_called(reading: Rag) -> None:
    class Refusing:
        def generate(self, messages: object) -> object:
            raise AssertionError("nothing is worded to choose a threshold")

    reading.generator = Refusing()  # type: ignore[assignment]
    assert calibrate(reading, asked([0.9] * 10, [0.1] * 10)).chosen.threshold == 0.5


def test_a_single_file_is_reported_as_too_little(reading: Rag) -> None:
    with pytest.raises(ValueError, match="with a single file none can be left out"):
        calibrate(reading, asked([0.9] * 10, []))


def test_too_few_questions_are_counted(reading: Rag) -> None:
    with pytest.raises(ValueError, match=r"20 answerable and 18 unanswerable questions are too few.*20 of each"):
        calibrate(reading, asked([0.9] * 10, [0.1] * 9))


def test_the_chosen_threshold_is_printed_as_it_is_used() -> None:
    text = describe_calibration(Calibration(30, 28, 0.97, Errors(0.615, 0.1, 0.0), Errors(0.5, 0.0, 0.25)))
    assert text.splitlines() == [
        "asked 30 questions that the documents answer and 28 that they do not (as many again to choose the threshold)",
        "AUC of the confidence 0.970",
        "threshold     false refusals   false answers",
        "0.500                  0.000           0.250  in use",
        "0.615                  0.100           0.000  chosen",
        "To use the chosen one: rag ask --threshold 0.615, or Rag.open(..., threshold=0.615)",
    ]


def test_scores_that_do_not_separate_are_reported_plainly() -> None:
    text = describe_calibration(Calibration(30, 28, 0.71, Errors(0.5, 0.3, 0.4), Errors(0.5, 0.3, 0.4)))
    assert "The scores do not separate" in text
    assert text.endswith("The threshold in use, 0.500, is as good as any.")
