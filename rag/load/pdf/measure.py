"""Measures the characters of a page with PDFium: position, style and visibility."""

from __future__ import annotations

import ctypes
import re
from typing import Any, NamedTuple

from rag.load.pdf.drawings import PATH, Box, Drawings, address_of

BOLD = 600  # font weight
BOLD_NAME = re.compile(rb"bold|black|heavy|semib", re.IGNORECASE)
WHITE = 245  # of 255, in every colour
SEEN = 8  # of 255: anything with less alpha is transparent
TINY = 1.5  # points: letters this small are unreadable
UNPAINTED = 3  # FPDF_TEXTRENDERMODE_INVISIBLE
STROKED = (1, 2, 5, 6)  # modes that draw the outline of a letter
DRAWN_WITH = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)  # type of FPDFText_GetTextObject


class Look(NamedTuple):
    """The style of a character."""

    bold: bool
    clear: bool  # transparent
    white: bool


class Measure:
    """Queries PDFium about the characters of a page, reusing its buffers."""

    def __init__(self, page: Any, textpage: Any, drawings: Drawings) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium, self._drawings, self._textpage = pdfium, drawings, textpage.raw
        self._box, self._name, self._flags = pdfium.FS_RECTF(), ctypes.create_string_buffer(64), ctypes.c_int()
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._bold: dict[bytes, bool] = {}  # by font name
        self._looks: dict[int | None, Look] = {}  # by address of the text object
        self._address = address_of(textpage.raw)
        self._drawn_with = DRAWN_WITH(address_of(pdfium.FPDFText_GetTextObject))
        self._grounds: list[Box] | None = None
        self._edges: Box = page.get_bbox()

    def box(self, index: int) -> Box:
        """Return a character's box."""
        box = self._box
        if not self._pdfium.FPDFText_GetLooseCharBox(self._textpage, index, self._box):
            return 0.0, 0.0, 0.0, 0.0
        return box.left, box.bottom, box.right, box.top

    def look(self, index: int) -> Look:
        """Return the style of a character, which all characters of its text object share."""
        drawn = self._drawn_with(self._address, index)
        known = self._looks.get(drawn)
        if known is None:
            known = Look(self._is_bold(index), *self._paint(index))
            if drawn:
                self._looks[drawn] = known
        return known

    def _is_bold(self, index: int) -> bool:
        if self._pdfium.FPDFText_GetFontWeight(self._textpage, index) >= BOLD:
            return True
        self._name.value = b""
        self._pdfium.FPDFText_GetFontInfo(self._textpage, index, self._name, 64, self._flags)
        name = self._name.value
        known = self._bold.get(name)
        if known is None:
            known = self._bold[name] = BOLD_NAME.search(name) is not None
        return known

    def _paint(self, index: int) -> tuple[bool, bool]:
        """Return (is transparent, is white) for a character."""
        red, green, blue, alpha = self._colour
        if not self._pdfium.FPDFText_GetFillColor(self._textpage, index, red, green, blue, alpha):
            return False, False
        return alpha.value < SEEN, min(red.value, green.value, blue.value) >= WHITE

    def is_hidden(self, index: int, box: Box, look: Look) -> bool:
        """Return True if a character is invisible: white on white, transparent, tiny or off the page."""
        left, bottom, right, top = box
        edges = self._edges
        if 0 < top - bottom < TINY or right <= edges[0] or left >= edges[2] or top <= edges[1] or bottom >= edges[3]:
            return right > left  # PDFium has no box for some characters
        if not look.clear and not look.white:
            return False
        return self._mode(index) not in STROKED and not (look.white and self._is_on_ground(box))

    def is_unpainted(self, index: int, box: Box) -> bool:
        """Return True if a character is not drawn, nor shown by a picture as in a scan."""
        return self._mode(index) == UNPAINTED and not self._is_on_ground(box)

    def _mode(self, index: int) -> int:
        drawn = self._pdfium.FPDFText_GetTextObject(self._textpage, index)
        return int(self._pdfium.FPDFTextObj_GetTextRenderMode(drawn)) if drawn else 0

    def _is_on_ground(self, box: Box) -> bool:
        """Return True if a background at this position makes white letters visible."""
        if self._grounds is None:
            self._grounds = _grounds_of(self._drawings, self._pdfium)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._grounds)


def _grounds_of(drawings: Drawings, pdfium: Any) -> list[Box]:
    """Return the boxes of pictures and coloured areas of a page; the whole page if there are too many."""
    if drawings.more:
        return [(-1e9, -1e9, 1e9, 1e9)]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    found: list[Box] = []
    for drawn, kind, (left, bottom, right, top) in drawings.held:
        width = 0.0
        if kind == PATH:
            pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke)
            width = _stroke_width(drawn, pdfium) / 2 if stroke.value else 0.0
            if width < TINY and not (fill.value and _is_coloured(drawn, pdfium)):
                continue
        found.append((left - width, bottom - width, right + width, top + width))
    return found


def _stroke_width(path: Any, pdfium: Any) -> float:
    """Return the stroke width of a path: a thick line is a background, too."""
    width = ctypes.c_float()
    return width.value if pdfium.FPDFPageObj_GetStrokeWidth(path, width) else 0.0


def _is_coloured(path: Any, pdfium: Any) -> bool:
    """Return True if white letters are visible on the fill colour of a path."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, alpha):
        return True  # a pattern
    return alpha.value >= SEEN and min(red.value, green.value, blue.value) < WHITE
