"""Reads Outlook messages (MSG)."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.mail.letter import Attached, Inside, Letter, letter_blocks
from rag.load.parsed import Parsed

SENDER_NAME = 0x0C1A  # Outlook's property id
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
    attached = [
        Attached(one.file_name or "attachment", one.file_bytes) for one in message.attachments if one.file_bytes
    ]
    return Letter(
        {name: " ".join(value.split()) for name, value in headers.items() if value.strip()},
        message.body or "",
        message.html_body or "",
        tuple(attached),
        day=sent.date() if sent else None,
    )


def warm_up() -> None:
    """Import what every message needs, before the child process sets its limits."""
    import oxmsg  # noqa: F401
