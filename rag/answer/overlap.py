"""Computes what word overlap with a question adds to the trained reader's score of a block.

The reader knows the meaning of sentences but not the names and codes in your own documents. `training/word_bonus.py`
fits the weights on one half of the held-out questions and prints their effect on the other half.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.language.attendance import lists_those
from rag.language.exact import WHOLE, asked_exactly, canonical
from rag.language.figures import Figure, figures, same_figure
from rag.language.measures import column_words
from rag.language.words import content_stems

WORD = re.compile(r"[^\W\d_]+|[€$£]")


class Shown(NamedTuple):
    """A block as the reader sees it."""

    topic: str  # heading path
    text: str
    is_row: bool


class Weights(NamedTuple):
    """Terms added to a block's score, where 0 means "none of these answers"."""

    words: float  # for holding all words of the question; words in many blocks count less
    meant: float  # for a value of the kind that "cost", "heavy" or "long" asks for
    section: float  # if the question holds all words of the innermost heading
    repeated: float  # penalty for a block that only repeats the question
    exact: float = 0.0  # for holding a code that the question names; a penalty for the others if one holds it
    there: float = 0.0  # for the line of minutes that lists those who were there, or were not, where that is asked


WEIGHTS = Weights(words=1.5, meant=0.5, section=1.0, repeated=6.0, exact=1.5, there=1.5)
TELLING_DIGITS = 3  # a number with more digits is rarely in two places by chance
EXPECTED = 0.5  # share of the words in a typical answering block, where the bonus is 0


def bonus(question: str, blocks: Sequence[Shown], weights: Weights = WEIGHTS) -> NDArray[np.float32]:
    """Return the word bonus of each block: (blocks,) float32."""
    asked, meant = content_stems(question), column_words(question)
    own = [content_stems(block.text) for block in blocks]
    held = [stems | content_stems(block.topic) for stems, block in zip(own, blocks, strict=True)]
    rarity = {stem: log(1 + len(blocks) / (0.5 + sum(stem in h for h in held))) for stem in asked}
    total = sum(rarity.values()) or 1.0
    added = [
        weights.words * (sum(rarity[stem] for stem in asked & h) / total - EXPECTED)
        + weights.meant * bool(meant & set(WORD.findall(block.text.casefold())))
        + weights.section * _is_named(block.topic, asked)
        - weights.repeated * (bool(o) and o <= asked and not block.is_row and not block.text.endswith(":"))
        + weights.there * lists_those(question, block.text)
        for block, o, h in zip(blocks, own, held, strict=True)
    ]
    return np.array(added, dtype=np.float32) + weights.exact * _exact(question, blocks)


def _exact(question: str, blocks: Sequence[Shown]) -> NDArray[np.float32]:
    """Return 1 for blocks with an exact match, -1 for the others if any has one, else 0: (blocks,) float32."""
    codes = {one.term for one in asked_exactly(question) if not one.is_period}
    wanted = [figure for figure in figures(question) if _is_telling(figure)]
    if not codes and not wanted:
        return np.zeros(len(blocks), dtype=np.float32)
    held = [
        not codes.isdisjoint(canonical(token) for token in WHOLE.findall(block.text)) or _holds(block.text, wanted)
        for block in blocks
    ]
    return np.array([1.0 if h else -1.0 for h in held] if any(held) else [0.0] * len(blocks), dtype=np.float32)


def _is_telling(figure: Figure) -> bool:
    """Return True for a date, and for a number too long to occur by chance."""
    if figure.kind == "date":
        return not figure.value.endswith("-")
    return figure.kind == "number" and len(figure.value.replace(".", "")) > TELLING_DIGITS


def _holds(text: str, wanted: Sequence[Figure]) -> bool:
    """Return True if a text holds one of the figures in any form."""
    there = figures(text) if wanted else ()
    return any(same_figure(one, other) for one in wanted for other in there)


def _is_named(topic: str, asked: frozenset[str]) -> bool:
    """Return True if the question holds all words of the innermost heading."""
    innermost = content_stems(topic.rpartition(" › ")[2])
    return bool(innermost) and innermost <= asked
