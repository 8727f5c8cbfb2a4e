"""Reads pictures of text: a photograph of a page, a scan."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.parsed import HEADING_JOIN, Parsed
from rag.load.pdf.arrange import arranged
from rag.load.pdf.layout import to_blocks
from rag.load.pdf.ocr import EXTRA, MARK, MAX_SIDE, is_there, recognise
from rag.load.pdf.page import sheet_of
from rag.load.pdf.rules import Rules

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
MAX_PAGES = 200  # of a TIFF
MAX_PIXELS = 150_000_000  # of a page: A3 at 900 dots per inch, or the largest phone cameras
TOO_LARGE = f"it is a picture of {{:,}} × {{:,}} pixels; {MAX_PIXELS:,} are read at most; save it smaller"
POINTS = 800.0  # the assumed height of a picture


def parse_picture(data: bytes, source: str) -> Parsed:
    """Return the text of a picture; LoadError if it has none or the extra is not installed."""
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


def _pages(data: bytes, source: str) -> Iterator[tuple[Any, float]]:
    """Yield each page of a picture file, scaled down to the OCR limit, and its width for a height of POINTS."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is checked below
            opened = Image.open(io.BytesIO(data))
        with opened:
            for number, frame in enumerate(ImageSequence.Iterator(opened)):
                if number == MAX_PAGES:
                    return
                if frame.width * frame.height > MAX_PIXELS:
                    raise LoadError(source, TOO_LARGE.format(frame.width, frame.height))
                frame.draft("RGB", (MAX_SIDE, MAX_SIDE))  # decodes a JPEG at a half or a quarter of its size
                page = frame.convert("L" if frame.mode in ("1", "L", "I;16") else "RGB")
                page.thumbnail((MAX_SIDE, MAX_SIDE))
                upright = ImageOps.exif_transpose(page)
                yield upright, POINTS * upright.width / upright.height
    except Image.DecompressionBombError as error:
        raise LoadError(source, f"it is a picture with more pixels than are read ({error}); save it smaller") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise LoadError(source, f"it is not a readable picture, or damaged ({error})") from error
