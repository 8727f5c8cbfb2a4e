"""Reads the date stated in a file.

Only explicit metadata counts: an e-mail's Date, or the last change stated in an office file, PDF or book. The date is
used as written, ignoring the time zone.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date
from email.message import EmailMessage

_DAY = re.compile(r"\s*(?:D:)?(\d{4})(?:-(\d{2})-(\d{2})|(\d{2})(\d{2}))")  # ISO 8601, or as PDF writes it
_OFFICE = (  # the elements with dates, modification before creation
    ("docProps/core.xml", (rb"modified", rb"created")),
    ("meta.xml", (rb"date", rb"creation-date")),
)


def day_of(text: str) -> date | None:
    """Return the date at the start of a time stamp, None without a valid one."""
    found = _DAY.match(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_of_mail(message: EmailMessage) -> date | None:
    """Return the date of a message's Date header, None if it is missing or invalid."""
    try:
        return message["Date"].datetime.date()  # type: ignore[no-any-return]
    except (AttributeError, ValueError, IndexError, TypeError):  # the standard library fails on some broken headers
        return None


def day_of_office(archive: zipfile.ZipFile) -> date | None:
    """Return the date of an office file's last change, or of its creation, from its properties."""
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
