"""Denials, exceptions and conditions are recognised in the same words by every rule that asks for them."""

from __future__ import annotations

import pytest

from rag.answer.compute import compute
from rag.answer.forms.clause import clause_of
from rag.answer.reply import write
from rag.answer.tables.condition import is_conditional
from rag.answer.verify.extract_rules import extracts
from rag.answer.verify.figure_rules import bound
from rag.answer.verify.rules import broken_rule
from rag.language.bounds import is_negated_elsewhere
from rag.language.figures import figures
from rag.language.limits import denies, sets_condition, with_limits
from rag.split.fold import fingerprint
from tests.situations import situation


@pytest.mark.parametrize(
    "condition",
    [
        "Provided a steward attends,",
        "Whenever a steward attends,",
        "Once a steward has arrived,",
        "As long as a steward attends,",
        "Insofar as a steward attends,",
        "Before the season begins,",
        "Apart from Sundays,",
        "Aside from Sundays,",
        "Excluding Sundays,",
        "Only on Sundays",
        "Otherwise",
        "When a steward attends,",
        "In case a steward attends,",
        "Unless a steward attends,",
    ],
)
def test_a_condition_left_out_leaves_no_extract(condition: str) -> None:
    claim = "The hall is heated for members."
    assert not extracts(claim, f"{condition} the hall is heated for members.")
    assert extracts(claim, "The large hall is heated for members.")


@pytest.mark.parametrize("exception", ["excluding weekends", "aside from the gallery", "only in winter", "before noon"])
def test_an_exception_behind_it_is_part_of_a_statement(exception: str) -> None:
    assert not extracts("Guests may use the hall.", f"Guests may use the hall {exception}.")


@pytest.mark.parametrize(
    "question",
    [
        "How many members cannot swim?",
        "How many boats has nobody hired?",
        "How many parts are stored nowhere?",
        "How many boats are hardly used?",
        "How many boats are free unless it rains?",
        "Combien de bateaux n'ont jamais servi ?",
        "Cuántos barcos salvo los rojos?",
        "Wie viele Boote waren nie unterwegs?",
        "Сколько лодок кроме красных?",
        "How many boats have never been out?",
        "How many boats aside from the red ones?",
        "Wie viele Boote stehen in keinem Schuppen?",
    ],
)
def test_a_question_that_denies_or_excepts_something_is_not_answered_by_counting_all(question: str) -> None:
    assert is_negated_elsewhere(question)
    assert is_conditional(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many orders failed?",  # a table may have a column that says so
        "How many applications were refused?",
        "How many rooms are in house no. 5?",
        "How many events were in mai?",
        "How many boats came from NE ports?",
        "How many non-smoking rooms are there?",
    ],
)
def test_a_question_that_names_what_happened_denies_nothing(question: str) -> None:
    assert not is_negated_elsewhere(question)


def test_texts_that_differ_in_where_something_is_are_not_folded() -> None:
    text = "the spare key of the old boat house may be found {} on the large island"
    assert fingerprint(text.format("anywhere")).facts != fingerprint(text.format("nowhere")).facts
    assert fingerprint(text.format("anywhere")).facts == fingerprint(text.format("certainly")).facts


@pytest.mark.parametrize("not_", ["does not", "doesn't", "doesn’t", "never", "cannot"])
def test_a_bound_is_negated_by_every_kind_of_not(not_: str) -> None:
    text = f"The load {not_} exceed 20 kg."
    assert bound(text, figures(text)[0]) == "at most"


@pytest.mark.parametrize("not_", ["is not", "isn't", "isn’t"])
def test_only_may_be_said_where_others_are_denied(not_: str) -> None:
    assert broken_rule("", "Only members use it.", [f"Members use it; it {not_} used by guests."]) is None
    assert broken_rule("", "Only members use it.", ["Members use it in summer."]) is not None


@pytest.mark.parametrize(
    ("text", "phrase", "extended"),
    [
        ("Der Zuschlag gilt in keinem Fall.", "Fall", "keinem Fall"),
        ("El banco cobra ninguna comisión.", "comisión", "ninguna comisión"),
        ("Il y a aucun supplément.", "supplément", "aucun supplément"),
        ("The price is 20 euros excluding breakfast.", "breakfast", "excluding breakfast"),
        ("All days aside from Sundays are free.", "Sundays", "aside from Sundays"),
        ("It is open until 3 May.", "3 May", "until 3 May"),
        ("Neither dogs nor cats come in.", "dogs", "dogs"),  # half of a pair says nothing by itself
    ],
)
def test_a_phrase_keeps_the_denial_or_exception_before_it(text: str, phrase: str, extended: str) -> None:
    at = text.index(phrase)
    start, end = with_limits(text, at, at + len(phrase))
    assert text[start:end] == extended


@pytest.mark.parametrize("text", ["nowhere", "it isn’t so", "in keinem Fall", "keines davon", "non è così", "никогда"])
def test_a_text_denies_in_any_of_the_languages(text: str) -> None:
    assert denies(text)
    assert not denies(f"somewhere in the {len(text)} rooms of the house in mai")


@pytest.mark.parametrize(
    "text", ["if it rains", "aside from rain", "excepting rain", "falls es regnet", "salvo lluvia"]
)
def test_a_text_sets_a_condition_in_any_of_the_languages(text: str) -> None:
    assert sets_condition(f"The hall opens {text}")
    assert not sets_condition("The hall opens in the rain")


def test_few_words_at_a_time_may_be_left_out_of_an_extract() -> None:
    near, far = "of the stone house", "of the stone house beside the quiet harbour wall near the painted gate"
    assert extracts("The keeper opens the tower.", f"The keeper {near} opens the tower.")
    assert not extracts("The keeper opens the tower.", f"The keeper {far} opens the tower.")


def test_a_denial_in_short_form_is_not_left_out_of_an_extract() -> None:
    assert extracts("Members use the hall.", "It is known that members use the hall.")
    assert not extracts("Members use the hall.", "It isn't known that members use the hall.")


def test_a_question_that_denies_is_not_multiplied() -> None:
    files = {"shop.csv": "Item,Price EUR\nLamp,5\nChair,20\nDesk,30\n"}
    assert "20" in write(compute(situation("What do 4 lamps cost?", "product", files))).text
    assert compute(situation("What do 4 lamps never cost?", "product", files)) == ()


def test_a_clause_with_half_a_pair_of_brackets_is_not_shown_alone() -> None:
    whole = "The pool is warm; the hall is open daily (the doors are old; the keys are new)."
    for answer, shown in (("open daily", whole), ("warm", "The pool is warm.")):
        (best, *_) = situation("What is it?", "fact", {"a.txt": f"{whole}\n"}, answer).evidence
        assert clause_of(best) == shown
