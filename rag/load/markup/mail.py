"""Reads e-mail messages: who wrote to whom when, and what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.dates import day_of_mail
from rag.load.markup.html import html_blocks
from rag.load.parsed import Parsed, heading_path
from rag.load.text.plain import parse_plain

HEADERS = ("From", "To", "Cc", "Date", "Subject")
MAX_PARTS = 200


def parse_mail(data: bytes, source: str) -> Parsed:
    """Return the text of a message, below its subject; attachments are named, not read."""
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not any(message[name] for name in HEADERS):
        raise LoadError(source, "it is no e-mail message (it has no From, To, Date or Subject)")
    subject = _header(message, "Subject")
    blocks = [Block(f"{name}: {_header(message, name)}", "item", subject) for name in HEADERS if _header(message, name)]
    parsed = compose([*blocks, *_body(message, source, subject)], source, title=subject)
    return replace(parsed, stated=day_of_mail(message))


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except (ValueError, IndexError, AttributeError):  # the standard library trips over some broken headers
        return ""


def _body(message: EmailMessage, source: str, subject: str) -> Iterator[Block]:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is not None:
        payload = body.get_payload(decode=True)
        raw = payload if isinstance(payload, bytes) else b""
        yield from _blocks(_as_utf8(raw, body.get_content_charset()), body.get_content_type(), source, subject)
    for number, part in enumerate(message.iter_attachments()):
        if number < MAX_PARTS and part.get_filename():
            yield Block(f"Attachment: {part.get_filename()}", "item", subject)


def _as_utf8(raw: bytes, charset: str | None) -> bytes:
    if not charset:
        return raw
    try:
        return raw.decode(charset).encode("utf-8", "replace")
    except (LookupError, UnicodeDecodeError):
        return raw


def _blocks(raw: bytes, content_type: str, source: str, subject: str) -> Iterator[Block]:
    try:
        if content_type == "text/html":
            blocks, _ = html_blocks(raw, source)
        else:
            parsed = parse_plain(raw, source)
            blocks = [Block(parsed.text[s.start : s.end], s.kind, s.heading) for s in parsed.segments]
    except LoadError:
        return  # a message without a text still has its headers
    for block in blocks:
        yield Block(block.text, block.kind, heading_path([subject, block.heading]))
