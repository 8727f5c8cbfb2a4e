"""Finds the lines and coloured areas of a page, from which tables are built."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rag.load.pdf.drawings import PATH, Drawing

MAX_SEGMENTS = 400  # per path
THIN = 3.0  # points: maximum thickness of a line
SHORT = 5.0  # points: minimum length of a line
WHITE = 245  # of 255, in every colour
FILLED_PAGE = 0.8  # share of the page from which an area is its background


class Rule(NamedTuple):
    """A horizontal or vertical line: its position, start and end."""

    at: float
    start: float
    end: float


class Area(NamedTuple):
    """A coloured rectangle."""

    left: float
    bottom: float
    right: float
    top: float
    colour: int


@dataclass(slots=True)
class Rules:
    """The lines and areas of a page, in points from its lower left corner."""

    across: list[Rule] = field(default_factory=list)  # `at` is a height
    down: list[Rule] = field(default_factory=list)  # `at` is a distance from the left edge
    areas: list[Area] = field(default_factory=list)


def rules_of(page: Any, drawings: Sequence[Drawing]) -> Rules:
    """Return the lines and areas of a page."""
    import pypdfium2.raw as pdfium

    rules = Rules()
    width, height = page.get_size()
    for drawn, kind, (left, bottom, right, top) in drawings:
        if kind != PATH:
            continue
        if top - bottom <= THIN and right - left >= SHORT:
            rules.across.append(Rule((top + bottom) / 2, left, right))
        elif right - left <= THIN and top - bottom >= SHORT:
            rules.down.append(Rule((left + right) / 2, bottom, top))
        elif (right - left) * (top - bottom) < FILLED_PAGE * width * height:
            _add_path(rules, drawn, (left, bottom, right, top), pdfium)
    return rules


def _add_path(rules: Rules, drawn: Any, bounds: tuple[float, float, float, float], pdfium: Any) -> None:
    """Add the straight sides of a path, and its coloured area."""
    count = pdfium.FPDFPath_CountSegments(drawn)
    if not 2 <= count <= MAX_SEGMENTS:
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke)
    colour = _colour(drawn, pdfium) if fill.value else None
    if not stroke.value and colour is None:
        return
    if colour is not None and not stroke.value and 4 <= count <= 6 and _is_straight(drawn, pdfium):
        rules.areas.append(Area(*bounds, colour))  # for striped rows: their edges are not lines between cells
        return
    sides = list(_sides(drawn, count, pdfium))
    if colour is not None and count <= 6 and len(sides) >= 3:
        xs, ys = [x for side in sides for x in side[::2]], [y for side in sides for y in side[1::2]]
        rules.areas.append(Area(min(xs), min(ys), max(xs), max(ys), colour))
    for x0, y0, x1, y1 in sides:
        if abs(y1 - y0) <= 1 and abs(x1 - x0) >= SHORT:
            rules.across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= 1 and abs(y1 - y0) >= SHORT:
            rules.down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _is_straight(drawn: Any, pdfium: Any) -> bool:
    """Return True if the first side of a path is a straight line, as in a rectangle."""
    return bool(pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(drawn, 1)) == pdfium.FPDF_SEGMENT_LINETO)


def _colour(drawn: Any, pdfium: Any) -> int | None:
    """Return the fill colour of a path, None for white or transparent."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(drawn, red, green, blue, alpha) or alpha.value < 8:
        return None
    if min(red.value, green.value, blue.value) >= WHITE:
        return None
    return red.value << 16 | green.value << 8 | blue.value


def _sides(drawn: Any, count: int, pdfium: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the straight segments of a path, in page coordinates."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(drawn, ctypes.byref(matrix)):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    start: tuple[float, float] | None = None
    before: tuple[float, float] | None = None
    for i in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, i)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and before:
            yield (*before, *point)
        before = point
        if pdfium.FPDFPathSegment_GetClose(segment) and start and start != point:
            yield (*point, *start)
