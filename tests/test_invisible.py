"""Invisible characters are not part of a word, and stay in the document."""

from __future__ import annotations

import pytest

from rag.language.invisible import without_invisible
from rag.split.blocks import blocks_of
from rag.split.passages import embedded_text
from tests.situations import loaded, passages


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("code 77\u200b41", "code 7741"),
        ("pass\u00adword\ufeff", "password"),
        ("\u202eabc\u202c \u2066d\u2069", "abc d"),
        ("a\u2060b\u180ec\u200cd\u200de", "abcde"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("क्\u200dष", "क्\u200dष"),
        ("plain", "plain"),
        ("x\U000e0041\U000e0042", "x"),
    ],
)
def test_invisible_characters_are_removed_and_joiners_stay_where_they_join(text: str, seen: str) -> None:
    assert without_invisible(text) == seen


def test_a_number_with_a_zero_width_space_is_read_whole_and_quoted_exactly() -> None:
    document = loaded("gate.txt", "The gate\u200b opens with the code 77\u200b41 until nine.")
    (passage,) = passages(document)
    (block,) = blocks_of(document, passage)
    assert embedded_text(passage) == block.text == "The gate opens with the code 7741 until nine."
    at = block.text.index("7741")
    assert document.text[block.offsets[at] : block.offsets[at + 3] + 1] == "77\u200b41"
    assert block.quote == document.text
