"""Laws 2 and 3: every marker has its citation, and a worded sentence says only what its quote says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.cite import answers_as_well, cite, compose, shown_quote, why_unsupported
from rag.types import Evidence, Passage

FERRY = "The harbour board bought 12 ferries from Norway in March 2016, although Denmark had offered them for less."


def evidence(quote: str, start: int = 100) -> Evidence:
    passage = Passage("id", "doc", "a.txt", quote, start, start + len(quote))
    return Evidence(passage, start, start + len(quote), quote, 1.0)


def test_a_supported_wording_is_shown_with_its_citation() -> None:
    cited = cite(
        "When did the board buy ferries?",
        "The harbour board bought 12 ferries in March 2016 [1].",
        [evidence(FERRY)],
    )
    assert compose(cited.sentences) == "The harbour board bought 12 ferries in March 2016 [1]."
    assert cited.sentences[0].verdict == "supported"
    assert cited.sentences[0].citations[0].quote == FERRY
    assert cited.rejected == ()


def test_a_list_is_quoted_whole_whatever_was_worded() -> None:
    box = "The box contains:\n\n- two blankets\n- a lamp\n- a rope"
    cited = cite("What does the box contain?", "The box contains two blankets and a lamp [1].", [evidence(box)])
    assert [sentence.verdict for sentence in cited.sentences] == ["quoted"]
    assert cited.sentences[0].citations[0].quote == box


@pytest.mark.parametrize(
    ("question", "wording"),
    [
        ("How many ferries?", "The harbour board bought 13 ferries."),  # a number
        ("From where?", "The harbour board bought ferries from Sweden."),  # a name
        ("When?", "The harbour board bought 12 ferries in May 2016."),  # a date
        ("From where?", "The harbour board never bought ferries from Norway."),  # a negation
        ("From where?", "The harbour board might have bought ferries from Norway."),  # a hedge
        ("Who sold?", "Norway bought 12 ferries from Denmark."),  # other words, other roles
        ("Who sold?", "Denmark sold 12 ferries, Norway offered less."),  # names in another order
        ("From where?", "The harbour board bought submarines from Norway."),  # a foreign word
        (
            "When did the board buy ferries?",
            "The harbour board bought ferries from Norway.",
        ),  # it lost the date
    ],
)
def test_a_wording_that_strays_is_replaced_by_its_quote(question: str, wording: str) -> None:
    cited = cite(question, wording, [evidence(FERRY)])
    assert [s.verdict for s in cited.sentences] == ["quoted"]
    assert cited.sentences[0].text == FERRY
    assert cited.rejected == (wording,)


@pytest.mark.parametrize("copy", [FERRY, FERRY + " [1]", FERRY.replace(" ", "  ")])
def test_a_copy_of_the_quote_is_a_quote_whoever_wrote_it(copy: str) -> None:
    cited = cite("When did the board buy ferries?", copy, [evidence(FERRY)])
    assert [(s.verdict, s.text) for s in cited.sentences] == [("quoted", FERRY)]
    assert cited.rejected == ()


def test_a_wording_in_a_language_without_rules_is_replaced() -> None:
    quote = "Die Hafenbehörde kaufte im März 2016 zwölf Fähren aus Norwegen."
    assert why_unsupported("Wann?", "Die Hafenbehörde kaufte zwölf Fähren.", quote) is not None


def test_no_wording_gives_the_quotes() -> None:
    cited = cite("When?", "", [evidence(FERRY), evidence("It rained.", 300)])
    assert [s.text for s in cited.sentences] == [FERRY, "It rained."]
    assert [s.citations[0].marker for s in cited.sentences] == [1, 2]


def test_a_quote_that_has_markers_of_its_own_cannot_forge_one() -> None:
    quote = "The bridge opened in 1932.[3][4] It is blue [12, 13]."
    assert shown_quote(quote) == "The bridge opened in 1932. (3) (4) It is blue (12, 13)."
    text = compose(cite("When?", "", [evidence(quote)]).sentences)
    assert re.findall(r"\[(\d+)\]", text) == ["1"]


def test_who_is_answered_with_a_name() -> None:
    quote = "The lighthouse was opened by Ingrid Solberg in May."
    assert answers_as_well("Who opened the lighthouse?", "Ingrid Solberg opened the lighthouse.", quote)
    assert not answers_as_well("Who opened the lighthouse?", "The lighthouse was opened in may.", quote)


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=120), min_size=1, max_size=4))
def test_every_marker_has_one_citation_whatever_was_worded(wording: str, quotes: list[str]) -> None:
    cited = cite("What is it?", wording, [evidence(quote) for quote in quotes])
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", compose(cited.sentences))]
    assert markers == [c.marker for s in cited.sentences for c in s.citations] == list(range(1, len(quotes) + 1))


@pytest.mark.parametrize(
    ("question", "claim", "missing"),
    [
        ("Was it Sweden?", "The harbour board bought 12 ferries from Sweden in March 2016.", "Sweden"),
        ("Were it 13 ferries?", "The harbour board bought 13 ferries from Norway in March 2016.", "13"),
    ],
)
def test_a_name_or_number_that_only_the_question_says_is_turned_down(question: str, claim: str, missing: str) -> None:
    assert why_unsupported(question, claim, FERRY) == f"{missing!r} is not in the quote"
    assert cite(question, claim, [evidence(FERRY)]).rejected == (claim,)


def test_a_wording_that_drops_what_stands_in_brackets_does_not_answer_as_well() -> None:
    quote = "Mechanics lift the bonnet of a car (hood) to reach its engine."
    question = "What is another name for the bonnet of a car?"
    assert not answers_as_well(question, "Mechanics lift the bonnet of a car to reach its engine.", quote)
    assert answers_as_well(question, "Mechanics lift the bonnet of a car (hood).", quote)
