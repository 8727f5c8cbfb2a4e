"""Collects the drawings of a page in one pass: lines, areas and pictures."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, TypeAlias

MAX_OBJECTS = 6_000  # drawings read per page; a map has more, a table less
TEXT, PATH = 1, 2  # FPDF_PAGEOBJ_TEXT, FPDF_PAGEOBJ_PATH
Box: TypeAlias = "tuple[float, float, float, float]"  # left, bottom, right, top
# Most objects are letters; skipping them takes half the time with plain addresses.
GET_OBJECT = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
GET_TYPE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Drawing(NamedTuple):
    """A drawing: PDFium's object, its kind, and its box in points from the lower left corner."""

    drawn: Any
    kind: int
    box: Box


class Drawings(NamedTuple):
    """The drawings of a page, in order, and a flag for further ones that were not read."""

    held: tuple[Drawing, ...] = ()
    more: bool = False


def drawings_of(page: Any) -> Drawings:
    """Return the drawings of a page, except letters, as far as PDFium knows their boxes."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPage_CountObjects(page)
    address, raw = address_of(page.raw), page.raw
    get_object, get_type = (
        GET_OBJECT(address_of(pdfium.FPDFPage_GetObject)),
        GET_TYPE(address_of(pdfium.FPDFPageObj_GetType)),
    )
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    held: list[Drawing] = []
    for i in range(min(count, MAX_OBJECTS)):
        kind = get_type(get_object(address, i))
        if kind == TEXT:
            continue
        drawn = pdfium.FPDFPage_GetObject(raw, i)
        if pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
            held.append(Drawing(drawn, kind, (left.value, bottom.value, right.value, top.value)))
    return Drawings(tuple(held), count > MAX_OBJECTS)


def address_of(pointer: Any) -> int:
    """Return the address in a ctypes pointer, 0 if null."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
