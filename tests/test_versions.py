"""A later file of the same name replaces the earlier one; a question about the past uses both."""

from __future__ import annotations

import pytest

from rag.answer.conflicts.versions import asks_for_old, replaced


def test_a_later_year_or_number_replaces_the_earlier_one() -> None:
    assert replaced(["rules/tariff-2028.md", "rules/tariff-2030.md", "rules/map.md"]) == {"rules/tariff-2028.md"}
    assert replaced(["form_v1.docx", "form_v2.docx", "form_v10.docx"]) == {"form_v1.docx", "form_v2.docx"}


def test_a_series_replaces_nothing() -> None:
    assert not replaced([f"minutes/{year}-01-10-board.md" for year in range(2026, 2031)])


def test_numbers_that_are_not_versions_replace_nothing() -> None:
    assert not replaced(["chapter1.md", "chapter2.md", "flat-3.txt", "flat-4.txt"])


@pytest.mark.parametrize(
    "question", ["What was the old fee?", "What did the 2028 tariff say?", "What has changed in the tariff?"]
)
def test_a_question_about_the_past_uses_both(question: str) -> None:
    assert asks_for_old(question)


def test_a_question_about_today_uses_the_current_one() -> None:
    assert not asks_for_old("How much is the fee for a boat?")
