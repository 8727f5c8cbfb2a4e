"""Splits lines aligned by blanks or tabs into the cells of a typed table.

The first line names the columns. Every line has to be blank where two columns part; a line of dashes below the names may say
where that is. Time is in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias
from unicodedata import east_asian_width

Span: TypeAlias = tuple[int, int]
TAB = 8  # columns
WIDEST = 400  # columns of a line; longer lines are not rows
GAP = re.compile(r"(?<=\S)(?:[ \u00a0]{2}|[ \u00a0]?\t)")
WORD = re.compile(r"\S+")
WORDS = re.compile(r"\S+(?: \S+)*")
DASHES = frozenset("-=_─═–—+ \t")
STROKES = re.compile(r"[-=_─═–—+]+")


def has_gap(line: str) -> bool:
    """Return True if a line has a gap wider than word spacing."""
    return len(line) <= WIDEST and GAP.search(line.strip()) is not None


def with_indent(text: str, line: Span) -> Span:
    """Return a line with its indentation, which determines its columns."""
    before = text[max(0, line[0] - WIDEST) : line[0]]
    return line[0] - len(before) + len(before.rstrip(" \t\u00a0")), line[1]


def is_rule(line: str) -> bool:
    """Return True if a line is a rule: ----, or ==== ====."""
    shown = line.strip()
    return len(shown) > 2 and len(line) <= WIDEST and DASHES.issuperset(shown)


def is_parted(line: str) -> bool:
    """Return True if a line is a rule with a part for each column: ==== ====."""
    return is_rule(line) and len(line.split()) > 1 and all(len(part) > 1 for part in line.split())


def cells_of(text: str, lines: Sequence[Span], rule: Span | None = None) -> list[list[Span]]:
    """Return the cells of each line, empty ones with an empty span; nothing if the lines do not align.

    `lines` begin at the beginning of a line of the text, the names first.
    """
    return _by_tabs(text, lines) or _by_blanks(text, lines, rule)


def _by_tabs(text: str, lines: Sequence[Span]) -> list[list[Span]]:
    """Return the tab-separated cells of lines with equally many, or with the last ones left out below names without a gap."""
    margin = min(_tabs_before(text, line) for line in lines)
    lines = [(start + margin, end) for start, end in lines]
    for sign in ("\t", "\t+"):
        rows = [_parted(text, line, re.compile(sign)) for line in lines]
        if len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows):
            return rows
    rows = [_parted(text, line, re.compile("\t")) for line in lines]
    names, width = rows[0][1:], len(rows[0])
    if not names or any(start == end for start, end in names) or any(has_gap(text[slice(*c)]) for r in rows for c in r):
        return []
    if not all(1 < len(row) <= width for row in rows):
        return []
    return [row + [(line[1], line[1])] * (width - len(row)) for row, line in zip(rows, lines, strict=True)]


def _tabs_before(text: str, line: Span) -> int:
    body = text[slice(*line)]
    return len(body) - len(body.lstrip("\t"))


def _parted(text: str, line: Span, sign: re.Pattern[str]) -> list[Span]:
    ends = [match.span() for match in sign.finditer(text, *line)]
    places = [line[0], *(place for span in ends for place in span), line[1]]
    return [stripped(text, left, right) for left, right in zip(places[::2], places[1::2], strict=True)]


def stripped(text: str, start: int, end: int) -> Span:
    """Return a span without the white space at its ends."""
    body = text[start:end]
    left = start + len(body) - len(body.lstrip())
    return left, max(left, start + len(body.rstrip()))


def _by_blanks(text: str, lines: Sequence[Span], rule: Span | None) -> list[list[Span]]:
    """Return the cells of lines that are all blank in the same columns, between two names."""
    shown_lines = [drawn(text, line) for line in lines]
    if any(len(places) > WIDEST for _, places in shown_lines):
        return []
    strokes = [match.span() for match in STROKES.finditer(drawn(text, rule)[0])] if rule else []
    parted = len(strokes) > 1  # at a gap in the dashes, one blank is enough
    used = bytearray(WIDEST)
    for shown, _ in shown_lines:
        for match in (WORD if parted else WORDS).finditer(shown):
            used[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    names = strokes if parted else [match.span() for match in WORDS.finditer(shown_lines[0][0])]
    first = used.find(1)
    if first < names[0][0] and _cut(used, first, names[0][0]) is not None:
        names.insert(0, (first, first))  # the column of row labels has no name
    cuts = [_cut(used, left[1], right[0]) for left, right in pairwise(names)]
    if not cuts or None in cuts:
        return []
    return [_sliced(text, line, places, cuts) for line, (_, places) in zip(lines, shown_lines, strict=True)]


def drawn(text: str, line: Span, *, widest: int = WIDEST) -> tuple[str, list[int]]:
    """Return a line as displayed, with tabs and wide letters expanded, and the offset of each column."""
    shown: list[str] = []
    places: list[int] = []
    for offset in range(line[0], min(line[1], line[0] + widest + 1)):
        letter = text[offset]
        wide = TAB - len(shown) % TAB if letter == "\t" else 2 if east_asian_width(letter) in "WF" else 1
        shown += [" " if letter.isspace() else letter] * wide
        places += [offset] * wide
    return "".join(shown), places


def _cut(used: bytearray, left: int, right: int) -> int | None:
    """Return the middle of the widest range between two names that is blank in every line."""
    blanks = [match.span() for match in re.finditer(rb"\0+", used[left:right])]
    start, end = max(blanks, key=lambda span: span[1] - span[0], default=(0, 0))
    return left + (start + end) // 2 if end > start else None


def _sliced(text: str, line: Span, places: list[int], cuts: Sequence[int | None]) -> list[Span]:
    inner = [places[cut] if cut is not None and cut < len(places) else line[1] for cut in cuts]
    return [stripped(text, left, right) for left, right in pairwise([line[0], *inner, line[1]])]
