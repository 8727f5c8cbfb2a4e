"""Reads PDF files with PDFium.

Page numbers and labels are kept. Printed lines are joined into paragraphs (layout.py). A quote can be located on its
page as rectangles, and a page can be rendered.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import Any

from rag.errors import LoadError
from rag.load.archive import require_kind
from rag.load.compose import Block, compose
from rag.load.dates import day_of
from rag.load.parsed import HEADING_JOIN, Parsed
from rag.load.pdf.arrange import arranged
from rag.load.pdf.find import find, row_spans
from rag.load.pdf.layout import to_blocks
from rag.load.pdf.ocr import EXTRA, MARK, is_there, recognise
from rag.load.pdf.page import Sheet, characters, opened_page, read_page, sheet_of
from rag.load.pdf.rules import Rules
from rag.load.pdf.words import Word
from rag.types import PICTURE_PAGE, UNREAD_PART

MAX_PAGES = 5_000
DOTS = 200  # per inch, of a page for OCR
MAX_PIXELS = 4_000  # of the longer side of a rendered page


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box on a page, in fractions of its width and height, from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def parse_pdf(data: bytes, source: str) -> Parsed:
    """Return the text of a PDF; LoadError if it is locked, broken or has no text (a scan)."""
    with _opened(data, source) as pdf:
        count = len(pdf)
        if not 0 < count <= MAX_PAGES:
            raise LoadError(source, f"it has {count:,} pages; between 1 and {MAX_PAGES:,} are read")
        labels = [pdf.get_page_label(i) for i in range(count)]
        sheets = [read_page(pdf, i, source) for i in range(count)]
        scanned = _read_scans(pdf, sheets, source)
        title = str(pdf.get_metadata_value("Title") or "")
        stated = [day_of(str(pdf.get_metadata_value(name) or "")) for name in ("ModDate", "CreationDate")]
    if not any(sheet.lines or sheet.hidden for sheet in sheets):
        why = "no text was recognised in them" if scanned else EXTRA
        if any(sheet.broken for sheet in sheets):
            raise LoadError(source, "its pages are broken; save or download it again")
        raise LoadError(source, f"its pages have no text, only pictures (a scan?); {why}")
    named = [label or str(i + 1) for i, label in enumerate(labels)] if any(labels) else []
    pages, words = arranged(sheets)
    blocks, title = to_blocks(pages, title, words)
    blocks += [Block(PICTURE_PAGE, "noise", title, i) for i, sheet in enumerate(sheets) if sheet.is_picture]
    blocks += [
        Block(f"{UNREAD_PART}page {i}]", "noise", title, i - 1) for i, sheet in enumerate(sheets, 1) if sheet.broken
    ]
    blocks += [Block(sheet.hidden, "hidden", title, i) for i, sheet in enumerate(sheets) if sheet.hidden]
    blocks.sort(key=lambda block: block.page)
    blocks = [
        replace(b, heading=HEADING_JOIN.join(filter(None, (b.heading, MARK)))) if b.page in scanned else b
        for b in blocks
    ]
    parsed = compose(blocks, source, title=title, page_count=count, page_labels=named)
    return replace(parsed, stated=stated[0] or stated[1])


def _read_scans(pdf: Any, sheets: list[Sheet], source: str) -> set[int]:
    """Replace picture pages by their recognised text; return these pages, none without the extra."""
    pictures = [i for i, sheet in enumerate(sheets) if sheet.is_picture] if is_there() else []
    for i in pictures:
        with opened_page(pdf, i, source) as page:
            sheets[i] = sheet_of(_recognised(page), Rules())
    return set(pictures)


def _recognised(page: Any) -> list[Word]:
    width, height = page.get_size()
    return recognise(_picture_of(page, DOTS / 72), width, height)


def boxes(data: bytes, source: str, page: int, quote: str) -> list[Rectangle]:
    """Return the rectangles of a quote on a page (1-based), one per line; empty if it is not there."""
    with _opened(data, source) as pdf, opened_page(pdf, page - 1, source) as opened:
        text, textpage = characters(opened)
        if not text.strip() and is_there():
            return _word_boxes(_recognised(opened), quote, *opened.get_size())
        start, end = find(text, quote)
        spans = [(start, end)] if end > start else row_spans(text, quote)
        width, height = opened.get_size()
        left, bottom, _, _ = opened.get_bbox()
        found = [textpage.get_rect(i) for a, b in spans for i in range(textpage.count_rects(a, b - a))]
        return [
            Rectangle((x0 - left) / width, 1 - (y1 - bottom) / height, (x1 - left) / width, 1 - (y0 - bottom) / height)
            for x0, y0, x1, y1 in found
        ]


def _word_boxes(words: Sequence[Word], quote: str, width: float, height: float) -> list[Rectangle]:
    """Return the rectangles of a quote among recognised words, one per line."""
    text = " ".join(word.text for word in words)
    ends = list(accumulate((len(word.text) + 1 for word in words), initial=0))
    start, end = find(text, quote)
    found: list[Rectangle] = []
    for first, last in [(start, end)] if end > start else row_spans(text, quote):
        quoted = [word for word, at in zip(words, ends, strict=False) if at < last and at + len(word.text) > first]
        for _, line in groupby(quoted, lambda word: word.line):
            held = list(line)
            left, right = min(w.left for w in held), max(w.right for w in held)
            top, bottom = max(w.top for w in held), min(w.bottom for w in held)
            found.append(Rectangle(left / width, 1 - top / height, right / width, 1 - bottom / height))
    return found


def render(data: bytes, source: str, page: int, scale: float = 2.0) -> bytes:
    """Render a page (1-based) as PNG; scale 1 is 72 dots per inch."""
    with _opened(data, source) as pdf, opened_page(pdf, page - 1, source) as opened:
        stream = io.BytesIO()
        _picture_of(opened, scale).save(stream, "PNG")
        return stream.getvalue()


def _picture_of(page: Any, scale: float) -> Any:
    """Return a page as a PIL picture."""
    return page.render(scale=min(scale, MAX_PIXELS / max(*page.get_size(), 1))).to_pil()


@contextmanager
def _opened(data: bytes, source: str) -> Iterator[Any]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        if pdf.get_formtype():
            pdf.init_forms()
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        if not locked:
            require_kind(data, source, "a PDF")
        broken = f"it is a broken PDF ({error}); save or download it again"
        reason = "it is locked with a password; save an unlocked copy" if locked else broken
        raise LoadError(source, reason) from error
    try:
        yield pdf
    finally:
        pdf.close()
