"""Reads and writes the mark of a saved web page's origin, as browsers do."""

from __future__ import annotations

import re
from datetime import date

SAVED = re.compile(
    r"\s*(?:<!doctype[^<>]{0,200}>\s*)?<!--\s*saved from url=\(\d{4}\)(https?://[^\s<>]{1,2000})\s*-->"
    r"(?:\s*<!-- saved on (\d{4}-\d\d-\d\d) -->)?",
    re.IGNORECASE,
)


def saved_mark(address: str, day: date) -> str:
    """Return the comments for the start of a page; the address has no character that would end them."""
    return f"<!-- saved from url=({len(address):04d}){address} -->\n<!-- saved on {day.isoformat()} -->"


def saved_from(page: str) -> tuple[str, str]:
    """Return the address that a page was saved from and the date, each empty if not stated."""
    found = SAVED.match(page.removeprefix("\ufeff"))
    return (found[1], found[2] or "") if found else ("", "")
