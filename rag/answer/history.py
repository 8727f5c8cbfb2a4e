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
    role, text = message.get("role"), _text(message.get("content"))
    if role == "user":
        found.append(Turn(text, ""))
    elif role == "assistant" and found:
        found[-1] = Turn(found[-1].question, f"{found[-1].answer} {text}".strip())
    elif role != "assistant" and role not in QUIET:
        raise ValueError(f"history holds a message of the role {role!r}; it is user, assistant or system")


def _text(content: object) -> str:
    """Return a message's text: its content, or the text parts of it."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return " ".join(str(part["text"]) for part in content if isinstance(part, Mapping) and "text" in part)
    if content is None:
        return ""
    raise ValueError(f"history holds a message with the content {content!r:.60}; give a text")
