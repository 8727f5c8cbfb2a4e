"""The bonus for a question's words: rare words count most, and a block that only repeats the question gets none."""

from __future__ import annotations

from typing import cast

import pytest

from rag.answer.overlap import Shown, Weights, bonus
from rag.answer.read import BlockReader
from rag.language.own_words import language_of, refusal_in, yes_or_no
from rag.models.cross_encoder import CrossEncoder

WORDS = Weights(words=2.0, meant=0.0, section=0.0, repeated=0.0)
BLOCKS = [
    Shown("Pump", "The filter of the pump is rinsed weekly.", False),
    Shown("Pump", "The seal of the pump is changed yearly.", False),
    Shown("Pump", "The hose of the pump is blue.", False),
]


def test_a_word_of_one_block_counts_more_than_a_word_of_all_blocks() -> None:
    added = bonus("Which seal does the pump have?", BLOCKS, WORDS)
    assert added.argmax() == 1
    assert added[0] == added[2] < added[1]
    assert bonus("pump", BLOCKS, WORDS).std() == 0


def test_a_heading_counts_as_words_and_as_a_section() -> None:
    blocks = [Shown("Guide › Fees", "It is 9.", False), Shown("Guide › Hours", "It is 9.", False)]
    assert bonus("what fees are there", blocks, Weights(0, 0, 1.0, 0)).tolist() == [1.0, 0.0]


def test_a_block_that_repeats_the_question_is_penalised() -> None:
    blocks = [
        Shown("", "Boat insurance", False),
        Shown("", "Boat insurance costs 90.", False),
        Shown("", "Boat insurance", True),
    ]
    assert bonus("boat insurance", blocks, Weights(0, 0, 0, 5.0)).tolist() == [-5.0, 0.0, 0.0]


def test_a_value_of_the_requested_kind_counts() -> None:
    blocks = [Shown("", "Gull | Price: 41", True), Shown("", "Gull | Weight: 41 kg", True)]
    assert bonus("What does the Gull cost?", blocks, Weights(0, 1.0, 0, 0)).tolist() == [1.0, 0.0]


def test_the_programs_own_words_are_in_the_language_of_the_question() -> None:
    assert [language_of(q) for q in ("Wie hoch ist die Miete?", "Où est la clé ?", "¿Dónde está la llave?", "Где ключ и что это?", "钥匙在哪里？", "Where is the key?")] == [
        "de", "fr", "es", "ru", "zh", "en",
    ]  # fmt: skip
    assert yes_or_no("Ist das erlaubt?", yes=True) == "Ja"
    assert refusal_in("Où est la clé ?", nearly=False).startswith("Je n’ai pas trouvé")
    assert refusal_in("Where is the key?", nearly=True) == ""


@pytest.mark.parametrize(
    ("question", "passage", "foreign"),
    [
        ("Where is the key?", "The key hangs in the hall, and it is not to be taken out of the house.", False),
        ("Where is the key?", "Der Schlüssel hängt im Flur und ist nicht aus dem Haus zu nehmen, auch nicht für einen Tag.", True),
        ("Wo ist der Schlüssel?", "The key hangs in the hall, and it is not to be taken out of the house.", True),
    ],
)  # fmt: skip
def test_the_reader_for_english_reads_only_english_questions_on_english_passages(
    question: str, passage: str, foreign: bool
) -> None:
    one, other = object(), object()
    reader = BlockReader(one, foreign=other)  # type: ignore[arg-type]
    assert reader._for(question, [("", passage, [])]) is (other if foreign else one)


def test_a_requested_code_counts_for_the_block_that_contains_it() -> None:
    blocks = [Shown("", "Code: K2 | Meaning: empty", True), Shown("", "Code: K3 | Meaning: full", True)]
    exact = Weights(0, 0, 0, 0, exact=2.0)
    assert bonus("the display says K3, why?", blocks, exact).tolist() == [-2.0, 2.0]
    assert bonus("the display says K9, why?", blocks, exact).tolist() == [0.0, 0.0]


def test_a_date_or_a_large_number_counts_in_any_notation() -> None:
    exact = Weights(0, 0, 0, 0, exact=2.0)
    days = [Shown("", "2024-03-03: the gate was opened", False), Shown("", "2024-03-05: the road was cleared", False)]
    assert bonus("What was done on 3 March 2024?", days, exact).tolist() == [2.0, -2.0]
    speeds = [Shown("", "Pump: A | Speed: 900", True), Shown("", "Pump: B | Speed: 2900", True)]
    assert bonus("Which pump runs at 2,900 turns?", speeds, exact).tolist() == [-2.0, 2.0]
    assert bonus("Which of the 12 pumps is it?", speeds, exact).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ('Wer schrieb "The Old Man and the Sea"?', "de"),
        ("Who wrote “Der alte Mann und das Meer”?", "en"),
        ("请问 mooring fee 是多少?", "zh"),
        ("What does 免责声明 mean?", "en"),
        ("灯台の高さは?", ""),
        ("등대는 얼마나 높습니까?", ""),
        ("Quanto costa la barca?", ""),
        ("Wie hoch ist der Turm? How high is the tower?", "en"),
    ],
)
def test_a_quoted_title_or_a_foreign_name_does_not_change_the_language_of_a_question(
    question: str, language: str
) -> None:
    assert language_of(question) == language


def test_one_foreign_passage_among_the_first_is_read_by_the_multilingual_model() -> None:
    english, foreign = cast(CrossEncoder, "english"), cast(CrossEncoder, "foreign")
    reader = BlockReader(english, foreign=foreign)
    lamp = "The lamp is 12 m high and was lit in the year 1911 by the council of the town. " * 3
    lampe = "Die Lampe ist 12 m hoch und wurde im Jahr 1911 vom Rat der Stadt entzündet."
    assert reader._for("How high is the lamp?", [("", lamp, []), ("", lamp, [])]) is english
    assert reader._for("How high is the lamp?", [("", lamp, []), ("", lampe, [])]) is foreign
    assert reader._for("灯台の高さは?", [("", lamp, [])]) is foreign
