"""Finds the messages of a chat saved as text, with sender and date.

Supports the formats of common programs: time stamp and name at the start (WhatsApp, Slack, Zoom, IRC), or both on a
separate line (Telegram, Discord, Teams). The text is unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.load.parsed import heading_path
from rag.types import Segment

MARKS = r"[\u200e\u200f\u202a-\u202e\ufeff]*"
CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f\u00a0]?[ap]\.?[\s\u202f]?m\.?)?"
DAY = r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
SHORT_DAY = r"\d{1,2}[./]\d{1,2}\.?(?:[./]?\d{2,4})?"  # Teams omits the year
RECENT = r"(?:today|yesterday|heute|gestern|aujourd[’']hui|hier|hoy|ayer)(?:[ \t]+(?:at|um|à|a las?))?,?"
STAMP = rf"(?:(?P<day>{DAY})(?:,?[\s\u202f]+|T|,))?(?P<clock>{CLOCK})"
NAME = r"(?P<who>[^\W\d_][^:<>\n\[\]=|{}]{0,58}?)"
IN_FRONT = re.compile(
    rf"^{MARKS}(?:\[(?:{STAMP}|{CLOCK},[ \u202f]+(?P<later>{DAY}))\]|{STAMP.replace('<day', '<day2').replace('<clock', '<clock2')})[\s\u202f]*(?:[-–][ \t]+|From[ \t]+)?{MARKS}"
    rf"(?:<{NAME.replace('<who', '<nick')}>|{NAME}(?:[ \t]+[Tt]o[ \t]+[^:\n]{{1,40}})?:)[ \t\u200e]*(?P<said>.*)$",
    re.MULTILINE | re.IGNORECASE,
)
ABOVE = re.compile(
    rf"^{MARKS}{NAME}(?:,[ \t]+\[|[ \t]+[—–-][ \t]+|[ \t]+\[|[ \t]{{2,}}|\n[ \t]*)(?:{RECENT}[ \t]+)?{STAMP}\]?:?[ \t]*$(?P<said>)",
    re.MULTILINE | re.IGNORECASE,
)
BEFORE = re.compile(
    rf"^{MARKS}\[(?P<day>{SHORT_DAY})[ ,\u202f]+{CLOCK}\][ \t]+{NAME}[ \t]*$(?P<said>)", re.MULTILINE | re.IGNORECASE
)
SYSTEM = re.compile(rf"^{MARKS}\[?(?:{DAY}),?[\s\u202f]+(?:{CLOCK})\]?[ \t]*[-–]?[^\n]*$", re.MULTILINE | re.IGNORECASE)
DIVIDER = re.compile(rf"^[-=—– ]*(?P<day>{DAY})[-=—– ]*$", re.MULTILINE)
OMITTED = re.compile(
    rf"{MARKS}(?:<[^<>]*>|\S+ (?:omitted|weggelassen|omitida|omis|omesso)|.*(?:end-to-end encrypted|Ende-zu-Ende-verschlüsselt|cifrad[oa]s? de extremo|"
    r"chiffrés de bout|message (?:was )?deleted|Nachricht (?:wurde )?gelöscht).*)",
    re.IGNORECASE,
)  # fmt: skip
FEWEST = 3  # messages
SHARE = 0.5  # least share of non-empty lines; a message may span several


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its span, its date as written (or ""), its sender and its text."""

    start: int
    end: int
    day: str
    who: str
    said: str


def chat_segments(text: str, title: str) -> list[Segment] | None:
    """Return the segments of a chat; None if the text is not a chat."""
    found = max((list(_messages(text, form)) for form in (IN_FRONT, ABOVE, BEFORE)), key=len)
    lines = sum(bool(line.strip()) for line in text.splitlines())
    names = {message.who for message in found}
    if (
        len(found) < FEWEST
        or len(found) * (2 if found[0].said == "" else 1) < SHARE * lines
        or len(names) * 2 > len(found) + 2
    ):
        return None
    return list(_segments(text, found, title))


def _messages(text: str, form: re.Pattern[str]) -> Iterator[Message]:
    """Yield the messages; each ends at the next one, at a system line, or at a date line."""
    heads = list(form.finditer(text))
    breaks = sorted(
        {m.start() for m in SYSTEM.finditer(text)}
        | {m.start() for m in DIVIDER.finditer(text)}
        | {m.start() for m in heads}
    )
    divided = [(match.start(), match["day"]) for match in DIVIDER.finditer(text)]
    at = 0
    for head in heads:
        while at < len(breaks) and breaks[at] <= head.start():
            at += 1
        end = breaks[at] if at < len(breaks) else len(text)
        body = text[head.start() : end]
        start = head.start() + len(body) - len(body.lstrip("\u200e\u200f\ufeff\u202a \t\r\n"))
        given = head.groupdict()
        day = (
            given.get("day")
            or given.get("day2")
            or given.get("later")
            or next((d for place, d in reversed(divided) if place < head.start()), "")
        )
        yield Message(
            start,
            head.start() + len(body.rstrip()),
            day,
            (given["who"] or given.get("nick") or "").strip(),
            given["said"] or "",
        )


def _segments(text: str, found: Sequence[Message], title: str) -> Iterator[Segment]:
    days = _days([message.day for message in found])
    at = 0
    for message, day in zip(found, days, strict=True):
        yield from _noise(text, at, message.start)
        path = heading_path([title, f"{day.day} {day:%B} {day.year}" if day else message.day])
        empty = OMITTED.fullmatch(message.said) is not None and "\n" not in text[message.start : message.end]
        yield Segment(message.start, message.end, "noise" if empty else "row", path)
        at = message.end
    yield from _noise(text, at, len(text))


def _noise(text: str, start: int, end: int) -> Iterator[Segment]:
    """Yield the system lines between messages."""
    between = text[start:end]
    if any(character.isalnum() for character in between):
        first = start + len(between) - len(between.lstrip())
        yield Segment(first, start + len(between.rstrip()), "noise")


def _days(written: Sequence[str]) -> list[date | None]:
    """Return the dates of time stamps; all of them together determine the order of day and month."""
    parts = [tuple(int(part) for part in re.split(r"[./-]", stamp.strip("./-"))) if stamp else () for stamp in written]
    orders = ((0, 1, 2), (1, 0, 2), (2, 1, 0))  # positions of day, month and year
    read = [[_day(part, order) for part in parts] for order in orders]
    return max(read, key=lambda days: (sum(day is not None for day in days), _rises(days)))


def _rises(days: Sequence[date | None]) -> float:
    """Score how plausible a sequence of dates is for a chat: never backwards, no large jumps."""
    known = [day for day in days if day]
    steps = [(after - before).days for before, after in zip(known, known[1:], strict=False)]
    return -sum(1.0 if step < 0 else min(step, 300) / 1_000 for step in steps)


def _day(parts: Sequence[int], order: tuple[int, int, int]) -> date | None:
    if len(parts) != 3:
        return None
    day, month, year = (parts[place] for place in order)
    try:
        return date(year + 2000 if year < 100 else year, month, day) if year < 100 or 1970 <= year <= 2100 else None
    except ValueError:
        return None
