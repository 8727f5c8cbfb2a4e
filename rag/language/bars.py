"""Splits lines whose cells stand between drawn bars: `a | b` above `---+---`, or `| a | b |` in a frame.

A line parts where the rule under the names has a joint and the line a bar, or else where it has as many bars as the rule has
joints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.columns import Span, drawn, stripped

WIDEST = 2_000  # columns of a line
BARS = frozenset("|│┃║")
JOINTS = frozenset("+|┼╋╪╬├┤┝┥┠┨┣┫╞╡╟╢╠╣┌┐┏┓╒╕╓╖╔╗└┘┗┛╘╛╙╜╚╝┬┴┯┷┰┸┳┻╤╧╥╨╦╩")
STROKES = frozenset("-=─━═—")
DRAWN = JOINTS | STROKES | frozenset(": ")
BAR = re.compile(r"(?<!\\)[|│┃║]")
GOES_ON = ("+", "↵")  # how psql ends a line of a cell that another one follows


@dataclass(frozen=True, slots=True)
class Joints:
    """The columns of a rule's joints, and whether it has strokes before the first and after the last of them."""

    places: tuple[int, ...]
    before: bool
    after: bool
    strokes: str  # what the rule is drawn with: = often parts names from values


def joints_of(text: str, rule: Span) -> Joints | None:
    """Return the joints of a rule such as ----+---- or |:---|---:|; None of any other line."""
    body = text[slice(*rule)]
    if len(body) > WIDEST or not DRAWN.issuperset(body) or STROKES.isdisjoint(body):
        return None
    shown, _ = drawn(text, rule, widest=WIDEST)
    places = tuple(i for i, letter in enumerate(shown) if letter in JOINTS)
    parts = [shown[left + 1 : right] for left, right in zip((-1, *places), (*places, len(shown)), strict=True)]
    if not places or any(STROKES.isdisjoint(part) for part in parts[1:-1]):
        return None
    before, after = (not STROKES.isdisjoint(part) for part in (parts[0], parts[-1]))
    if len(places) - 1 + before + after < 2:
        return None
    return Joints(places, before, after, "".join(sorted(STROKES & set(body))))


def cells_between(text: str, line: Span, joints: Joints) -> list[Span]:
    """Return the cells of a line, empty ones with an empty span; nothing if it has no bars at the joints."""
    if line[1] - line[0] > WIDEST or BARS.isdisjoint(text[slice(*line)]):
        return []
    shown, places = drawn(text, line, widest=WIDEST)
    bars = [places[i] for i in joints.places if i < len(shown) and shown[i] in BARS]
    if len(bars) < len(joints.places):
        bars = [match.start() for match in BAR.finditer(text, *line)]
    if len(bars) != len(joints.places):
        return []
    starts = [*([line[0]] if joints.before else []), *(bar + 1 for bar in bars)]
    ends = [*(bars if joints.before else bars[1:]), *([line[1]] if joints.after else [])]
    return [stripped(text, start, end) for start, end in zip(starts, ends, strict=False)]


def goes_on(text: str, cells: Sequence[Span], below: Sequence[Span]) -> bool:
    """Return True if cells say, as psql does, that their text goes on in the line below, which has no other cells."""
    marked = [text.endswith(GOES_ON, *cell) for cell in cells]
    return any(marked) and all(mark or start == end for mark, (start, end) in zip(marked, below, strict=True))


def whole_cells(text: str, lines: list[list[Span]]) -> list[list[Span]]:
    """Return the cells of the lines of one row without the signs that they go on."""
    found = list(lines)
    for i, below in enumerate(lines[1:]):
        if goes_on(text, lines[i], below):
            found[i] = [stripped(text, a, b - text.endswith(GOES_ON, a, b)) for a, b in lines[i]]
    return found
