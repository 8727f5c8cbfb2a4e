from __future__ import annotations

import pytest

from rag.language.words import is_english, is_negated, names, words


def test_a_number_keeps_its_commas_points_and_percent() -> None:
    assert [w.text for w in words("It rose 3.5% to 10,000 in 2004-2014.") if w.is_number] == [
        "3.5%",
        "10,000",
        "2004-2014",
    ]


def test_number_words_are_numbers() -> None:
    assert [w.text for w in words("only two of the twelve") if w.is_number] == ["two", "twelve"]


def test_possessive_endings_are_removed() -> None:
    assert words("Russia’s role")[0].text == "Russia"


def test_names_are_capitalised_words_inside_a_sentence() -> None:
    assert [w.text for w in names("Yesterday the envoy of Norway met Ingrid Solberg.")] == [
        "Norway",
        "Ingrid",
        "Solberg",
    ]


def test_a_first_word_is_a_name_only_before_another() -> None:
    assert [w.text for w in names("Ingrid Solberg left. Ferries stopped.")] == ["Ingrid", "Solberg"]


@pytest.mark.parametrize("word", ["not", "never", "didn't", "isn’t", "without"])
def test_negations_are_recognised(word: str) -> None:
    assert is_negated(words(f"x {word}")[1])


def test_english_is_distinguished_from_other_languages() -> None:
    assert is_english("The ferry leaves the harbour at six.")
    assert not is_english("Die Fähre verlässt den Hafen um sechs Uhr.")
    assert not is_english("渡轮六点离开港口。")
