"""Reads pictures that hold text: a photograph of a page, a scan."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.parsed import HEADING_JOIN, Parsed
from rag.load.pdf.arrange import arranged
from rag.load.pdf.layout import to_blocks
from rag.load.pdf.ocr import EXTRA, MARK, is_there, recognise
from rag.load.pdf.page import sheet_of
from rag.load.pdf.rules import Rules

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
MAX_PAGES = 200  # of a TIFF
POINTS = 800.0  # the height that a picture is taken to have


def parse_picture(data: bytes, source: str) -> Parsed:
    """Return the text of a picture; raise LoadError if it holds none or if the extra is not installed."""
    if not is_there():
        raise LoadError(source, f"it is a picture; {EXTRA}")
    sheets = [sheet_of(recognise(page, width, POINTS), Rules()) for page, width in _pages(data, source)]
    if not any(sheet.lines for sheet in sheets):
        raise LoadError(source, "it is a picture in which no text was recognised")
    pages, words = arranged(sheets)
    blocks, _ = to_blocks(pages, "", words)
    title = PurePosixPath(source).stem
    marked = [replace(b, heading=HEADING_JOIN.join(filter(None, (title, b.heading, MARK)))) for b in blocks]
    return compose(marked, source, title=title, page_count=len(sheets))


def _pages(data: bytes, source: str) -> Iterator[tuple[bytes, float]]:
    """Yield each page of a picture file and its width, if its height is POINTS."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            for number, frame in enumerate(ImageSequence.Iterator(opened)):
                if number == MAX_PAGES:
                    return
                upright = ImageOps.exif_transpose(frame.convert("RGB"))
                stream = io.BytesIO()
                upright.save(stream, "PNG")
                yield stream.getvalue(), POINTS * upright.width / upright.height
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise LoadError(source, f"it is no picture that can be read, or damaged ({error})") from error
