"""Detects headings by the form of a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.|[A-Z]\.)[ \t]+(?=\S)")
NOT_A_HEADING_END = tuple(".!?…。！？।؟;；:：,，、")
MAX_HEADING = 120  # characters
MAX_HEADING_WORDS = 16
LONG_HEADING_WORDS = 8  # from here on a heading must be in Title Case, in CAPITALS or numbered
BYLINE = re.compile(r"(?:by|von|par|por|di|da|door|av|от|автор)\s+\S", re.IGNORECASE)
LABELLED = re.compile(r"([^\W\d_][\w ]{0,24}): \S")
VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|can|cannot|must|should|would|does|did|been|ist|sind|war|hat|est|sont|es|son|fue)\b"
)
# bounded, for linear time
ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,1000}|\b[\w.+-]{1,64}@[\w-]{1,64}\.\w")


def looks_like_heading(line: str) -> bool:
    """Return True if a line has the form of a heading: short, not a sentence, label, address, byline or date."""
    if len(line) > MAX_HEADING or line.endswith(NOT_A_HEADING_END) or ADDRESS.search(line) or BYLINE.match(line):
        return False
    words = line.split()
    letters = [word for word in words if word[0].isalpha()]
    if (
        not letters
        or len(words) > MAX_HEADING_WORDS
        or not (line[0].isupper() or line[0].isdigit() or not line[0].islower())
    ):
        return False
    label = LABELLED.match(line)
    if label and not label[1].isupper() and not any(character.isdigit() for character in line):
        return False
    if line.isupper() or NUMBERED.match(line):
        return True
    if VERB.search(line) and not _is_title_case(letters):
        return False
    digits = sum(character.isdigit() for character in line)
    return digits * 4 <= len(line) and (len(words) <= LONG_HEADING_WORDS or _is_title_case(letters))


def _is_title_case(words: Sequence[str]) -> bool:
    long_words = [word for word in words if len(word) > 3]
    return bool(long_words) and sum(word[0].isupper() for word in long_words) >= 0.6 * len(long_words)
