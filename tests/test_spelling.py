"""Only misspelt words are replaced; names, codes, rare words and other languages are unchanged."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from rag.language.spelling import Speller, corrected, distance_of, english
from rag.language.stems import stemmer

TEXT = """Welcome to the boathouse. The guest password of the wifi is on the board. Opening times of the workshop: Monday to Friday.
The extinguisher is checked every two years. Members leave their bicycles in the shed. Skipper Ottokar looks after the jetty."""


class Words:
    """The vocabulary of one text."""

    def __init__(self, text: str) -> None:
        found = re.findall(r"[a-z]{3,}", text.lower())
        self._stems = set(stemmer("english")(found))
        self.speller = Speller(Counter(found))

    def knows(self, word: str) -> bool:
        return stemmer("english")([word])[0] in self._stems


WORDS = Words(TEXT)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("whats the gest wifi pasword", "what's the guest wifi password"),
        ("opning tmes workshop", "opening times workshop"),
        ("How offen is the extingisher checked?", "How often is the extinguisher checked?"),
        ("Waht is the pasword?", "What is the password?"),
        ("Hwo many members are there?", "How many members are there?"),
        ("wen is the libary open", "when is the library open"),
        ("dose the shed have a lock", "does the shed have a lock"),
        ("were is the jetty", "where is the jetty"),
        ("IS THE WRKSHOP OPEN", "IS THE WORKSHOP OPEN"),
        ("hw mutch r the keys, any1 got 1 4 me", "how much are the keys, anyone got 1 for me"),
        ("wots open b4 the minibus, y", "what's open before the minibus, y"),
        ("y is the shed closed 2nite", "why is the shed closed tonight"),
        ("do i hav 2 pay w my card or w/o it", "do i have to pay with my card or without it"),
        ("wat time on sunday", "what time on sunday"),
        ("recieve a reciept untill tommorow", "receive a receipt until tomorrow"),
    ],
)
def test_a_typing_error_is_corrected(typed: str, right: str) -> None:
    assert corrected(typed, WORDS) == right


@pytest.mark.parametrize(
    "question",
    [
        "Where is the wifi password?",
        "Who is Otokar?",  # a capitalised name is never corrected
        "Does Vilnor open on Friday?",
        "where is rajin",
        "What does E-15 or pasword@bord.example mean?",
        "see src/opning/tmes.py",
        "Was bedeutet Gemütlichkeit?",
        "Wo ist der Schlüssel für das Bootshaus?",
        "donde comprar abejas",
        "May my spaniel come on the minibus excursion?",
        "neutered rooster, diapers and a superbowl",
        "Were the members asked?",
        "Is a high dose safe?",
        "R blocks at day 60",
        "alarm B4 in the shed",
        "do we have 2 boats or 4",
        "wat kost dat",
        "",
        "?",
    ],
)
def test_correct_words_are_unchanged(question: str) -> None:
    assert corrected(question, WORDS) == question


def test_the_words_of_the_documents_are_preferred() -> None:
    assert corrected("the jety", WORDS) == "the jetty"
    assert corrected("the bording", Words("A boarding house. " * 3)) == "the boarding"


def test_likely_errors_have_a_smaller_distance_than_unlikely_ones() -> None:
    assert distance_of("password", "password") == 0
    assert distance_of("pasword", "password") < distance_of("paswrod", "password") < distance_of("qasswork", "password")
    assert distance_of("teh", "the") < 1


def test_the_english_words_are_sorted_by_frequency() -> None:
    assert english()["the"] < english()["house"] < english()["spaniel"]
