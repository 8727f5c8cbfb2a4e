"""Parses requests: the last message is the question, those before it are the conversation.

A client's text is data, like a document: system and tool messages change nothing, and neither do model settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.answer.draft import LONGEST_QUESTION
from rag.answer.question.history import QUIET, text_of, turns_of
from rag.api.cited import without_list
from rag.api.problem import Problem
from rag.types import Turn

TURNS = 12  # most turns kept of a conversation; half of them are used
LONGEST_SAID = 4_000  # most characters kept of an earlier message
MOST_SOURCES = 1_000  # most files or folders in a request
MOST_RESULTS = 100  # most passages of a search


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its conversation, and the requested form of the answer."""

    model: str
    question: str
    history: tuple[Turn, ...]
    sources: tuple[str, ...]
    stream: bool
    usage: bool  # the last chunk reports the usage
    listed: bool  # the sources are listed under the text


@dataclass(frozen=True, slots=True)
class Searched:
    """A search request."""

    model: str
    question: str
    k: int
    sources: tuple[str, ...]
    blocks: bool  # the passages also come as Claude's search_result blocks


def asked(body: Mapping[str, Any], *, listed: bool) -> Asked:
    """Parse the body of a chat completion; Problem if it cannot be answered. `listed` is the default of that field."""
    own = _of(body, "rag", dict, {})
    if body.get("n") not in (None, 1):
        raise Problem("n is not 1; a question has one answer", param="n")
    form = _of(body, "response_format", dict, {}).get("type", "text")
    if form != "text":
        raise Problem(f"response_format is {form!r:.40}; answers are text", param="response_format")
    question, history = conversation(body.get("messages"))
    return Asked(
        _of(body, "model", str, ""), question, history, _sources(own), _of(body, "stream", bool, False),
        _of(_of(body, "stream_options", dict, {}), "include_usage", bool, False), _of(own, "source_list", bool, listed),
    )  # fmt: skip


def searched(body: Mapping[str, Any]) -> Searched:
    """Parse the body of a search; Problem if it is invalid."""
    k = _of(body, "k", int, 10)
    if not 1 <= k <= MOST_RESULTS:
        raise Problem(f"k is {k}; ask for 1 to {MOST_RESULTS} passages", param="k")
    question = _question(_of(body, "query", str, ""), "query")
    return Searched(_of(body, "model", str, ""), question, k, _sources(body), _of(body, "blocks", bool, False))


def conversation(messages: object) -> tuple[str, tuple[Turn, ...]]:
    """Return the question at the end of OpenAI-style messages, and the turns before it."""
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        raise Problem("messages is not a list of objects with role and content", param="messages")
    spoken = [one for one in messages if one.get("role") not in QUIET]
    if not spoken or spoken[-1].get("role") != "user":
        raise Problem("the last message is not the user's; end messages with a question", param="messages")
    try:
        *said, (_, question) = [(one.get("role"), text_of(one.get("content"))) for one in spoken]
        turns = turns_of([{"role": role, "content": without_list(text)[:LONGEST_SAID]} for role, text in said])
    except ValueError as error:
        raise Problem(str(error), param="messages") from error
    return _question(question, "messages"), tuple(turn for turn in turns if turn.question.strip())[-TURNS:]


def _question(text: str, param: str) -> str:
    if not text.strip():
        raise Problem("the question is empty; ask something", param=param)
    if len(text) > LONGEST_QUESTION:
        raise Problem(
            f"the question has {len(text):,} characters; at most {LONGEST_QUESTION:,} are read, so shorten it",
            param=param,
        )
    return text.strip()


def _sources(body: Mapping[str, Any]) -> tuple[str, ...]:
    named = body.get("sources", [])
    if not isinstance(named, Sequence) or isinstance(named, str) or not all(isinstance(one, str) for one in named):
        raise Problem("sources is not a list of files or folders", param="sources")
    if len(named) > MOST_SOURCES:
        raise Problem(f"sources names {len(named):,} files; name at most {MOST_SOURCES:,}", param="sources")
    return tuple(named)


def _of(body: Mapping[str, Any], name: str, kind: type, usual: Any) -> Any:
    """Return a field of a body, or its default if missing or null; Problem if it has the wrong type."""
    value = body.get(name)
    if value is None:
        return usual
    if type(value) is not kind:
        kinds = {bool: "true or false", str: "a text", int: "a whole number", dict: "an object"}
        raise Problem(f"{name} is not {kinds[kind]}", param=name)
    return value
