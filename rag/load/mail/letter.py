"""Converts a letter to blocks: its headers, new text, quoted text and attachments, each labelled.

An attachment is read by the loader of its kind, under the letter's subject and its own name: `Offer › prices.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath
from typing import TypeAlias

from rag.errors import LoadError
from rag.load.compose import Block
from rag.load.mail.quoted import forwards, parted_page, parted_text
from rag.load.markup.html import page_blocks
from rag.load.parsed import HEADING_JOIN, Parsed, heading_path
from rag.load.tables.rows import line_of
from rag.load.text.composed import composed
from rag.load.text.plain import parse_plain
from rag.types import EARLIER_MESSAGE

Inside: TypeAlias = Callable[[bytes, str], Parsed]  # reads an attachment by its name
SHOWN = ("From", "To", "Cc", "Date", "Subject")
FORWARDED = "forwarded message"
MAX_ATTACHED = 200
MAX_DEPTH = 8  # letters inside letters
PLAIN_SHARE = 0.2  # of the HTML's text; a plain text with less is only a pointer to the HTML
PICTURES = ("image/",)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file attached to a letter."""

    name: str
    data: bytes
    picture_of_page: bool = False  # only displayed inside the letter
    unread: str = ""  # why its data are not there


@dataclass(frozen=True, slots=True)
class Body:
    """One part of what a letter says: as plain text, as HTML, or the same in both."""

    plain: str = ""
    page: str = ""  # HTML


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, from any kind of file."""

    headers: dict[str, str]  # decoded, those in SHOWN
    bodies: tuple[Body, ...] = ()
    attached: tuple[Attached, ...] = ()
    inside: tuple[Letter, ...] = field(default=())  # attached letters
    day: date | None = None

    @property
    def subject(self) -> str:
        """Its subject, on one line."""
        return self.headers.get("Subject", "")


def letter_blocks(letter: Letter, source: str, path: list[str], inside: Inside, depth: int = 0) -> Iterator[Block]:
    """Yield the blocks of a letter under a path."""
    if depth > MAX_DEPTH:
        raise LoadError(source, "letters nest too deeply in it")
    path = [*path, letter.subject]
    heading = heading_path(path)
    yield Block(line_of((name, letter.headers.get(name, "")) for name in SHOWN), "row", heading)
    yield from _said(letter, source, [*path, *_written(letter)])
    for inner in letter.inside:
        yield from letter_blocks(inner, source, [*path, FORWARDED], inside, depth + 1)
    for number, one in enumerate(letter.attached):
        late = number >= MAX_ATTACHED and not one.picture_of_page
        unread = f"only the first {MAX_ATTACHED} attachments of a letter are" if late else one.unread
        if unread:
            yield Block(f"Attachment: {one.name} (not read: {unread})", "item", heading)
        elif number < MAX_ATTACHED:
            yield from _attached(one, path, inside)


def _written(letter: Letter) -> list[str]:
    """Return a letter's date and author in the form that the reader handles best: `1 June 2020 › Ana writes`."""
    sender = letter.headers.get("From", "")
    name = sender.partition("<")[0].strip(" \"'") or sender.strip("<> ").partition("@")[0]
    day = f"{letter.day.day} {letter.day:%B} {letter.day.year}" if letter.day else ""
    return [day, f"{name.partition('@')[0]} writes" if name else ""]


def _said(letter: Letter, source: str, path: list[str]) -> Iterator[Block]:
    """Yield the new text of a letter, then its quoted text."""
    said: list[Block] = []
    quoted: list[Block] = []
    for body in letter.bodies:
        new, old = _parted(body, source)
        said += new
        quoted += old
    passed_on = forwards(letter.subject) or not any(block.kind not in ("heading", "hidden", "noise") for block in said)
    for block in said:
        yield _below(block, path)
    for block in quoted:
        yield _below(block, [*path, FORWARDED if passed_on else EARLIER_MESSAGE])


def _parted(body: Body, source: str) -> tuple[list[Block], list[Block]]:
    """Return the new and the quoted text of the form that says more."""
    page = _blocks_of_page(body.page, source)
    words, rows = sum(len(block.text) for block in page if block.kind != "hidden"), any(b.kind == "row" for b in page)
    if body.plain.strip() and len(body.plain.strip()) >= PLAIN_SHARE * words and not rows:
        new, old = parted_text(body.plain)
        return _blocks_of_text(new, source), _blocks_of_text(old, source)
    new, old = parted_page(body.page)
    return _blocks_of_page(new, source) if old else page, _blocks_of_page(old, source)


def _blocks_of_text(text: str, source: str) -> list[Block]:
    try:
        parsed = parse_plain(text.encode("utf-8", "replace"), source)
    except LoadError:
        return []  # a letter without text still has its headers
    return list(composed(parsed.text, parsed.segments))


def _blocks_of_page(page: str, source: str) -> list[Block]:
    try:
        return page_blocks(page, source)[0] if page.strip() else []
    except LoadError:
        return []


def _below(block: Block, path: list[str]) -> Block:
    return replace(block, heading=heading_path([*path, *block.heading.split(HEADING_JOIN)]))


def _attached(one: Attached, path: list[str], inside: Inside) -> Iterator[Block]:
    """Yield the blocks of an attachment, or the reason why it is not read."""
    heading = heading_path(path)
    try:
        parsed = inside(one.data, one.name)
    except LoadError as error:
        if not one.picture_of_page:
            yield Block(f"Attachment: {one.name} (not read: {error.reason})", "item", heading)
        return
    yield Block(f"Attachment: {one.name}", "item", heading)
    for block in composed(parsed.text, parsed.segments):
        own = block.heading.split(HEADING_JOIN)
        below = [*path, one.name, *(own[1:] if own[0] == PurePosixPath(one.name).stem else own)]
        yield replace(block, heading=heading_path(below))
