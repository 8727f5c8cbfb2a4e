"""Reads mailboxes: files with one message after another (mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.mail.letter import Inside, letter_blocks
from rag.load.mail.message import letter_of
from rag.load.parsed import Parsed

START = re.compile(  # with the time, as mail programs write it, or nothing but an address
    rb"(?:\A|(?<=\n))From (?:[^\r\n]{0,300}\d{1,2}:\d\d[^\r\n]{0,60}\d{4}[^\r\n]*|[^\s]{0,300} ?)\r?\n(?=(?:>?[!-9;-~]+:|[ \t]))"
)
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse_mailbox(data: bytes, source: str, inside: Inside) -> Parsed:
    """Return the messages of a mailbox, each under its subject."""
    title = PurePosixPath(source).stem or "mailbox"
    blocks = list(_blocks(data, source, title, inside))
    if not blocks:
        raise LoadError(source, "it holds no messages")
    return compose(blocks, source, title=title)


def _blocks(data: bytes, source: str, title: str, inside: Inside) -> Iterator[Block]:
    for message in messages(data):
        letter = letter_of(message)
        if letter is not None:
            yield from letter_blocks(letter, source, [title], inside)


def messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox; a line that merely begins like a separator does not split a message."""
    starts = list(START.finditer(data))
    for i, match in enumerate(starts):
        end = starts[i + 1].start() if i + 1 < len(starts) else len(data)
        yield ESCAPED.sub(rb"\1", data[match.end() : end])
