"""Makes a question understood that leans on the turns before it.

It is searched for twice, as it was asked and with its history behind it, and the two rankings are fused: on conversations with
people that found most, and a question about something new loses nothing, because its own ranking counts as much. It is read in
one wording only, since a sentence that answers the earlier question would answer a joined one too: as it was asked, or, where
it points back ("it", "the second one"), starts in the middle ("and ...", "what about ...") or has neither a name nor enough words
of its own, with the last questions behind it. The question itself always stays in front, unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from rag.answer.prompt import REFUSALS
from rag.language.words import names, words
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
MARKER = re.compile(r"\s*\[\d+\]")  # of a citation in an earlier answer
FEW_CONTENT_WORDS = 3  # "who pays?", "in which year?": nothing to search for
TURNS = 2  # of history that a question can lean on; joining two turns was best on conversational benchmarks
LONGEST_QUESTION = 300  # characters of an earlier question that are worth carrying along
LONGEST_ANSWER = 300  # characters of the last answer: it names what "it" is; benchmarks/followups.py measures it


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the wording to read for: the question, followed by the last questions where it leans on them."""
    if not history or not leans_on_history(question):
        return question
    return " ".join([question, *_questions(history)])


def wordings(question: str, history: Sequence[Turn]) -> list[str]:
    """Return the wordings to search for: the question, and with a history the question with what was said last behind it."""
    if not history:
        return [question]
    latest, *earlier = _questions(history)
    joined = " ".join(filter(None, [question, latest, _answer(history[-1]), *earlier]))
    return list(dict.fromkeys([question, joined]))


def turns(history: History) -> list[Turn]:
    """Take (question, text) pairs for Turns."""
    return [turn if isinstance(turn, Turn) else Turn(*turn) for turn in history]


def leans_on_history(question: str) -> bool:
    """Tell whether the question can hardly be understood alone."""
    if POINTS_BACK.search(question) or STARTS_IN_THE_MIDDLE.search(question):
        return True
    if names(question) or any(word.is_number for word in words(question)):
        return False  # "Who won the 2018 World Cup?" is short, but says what it is about
    return len(CONTENT_WORD.findall(question)) < FEW_CONTENT_WORDS


def _questions(history: Sequence[Turn]) -> list[str]:
    """Return the last questions, the latest first."""
    return [turn.question[:LONGEST_QUESTION].strip() for turn in reversed(history[-TURNS:])]


def _answer(turn: Turn) -> str:
    """Return how an answer begins, without its markers; nothing of a refusal, whose words are about no document."""
    text = turn.answer.strip()
    for refusal in REFUSALS.values():
        text = text.removeprefix(refusal)
    return MARKER.sub("", text)[:LONGEST_ANSWER].strip()
