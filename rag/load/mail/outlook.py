"""Reads Outlook messages (MSG)."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.mail.letter import Attached, Body, Inside, Letter, letter_blocks
from rag.load.parsed import Parsed

SENDER_NAME = 0x0C1A  # Outlook's property ids
SHOWN_NAME, METHOD = 0x3001, 0x3705
EMBEDDED = 5  # the METHOD of a message inside a message
BROKEN = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    LookupError,
    struct.error,
)  # raised by a broken file


def parse_outlook(data: bytes, source: str, inside: Inside) -> Parsed:
    """Return the text of a message under its subject, with its attachments."""
    from oxmsg import Message

    try:
        letter = _letter(Message.load(io.BytesIO(data)))
    except BROKEN as error:
        raise LoadError(
            source, f"it is not an Outlook message, or damaged ({' '.join(str(error).split())[:100]})"
        ) from error
    parsed = compose(letter_blocks(letter, source, [], inside), source, title=letter.subject)
    return replace(parsed, stated=letter.day)


def _letter(message: Any) -> Letter:
    sent = message.sent_date
    people = [person.name or person.email_address for person in message.recipients]
    given = {name.title(): value for name, value in message.message_headers.items()}
    headers = {
        "From": message.sender or message.properties.str_prop_value(SENDER_NAME) or "",
        "To": given.get("To") or ", ".join(filter(None, people)),
        "Cc": given.get("Cc") or "",
        "Date": given.get("Date") or (f"{sent:%a, %d %b %Y %H:%M}" if sent else ""),
        "Subject": message.subject or "",
    }
    return Letter(
        {name: " ".join(value.split()) for name, value in headers.items() if value.strip()},
        (Body(message.body or "", message.html_body or ""),),
        tuple(map(_attached, message.attachments)),
        day=sent.date() if sent else None,
    )


def _attached(one: Any) -> Attached:
    """Return an attachment; a message inside the message has no data of its own."""
    name = one.file_name or one.properties.str_prop_value(SHOWN_NAME) or "attachment"
    inner = one.properties.int_prop_value(METHOD) == EMBEDDED
    what = (
        "it is an Outlook message; save it as a file of its own" if inner else "it is empty, or only a link to a file"
    )
    return Attached(name, one.file_bytes or b"", unread="" if one.file_bytes else what)


def warm_up() -> None:
    """Import what every message needs, before the child process sets its limits."""
    import oxmsg  # noqa: F401
