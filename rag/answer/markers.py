"""Reads the markers [n] of a text. Inside fenced code there are none: "a[1]" there is the code's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = re.compile(r"\[\s{0,4}(?P<numbers>\d{1,4}(?:\s{0,4},\s{0,4}\d{1,4}){0,20})\s{0,4}\]")
BLANKS = 4  # most blanks before a marker that go with it; bounded, else matching would be quadratic
FENCED = re.compile(r"^(?P<fence>`{3,})[^`\n]*(?:\n(?:.*?^(?P=fence)`*(?![^\s\[])|.*\Z)|\Z)", re.MULTILINE | re.DOTALL)
OPENS = re.compile(r"[ \t]{0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]{0,20})[^`\n]*")
CLOSES = re.compile(r"[ \t]{0,3}(?P<fence>`{3,}|~{3,})[ \t]*")


def code_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of fenced code; a fence that is not closed yet reaches to the end."""
    return [match.span() for match in FENCED.finditer(text)]


def marks(text: str) -> Iterator[re.Match[str]]:
    """Yield the markers of a text, in order."""
    spans = code_spans(text)
    for match in MARK.finditer(text):
        if not any(start <= match.start() < end for start, end in spans):
            yield match


def numbers_of(mark: re.Match[str]) -> list[int]:
    """Return the numbers of a marker: one of [2], two of [1, 2]."""
    return [int(number) for number in mark["numbers"].split(",")]


def numbers_in(text: str) -> list[int]:
    """Return the numbers of all markers of a text, in order."""
    return [number for mark in marks(text) for number in numbers_of(mark)]


def without_markers(text: str) -> str:
    """Return a text without its markers and the blanks before them."""
    kept, at = "", 0
    for mark in marks(text):
        before = text[at : mark.start()]
        bare = before.rstrip()
        kept += bare if len(before) - len(bare) <= BLANKS else before
        at = mark.end()
    return kept + text[at:]


def neutral(text: str) -> str:
    """Return a text whose own [n] cannot be mistaken for markers."""
    return MARK.sub(r"(\g<numbers>)", text).strip()


def announced(code: str) -> tuple[str, str]:
    """Return the lines before fenced code that announce it with a colon, "" if there are none, and the code."""
    lines = code.split("\n")
    at = next((i for i, line in enumerate(lines) if OPENS.fullmatch(line)), 0)
    before = "\n".join(lines[:at]).strip()
    return (before, "\n".join(lines[at:])) if before.endswith((":", "：")) else ("", code)


def fenced(code: str, language: str = "") -> str:
    """Return code between fences longer than any in it."""
    inside = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, inside + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def fenced_again(code: str) -> str:
    """Return code between new fences instead of its own, of which one may have been cut off."""
    lines = code.strip("\n").split("\n")
    opened = OPENS.fullmatch(lines[0]) if len(lines) > 1 else None
    closed = CLOSES.fullmatch(lines[-1])
    if opened is None:
        alone = closed and not any(CLOSES.fullmatch(line) for line in lines[:-1])
        return fenced("\n".join(lines[:-1] if alone else lines))
    whole = closed and closed["fence"][0] == opened["fence"][0] and len(closed["fence"]) >= len(opened["fence"])
    return fenced("\n".join(lines[1 : -1 if whole else None]), opened["language"])
