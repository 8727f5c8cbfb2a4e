"""Converts the earlier turns of a conversation from every common form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from rag.types import Turn

History: TypeAlias = Sequence[Turn | tuple[str, str] | Mapping[str, object]]

QUIET = ("system", "developer", "tool")  # roles of messages that neither ask nor answer


def turns_of(history: History) -> list[Turn]:
    """Return the turns of Turns, (question, answer) pairs, or messages in OpenAI's form; ValueError for anything else."""
    if isinstance(history, str):
        raise ValueError("history is one string; give a list of (question, answer) pairs")
    found: list[Turn] = []
    for said in history:
        if isinstance(said, Turn):
            found.append(said)
        elif isinstance(said, Mapping):
            _take(found, said)
        elif (
            not isinstance(said, str)
            and isinstance(said, Sequence)
            and len(said) == 2
            and all(isinstance(part, str) for part in said)
        ):
            found.append(Turn(*said))
        else:
            raise ValueError(
                f"history holds {said!r:.60}; give (question, answer) pairs, or messages with role and content"
            )
    return found


def _take(found: list[Turn], message: Mapping[str, object]) -> None:
    """Add a message: a user message begins a turn, an assistant message is its answer."""
    role = message.get("role")
    try:
        text = text_of(message.get("content"))
    except ValueError as error:
        raise ValueError(f"history: {error}") from error
    if role == "user":
        found.append(Turn(text, ""))
    elif role == "assistant" and found:
        found[-1] = Turn(found[-1].question, f"{found[-1].answer} {text}".strip())
    elif role != "assistant" and role not in QUIET:
        raise ValueError(f"history holds a message of the role {role!r}; it is user, assistant or system")


def text_of(content: object) -> str:
    """Return the text of a message's content, or of its parts, "" for none; ValueError for pictures and sounds."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list) or not all(isinstance(part, Mapping) for part in content):
        raise ValueError("a message's content is neither a text nor a list of parts")
    for part in content:
        if not isinstance(part.get("text"), str):
            raise ValueError(f"a message holds a part of the type {part.get('type')!r:.40}; only text is read")
    return " ".join(part["text"] for part in content)
