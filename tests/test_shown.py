"""The reader sees a date as the question writes it, and a message without its timestamp.

Its answer is a span of the block's own text.
"""

from __future__ import annotations

import pytest

from rag.answer.shown import shown, times_of
from rag.evidence import Block, BlockKind
from rag.types import Passage


def block(text: str, kind: BlockKind = "item") -> Block:
    return Block(Passage("p", "d", "log.md", text, 0, len(text), heading="Log"), 0, len(text), text, text, kind)


@pytest.mark.parametrize(
    ("question", "text", "seen"),
    [
        ("What broke on 7 May 2023?", "2023-05-07: the winch broke.", "7 May 2023: the winch broke."),
        ("What broke on May 7?", "07.05.2023: the winch broke.", "May 7 2023: the winch broke."),
        ("Was ist am 7. Mai 2023 gebrochen?", "2023-05-07: die Winde.", "7. Mai 2023: die Winde."),
        ("What broke on 7 May 2023?", "2023-05-08: the winch broke.", "2023-05-08: the winch broke."),
        ("What broke on 7 May 2023?", "2022-05-07: the winch broke.", "2022-05-07: the winch broke."),
        ("What broke in May 2023?", "2023-05-07: the winch broke.", "2023-05-07: the winch broke."),
    ],
)
def test_a_date_is_read_in_the_notation_of_the_question(question: str, text: str, seen: str) -> None:
    assert shown(block(text), times_of(question)).text == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("[7/5/23, 9:04:11 pm] Ilka: I sold the oars.", "Ilka: I sold the oars."),
        ("07.05.23, 21:04 - Ilka: I sold the oars.", "Ilka: I sold the oars."),
        ("2023-05-07 21:04:11 Ilka: I sold the oars.", "Ilka: I sold the oars."),
        ("[21:04, 7/5/2023] Ilka: I sold the oars.", "Ilka: I sold the oars."),
        ("Ilka: I sold the oars at 9:04.", "Ilka: I sold the oars at 9:04."),
        ("7/5/23: 12:30 Regatta", "7/5/23: 12:30 Regatta"),
    ],
)
def test_a_message_is_read_without_its_timestamp_unless_the_question_asks_when(text: str, seen: str) -> None:
    assert shown(block(text, "row"), times_of("Who sold the oars?")).text == seen
    assert shown(block(text, "row"), times_of("On which day were the oars sold?")).text == text
    assert shown(block(text, "row"), times_of("Who sold what at 21:04?")).text == text
    assert shown(block(text, "sentence"), times_of("Who sold the oars?")).text == text


def test_the_readers_answer_is_a_span_of_the_blocks_own_text() -> None:
    text = "On 2023-05-07 and 2023-05-09 the winch broke."
    seen = shown(block(text), times_of("What broke on 7 May 2023 or on 9 May 2023?"))
    assert seen.text == "On 7 May 2023 and 9 May 2023 the winch broke."
    for words, own in (("On ", "On "), ("7 May 2023", "2023-05-07"), ("May", "2023-05-07"), (" and ", " and "), ("9 May 2023", "2023-05-09"),
                       ("the winch", "the winch"), ("winch broke.", "winch broke.")):  # fmt: skip
        start = seen.text.index(words)
        found, end = seen.own_span(start, start + len(words))
        assert text[found:end] == own
    message = "[7/5/23, 9:04 pm] Ilka: I sold the oars."
    start, end = shown(block(message, "row"), times_of("Who sold the oars?")).own_span(0, 4)
    assert message[start:end] == "Ilka"
