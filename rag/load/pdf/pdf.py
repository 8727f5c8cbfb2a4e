"""Reads PDF files with PDFium.

Page numbers and labels are kept. What is drawn as lines is joined into paragraphs (layout.py); a quote can be found on its page
again, as rectangles, and a page can be drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.dates import day_of
from rag.load.parsed import Parsed
from rag.load.pdf.arrange import arranged
from rag.load.pdf.find import find, row_spans
from rag.load.pdf.layout import to_blocks
from rag.load.pdf.page import characters, opened_page, read_page

MAX_PAGES = 5_000
MAX_PIXELS = 4_000  # of the longer side of a drawn page


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
        sheets = [read_page(pdf, i, source) for i in range(count)]
        title = str(pdf.get_metadata_value("Title") or "")
        stated = [day_of(str(pdf.get_metadata_value(name) or "")) for name in ("ModDate", "CreationDate")]
    if not any(sheet.lines for sheet in sheets):
        raise LoadError(source, "its pages hold no text, only pictures (a scan?); run OCR on it first")
    named = [label or str(i + 1) for i, label in enumerate(labels)] if any(labels) else []
    pages, words = arranged(sheets)
    blocks, title = to_blocks(pages, title, words)
    parsed = compose(blocks, source, title=title, page_count=count, page_labels=named)
    return replace(parsed, stated=stated[0] or stated[1])


def boxes(data: bytes, source: str, page: int, quote: str) -> list[Rectangle]:
    """Return where the quote stands on a page (1-based), one rectangle for each line of it; empty if it is not there."""
    with _opened(data, source) as pdf, opened_page(pdf, page - 1, source) as opened:
        text, textpage = characters(opened)
        start, end = find(text, quote)
        spans = [(start, end)] if end > start else row_spans(text, quote)
        width, height = opened.get_size()
        left, bottom, _, _ = opened.get_bbox()
        found = [textpage.get_rect(i) for a, b in spans for i in range(textpage.count_rects(a, b - a))]
        return [
            Rectangle((x0 - left) / width, 1 - (y1 - bottom) / height, (x1 - left) / width, 1 - (y0 - bottom) / height)
            for x0, y0, x1, y1 in found
        ]


def render(data: bytes, source: str, page: int, scale: float = 2.0) -> bytes:
    """Draw a page (1-based) as PNG; scale 1 is 72 dots an inch."""
    with _opened(data, source) as pdf, opened_page(pdf, page - 1, source) as opened:
        scale = min(scale, MAX_PIXELS / max(*opened.get_size(), 1))
        stream = io.BytesIO()
        opened.render(scale=scale).to_pil().save(stream, "PNG")
        return stream.getvalue()


@contextmanager
def _opened(data: bytes, source: str) -> Iterator[Any]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        if pdf.get_formtype():
            pdf.init_forms()
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        reason = "it is locked with a password; save an unlocked copy" if locked else f"it is a broken PDF ({error})"
        raise LoadError(source, reason) from error
    try:
        yield pdf
    finally:
        pdf.close()
