"""Draws a PDF's page with the quoted sentence boxed."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

from rag.web.place import Spot

SCALE = 1.6  # pixels per point: a page of A4 is 950 pixels wide, sharp enough in the panel
LARGEST = 3_000  # points: a poster is drawn smaller
INK = (255, 205, 60, 110)  # RGBA of the highlighter
ONE_AT_A_TIME = threading.Lock()  # PDFium is not thread-safe


def page_picture(seeds: Path, spot: Spot) -> bytes | None:
    """Return a PNG of the page a spot is on; None if the file cannot be drawn."""
    import pypdfium2

    path = seeds / spot.source
    if not path.is_file() or spot.page is None:
        return None
    with ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(path)
        except (pypdfium2.PdfiumError, OSError):
            return None
        try:
            if not 0 < spot.page <= len(document):
                return None
            return _draw(document[spot.page - 1], spot.quote)
        finally:
            document.close()


def _draw(page: Any, quote: str) -> bytes:
    from PIL import Image, ImageDraw

    width, height = page.get_size()
    scale = min(SCALE, LARGEST / max(width, height))
    image = page.render(scale=scale).to_pil().convert("RGBA")
    ink = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(ink)
    for left, bottom, right, top in _boxes(page, quote):
        draw.rectangle(
            (left * scale - 2, (height - top) * scale - 2, right * scale + 2, (height - bottom) * scale + 2),
            fill=INK,
        )
    stream = io.BytesIO()
    Image.alpha_composite(image, ink).convert("RGB").save(stream, "PNG")
    return stream.getvalue()


def _boxes(page: Any, quote: str) -> list[tuple[float, float, float, float]]:
    """Find the quote among the page's characters, whatever white space divides them; one box for each line."""
    words = page.get_textpage()
    text = words.get_text_range()
    solid = [
        i for i, character in enumerate(text) if not character.isspace() and character not in "\u00ad\ufffe-"
    ]
    needle = "".join(
        character for character in quote if not character.isspace() and character not in "\u00ad\ufffe-"
    )
    found = "".join(text[i] for i in solid).find(needle) if needle else -1
    if found < 0:
        return []
    first, last = solid[found], solid[found + len(needle) - 1]
    count = words.count_rects(first, last - first + 1)
    return [words.get_rect(i) for i in range(count)]
