"""Reads calendars (iCalendar) and address books (vCard): each entry is a record with readable dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path, require_text
from rag.load.tables.rows import line_of

FOLD = re.compile(r"\r?\n[ \t]")
PROPERTY = re.compile(r"(?:[\w-]+\.)?([A-Z][\w-]*)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.IGNORECASE)
ESCAPED = re.compile(r"\\([\\;,nN])")
STAMP = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?\d{2})?(Z)?)?")
SPAN = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
NAMES = {  # property → readable name
    "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "DURATION": "Duration", "LOCATION": "Place", "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendees", "STATUS": "Status", "RRULE": "Repeats", "CATEGORIES": "Categories", "COMPLETED": "Completed", "URL": "Web",
    "CONTACT": "Contact", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "TEL": "Phone", "EMAIL": "E-mail", "ADR": "Address",
    "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "NICKNAME": "Nickname", "IMPP": "Messenger", "EXDATE": "Not on",
}  # fmt: skip
LONG = {"DESCRIPTION": "Description", "NOTE": "Note", "COMMENT": "Comment"}
ENTRIES = frozenset(("VEVENT", "VTODO", "VJOURNAL", "VCARD"))
KINDS = re.compile(r"TYPE=([\w,\"-]+)", re.IGNORECASE)
QUOTED_PRINTABLE = re.compile(r"ENCODING=QUOTED-PRINTABLE", re.IGNORECASE)
EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
WEEKDAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


class Property(NamedTuple):
    """One line of an entry."""

    name: str
    parameters: str
    value: str


def parse_cards(data: bytes, source: str) -> Parsed:
    """Return the entries of a calendar or an address book."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).stem
    entries = list(_entries(text))
    if not entries:
        raise LoadError(source, "it holds no events, tasks or contacts")
    blocks = (
        block for number, entry in enumerate(entries, start=1) for block in _blocks(entry, [title, f"row {number}"])
    )
    return compose(blocks, source, title=title)


def _entries(text: str) -> Iterator[list[Property]]:
    entry: list[Property] | None = None
    inside: list[str] = []
    for line in FOLD.sub("", re.sub(r"=\r?\n", "", text) if QUOTED_PRINTABLE.search(text) else text).splitlines():
        found = PROPERTY.fullmatch(line)
        if found is None:
            continue
        name, value = found[1].upper(), found[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            entry = [] if inside[-1] in ENTRIES else entry
        elif name == "END":
            if entry is not None and value.strip().upper() in ENTRIES:
                yield entry
                entry = None
            inside = inside[:-1]
        elif entry is not None and inside and inside[-1] in ENTRIES:
            entry.append(Property(name, found[2], _plain(value, found[2])))


def _plain(value: str, parameters: str) -> str:
    if QUOTED_PRINTABLE.search(parameters):
        from quopri import decodestring

        value = decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace")
    return ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


def _blocks(entry: list[Property], path: list[str]) -> Iterator[Block]:
    """Yield an entry as a row that begins with its name; long texts follow it."""
    given = {one.name: one for one in reversed(entry)}
    called = next(
        (given[name].value for name in ("SUMMARY", "FN", "ORG", "N") if name in given and given[name].value), ""
    )
    called = " ".join(called.replace(";", " ").split())
    cells: dict[str, list[str]] = {"Name" if "FN" in given or "N" in given else "What": [called]}
    for one in entry:
        label, value = NAMES.get(one.name, ""), _written(one)
        if one.name == "TEL" and (kinds := KINDS.findall(one.parameters)):
            value += f" ({', '.join(kinds).lower()})"
        if label and value and value != called:
            cells.setdefault(label, []).append(value)
    if "DTEND" in given and "DTSTART" in given and (last := _last_day(given["DTEND"].value, given["DTSTART"].value)):
        cells["End"] = [last]
    row = line_of((label, ", ".join(values)) for label, values in cells.items() if any(values))
    yield Block(row.replace("\n", ", "), "row", heading_path(path))
    for one in entry:
        if one.name in LONG and one.value:
            for paragraph in one.value.split("\n\n"):
                yield Block(paragraph, "paragraph", heading_path([*path[:-1], called, LONG[one.name]]))


def _written(one: Property) -> str:
    """Return a value in readable form."""
    if one.name in ("DTSTART", "DTEND", "DUE", "COMPLETED", "BDAY", "ANNIVERSARY", "EXDATE"):
        return readable(one.value)
    if one.name == "DURATION":
        return _span(one.value)
    if one.name == "RRULE":
        return _rule(one.value)
    if one.name in ("ORGANIZER", "ATTENDEE"):
        named = re.search(r"CN=(?:\"([^\"]*)\"|([^;:]*))", one.parameters)
        address = re.sub(r"^mailto:", "", one.value, flags=re.IGNORECASE)
        return f"{(named[1] or named[2]).strip()} ({address})" if named else address
    return ", ".join(part for part in (part.strip() for part in one.value.split(";")) if part)


def readable(stamp: str) -> str:
    """Return a time stamp as "7 April 2025 (Monday), 09:30"; anything else unchanged."""
    found = STAMP.match(stamp.strip())
    if found is None:
        return stamp
    year, month, day = (int(part) for part in found.groups()[:3])
    try:
        written = _day(date(year, month, day))
    except ValueError:
        return stamp
    return f"{written}, {found[4]}:{found[5]}{' UTC' if found[6] else ''}" if found[4] else written


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year} ({day:%A})"


def _last_day(end: str, start: str) -> str:
    """Return the last day of an all-day entry, whose end is the day after."""
    if len(end) != len("20250407") or end == start:
        return ""
    try:
        last = datetime.strptime(end, "%Y%m%d").date() - timedelta(days=1)
    except ValueError:
        return ""
    return _day(last)


def _span(value: str) -> str:
    found = SPAN.fullmatch(value)
    if found is None:
        return value
    names = ("week", "day", "hour", "minute")
    parts = [
        f"{n} {name}{'s' if int(n) > 1 else ''}" for n, name in zip(found.groups(), names, strict=True) if n and int(n)
    ]
    return " ".join(parts) or value


def _rule(value: str) -> str:
    rule = dict(part.split("=", 1) for part in value.upper().split(";") if "=" in part)
    every, step = EVERY.get(rule.get("FREQ", ""), ""), rule.get("INTERVAL", "1")
    if not every:
        return value
    days = [WEEKDAYS.get(day[-2:], day) for day in rule.get("BYDAY", "").split(",") if day]
    words = f"every {every}" if step == "1" else f"every {step} {every}s"
    words += f" on {', '.join(days)}" if days else ""
    words += f" until {readable(rule['UNTIL'])}" if "UNTIL" in rule else ""
    return words + (f", {rule['COUNT']} times" if "COUNT" in rule else "")
