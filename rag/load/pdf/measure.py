"""Measures the characters of a page with PDFium: where they stand, how they are set, and whether anybody sees them."""

from __future__ import annotations

import ctypes
import re
from typing import Any, TypeAlias

BOLD = 600  # font weight
BOLD_NAME = re.compile(rb"bold|black|heavy|semib", re.IGNORECASE)
WHITE = 245  # of 255, in every colour
SEEN = 8  # of 255: what covers less is seen through
TINY = 1.5  # points: letters so low are no letters to a reader
UNPAINTED = 3  # FPDF_TEXTRENDERMODE_INVISIBLE
STROKED = (1, 2, 5, 6)  # modes in which the outline of a letter is drawn
TEXT, PATH = 1, 2  # FPDF_PAGEOBJ_TEXT, FPDF_PAGEOBJ_PATH
MAX_OBJECTS = 6_000  # drawings of a page that are looked at; where there are more, nothing is taken to be hidden
Box: TypeAlias = "tuple[float, float, float, float]"  # left, bottom, right, top


class Measure:
    """Asks PDFium about the characters of a page, with the same memory each time."""

    def __init__(self, page: Any, textpage: Any) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium, self._page, self._textpage = pdfium, page, textpage.raw
        self._box, self._name, self._flags = pdfium.FS_RECTF(), ctypes.create_string_buffer(64), ctypes.c_int()
        self._at, self._into = ctypes.byref(self._box), ctypes.byref(self._flags)
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._bold: dict[bytes, bool] = {}  # by the names of fonts
        self._grounds: list[Box] | None = None
        self._edges: Box = page.get_bbox()

    def box(self, index: int) -> Box:
        """Return a character's place."""
        box = self._box
        if not self._pdfium.FPDFText_GetLooseCharBox(self._textpage, index, self._at):
            return 0.0, 0.0, 0.0, 0.0
        return box.left, box.bottom, box.right, box.top

    def is_bold(self, index: int) -> bool:
        """Return True if a character is set bold."""
        if self._pdfium.FPDFText_GetFontWeight(self._textpage, index) >= BOLD:
            return True
        self._name.value = b""
        self._pdfium.FPDFText_GetFontInfo(self._textpage, index, self._name, 64, self._into)
        name = self._name.value
        known = self._bold.get(name)
        if known is None:
            known = self._bold[name] = BOLD_NAME.search(name) is not None
        return known

    def is_hidden(self, index: int, box: Box) -> bool:
        """Return True if nobody sees a character: it is white on white, transparent, tiny or off the page."""
        left, bottom, right, top = box
        edges = self._edges
        if 0 < top - bottom < TINY or right <= edges[0] or left >= edges[2] or top <= edges[1] or bottom >= edges[3]:
            return right > left  # PDFium knows no place of some characters
        red, green, blue, alpha = self._colour
        if not self._pdfium.FPDFText_GetFillColor(self._textpage, index, red, green, blue, alpha):
            return False
        clear = alpha.value < SEEN
        white = red.value >= WHITE and green.value >= WHITE and blue.value >= WHITE
        return (clear or white) and self._mode(index) not in STROKED and not (white and self._is_on_ground(box))

    def is_unpainted(self, index: int, box: Box) -> bool:
        """Return True if a character is not drawn at all, and no picture shows it as under the text of a scan."""
        return self._mode(index) == UNPAINTED and not self._is_on_ground(box)

    def _mode(self, index: int) -> int:
        drawn = self._pdfium.FPDFText_GetTextObject(self._textpage, index)
        return int(self._pdfium.FPDFTextObj_GetTextRenderMode(drawn)) if drawn else 0

    def _is_on_ground(self, box: Box) -> bool:
        """Return True if something is drawn at a place that white letters could be seen on."""
        if self._grounds is None:
            self._grounds = _grounds_of(self._page, self._pdfium)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._grounds)


def _grounds_of(page: Any, pdfium: Any) -> list[Box]:
    """Return the places of pictures and coloured areas of a page; everywhere if there are too many to look at."""
    count = pdfium.FPDFPage_CountObjects(page)
    if count > MAX_OBJECTS:
        return [(-1e9, -1e9, 1e9, 1e9)]
    edges = [ctypes.c_float() for _ in range(4)]
    found: list[Box] = []
    for i in range(count):
        drawn = pdfium.FPDFPage_GetObject(page, i)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        width = _stroke_width(drawn, pdfium) / 2 if kind == PATH else 0.0
        covers = kind != TEXT and (kind != PATH or width >= TINY or _is_coloured(drawn, pdfium))
        if covers and pdfium.FPDFPageObj_GetBounds(drawn, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            found.append((left - width, bottom - width, right + width, top + width))
    return found


def _stroke_width(path: Any, pdfium: Any) -> float:
    """Return how thick the line of a path is drawn, 0 if it is not: a thick one is a ground, too."""
    fill, stroke, width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    drawn = stroke.value and pdfium.FPDFPageObj_GetStrokeWidth(path, ctypes.byref(width))
    return width.value if drawn else 0.0


def _is_coloured(path: Any, pdfium: Any) -> bool:
    """Return True if a path is filled with a colour that white letters are seen on."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not fill.value:
        return False
    if not pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, alpha):
        return True  # a pattern
    return alpha.value >= SEEN and min(red.value, green.value, blue.value) < WHITE
