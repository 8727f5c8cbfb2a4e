"""Prepares a block for the reader, which was trained on plain sentences.

A date in the question is written as in the question. The time stamp of a chat message is left out unless the question
asks when: its date is in the heading. The reader's result is mapped back to a span of the block's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.evidence import Block
from rag.language.dates import mentions

STAMP = re.compile(
    r"\W?(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:,?\s+|T|,))?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\.?)?(?:, \d{1,2}[./-]\d{1,2}[./-]\d{2,4})?"
    r"\]?\s*(?:[-–]\s+)?\W?"
    r"(?=[^\W\d_][^:\n]{0,58}:\s)",
    re.IGNORECASE,
)  # before the sender's name
WHEN = re.compile(
    r"\b(?:when|times?|days?|dates?|hours?|clock|wann|uhr\w*|tag\w*|datum|quand|jours?|heures?|cu[aá]ndo|d[ií]as?|fechas?|horas?|quando|giorn\w|dat[ae]|ore|"
    r"когда|врем\w+|ден\w+|дн\w+|дат\w+|час\w*)\b|\d[:./-]\d|何时|什么时候|几点|哪天|いつ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A date in a question: year, month, day, and how it is written there."""

    year: int | None
    month: int
    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The text of a block as the reader sees it, and replacements: (start, end) there, (start, end) in the block."""

    text: str
    changes: tuple[tuple[int, int, int, int], ...] = ()

    def own_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the shown text back to the block's text; a replacement it touches is included whole."""
        return self._own(start, last=False), self._own(end, last=True)

    def _own(self, at: int, *, last: bool) -> int:
        shift = 0
        for start, end, own_start, own_end in self.changes:
            if at < start or (last and at == start):
                break
            if at < end or (last and at == end):
                return own_end if last else own_start
            shift = own_end - end
        return at + shift


@dataclass(frozen=True, slots=True)
class Times:
    """The dates that a question names, and True if it asks when."""

    days: tuple[Written, ...]
    when: bool


def times_of(question: str) -> Times:
    """Return what a question says about time."""
    days = tuple(Written(m.year, m.month, m.day, question[m.start : m.end]) for m in mentions(question) if m.day)
    return Times(days, WHEN.search(question) is not None)


def shown(block: Block, times: Times) -> Seen:
    """Return a block's text as the reader sees it."""
    text, at = "", 0
    changes: list[tuple[int, int, int, int]] = []
    for start, end, put in _replaced(block, times):
        text += block.text[at:start]
        changes.append((len(text), len(text) + len(put), start, end))
        text, at = text + put, end
    return Seen(text + block.text[at:], tuple(changes))


def _replaced(block: Block, times: Times) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, replacement) in order."""
    stamp = None if times.when or block.kind != "row" else STAMP.match(block.text)
    if stamp:
        yield 0, stamp.end(), ""
    for mention in mentions(block.text) if times.days else ():
        if stamp and mention.start < stamp.end():
            continue
        for day in times.days:
            if (mention.month, mention.day) == (day.month, day.day) and day.year in (None, mention.year):
                yield mention.start, mention.end, f"{day.text} {mention.year}" if mention.year != day.year else day.text
                break
