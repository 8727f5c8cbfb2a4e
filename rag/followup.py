"""Makes a standalone question of one that leans on the turns before it.

A question leans on its history when it points back ("it", "they", "the second one"), starts in the middle ("and ...",
"what about ..."), or has too few words of its own to search for. Then the words that carry the last questions are put behind
it. The question itself always stays in front, unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from rag.types import Turn

History: TypeAlias = Sequence[Turn | tuple[str, str]]

POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|same|one|ones|other|others"
    r"|former|latter|above|else|more)\b",
    re.IGNORECASE,
)
STARTS_IN_THE_MIDDLE = re.compile(
    r"^\W*(and|or|but|so|also|then|what about|how about|why|why not|since when)\b", re.IGNORECASE
)
CONTENT_WORD = re.compile(r"\w{4,}")
FEW_CONTENT_WORDS = 3  # "who pays?", "in which year?": nothing to search for
TURNS = 2  # of history that a question can lean on; joining two turns was best on conversational benchmarks
LONGEST_QUESTION = 300  # characters of an earlier question that are worth carrying along


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question, followed by the last questions of the history where it leans on them."""
    if not history or not leans_on_history(question):
        return question
    earlier = [turn.question[:LONGEST_QUESTION].strip() for turn in history[-TURNS:]]
    return " ".join([question, *reversed(earlier)])


def turns(history: History) -> list[Turn]:
    """Take (question, text) pairs for Turns."""
    return [turn if isinstance(turn, Turn) else Turn(*turn) for turn in history]


def leans_on_history(question: str) -> bool:
    """Tell whether the question can hardly be understood alone."""
    if POINTS_BACK.search(question) or STARTS_IN_THE_MIDDLE.search(question):
        return True
    return len(CONTENT_WORD.findall(question)) < FEW_CONTENT_WORDS
