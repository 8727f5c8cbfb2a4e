"""Makes a question understood that leans on the turns before it.

Whether it does, the trained head says (`rag.answer.question.intent`); a question that stands alone is searched for and read as it is,
whatever was said before it. One that leans is read with the thing that was talked about in it, and searched for in that wording
and with the last turn behind it, whose rankings are fused: on conversations with people that found most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeAlias

from rag.answer.markers import without_markers
from rag.answer.prompt import REFUSALS
from rag.answer.question.fragments import is_bare, is_fragment
from rag.answer.question.history import History as History
from rag.answer.question.history import turns_of
from rag.answer.question.intent import LEANS, Intent, IntentHead, points
from rag.answer.question.listed import asks_for_more
from rag.answer.question.persons import SHE, means_a_person
from rag.answer.question.references import (
    Said,
    about,
    fits,
    resolve,
    said_first,
    said_next,
)
from rag.types import Turn

Understand: TypeAlias = Callable[[str], Intent]
WrittenBy: TypeAlias = Callable[[Turn], str]  # who wrote what a turn's answer cites, "" if nobody is known

TURNS = 6  # of history that are understood
JOINED = 2  # of them whose words are searched for; joining two was best on conversational benchmarks
LONGEST_QUESTION = 300  # characters of an earlier question that are worth carrying along
TRIED = 3  # topics that a question is read with, besides what it seems to point at
HARDLY = 0.05  # leaning from which a question is also read with what was said before
POINTS_BACK = re.compile(
    r"\b(?:he|she|him|his|hers?|they|them|theirs?|it|its|that|those|these|ones?|(?<!is )(?<!are )(?<!was )(?<!were )there(?! is| are| was| were)|then|others?|both|same|else|instead)\b",
    re.IGNORECASE,
)
THE = re.compile(r"\bthe\s+(?=[a-z])")
SHORT = 9  # words
CONDITION = re.compile(r"\W*(?:(?:and|but|so|or|what|then)\s+)*if\b", re.IGNORECASE)
ENDS_TOPIC = frozenset({"who-are-you", "what-can-you-do", "privacy"})  # acts about the program itself
LONGEST_ANSWER = 300  # characters of the last answer: it names what "it" is; benchmarks/followups.py measures it


def standalone(
    question: str,
    history: Sequence[Turn],
    intent: Intent | None = None,
    *,
    understand: Understand | None = None,
    written_by: WrittenBy | None = None,
) -> str:
    """Return the question to search and read for: as it was asked, or with what it points at in it.

    `intent` is that of the question; `understand` tells those of earlier questions. Without them the head does, without an encoder.
    """
    know = understand or _understand
    if not history or not _leans(question, history, intent or know(question)):
        return question
    recent = history[-TURNS:]
    asks_him = any(means_a_person(one) for one in (question, *(turn.question for turn in recent)))
    said = _said(recent, know, written_by if asks_him else None)
    return resolve(question, said) if said else question


def wordings(
    question: str, history: Sequence[Turn], intent: Intent | None = None, *, understand: Understand | None = None
) -> list[str]:
    """Return the wordings to search for: one for a question that stands alone, or else with what was said last behind it too."""
    know = understand or _understand
    if not history or not _leans(question, history, intent or know(question)):
        return [question]
    asked = [t.question[:LONGEST_QUESTION].strip() for t in reversed(_asked(history[-TURNS:], know)[-JOINED:])]
    if not asked:
        return [question]
    joined = " ".join(filter(None, [question, *asked[:1], _plain(history[-1].answer)[:LONGEST_ANSWER], *asked[1:]]))
    return list(dict.fromkeys([standalone(question, history, intent, understand=know), joined]))


def may_lean(question: str, intent: Intent) -> bool:
    """Return True if a question may need the turns before it, though it need not: it points back, or is no sentence."""
    return intent.leans >= HARDLY or bool(POINTS_BACK.search(question)) or is_fragment(question)


def names_what_is_known(question: str) -> bool:
    """Return True if a short question names something as if it were known: "do I get the deposit back?"."""
    return bool(THE.search(question)) and len(question.split()) <= SHORT


def other_wordings(
    question: str, history: Sequence[Turn], resolved: str, *, understand: Understand | None = None
) -> list[str]:
    """Return the wordings that a question which leans may mean: as `resolved`, or about one of the last topics.

    What is no whole sentence changes a part of the last question, and means nothing else. Nor does "she", once a person
    is known.
    """
    said = _said(history[-TURNS:], understand or _understand)
    if not said or is_fragment(question) or (SHE.search(question) and not SHE.search(resolved)):
        return [resolved]
    topics = dict.fromkeys(topic for turn in reversed(said) for topic in turn.topics if fits(question, topic))
    found = [resolved, *(about(question, topic) for topic in topics)][: 1 + TRIED]
    if CONDITION.match(question):
        found.append(f"{said[-1].question.rstrip('?!. ')}, {question}")
    return list({re.sub(r"\W+", " ", wording).casefold(): wording for wording in reversed(found)}.values())[::-1]


def last_question(history: Sequence[Turn], *, understand: Understand | None = None) -> str | None:
    """Return the last question about documents as it is understood alone; None if there was none."""
    said = _said(history[-TURNS:], understand or _understand)
    return said[-1].question if said else None


def _leans(question: str, history: Sequence[Turn], intent: Intent) -> bool:
    """Return True if a question can only be understood with the turns before it."""
    return intent.leans >= LEANS or asks_for_more(question, [turn.answer for turn in history])


def asks_of_the_last(question: str) -> bool:
    """Return True if a question names nothing itself: "for how long?", "who signed it?", "why has he stopped?"."""
    return is_bare(question) or points(question)


def turns(history: History) -> list[Turn]:
    """Return the turns of a history in any form."""
    return turns_of(history)


def last_turn(history: Sequence[Turn], *, understand: Understand | None = None) -> tuple[Turn, Sequence[Turn]] | None:
    """Return the last turn about documents and the turns before it; None if there was none."""
    asked = _asked(history[-TURNS:], understand or _understand)
    if not asked:
        return None
    at = max(i for i, turn in enumerate(history) if turn is asked[-1])
    return history[at], history[:at]


def _said(history: Sequence[Turn], know: Understand, written_by: WrittenBy | None = None) -> list[Said]:
    """Return the turns that were about documents, each understood from those before it."""
    said: list[Said] = []
    for turn in _asked(history, know):
        question, answer = turn.question[:LONGEST_QUESTION].strip(), _plain(turn.answer)[: LONGEST_QUESTION * 4]
        before = [Turn(one.question, one.answer) for one in said]
        if said and _leans(question, before, know(question)):
            said.append(said_next(question, answer, resolve(question, said), said[-1]))
        elif question:
            said.append(said_first(question, answer, said[-1].topics if said else ()))
        if written_by and said:
            said[-1] = replace(said[-1], writer=written_by(turn))
    return said


def _asked(history: Sequence[Turn], know: Understand) -> list[Turn]:
    """Return the turns about documents since the program itself was last talked about, which ends a topic.

    Greetings, thanks and wishes about the last answer are left out.
    """
    acts = [know(turn.question).act for turn in history]
    first = max((i + 1 for i, act in enumerate(acts) if act in ENDS_TOPIC), default=0)
    asks = ("ask", "summarise", "as-table", "as-list")
    return [turn for turn, act in zip(history[first:], acts[first:], strict=True) if act in asks]


def _plain(answer: str) -> str:
    """Return an answer without markers; nothing of a refusal, whose words are about no document."""
    text = answer.strip()
    for refusal in REFUSALS.values():
        text = text.removeprefix(refusal)
    return without_markers(text).strip()


@cache
def _head() -> IntentHead:
    return IntentHead()


def _understand(question: str) -> Intent:
    return _head().of(question, in_conversation=True)
