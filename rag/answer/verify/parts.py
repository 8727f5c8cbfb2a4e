"""Splits a model's reply into parts: sentences, items, steps, table rows, pieces of code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rag.answer.markers import numbers_in, without_markers
from rag.answer.reply import Layout
from rag.language.sentences import sentences

LONGEST = 4_000  # characters of a model's reply that are read
MOST_PARTS = 20
STEP = re.compile(r"\s{0,8}\d{1,2}[.)]\s+")
BULLET = re.compile(r"\s{0,8}[-*•]\s+")
FENCE = re.compile(r"\s{0,8}```")
RULE = re.compile(r"[\s|:-]+")
CODE_IS_WHOLE = re.compile(r"\n[ \t]{0,8}```[ \t]*(?:\[\d+\][ \t]*)*\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a model's reply, without markers; for a row, `head` is the row of column names above it."""

    text: str
    layout: Layout
    markers: tuple[int, ...] = ()
    head: str = ""


def parts(pieces: Iterable[str]) -> Iterator[Part]:
    """Yield each part of a reply as soon as it is complete: at most MOST_PARTS, from LONGEST characters."""
    table = _Table()
    for count, part in enumerate(_raw(pieces), start=1):
        yield from table.take(part)
        if count >= MOST_PARTS:
            break
    yield from table.rest()


class _Table:
    """Separates a table's head, the row above a rule, from its rows; the first row waits for the next line."""

    def __init__(self) -> None:
        self.held: Part | None = None
        self.head = ""

    def take(self, part: Part) -> Iterator[Part]:
        if part.layout != "row":
            yield from self.rest()
            self.head = ""
            yield part
        elif RULE.fullmatch(part.text):
            self.head = self.held.text if self.held else self.head
            self.held = replace(self.held, layout="head") if self.held else None
            yield from self.rest()
        elif self.held is None and not self.head:
            self.held = part
        else:
            yield from self.rest()
            yield replace(part, head=self.head)

    def rest(self) -> Iterator[Part]:
        if self.held is not None:
            yield self.held
            self.head = self.head or " "  # no rule below the first row: no head
        self.held = None


def _raw(pieces: Iterable[str]) -> Iterator[Part]:
    waiting, read = "", 0
    for piece in pieces:
        read += len(piece)
        waiting += piece
        whole, waiting = _split(waiting, ended=False)
        yield from whole
        if read > LONGEST:
            return
    yield from _split(waiting, ended=True)[0]


def _split(text: str, *, ended: bool) -> tuple[list[Part], str]:
    """Return the complete parts and the rest; the last line is complete only if the text has ended."""
    if FENCE.match(text) and not ended and not CODE_IS_WHOLE.search(text[3:]):
        return [], text
    lines = text.split("\n")
    rest = "" if ended else lines.pop()
    found: list[Part] = []
    code: list[str] | None = None
    for line in lines:
        if FENCE.match(line):
            if code is None:
                code = []
            else:
                found.append(Part("\n".join(code), "code"))
                code = None
        elif code is not None:
            code.append(line)
        else:
            found += _of_line(line)
    if code is not None:
        return found, "```\n" + "\n".join([*code, rest])
    spans = [] if ended or _is_laid_out(rest) else sentences(rest)
    if len(spans) > 1:  # sentences of an unfinished line are complete up to its last full stop
        found += _of_line(rest[: spans[-1][0]])
        rest = rest[spans[-1][0] :]
    return found, rest


def _is_laid_out(line: str) -> bool:
    return bool(STEP.match(line) or BULLET.match(line) or FENCE.match(line) or "|" in line)


def _of_line(line: str) -> list[Part]:
    markers = tuple(numbers_in(line))
    text = without_markers(line).strip()
    if text.startswith("|"):
        return [Part(text, "row", markers)]
    if not any(map(str.isalnum, text)):
        return []
    if match := STEP.match(text):
        return [Part(text[match.end() :], "step", markers)]
    if match := BULLET.match(text):
        return [Part(text[match.end() :], "bullet", markers)]
    return [Part(text[start:end], "text", markers) for start, end in sentences(text)]
