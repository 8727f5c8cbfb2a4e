from __future__ import annotations

import pytest

from rag.language.phrases import noun_phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("How much does the Alpino tent cost?", ["the Alpino tent"]),
        ("What is the notice period for the garage?", ["the notice period", "the garage"]),
        ("Who wrote The Silent Weir?", ["The Silent Weir"]),
        ("How long does the ferry to Lunde take?", ["the ferry", "Lunde"]),
        ("What are the duties of the treasurer?", ["the duties of the treasurer"]),
        ("Captain Mirelle commanded the Petrel.", ["Captain Mirelle", "the Petrel"]),
        ("who has to pay for it?", []),
        ("how steep is it?", []),
        ("", []),
    ],
)
def test_noun_phrases_are_found_by_function_words(text: str, phrases: list[str]) -> None:
    found = noun_phrases(text)
    assert [phrase.text for phrase in found] == phrases
    assert all(text[phrase.start : phrase.end] == phrase.text for phrase in found)


def test_a_phrase_has_its_preposition() -> None:
    (first, second) = noun_phrases("What is the fee for children?")
    assert (first.preposition, second.preposition) == ("", "for")


def test_a_phrase_distinguishes_names_and_plurals() -> None:
    assert [p.is_name for p in noun_phrases("Is Ilse Brandhorst in the choir?")] == [True, False]
    assert [p.is_plural for p in noun_phrases("Are the dogs in the house?")] == [True, False]
