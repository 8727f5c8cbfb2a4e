"""Reads the day that a file gives for itself.

Only what a format says plainly counts: an e-mail's Date, the last change that an office file, a PDF or a book names. The day is
the one that is written there, whatever the time zone beside it.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date
from email.message import EmailMessage

_DAY = re.compile(r"\s*(?:D:)?(\d{4})(?:-(\d{2})-(\d{2})|(\d{2})(\d{2}))")  # ISO 8601, or as PDF writes it
_OFFICE = (  # the parts that tell it, the last change before the making
    ("docProps/core.xml", (rb"modified", rb"created")),
    ("meta.xml", (rb"date", rb"creation-date")),
)


def day_of(text: str) -> date | None:
    """Return the day that a stamp begins with, None where it begins with none that was ever in a calendar."""
    found = _DAY.match(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_of_mail(message: EmailMessage) -> date | None:
    """Return the day of a message's Date header, None without a Date that can be read."""
    try:
        return message["Date"].datetime.date()  # type: ignore[no-any-return]
    except (AttributeError, ValueError, IndexError, TypeError):  # the standard library trips over some broken headers
        return None


def day_of_office(archive: zipfile.ZipFile) -> date | None:
    """Return the day of an office file's last change, or else of its making, as its properties name it."""
    for part, names in _OFFICE:
        try:
            properties = archive.read(part)
        except (KeyError, zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
            continue
        for name in names:
            found = re.search(rb"<(?:\w+:)?" + name + rb"(?:\s[^<>]*)?>([^<]*)<", properties)
            if found and (day := day_of(found[1].decode("ascii", "replace"))):
                return day
    return None
