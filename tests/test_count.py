"""Only what is certain is counted: whole lists, exhaustive enumerations, cited documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.compute import compute
from rag.answer.forms.count import count
from rag.answer.reply import write
from tests.situations import situation


def counted(text: str, best: str) -> str:
    return write(count(situation("How many are there?", "count", {"a.md": text}, best))).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Present were Anna, Bob and Carla.", "3: Anna, Bob, Carla [1]."),
        ("The partners are Acme, Bolt, and Crane.", "3: Acme, Bolt, Crane [1]."),
        ("The fields are research and development, sales, and marketing.", "3: research and development, sales, marketing [1]."),
    ],
)  # fmt: skip
def test_an_exhaustive_enumeration_is_counted(text: str, expected: str) -> None:
    assert counted(f"{text}\n", text[:-1]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "In May, Anna, Bob and Carla joined the choir.",
        "Our partners include Acme, Bolt and Crane.",
        "Our partners are Acme, Bolt and Crane, among others.",
        "The fields are research and development, sales and marketing.",
        "The winners were Anna, Bob and Carla, who live in Rome.",
        "The winners were Anna, Bob and Carla from the northern choir.",
    ],
)
def test_what_may_not_be_the_whole_enumeration_is_quoted(text: str) -> None:
    assert counted(f"{text}\n", text[:-1]) == f"{text[:-1]} [1]."


def test_items_inside_items_are_not_counted() -> None:
    text = "# Jobs\n\n- Paint the fence\n  - buy paint\n  - sand it\n- Mow the lawn\n- Fix the gate\n"
    assert counted(text, "Paint the fence").startswith("3 [1]")
    assert not counted(text, "buy paint").startswith(("3", "5"))


LETTERS = {f"newsletter-2026-0{n}.md": f"# Newsletter\n\nThe pier is open on {n} days.\n" for n in (1, 2, 3, 4)}


def letters(question: str, files: dict[str, str], *, within: tuple[str, ...] | None = None) -> str:
    return write(compute(replace(situation(question, "count", files), files=within))).text


def test_a_series_is_counted_by_the_month_in_its_names() -> None:
    assert letters("How many newsletters in March 2026?", LETTERS) == "1 [1]."
    assert letters("How many newsletters were there in 2026?", LETTERS) == "4 [1] [2] [3] [4]."
    assert letters("How many newsletters were there in May 2026?", LETTERS) == ""


def test_a_month_that_the_names_do_not_tell_is_not_counted() -> None:
    numbered = {f"newsletter-{n}.md": text for n, text in enumerate(LETTERS.values())}
    assert letters("How many newsletters in March 2026?", numbered) == ""


def test_only_the_files_that_are_searched_are_counted() -> None:
    assert letters("How many newsletters were there?", LETTERS, within=tuple(LETTERS)[1:]) == "3 [1] [2] [3]."


def test_a_document_that_cannot_be_cited_is_not_counted() -> None:
    found = situation("How many newsletters were there?", "count", LETTERS)
    last = list(LETTERS)[-1]
    assert compute(replace(found, library=lambda source: [] if source == last else found.library(source))) == ()


def test_one_of_two_series_is_not_counted_for_both() -> None:
    two = {f"{folder}/{name}": text for folder in ("north", "south") for name, text in LETTERS.items()}
    assert letters("How many newsletters were there?", two) == ""


NOISE = {
    "report.txt": """YEARLY REPORT

The police logged 45 calls in the quarter: 19 about loud music, 14 about barking dogs, and 12 about fireworks.
Nine of the callers rang twice.
"""
}


def test_of_what_is_counted_the_part_that_is_asked_for_is_told() -> None:
    found = situation("number of calls about dogs that bark?", "count", NOISE, "45 calls")
    assert "14 about barking dogs" in write(count(found)).text
    found = situation("how many calls were about broken lamps?", "count", NOISE, "45 calls")
    assert write(count(found)).text.startswith("The police logged 45 calls in the quarter: 19 about loud music")


LIBRARY = {
    "rules.txt": """LIBRARY RULES

Members may take out six books at a time. You can also borrow two films.

Only three magazines can be borrowed.
"""
}


def test_a_count_is_not_taken_from_the_number_of_something_else() -> None:
    text = write(count(situation("how many books can I borrow?", "count", LIBRARY, "six books"))).text
    assert "six" in text.casefold() or "6" in text
    assert "two films" not in text
    assert "magazines" not in text


def test_numbers_of_parts_are_no_names_to_be_counted() -> None:
    files = {"trial.txt": "TRIAL\n\nTasters were 48 locals (30 fishers, 18 cooks; mean age 44), who ate at home.\n"}
    for best in ("48 locals", "locals"):
        text = write(count(situation("how many people joined the trial?", "count", files, best))).text
        assert text.startswith("Tasters were 48 locals")
