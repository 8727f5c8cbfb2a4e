"""Reads PDF files with PDFium.

Page numbers and labels are kept. What is drawn as lines is joined into paragraphs (layout.py); a quote can be found on its page
again, as rectangles, and a page can be drawn.
"""

from __future__ import annotations

import ctypes
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.dates import day_of
from rag.load.parsed import Parsed
from rag.load.pdf.layout import to_blocks
from rag.load.pdf.lines import Line

MAX_PAGES = 5_000
BROKEN_WORD = "\ufffe"  # PDFium writes this for a hyphen at the end of a line, and leaves the line break out
MAX_PIXELS = 4_000  # of the longer side of a drawn page
BOLD = 600  # font weight
BOLD_NAME = re.compile(rb"bold|black|heavy|semib", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box on a page, in shares of the page's width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def parse_pdf(data: bytes, source: str) -> Parsed:
    """Return the text of a PDF; raise LoadError if it is locked, broken or holds no text (a scan)."""
    with _opened(data, source) as pdf:
        count = len(pdf)
        if not 0 < count <= MAX_PAGES:
            raise LoadError(source, f"it has {count:,} pages; between 1 and {MAX_PAGES:,} are read")
        labels = [pdf.get_page_label(i) for i in range(count)]
        pages = [_lines(pdf, i, source) for i in range(count)]
        title = str(pdf.get_metadata_value("Title") or "")
        stated = [day_of(str(pdf.get_metadata_value(name) or "")) for name in ("ModDate", "CreationDate")]
    if not any(pages):
        raise LoadError(source, "its pages hold no text, only pictures (a scan?); run OCR on it first")
    named = [label or str(i + 1) for i, label in enumerate(labels)] if any(labels) else []
    blocks, title = to_blocks(pages, title)
    parsed = compose(blocks, source, title=title, page_count=count, page_labels=named)
    return replace(parsed, stated=stated[0] or stated[1])


def boxes(data: bytes, source: str, page: int, quote: str) -> list[Rectangle]:
    """Return where the quote stands on a page (1-based), one rectangle for each line of it; empty if it is not there."""
    with _opened(data, source) as pdf, _page(pdf, page - 1, source) as opened:
        text, textpage = _characters(opened)
        start, end = _find(text, quote)
        if start == end:
            return []
        width, height = opened.get_size()
        left, bottom, _, _ = opened.get_bbox()
        found = [textpage.get_rect(i) for i in range(textpage.count_rects(start, end - start))]
        return [
            Rectangle((x0 - left) / width, 1 - (y1 - bottom) / height, (x1 - left) / width, 1 - (y0 - bottom) / height)
            for x0, y0, x1, y1 in found
        ]


def render(data: bytes, source: str, page: int, scale: float = 2.0) -> bytes:
    """Draw a page (1-based) as PNG; scale 1 is 72 dots an inch."""
    with _opened(data, source) as pdf, _page(pdf, page - 1, source) as opened:
        scale = min(scale, MAX_PIXELS / max(*opened.get_size(), 1))
        stream = io.BytesIO()
        opened.render(scale=scale).to_pil().save(stream, "PNG")
        return stream.getvalue()


@contextmanager
def _opened(data: bytes, source: str) -> Iterator[Any]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        reason = "it is locked with a password; save an unlocked copy" if locked else f"it is a broken PDF ({error})"
        raise LoadError(source, reason) from error
    try:
        yield pdf
    finally:
        pdf.close()


@contextmanager
def _page(pdf: Any, index: int, source: str) -> Iterator[Any]:
    import pypdfium2

    if not 0 <= index < len(pdf):
        raise ValueError(f"{source} has pages 1 to {len(pdf)}, not {index + 1}")
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError as error:
        raise LoadError(source, f"its page {index + 1} is broken ({error})") from error
    try:
        yield page
    finally:
        page.close()


def _lines(pdf: Any, index: int, source: str) -> list[Line]:
    """Return the lines of a page in reading order; a broken page has none."""
    try:
        with _page(pdf, index, source) as page:
            text, textpage = _characters(page)
            return list(_measured_lines(text, textpage))
    except LoadError:
        return []


def _characters(page: Any) -> tuple[str, Any]:
    """Return the page's characters, one for each index that PDFium's other functions take."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    count = textpage.count_chars()
    text: str = textpage.get_text_range()
    if len(text) != count:
        codes = [pdfium.FPDFText_GetUnicode(textpage, i) for i in range(count)]
        text = "".join(chr(code) if code < 0x110000 else " " for code in codes)
    return text, textpage


def _measured_lines(text: str, textpage: Any) -> Iterator[Line]:
    start = 0
    while start < len(text):
        breaks = [at for at in (text.find("\n", start), text.find(BROKEN_WORD, start)) if at >= 0]
        end = min(breaks, default=len(text))
        broken_word = end < len(text) and text[end] == BROKEN_WORD
        body = text[start:end]
        stripped = body.strip()
        if stripped:
            first = start + len(body) - len(body.lstrip())
            yield _measured_line(textpage, stripped, first, first + len(stripped) - 1, broken_word)
        start = end + 1


def _measured_line(textpage: Any, text: str, first: int, last: int, broken_word: bool) -> Line:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = _box(pdfium, textpage, first)
    last_left, last_bottom, last_right, _ = _box(pdfium, textpage, last)
    return Line(
        text, min(left, last_left), max(right, last_right), min(bottom, last_bottom), round(top - bottom, 1),
        _is_bold(pdfium, textpage, first), broken_word,
    )  # fmt: skip


def _is_bold(pdfium: Any, textpage: Any, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(textpage, index) >= BOLD:
        return True
    name, flags = ctypes.create_string_buffer(64), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(textpage, index, name, len(name), ctypes.byref(flags))
    return BOLD_NAME.search(name.value) is not None


def _box(pdfium: Any, textpage: Any, index: int) -> tuple[float, float, float, float]:
    rectangle = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(rectangle)):
        return 0.0, 0.0, 0.0, 0.0
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _find(text: str, quote: str) -> tuple[int, int]:
    """Return the span of a quote in a page's characters; white space, hyphens and the width of letters do not count."""
    letters, places = _letters(text)
    wanted, _ = _letters(quote)
    at = letters.find(wanted) if wanted else -1
    return (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 else (0, 0)


def _letters(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for i, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(i)
    return "".join(letters), places
