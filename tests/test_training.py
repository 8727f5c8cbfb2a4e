"""The reader's near misses are near misses: what is taken out or swapped leaves no answer."""

from __future__ import annotations

import random

from training.data import Example
from training.reader_groups import emptied, group, swapped

PASSAGE = (
    "The mill was built in 1820. Ada Holm owned it for years. It burned down in 1911, and nobody rebuilt the mill."
)
START = PASSAGE.index("Ada Holm")
OWNER = Example(
    "made", "The mill", PASSAGE, "Who owned the mill in 1820?", ("Ada Holm",), ((START, START + len("Ada Holm")),)
)


def test_an_emptied_passage_no_longer_holds_the_answer() -> None:
    left = emptied(OWNER)
    assert left is not None
    assert "Ada Holm" not in left.passage
    assert "built in 1820" in left.passage
    assert (left.answerable, left.gold) == (False, ())


def test_a_passage_with_nothing_but_the_answer_is_not_emptied() -> None:
    only = Example("made", "The mill", "Ada Holm owned it for years.", "Who owned it?", ("Ada Holm",), ((0, 8),))
    assert emptied(only) is None


def test_a_swapped_question_asks_for_something_else() -> None:
    asked = swapped(OWNER, random.Random(1))
    assert asked is not None
    assert asked.question == "Who owned the mill in 1911?"
    assert not asked.answerable


def test_the_gold_sentences_are_those_that_the_spans_touch_whatever_the_order() -> None:
    for seed in range(5):
        made = group("Who?", [("a", PASSAGE), ("b", "Nothing here. At all.")], {0: OWNER.gold}, random.Random(seed))
        sentences = [text[1][a:b] for text in made.texts for a, b in text[2]]
        assert [sentences[i] for i in made.gold] == ["Ada Holm owned it for years."]
