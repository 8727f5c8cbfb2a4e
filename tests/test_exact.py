"""Exact names are found exactly: codes, dates, quarters, years, in passages and in file names."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer.retrieve import missing_codes, retrieve
from rag.index import Index
from rag.language.exact import asked_exactly, exact_terms, is_code
from rag.language.terms import telling_words, words_of
from tests.small_index import Letters, build

FILES = {
    "parts/washers.md": (
        "The washer KT-2207-C is fastened with 21 Nm.\n\nThe washer KT-2270-C is fastened with 34 Nm.\n\n"
        "Every washer is cleaned, greased and counted before it is fastened."
    ),
    "oven/faults.txt": (
        "Fault H.07: the fan does not turn.\n\nFault H.70: the door is not closed.\n\nFault 0x2A9 of the board: no memory left.\n\n"
        "What does a fault mean? What is an error, and what is it not? It is what the display shows."
    ),
    "log.txt": "At 04:11:52 the pump stopped.\n\nAt 04:12:08 the pump was started again.\n\nCall 0731 442 918 or write to desk@mill.example.",
    "board/2025-05-14-minutes.md": "The roof is repaired first.\n\nAlma keeps the keys.",
    "board/2025-09-10-minutes.md": "The roof is repaired last.\n\nBo keeps the keys.",
    "leave-rules-2021.md": "Leave is asked for two weeks ahead.\n\nThe office decides.",
    "leave-rules-2024.md": "Leave is asked for one week ahead.\n\nThe office decides.",
    "report.md": "In the second quarter of 2023 the mill was sold.\n\nIn Q3 2023 the mill was bought back.\n\nOn 7 June 2024 it burnt.",
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    path: Path = tmp_path_factory.mktemp("exact") / "index"
    build(path, FILES)
    return Index.open(path)


def first(index: Index, question: str) -> str:
    return index.hits(retrieve(index, Letters(), [question], k=1)["fused"])[0].passage.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("H.07", "Fault H.07"),
        ("What does fault H70 mean?", "Fault H.70"),
        ("What is an error H 70?", "Fault H.70"),
        ("How tight is KT-2270-C fastened?", "The washer KT-2270-C"),
        ("kt 2207 c", "The washer KT-2207-C"),
        ("What does the error 0x2A9 mean?", "Fault 0x2A9"),
        ("What happened to the pump at 04:12:08?", "At 04:12:08"),
        ("Whose phone number is 0731-442918?", "Call 0731"),
        ("What was in Q2 2023?", "In the second quarter of 2023"),
        ("What happened in the third quarter of 2023?", "In Q3 2023"),
        ("What happened to the mill on 2024-06-07?", "On 7 June 2024"),
    ],
)
def test_the_exactly_named_passage_ranks_first(index: Index, question: str, answer: str) -> None:
    assert first(index, question).startswith(answer)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("When is leave asked for by the rules of 2021?", "leave-rules-2021.md"),
        ("leave 2024 rules", "leave-rules-2024.md"),
        ("What about the roof in the May meeting?", "board/2025-05-14-minutes.md"),
        ("minutes of september: roof", "board/2025-09-10-minutes.md"),
        ("Who keeps the keys by the minutes of 10 September 2025?", "board/2025-09-10-minutes.md"),
    ],
)
def test_years_months_and_days_in_file_names_choose_among_them(index: Index, question: str, source: str) -> None:
    assert index.search_text(question, 1)[0].passage.source == source


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What does fault H.08 mean?", ("H.08",)),
        ("How tight is KT-2207-D?", ("KT-2207-D",)),
        ("How tight is KT-2207-C?", ()),
        ("How tight is KT 2207-C?", ()),
        ("How tight is 2207-C?", ()),
        ("What does fault H07 mean?", ()),
        ("What is 0x2AA?", ("0x2AA",)),
        ("What were the rules for leave in 2019?", ("2019",)),
        ("What were the rules for leave in 2021?", ()),
        ("Do I need 15 kg, 5kg or 10am on the 3rd?", ()),
        ("Who wrote order 88123 at 04:11:53?", ("88123", "04:11:53")),
        ("Who is at desk@mill.example?", ()),
        ("Who is at bell@mill.example?", ("bell@mill.example",)),
        ("Is COVID-19 or CO2 a top-10 risk of the 20th century?", ()),
    ],
)
def test_codes_that_occur_nowhere_are_reported(index: Index, question: str, missing: tuple[str, ...]) -> None:
    assert missing_codes(question, index) == missing


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("on 3 March 2024", "2024-03-03"),
        ("on March 3rd, 2024", "2024-03-03"),
        ("2024-03-03", "2024-03-03"),
        ("03/03/2024", "2024-03-03"),
        ("scan_20240303.pdf", "2024-03-03"),
        ("am 3. März 2024", "2024-03-03"),
        ("a meeting in May", "~05"),
        ("the november figures", "~11"),
        ("Q3 2023", "2023-q3"),
        ("2023 Q3", "2023-q3"),
        ("third quarter of 2023", "2023-q3"),
        ("FY23", "2023"),
        ("2,900 rpm", "2900"),
        ("see E‑15 there", "e15"),
        ("max_depth", "depth"),
    ],
)
def test_every_exact_term_has_one_normal_form(text: str, term: str) -> None:
    assert term in exact_terms(text, words_of(text))


def test_may_is_a_month_only_when_written_as_one() -> None:
    assert exact_terms("you may go", words_of("you may go")) == []
    assert exact_terms("May I go?", words_of("May I go?")) == []


@pytest.mark.parametrize(
    "token", ["5kg", "10am", "3rd", "2,900", "top-10", "Q3", "2024", "word", "3.1", "A4", "20th-century"]
)
def test_quantities_and_common_names_are_not_codes(token: str) -> None:
    assert not is_code(token)


def test_a_clause_number_counts_only_after_the_word_clause() -> None:
    assert [exact.term for exact in asked_exactly("What does clause 3.1 say?")] == ["3.1"]
    assert asked_exactly("Is 3.1 kg too heavy?") == []


@pytest.mark.parametrize(
    ("question", "telling"),
    [
        ("What is E15?", ["e15"]),
        ("Was ist der E15?", ["e15"]),
        ("What does IT do for the US office?", ["it", "us", "office"]),
        ("Who are you?", ["who", "are", "you"]),
        ("Combien coûte le pain ?", ["coûte", "pain"]),
    ],
)
def test_function_words_are_ignored_beside_content_words(question: str, telling: list[str]) -> None:
    assert telling_words(question) == telling


@pytest.mark.parametrize("question", ["What is ¹囨 here?", "Is Ĕ¿¹a there?", "²-B and ٣x", "①-AB"])
def test_a_digit_that_starts_no_number_starts_no_code(question: str) -> None:
    assert asked_exactly(question) == []
