"""Joins printed lines into a text, rejoining words hyphenated at line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rag.load.pdf.lines import Line

LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]+\Z")
FIRST_WORD = re.compile(r"[^\W\d_]+")
DATE = re.compile(r"\d-\Z")  # a date or number broken after a hyphen
INSIDE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def vocabulary(lines: Iterable[Line]) -> Counter[str]:
    """Count the words inside the lines of a document, hyphenated ones included."""
    return Counter(word for line in lines for word in INSIDE.findall(line.text.casefold()))


def joined(lines: Sequence[Line], words: Counter[str]) -> str:
    """Return the text of the lines of one paragraph."""
    text = ""
    broken = False
    for line in lines:
        hyphen = text.endswith(("-", "\u00ad", "\u2010")) and len(text) > 1 and text[-2].isalpha()
        if text and (broken or hyphen):
            text = _mended(text if broken else text[:-1], line.text, words)
        elif text:
            text += ("" if DATE.search(text) and line.text[0].isdigit() else " ") + line.text
        else:
            text = line.text
        broken = line.broken_word
    return text + ("-" if broken else "")


def _mended(before: str, after: str, words: Counter[str]) -> str:
    """Join a broken word: with its hyphen if the document uses it elsewhere, or if capitals or digits follow."""
    head, tail = LAST_WORD.search(before), FIRST_WORD.match(after)
    if not head or not tail or not tail.group()[0].islower():
        return before + "-" + after
    left, right = head.group().casefold(), tail.group().casefold()
    keeps = words[f"{left}-{right}"] > words[left + right]
    return before + ("-" if keeps else "") + after
