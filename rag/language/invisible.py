"""Finds the invisible characters of a text: zero-width spaces, marks of direction, soft hyphens, tags.

They stay in a document, so that spans hold, but are left out for searching, reading and comparing: "77\\u200b41" is
7741. Joiners in Persian, Indic scripts and emoji are kept where they join.
"""

from __future__ import annotations

import re
import unicodedata

JOINERS = "\u200c\u200d"
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # not format characters, but blank
SUSPECT = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
JOINED = re.compile(
    r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff\u1800-\u18af\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
)


def invisible(text: str) -> frozenset[int]:
    """Return the offsets of the invisible characters of a text."""
    if text.isascii():
        return frozenset()
    return frozenset(match.start() for match in SUSPECT.finditer(text) if _is_unseen(text, match.start()))


def without_invisible(text: str) -> str:
    """Return a text without its invisible characters."""
    if text.isascii():
        return text
    return SUSPECT.sub(lambda match: "" if _is_unseen(text, match.start()) else match[0], text)


def _is_unseen(text: str, at: int) -> bool:
    character = text[at]
    if character in JOINERS:
        return not (at and JOINED.match(text[at - 1]))
    return character in FILLERS or unicodedata.category(character) == "Cf"
