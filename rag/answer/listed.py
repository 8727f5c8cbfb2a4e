"""Resolves "the second one" to an item of an earlier list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.phrases import AUXILIARIES

ORDINALS = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}
ORDINAL = re.compile(
    r"\b(?:the\s+)(first|second|third|fourth|fifth|last|former|latter)(?:\s+(?:one|point|item|goal|step|option|entry))?(?=\s*(?:[,?.!]|$|\b(?:"
    + "|".join(sorted(AUXILIARIES, key=len, reverse=True))
    + r"|cost|costs|mean|means)\b))",
    re.IGNORECASE,
)
NUMBERED = re.compile(  # "no" counts only before a figure, or with its full stop
    r"\b(?:(?:number|no\.|point|step)\s+(?P<number>[1-9]\d*|one|two|three|four|five)|no\s+(?P<figure>[1-9]\d*))\b",
    re.IGNORECASE,
)
NUMBERS = {"one": 0, "two": 1, "three": 2, "four": 3, "five": 4}
ITEM = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+(.+)$", re.MULTILINE)
ROW = re.compile(r"^[ \t]*\|(.+)\|", re.MULTILINE)
RULE = re.compile(r"[\s|:-]*")
LOOKED_BACK = 3  # answers


def points_at_item(question: str) -> bool:
    """Return True if a question refers to an item by number."""
    return bool(ORDINAL.search(question) or NUMBERED.search(question))


def with_item(question: str, answers: Sequence[str]) -> str:
    """Replace an ordinal by that item of the latest list long enough; the question unchanged if there is none."""
    found = ORDINAL.search(question) or NUMBERED.search(question)
    if not found:
        return question
    named = next(filter(None, found.groups())).lower()
    at = ORDINALS.get(named, NUMBERS.get(named, int(named) - 1 if named.isdigit() else 0))
    for answer in reversed(answers[-LOOKED_BACK:]):
        listed = items(answer)
        if -len(listed) <= at < len(listed):
            return question[: found.start()] + listed[at].rstrip(".;,") + question[found.end() :]
    return question


def items(answer: str) -> list[str]:
    """Return the items of a list, or the first cells of a table's rows."""
    listed = [item.strip(" *") for item in ITEM.findall(answer)]
    if listed:
        return listed
    rows = [row for row in ROW.findall(answer) if not RULE.fullmatch(row)]
    return [row.split("|")[0].strip() for row in rows[1:]]
