"""Reads chats exported as JSON (Telegram, Slack, Discord, Messenger); any other JSON is read as records.

Each message is a line as in a chat saved as text, `[18:04] Ines: ...`, under its date. Time stamps in seconds give UTC
dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path
from rag.load.tables.records import Json, Number, loads, parse_json

HINT = re.compile(rb"\"(?:messages|ts|text)\"\s*:")
WRITERS = ("from", "actor", "sender_name", "author", "user_profile", "user", "username", "sender", "name")
TIMES = ("date", "timestamp", "ts", "timestamp_ms", "created_at", "time")
TEXTS = ("text", "content", "body", "message")
FEWEST = 2  # messages
SHARE = 0.5  # least share of messages in a list
DIGITS = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
MILLISECONDS = 1e11  # a number from here on is in milliseconds


class Message(NamedTuple):
    """One message of a chat."""

    who: str
    when: datetime | None
    said: str


def parse_json_or_chat(data: bytes, source: str) -> Parsed:
    """Return the messages of a chat, or the values of any other JSON file."""
    if not HINT.search(data[:200_000]):
        return parse_json(data, source)
    try:
        value = loads(decode(data, source), source)
    except LoadError:
        return parse_json(data, source)
    found = list(_messages(value))
    if len(found) < FEWEST:
        return parse_json(data, source)
    named = value.get("name") or value.get("title") if isinstance(value, dict) else None
    title = named if isinstance(named, str) else PurePosixPath(source).stem
    return compose(
        _blocks(sorted(found, key=lambda m: m.when or datetime.min.replace(tzinfo=UTC)), title), source, title=title
    )


def _messages(value: Json) -> Iterator[Message]:
    listed = value.get("messages") if isinstance(value, dict) else value
    if not isinstance(listed, list):
        return
    read = [message for one in listed if isinstance(one, dict) and (message := _message(one))]
    if len(read) >= SHARE * len(listed):
        yield from read


def _message(one: dict[str, Json]) -> Message | None:
    """Return a record as a message, None if it has no text."""
    who = next((name for key in WRITERS if (name := _name(one.get(key)))), "")
    when = next((time for key in TIMES if (time := _time(one.get(key)))), None)
    said = next((text for key in TEXTS if (text := _text(one.get(key)))), "")
    return Message(_mended(who), when, _mended(said)) if who and when and said.strip() else None


def _name(value: Json) -> str:
    if isinstance(value, dict):
        found = (value.get(key) for key in ("real_name", "display_name", "nickname", "name", "username"))
        return next((name for name in found if isinstance(name, str) and name), "")
    return value if isinstance(value, str) and not isinstance(value, Number) else ""


def _text(value: Json) -> str:
    """Return the text; Telegram splits it at formatting changes."""
    if isinstance(value, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in value)
        return "".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) and not isinstance(value, Number) else ""


def _time(value: Json) -> datetime | None:
    try:
        if isinstance(value, str) and not DIGITS.fullmatch(value):
            read = datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
        if isinstance(value, str):
            seconds = float(value)
            return datetime.fromtimestamp(seconds / 1_000 if seconds > MILLISECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _mended(text: str) -> str:
    """Repair UTF-8 text that was decoded as Latin-1, as in Messenger exports."""
    if text.isascii() or any(character > "\xff" for character in text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


def _blocks(messages: list[Message], title: str) -> Iterator[Block]:
    for who, when, said in messages:
        day = f"{when.day} {when:%B} {when.year}" if when else ""
        clock = f"[{when:%H:%M}] " if when else ""
        yield Block(f"{clock}{who}: {said.strip()}", "row", heading_path([title, day]))
