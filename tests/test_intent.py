from __future__ import annotations

import numpy as np
import pytest

from rag.answer.question.intent import (
    ACTS,
    BUCKETS,
    DIMENSION,
    FORMS,
    Intent,
    IntentHead,
    buckets,
    can_not_be_yes_no,
    points,
    scores,
    shipped,
)
from tests.conftest import WordEncoder
from training.intents import FOLDER, TESTS, Example, learnt_from, read

HEAD = IntentHead()  # without an encoder, as with any but the embedded one


@pytest.mark.parametrize(
    ("question", "act"),
    [
        ("Hello there!", "greet"),
        ("thank you so much", "thanks"),
        ("goodbye", "bye"),
        ("wie geht es dir?", "how-are-you"),
        ("which documents do you have?", "list-documents"),
        ("are you sure about that?", "doubt"),
        ("shorter please", "shorter"),
        ("write an email to the council about the noise", "write"),
        ("What time does the museum open?", "ask"),
        ("Which documents do I need for a passport?", "ask"),
    ],
)
def test_an_act_is_recognised_from_the_words_alone(question: str, act: str) -> None:
    assert HEAD.of(question, in_conversation=True).act == act


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("Can I bring my dog?", "yes-no"),
        ("How do I descale the kettle?", "steps"),
        ("Why was the match cancelled?", "why-how"),
        ("What is the average price of the bikes?", "average"),
        ("When is the next rehearsal?", "date-next"),
        ("Compare the two tents", "compare"),
        ("Is the warranty still valid?", "still"),
    ],
)
def test_the_form_of_an_answer_is_recognised_from_the_words_alone(question: str, form: str) -> None:
    assert HEAD.of(question, in_conversation=False) == HEAD.of(question, in_conversation=False)
    assert HEAD.of(question, in_conversation=False).form == form


def test_without_a_conversation_nothing_leans_on_it() -> None:
    assert HEAD.of("and the second one?", in_conversation=True).leans > 0.5
    assert HEAD.of("and the second one?", in_conversation=False).leans == 0


def test_a_standalone_question_does_not_lean() -> None:
    assert HEAD.of("How much is the ticket to the castle museum?", in_conversation=True).leans < 0.5


def test_another_encoder_is_not_used(encoder: WordEncoder) -> None:
    assert IntentHead(encoder).of("Hello!", in_conversation=False) == HEAD.of("Hello!", in_conversation=False)
    assert encoder.encoded == []


@pytest.mark.parametrize("question", ["", "?", "。", "\ud800", "x" * 100_000])
def test_any_text_has_an_intent(question: str) -> None:
    intent = HEAD.of(question, in_conversation=True)
    assert intent.act in ACTS
    assert intent.form in FORMS
    assert 0 <= intent.leans <= 1
    assert 0 < intent.certainty <= 1


def test_probabilities_sum_to_one_and_features_are_row_numbers() -> None:
    features = buckets("Is the pool open?")
    assert list(features) == sorted(set(features))
    assert 0 <= features.min() <= features.max() < BUCKETS
    acts, forms, _ = scores(shipped(), features, np.zeros(DIMENSION, dtype=np.float32))
    assert acts.sum() == pytest.approx(1, abs=1e-5)
    assert forms.sum() == pytest.approx(1, abs=1e-5)


def test_the_weights_determine_the_intent() -> None:
    weights = {name: np.zeros_like(table) for name, table in shipped().items()}
    weights["outer_bias"] = weights["outer_bias"].copy()
    weights["outer_bias"][ACTS.index("joke")] = 50
    assert IntentHead(weights=weights).of("Hello", in_conversation=True) == Intent("joke", "fact", 0.5, 1.0)


def test_there_are_many_examples_and_none_is_in_the_test_set() -> None:
    learnt, unseen = read(learnt_from()), read(FOLDER.glob(TESTS))
    assert len(learnt) >= 2_500
    assert len(unseen) >= 0.12 * len(learnt)
    assert not {e.q.casefold() for e in learnt} & {e.q.casefold() for e in unseen}
    assert {e.act for e in unseen} == set(ACTS)
    assert {e.form for e in unseen if e.act == "ask"} == set(FORMS)


def test_an_unknown_label_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "x.jsonl"
    file.write_text('{"q": "Hi", "act": "greed", "form": "", "leans": 0}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="greed"):
        read([file])
    assert Example("Hi", "greet", "", 0).act in ACTS


def test_a_pronoun_without_an_antecedent_leans_on_the_history() -> None:
    assert points("how long do I have to report it?")
    assert points("does she travel?")
    assert not points("is it allowed to smoke in the hall?")
    assert not points("My kettle leaks, how do I mend it?")
    assert HEAD.of("how long do I have to report it?", in_conversation=True).leans >= 0.5


@pytest.mark.parametrize("question", [
    "How tall may my fence be?", "where can I park when I am visiting", "until when can we make noise", "mooring fee guests",
    "Wann darf ich rudern?",
])  # fmt: skip
def test_a_question_word_or_keywords_do_not_ask_for_yes_or_no(question: str) -> None:
    assert can_not_be_yes_no(question)
    assert HEAD.of(question, in_conversation=False).form != "yes-no"


@pytest.mark.parametrize("question", [
    "May I fence my plot?", "dogs allowed?", "What a day, can I still get a boat?", "is the pier open",
])  # fmt: skip
def test_a_question_that_may_ask_for_yes_or_no_can_have_that_form(question: str) -> None:
    assert not can_not_be_yes_no(question)
