"""Reads e-mail messages (MIME), and web pages saved in the same format."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from itertools import chain
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.dates import day_of_mail
from rag.load.decode import CONTROLS_AS_SHOWN, decode, decode_labelled
from rag.load.mail.letter import SHOWN, Attached, Body, Inside, Letter, letter_blocks
from rag.load.markup.html import page_blocks, parse_html
from rag.load.parsed import Parsed

SUFFIXES = {
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
}
NAMED_APART = {  # of unnamed parts that are neither another form of the text nor a piece of its page
    "text/markdown": ".md", "text/x-markdown": ".md", "application/json": ".json", "text/xml": ".xml", "application/xml": ".xml",
    "text/rtf": ".rtf", "application/rtf": ".rtf", "text/tab-separated-values": ".tsv",
}  # fmt: skip
SIGNATURE = re.compile(r"application/(?:x-)?(?:pkcs7|pgp)-(?:signature|keys)")
LOCKED = re.compile(r"application/(?:x-)?(?:pkcs7-mime|pgp-encrypted)")


@dataclass(slots=True)
class Parts:
    """The parts of a message."""

    bodies: list[Body] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    inside: list[Letter] = field(default_factory=list)


def parse_message(data: bytes, source: str, inside: Inside) -> Parsed:
    """Return the text of a message under its subject, with its attachments."""
    letter = letter_of(data)
    if letter is None:
        raise LoadError(source, "it is not an e-mail message (it has no From, To, Date or Subject)")
    parsed = compose(letter_blocks(letter, source, [], inside), source, title=letter.subject)
    return replace(parsed, stated=letter.day)


def parse_saved_page(data: bytes, source: str) -> Parsed:
    """Return the text of a web page saved as one file (MHTML)."""
    message = _message(data)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            blocks, title = page_blocks(_decoded(part, source), source)
            return compose(blocks, source, title=title)
    if b"<html" in data[:4_096].lower():
        return parse_html(data, source)
    raise LoadError(source, "it holds no web page")


def letter_of(data: bytes) -> Letter | None:
    """Return the letter in a file, None if there is none."""
    message = _message(data)
    return _letter(message) if any(message[name] for name in SHOWN) else None


def _message(data: bytes) -> EmailMessage:
    message = message_from_bytes(data.lstrip(b"\r\n"), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _letter(message: EmailMessage) -> Letter:
    headers = {name: value for name in SHOWN if (value := _header(message, name))}
    parts = Parts()
    _collect(message, parts, attached=False)
    return Letter(
        headers,
        tuple(body for body in parts.bodies if body.plain.strip() or body.page.strip()),
        tuple(parts.attached),
        tuple(parts.inside),
        day_of_mail(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a decoded header; an undeclared encoding is guessed."""
    try:
        value = str(message[name] or "")
    except (ValueError, IndexError, AttributeError):  # the standard library trips over some broken headers
        value = ""
    if "\ufffd" in value or not value:
        raw = next((str(given) for key, given in message.raw_items() if key.lower() == name.lower()), "")
        with contextlib.suppress(LoadError, UnicodeEncodeError):
            value = decode(raw.encode("ascii", "surrogateescape"), name) if raw and "=?" not in raw else value
    return " ".join(value.translate(CONTROLS_AS_SHOWN).split())


def _collect(part: Message, parts: Parts, *, attached: bool, apart: bool = True) -> None:
    """Add the content of a part, which stands `apart` unless it is another form of a text or a piece of its page.

    The best form is chosen when the letter is read.
    """
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage):
            parts.inside.append(_letter(inner[0]))
    elif part.is_multipart():
        before, forms = parts.bodies, []
        for number, inner_part in enumerate(_inner(part)):
            parts.bodies = []
            related = kind == "multipart/related" and number > 0
            _collect(
                inner_part,
                parts,
                attached=attached or related,
                apart=apart and not related and kind != "multipart/alternative",
            )
            forms.append(parts.bodies)
        parts.bodies = [*before, *(_as_one(forms) if kind == "multipart/alternative" else chain(*forms))]
    elif _is_body(part, kind, attached) or kind.startswith("multipart/"):  # without the boundary of its parts
        said = _decoded(part, "the message")
        parts.bodies.append(Body(page=said) if kind == "text/html" else Body(said))
    elif LOCKED.match(kind):
        parts.bodies.append(Body("This message is encrypted; save it decrypted to have it read."))
    else:
        payload = part.get_payload(decode=True)
        name = _name(part, kind, apart)
        if name and isinstance(payload, bytes):
            shown = bool(part.get("Content-ID")) and kind.startswith("image/")
            parts.attached.append(Attached(name, payload, shown))


def _as_one(forms: list[list[Body]]) -> list[Body]:
    """Return the forms of one text as one body, and what only stands beside the HTML of its form."""
    plain = [body for form in forms for body in form if not any(other.page for other in form)]
    page = [body for form in forms for body in form if any(other.page for other in form)]
    if not plain or not page:
        return [*plain, *page]
    whole = Body("\n\n".join(body.plain for body in plain), "\n".join(body.page for body in page))
    return [whole, *(body for body in page if not body.page)]


def _inner(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (inner for inner in payload if isinstance(inner, Message)) if isinstance(payload, list) else ()


def _is_body(part: Message, kind: str, attached: bool) -> bool:
    if attached or part.get_content_disposition() == "attachment" or part.get_filename():
        return False
    return kind in ("text/plain", "text/html", "text/enriched", "message/delivery-status")


def _name(part: Message, kind: str, apart: bool) -> str:
    """Return the name of an attachment, or one for its kind; empty for what belongs to the letter's own text."""
    try:
        name = part.get_filename() or ""
    except (ValueError, IndexError, AttributeError, LookupError):
        name = ""
    name = PurePosixPath(" ".join(name.replace("\\", "/").split())).name
    if name or kind in SUFFIXES:
        return name or f"attachment{SUFFIXES[kind]}"
    if not apart or SIGNATURE.match(kind):
        return ""
    picture = f".{kind.removeprefix('image/')}" if kind.startswith("image/") else ""
    return "attachment" + (NAMED_APART.get(kind) or (".txt" if kind.startswith("text/") else picture))


def _decoded(part: Message, source: str) -> str:
    """Return the text of a part in its header's encoding; a declaration in the HTML is outdated."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        label = part.get_content_charset() or ""
        return decode_labelled(raw, label, source) if raw.strip() else ""
    except LoadError:
        return ""
